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
fn a_mistake_in_a_section_is_told_in_one_line_that_names_the_key() {
    for (section, line, key) in SECTIONS {
        let config = format!("[{section}]\n{line}\n{PUBLISHER}");
        check(&["config", "check"], &config, &[], key);
    }
    check(&["config", "check"], "surprise = 1", &[], "surprise");
}

#[test]
fn a_mistake_in_a_publisher_is_told_in_one_line_that_names_the_key() {
    for (right, wrong, key) in PUBLISHERS {
        assert!(PUBLISHER.contains(right));
        let config = PUBLISHER.replace(right, wrong);
        check(&["config", "check"], &config, &[], key);
    }
    let same_key = format!("{PUBLISHER}{}", PUBLISHER.replace("/f", "/g"));
    check(&["config", "check"], &same_key, &[], "publishers[1].key");
    let same_feed = format!("{PUBLISHER}{}", PUBLISHER.replace("\"a\"", "\"b\""));
    check(&["config", "check"], &same_feed, &[], "publishers[1].feeds[0]");
}

#[test]
fn a_mistake_in_an_area_is_told_in_one_line_that_names_the_key() {
    for (line, key) in AREAS {
        let config = format!("{PUBLISHER}[[areas]]\nslug = \"x\"\nname = \"X\"\n{line}\n");
        check(&["config", "check"], &config, &[], key);
    }
}

#[test]
fn what_can_be_used_and_is_likely_a_slip_is_told() {
    let area = "[[areas]]\nslug = \"x\"\nname = \"X\"\n";
    for (line, words) in [
        ("local_authorities = [\"E06000023\", \"E06000099\"]", "`areas[0].local_authorities[1]`"),
        ("postcodes = [\"BS1\", \"B\", \"EC1\", \"OX10 9\", \"ZZ\"]", "`areas[0].postcodes[4]`"),
        // No district, and no sector of `CB1` without the space.
        ("postcodes = [\"CB1 5\", \"EC1A1\", \"CB15\"]", "`areas[0].postcodes[2]`"),
    ] {
        let output = run(&["config", "check"], &format!("{PUBLISHER}{area}{line}\n"), &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!((output.status.code(), said.lines().count()), (Some(0), 2), "{said}");
        assert!(said.starts_with("warning: ") && said.contains(words), "{said}");
    }
    for (license, doubts) in [("https://example.org/terms", 0), ("CC-BY", 1)] {
        let output = run(&["config", "check"], &format!("{PUBLISHER}license = {license:?}\n"), &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(said.matches("`publishers[0].license`").count(), doubts, "{said}");
    }
    let output = run(&["config", "check"], "", &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(output.status.success() && said.contains("no `[[publishers]]`"), "{said}");
    let output = run(&["config", "check"], PUBLISHER, &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("the configuration is good;"), "{said}");
}

#[test]
fn an_activity_that_no_vocabulary_has_is_told_where_these_are_at_hand() {
    let folder = TempDir::new().unwrap();
    let list = folder.path().join("list.jsonld");
    let id = "https://openactive.io/activity-list#11111111-1111-4111-8111-111111111111";
    let concept = format!(r#"{{"id": "{id}", "type": "Concept", "prefLabel": "Yoga"}}"#);
    fs::write(&list, format!(r#"{{"type": "ConceptScheme", "concept": [{concept}]}}"#)).unwrap();
    let area = "[[areas]]\nslug = \"x\"\nname = \"X\"\n\
        activities = [\"yoga\", \"11111111-1111-4111-8111-111111111111\", \"Yoag\"]\n";
    let config = |types: &str| {
        format!(
            "[mappings]\nactivity_list = {list:?}\naccessibility_support = \"\"\n{types}\n{PUBLISHER}{area}"
        )
    };
    let output = run(&["config", "check"], &config("facility_types = \"\""), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(0), 2), "{said}");
    assert!(said.starts_with("warning: `areas[0].activities[2]`: "), "{said}");
    // It may be a type of facility, and these are not at hand.
    let output = run(&["config", "check"], &config(""), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.starts_with("the configuration is good;"), "{said}");
}

#[test]
fn files_that_are_not_there_are_told() {
    let area = "[[areas]]\nslug = \"x\"\nname = \"X\"\npolygon = \"nofile.geojson\"\n";
    check(&["config", "check"], &format!("{PUBLISHER}{area}"), &[], "nofile.geojson");
    // A gateway starts without a vocabulary, so the check before its start may not hinder it.
    let list = "[mappings]\nactivity_list = \"nofile.jsonld\"\n";
    let output = run(&["config", "check"], &format!("{PUBLISHER}{list}"), &[]);
    let said = String::from_utf8(output.stderr).unwrap();
    assert_eq!((output.status.code(), said.lines().count()), (Some(0), 2), "{said}");
    assert!(said.starts_with("warning: `mappings.activity_list`: "), "{said}");
    assert!(said.contains("nofile.jsonld cannot be read: No such file"), "{said}");
}

#[test]
fn an_address_without_a_scheme_is_told_how_to_begin() {
    for command in [&["status"][..], &["discover"], &["check", "rpde"], &["feeds", "list", "--url"]]
    {
        let output = baton().args(command).arg("127.0.0.1:8080").output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains("begins with http:// or https://"), "{said}");
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
fn what_is_printed_means_the_same_in_another_folder() {
    let text = format!(
        "{PUBLISHER}[mappings]\nactivity_list = \"a.jsonld\"\n\
         [[areas]]\nslug = \"a\"\nname = \"A\"\npolygon = \"a.geojson\"\n"
    );
    let (folder, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let outline = r#"{"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1], [0, 0]]]}"#;
    fs::write(folder.path().join("a.geojson"), outline).unwrap();
    let print = |folder: &TempDir, text: &str| {
        fs::write(folder.path().join("baton.toml"), text).unwrap();
        let mut command = baton();
        command.args(["config", "print", "--config", "baton.toml"]).current_dir(folder.path());
        let output = command.output().unwrap();
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).unwrap()
    };
    // Nobody names the folder of rules, and there is none.
    let printed = print(&folder, &text);
    assert!(!printed.contains("dir = ") && !printed.contains("republish"), "{printed}");
    assert_eq!(print(&other, &printed), printed);
    // Once there is one, it is in force.
    fs::create_dir(folder.path().join("mappings")).unwrap();
    let printed = print(&folder, &text);
    assert!(printed.contains("dir = "), "{printed}");
    assert_eq!(print(&other, &printed), printed);
}

#[test]
fn values_are_printed_as_they_are_in_json() {
    let config = PUBLISHER.replace("\"A\"", "\"A $${A}\"");
    let output = run(&["config", "print", "--json"], &config, &[]);
    assert!(output.status.success(), "{output:?}");
    let printed: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(printed["publishers"][0]["name"], "A ${A}");
    let output = run(&["config", "print"], &config, &[]);
    let printed = String::from_utf8(output.stdout).unwrap();
    assert!(printed.contains("name = \"A $${A}\""), "{printed}");
}

#[test]
fn a_store_that_is_not_there_is_named_by_its_path() {
    for (url, path) in [
        ("sqlite:none/baton.db", "none/baton.db"),
        ("sqlite:///none/baton.db", "/none/baton.db"),
        ("sqlite:////none/baton.db", "//none/baton.db"),
    ] {
        let config = format!("[store]\nurl = \"{url}\"\n{PUBLISHER}");
        let output = run(&["remap"], &config, &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("there is no store {path} yet")), "{said}");
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
    assert!(said.contains("127.0.0.1:1/baton"), "{said}");
}

#[test]
fn a_folder_that_is_not_there_is_told() {
    let config = format!("[store]\nurl = \"sqlite:none/baton.db\"\n{PUBLISHER}");
    for (command, code) in [(&["config", "check"][..], 0), (&["harvest"], 1)] {
        let output = run(command, &config, &[]);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(code), "{said}");
        assert!(said.contains("there is no folder none\n"), "{said}");
    }
}

#[test]
fn an_argument_that_is_no_address_of_a_store_is_told() {
    for (from, to, argument) in
        [("mysql://x", "sqlite:new.db", "FROM"), ("sqlite:404.db", "postgres:x", "TO")]
    {
        let output = baton().args(["migrate", from, to]).output().unwrap();
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(1), "{said}");
        assert!(said.contains(&format!("{argument}: this is not an address")), "{said}");
        assert!(!said.contains("store.url"), "{said}");
    }
}

/// A section, a line in it, and the key that is named.
const SECTIONS: [(&str, &str, &str); 17] = [
    ("server", "listen_on = \"127.0.0.1:80\"", "server.listen_on"),
    ("server", "listen = \"here\"", "server.listen"),
    ("server", "listen = 8080", "server.listen"),
    ("server", "public_url = \"gateway.example.org\"", "server.public_url"),
    ("server", "admin_token = \"\"", "server.admin_token"),
    ("server", "admin_token = \"${NOT_SET_ANYWHERE}\"", "server.admin_token"),
    ("store", "url = \"mysql://x/y\"", "store.url"),
    ("store", "path = \"x\"", "store.path"),
    ("cache", "max_mib = 0", "cache.max_mib"),
    ("fetch", "poll_interval_secs = 0", "fetch.poll_interval_secs"),
    ("fetch", "poll_interval_secs = \"8\"", "fetch.poll_interval_secs"),
    ("fetch", "timeout_secs = -1", "fetch.timeout_secs"),
    ("fetch", "max_page_mib = 99999999999999999999", "fetch.max_page_mib"),
    ("fetch", "allow_private_networks = \"no\"", "fetch.allow_private_networks"),
    ("fetch", "contact = \"\"", "fetch.contact"),
    ("limits", "requests_per_minute = 0", "limits.requests_per_minute"),
    ("mappings", "activity_list = \"ftp://x/y\"", "mappings.activity_list"),
];

/// What is right in a publisher, what stands there instead, and the key that is named.
const PUBLISHERS: [(&str, &str, &str); 9] = [
    ("key = \"a\"\n", "", "publishers[0].key"),
    ("key = \"a\"", "key = \"A b\"", "publishers[0].key"),
    ("name = \"A\"\n", "", "publishers[0].name"),
    ("feeds = [\"https://a.example.org/f\"]\n", "", "publishers[0]"),
    ("https://a", "a", "publishers[0].feeds[0]"),
    ("name = \"A\"", "name = \"A\"\noptions = { strickt = true }", "publishers[0].options.strickt"),
    ("name = \"A\"", "name = \"A\"\nheaders = { \"X Y\" = \"1\" }", "publishers[0].headers"),
    ("name = \"A\"", "name = \"A\"\nrepublish = \"yes\"", "publishers[0].republish"),
    ("name = \"A\"", "name = \"A\"\ndataset = \"x\"", "publishers[0].dataset"),
];

/// A line of an area, and the key that is named.
const AREAS: [(&str, &str); 6] = [
    ("", "areas[0]"),
    ("publishers = [\"aa\"]", "areas[0].publishers[0]"),
    ("postcodes = [\"1\"]", "areas[0].postcodes[0]"),
    ("local_authorities = [\"Bristol\"]", "areas[0].local_authorities[0]"),
    ("circle = {lat = 91, lon = 0, km = 1}", "areas[0].circle.lat"),
    ("postcode = [\"BS\"]", "areas[0].postcode"),
];
