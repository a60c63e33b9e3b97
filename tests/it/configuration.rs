//! A bad configuration: one clear line that names the key, and exit code 2.

use std::fs;
use std::process::Output;

use tempfile::TempDir;

use crate::support::process::baton;

/// A publisher that is right, to stand beside what is wrong.
const PUBLISHER: &str =
    "[[publishers]]\nkey = \"a\"\nname = \"A\"\nfeeds = [\"https://a.example.org/f\"]\n";

fn run(command: &[&str], config: &str, variables: &[(&str, &str)]) -> Output {
    let folder = TempDir::new().unwrap();
    let path = folder.path().join("baton.toml");
    fs::write(&path, config).unwrap();
    let variables = variables.iter().copied();
    baton().args(command).arg("--config").arg(path).envs(variables).output().unwrap()
}

/// Checks that there is one line, that it names `key`, and that nothing was begun.
fn check(command: &[&str], config: &str, variables: &[(&str, &str)], key: &str) {
    let output = run(command, config, variables);
    let said = String::from_utf8(output.stderr).unwrap();
    let about = format!("{config}\n{variables:?}\n{said}");
    assert_eq!(output.status.code(), Some(2), "{about}");
    assert!(output.stdout.is_empty(), "{about}");
    assert_eq!(said.lines().count(), 1, "{about}");
    assert!(said.contains(key), "{key} is not named: {about}");
}

#[test]
fn every_mistake_is_told_in_one_line_that_names_the_key() {
    let with_publisher = |extra: &str| format!("{PUBLISHER}{extra}\n");
    let before_publisher = |extra: &str| format!("{extra}\n{PUBLISHER}");
    for (config, key) in [
        ("surprise = 1".to_owned(), "surprise"),
        (before_publisher("[server]\nlisten_on = \"127.0.0.1:80\""), "server.listen_on"),
        (before_publisher("[server]\nlisten = \"here\""), "server.listen"),
        (before_publisher("[server]\nlisten = 8080"), "server.listen"),
        (before_publisher("[server]\npublic_url = \"gateway.example.org\""), "server.public_url"),
        (before_publisher("[server]\nadmin_token = \"\""), "server.admin_token"),
        (before_publisher("[store]\nurl = \"mysql://x/y\""), "store.url"),
        (before_publisher("[store]\npath = \"x\""), "store.path"),
        (before_publisher("[cache]\nmax_mib = 0"), "cache.max_mib"),
        (before_publisher("[fetch]\npoll_interval_secs = 0"), "fetch.poll_interval_secs"),
        (before_publisher("[fetch]\npoll_interval_secs = \"8\""), "fetch.poll_interval_secs"),
        (before_publisher("[fetch]\ntimeout_secs = -1"), "fetch.timeout_secs"),
        (before_publisher("[fetch]\nmax_page_mib = 99999999999999999999"), "fetch.max_page_mib"),
        (
            before_publisher("[fetch]\nallow_private_networks = \"no\""),
            "fetch.allow_private_networks",
        ),
        (before_publisher("[fetch]\ncontact = \"\""), "fetch.contact"),
        (before_publisher("[limits]\nrequests_per_minute = 0"), "limits.requests_per_minute"),
        (before_publisher("[mappings]\nactivity_list = \"ftp://x/y\""), "mappings.activity_list"),
        (before_publisher("[server]\nadmin_token = \"${NOT_SET_ANYWHERE}\""), "NOT_SET_ANYWHERE"),
        (
            "[[publishers]]\nname = \"A\"\nfeeds = [\"https://a.example.org/f\"]".to_owned(),
            "publishers[0].key",
        ),
        (
            "[[publishers]]\nkey = \"A b\"\nname = \"A\"\nfeeds = [\"https://a.example.org/f\"]"
                .to_owned(),
            "publishers[0].key",
        ),
        (
            "[[publishers]]\nkey = \"a\"\nfeeds = [\"https://a.example.org/f\"]".to_owned(),
            "publishers[0].name",
        ),
        ("[[publishers]]\nkey = \"a\"\nname = \"A\"".to_owned(), "publishers[0]"),
        (
            "[[publishers]]\nkey = \"a\"\nname = \"A\"\nfeeds = [\"a.example.org\"]".to_owned(),
            "publishers[0].feeds[0]",
        ),
        (with_publisher("options = { strickt = true }"), "publishers[0].options.strickt"),
        (with_publisher("headers = { \"X Y\" = \"1\" }"), "publishers[0].headers"),
        (with_publisher("republish = \"yes\""), "publishers[0].republish"),
        (
            format!("{PUBLISHER}{PUBLISHER}").replacen("a.example", "b.example", 1),
            "publishers[1].key",
        ),
        (
            format!("{PUBLISHER}{}", PUBLISHER.replace("key = \"a\"", "key = \"b\"")),
            "publishers[1].feeds[0]",
        ),
        (with_publisher("[[areas]]\nslug = \"x\"\nname = \"X\""), "areas[0]"),
        (
            with_publisher("[[areas]]\nslug = \"x\"\nname = \"X\"\npublishers = [\"aa\"]"),
            "areas[0].publishers[0]",
        ),
        (
            with_publisher("[[areas]]\nslug = \"x\"\nname = \"X\"\npostcodes = [\"1\"]"),
            "areas[0].postcodes[0]",
        ),
        (
            with_publisher(
                "[[areas]]\nslug = \"x\"\nname = \"X\"\ncircle = {lat = 91, lon = 0, km = 1}",
            ),
            "areas[0].circle.lat",
        ),
    ] {
        check(&["config", "check"], &config, &[], key);
    }
}

#[test]
fn text_that_is_no_toml_is_told_with_its_line() {
    for config in ["[server", "key = ", "a = \"x\ny\"", "[server]\nlisten = 1\n[server]\n", "\u{0}"]
    {
        check(&["config", "check"], config, &[], "baton.toml:");
    }
}

#[test]
fn every_command_that_takes_a_configuration_refuses_a_bad_one() {
    let config = "[fetch]\ntimeout = 3\n";
    for command in [&["serve"][..], &["harvest"], &["config", "check"], &["config", "print"]] {
        check(command, config, &[], "fetch.timeout");
    }
}

#[test]
fn variables_of_the_environment_are_judged_like_the_file() {
    for (name, value, key) in [
        ("BATON__FETCH__TIMEOUT_SECS", "soon", "timeout_secs"),
        ("BATON__FETCH__PATIENCE", "1", "patience"),
        ("BATON__NONSENSE__KEY", "1", "nonsense"),
        ("BATON__SERVER", "1", "BATON__SERVER"),
    ] {
        check(&["config", "check"], PUBLISHER, &[(name, value)], key);
    }
    let output = run(&["config", "check"], PUBLISHER, &[("BATON__FETCH__TIMEOUT_SECS", "9")]);
    assert_eq!(output.status.code(), Some(0));
}

#[test]
fn a_file_that_is_not_there_is_named() {
    let output = baton().args(["serve", "--config", "/nowhere/baton.toml"]).output().unwrap();
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 1), "{said}");
    assert!(said.contains("/nowhere/baton.toml"), "{said}");
}

#[test]
fn two_mistakes_are_told_in_two_lines() {
    let output = run(&["config", "check"], "[fetch]\na = 1\n[cache]\nb = 2\n", &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(2), 2), "{said}");
    assert!(said.contains("fetch.a") && said.contains("cache.b"), "{said}");
}

#[test]
fn a_secret_is_never_printed() {
    let secret = "MARKER-SECRET";
    let header = format!("{PUBLISHER}headers = {{ X-API-KEY = \"{secret}\" }}\n");
    let token = format!("[server]\nadmin_token = \"{secret}\"\n[store]\nurl = 5\n");
    let store = format!("[store]\nurl = \"postgres://baton:{secret}@127.0.0.1:1/baton\"\n");
    let broken = format!("[server]\nadmin_token = \"{secret}\n");
    let feed = PUBLISHER.replace("/f\"", &format!("/f?key={secret}\""));
    for config in [header, token, store, broken, feed] {
        for command in [&["config", "print"][..], &["config", "check"]] {
            let output = run(command, &config, &[]);
            let said = [output.stdout, output.stderr].concat();
            assert!(!String::from_utf8(said).unwrap().contains(secret), "{command:?}\n{config}");
        }
    }
}

#[test]
fn a_store_that_cannot_be_opened_is_told_without_its_password() {
    let store = "[server]\nlisten = \"127.0.0.1:0\"\n[store]\nurl = \"postgres://baton:MARKER-SECRET@127.0.0.1:1/baton\"\n";
    let output = run(&["serve"], store, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(matches!(output.status.code(), Some(1 | 2)), "{said}");
    assert_eq!(said.lines().count(), 1, "{said}");
    assert!(said.contains("store") && !said.contains("MARKER-SECRET"), "{said}");
}
