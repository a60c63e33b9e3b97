//! What is accepted, and what it means.

use std::fs;
use std::path::Path;
use std::path::PathBuf;

use super::parse;
use super::parse_with;
use super::variables;
use super::whole;
use crate::config::Circle;
use crate::config::Config;
use crate::config::Policy;
use crate::config::VocabularySource;
use crate::mapping::ContactNames;
use crate::mapping::Fold;
use crate::mapping::StatedOptions;

#[test]
fn a_store_may_be_on_several_hosts() {
    let text = "[store]\nurl = \"postgres://baton:p,w@one.example:5432,two.example:5433/db?target_session_attrs=read-write\"";
    let config = parse(text);
    assert!(config.store.url.contains("@one.example:5432,two.example:5433/"));
    let printed = config.to_toml_masked().unwrap();
    let masked =
        "\"postgres://***:***@one.example:5432,two.example:5433/db?target_session_attrs=***\"";
    assert!(printed.contains(masked), "{printed}");
}

#[test]
fn every_key_is_read() {
    let config = whole();
    assert_eq!(config.server.listen.to_string(), "0.0.0.0:9000");
    assert_eq!(config.server.public_url.unwrap().as_str(), "https://gateway.example.org/");
    assert_eq!(config.server.admin_token.unwrap().expose(), "marker-token");
    assert_eq!(config.store.url, "postgres://baton:marker-db@db/baton");
    assert_eq!(config.cache.max_mib, 512);
    assert_eq!(config.fetch.contact.as_deref(), Some("data@example.org"));
    assert_eq!(config.fetch.poll_interval_secs, 4);
    assert_eq!(config.fetch.timeout_secs, 30);
    assert_eq!(config.fetch.max_page_mib, 32);
    assert!(config.fetch.allow_private_networks);
    assert_eq!(config.limits.requests_per_minute, 60);
    let proxies: Vec<String> =
        config.limits.trusted_proxies.iter().map(ToString::to_string).collect();
    assert_eq!(proxies, ["10.0.0.0/8", "::1/128"]);
    let tiles = config.web.tiles.unwrap();
    assert_eq!(tiles.template(), "https://tiles.example:8443/{z}/{x}/{y}.png?key=marker-key");
    assert_eq!(tiles.origin(), "https://tiles.example:8443");
    assert_eq!(config.web.tiles_attribution.as_deref(), Some("© Map makers"));
}

#[test]
fn every_key_of_a_publisher_is_read() {
    let config = whole();
    let [first, second] = config.publishers.as_slice() else { panic!("two publishers") };
    assert_eq!((first.key.as_str(), first.name.as_str()), ("open-sessions", "Open Sessions"));
    assert_eq!(first.preset.as_deref(), Some("open-sessions"));
    assert_eq!(first.feeds.len(), 2);
    assert_eq!(first.feeds[1].query(), Some("key=marker-key"));
    assert_eq!(first.license.as_deref(), Some("https://creativecommons.org/licenses/by/4.0/"));
    assert_eq!(first.headers["X-API-KEY"].expose(), "marker-key");
    assert_eq!(first.republish, Some(false));
    assert_eq!(
        first.options,
        StatedOptions {
            strict: Some(true),
            fold: Some(Fold::Never),
            assume_adult: Some(true),
            contact_names: Some(ContactNames::Keep),
            ..StatedOptions::default()
        }
    );
    assert_eq!(second.dataset.as_ref().unwrap().as_str(), "https://openactive.example/");
    assert_eq!(second.republish, None);
    assert_eq!(second.options, StatedOptions::default());
    let stated = Policy {
        max_stale_days: 10,
        hard_delete_days: 3,
        min_poll_secs: Some(60),
        resync_days: 14,
        purge_on_removal: true,
    };
    assert_eq!(first.policy, stated);
    assert_eq!(second.policy, Policy::default());
}

#[test]
fn every_key_of_an_area_is_read() {
    let config = whole();
    let area = &config.areas[0];
    assert_eq!((area.slug.as_str(), area.name.as_str()), ("bristol", "Bristol"));
    assert_eq!(area.local_authorities, ["E06000023"]);
    assert_eq!(area.postcodes, ["BS", "BA1 1"]);
    assert_eq!(area.circle, Some(Circle { lat: 51.45, lon: -2.0, km: 12.5 }));
    assert_eq!(area.polygon.as_deref(), Some(Path::new("bristol.geojson")));
    assert_eq!(area.publishers, ["leisure"]);
    assert_eq!(area.activities, ["Yoga"]);
    assert!(area.include_online);
}

#[test]
fn an_empty_file_gives_the_defaults() {
    let config = parse("");
    assert_eq!(config, Config::default());
    let printed = r#"publishers = []
areas = []

[server]
listen = "127.0.0.1:8080"

[store]
url = "sqlite:baton.db"

[cache]
max_mib = 256

[fetch]
poll_interval_secs = 8
timeout_secs = 60
max_page_mib = 64
allow_private_networks = false

[guard]
loss_percent = 50
least_services = 10
window_hours = 24

[limits]
requests_per_minute = 600
trusted_proxies = []

[mappings]
activity_list = "https://openactive.io/activity-list/activity-list.jsonld"
facility_types = "https://openactive.io/facility-types/facility-types.jsonld"
accessibility_support = "https://openactive.io/accessibility-support/accessibility-support.jsonld"

[web]
"#;
    assert_eq!(config.to_toml_masked().unwrap(), printed);
}

#[test]
fn five_lines_are_enough() {
    let text = "[[publishers]]\nkey = \"a\"\nname = \"A\"\nfeeds = [\"https://a.example/feed\"]\n";
    let config = parse(text);
    assert_eq!(config.publishers[0].feeds[0].as_str(), "https://a.example/feed");
    assert_eq!(config.publishers[0].republish, None);
}

#[test]
fn paths_start_at_the_file_but_the_store_does_not() {
    let text = "[store]\nurl = \"sqlite:data/baton.db\"\n[mappings]\nactivity_list = \"lists/a.json\"\n\
                facility_types = \"/srv/f.json\"\n\
                [[areas]]\nslug = \"a\"\nname = \"A\"\npolygon = \"a.geojson\"\n";
    let config = Config::parse(text, Path::new("/etc/baton/baton.toml"), &variables(&[])).unwrap();
    let file = |path| Some(VocabularySource::File(PathBuf::from(path)));
    assert_eq!(config.store.url, "sqlite:data/baton.db");
    assert_eq!(config.mappings.dir, Path::new("/etc/baton/mappings"));
    assert_eq!(config.mappings.activity_list, file("/etc/baton/lists/a.json"));
    assert_eq!(config.mappings.facility_types, file("/srv/f.json"));
    assert_eq!(config.areas[0].polygon.as_deref(), Some(Path::new("/etc/baton/a.geojson")));
}

#[test]
fn an_empty_vocabulary_is_switched_off_and_printed_so() {
    let config = parse("[mappings]\nactivity_list = \"\"\n");
    assert_eq!(config.mappings.activity_list, None);
    assert!(config.to_toml_masked().unwrap().contains("activity_list = \"\"\n"));
}

#[test]
fn a_file_is_loaded_and_its_absence_named() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("baton.toml");
    fs::write(&path, "[cache]\nmax_mib = 1\n").unwrap();
    let config = Config::load(&path, &variables(&[])).unwrap();
    assert_eq!(config.mappings.dir, folder.path().join("mappings"));

    let absent = Config::load(Path::new("no/such.toml"), &variables(&[])).unwrap_err();
    assert_eq!(absent.to_string(), "no/such.toml: cannot be read");
    assert!(std::error::Error::source(&absent).is_some());
}

#[test]
fn variables_override_the_file_and_add_to_it() {
    let pairs = [
        ("BATON__SERVER__LISTEN", "[::]:80"),
        ("BATON__SERVER__ADMIN_TOKEN", "a${b"),
        ("BATON__CACHE__MAX_MIB", "2"),
        ("BATON__FETCH__ALLOW_PRIVATE_NETWORKS", " true "),
        ("BATON__LIMITS__TRUSTED_PROXIES", "10.0.0.0/8, 192.168.0.1"),
        ("BATON_ADMIN_TOKEN", "not a setting"),
        ("OTHER", "x"),
    ];
    let config = parse_with("[cache]\nmax_mib = 1\n[server]\nadmin_token = \"${UNSET}\"", &pairs);
    let config = config.unwrap();
    assert_eq!(config.server.listen.to_string(), "[::]:80");
    assert_eq!(config.server.admin_token.unwrap().expose(), "a${b");
    assert_eq!(config.cache.max_mib, 2);
    assert!(config.fetch.allow_private_networks);
    assert_eq!(config.limits.trusted_proxies.len(), 2);
}

#[test]
fn variables_are_filled_into_strings() {
    let cases = [
        ("${A}", "one"),
        ("x${A}y${B_2}z", "xoney${A}z"),
        ("$${A}", "${A}"),
        ("$$${A}", "$${A}"),
        ("$A $ {A} $$", "$A $ {A} $$"),
        ("a}b", "a}b"),
    ];
    for (written, expected) in cases {
        let text = format!("[fetch]\ncontact = \"{written}\"\n");
        let config = parse_with(&text, &[("A", "one"), ("B_2", "${A}")]).unwrap();
        assert_eq!(config.fetch.contact.as_deref(), Some(expected), "{written}");
    }
}

#[test]
fn what_is_printed_holds_no_variable() {
    let config = parse("[fetch]\ncontact = \"$${A}\"\n");
    assert_eq!(parse(&config.to_toml_masked().unwrap()).fetch, config.fetch);
}
