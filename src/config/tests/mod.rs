//! What the configuration accepts, refuses and hides; texts and shorthands that the cases share.

mod accepted;
mod arbitrary;
mod refused;
mod secrets;

use std::collections::BTreeMap;
use std::path::Path;

use super::Config;
use super::ConfigError;

type Variables = BTreeMap<String, String>;

fn variables(pairs: &[(&str, &str)]) -> Variables {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

fn parse_with(text: &str, pairs: &[(&str, &str)]) -> Result<Config, ConfigError> {
    Config::parse(text, Path::new("baton.toml"), &variables(pairs))
}

fn parse(text: &str) -> Config {
    parse_with(text, &[]).unwrap_or_else(|error| panic!("{error}"))
}

fn complaint(text: &str, pairs: &[(&str, &str)]) -> String {
    parse_with(text, pairs).expect_err(text).to_string()
}

/// A configuration that says everything.
const WHOLE: &str = r#"
[server]
listen = "0.0.0.0:9000"
public_url = "https://gateway.example.org"
admin_token = "${BATON_ADMIN_TOKEN}"
[store]
url = "postgres://baton:${DB_PASSWORD}@db/baton"
[cache]
max_mib = 512
[fetch]
contact = "data@example.org"
poll_interval_secs = 4
timeout_secs = 30
max_page_mib = 32
allow_private_networks = true
[limits]
requests_per_minute = 60
trusted_proxies = ["10.0.0.0/8", "::1"]
[mappings]
dir = "rules"
activity_list = "https://vocabularies.example/activities.jsonld"
facility_types = "lists/facilities.jsonld"
accessibility_support = ""
[web]
tiles = "https://tiles.example:8443/{z}/{x}/{y}.png?key=${IMIN_KEY}"
tiles_attribution = "© Map makers"
[[publishers]]
key = "open-sessions"
name = "Open Sessions"
preset = "open-sessions"
feeds = ["https://opensessions.io/api/rpde/session-series", "https://opensessions.io/api/rpde/events?key=${IMIN_KEY}"]
license = "https://creativecommons.org/licenses/by/4.0/"
headers = { X-API-KEY = "${IMIN_KEY}" }
republish = false
options = { strict = true, fold = false, assume_adult = true, contact_names = "keep" }
policy = { max_stale_days = 10, hard_delete_days = 3, min_poll_secs = 60, resync_days = 14, purge_on_removal = true }
[[publishers]]
key = "leisure"
name = "Leisure"
dataset = "https://openactive.example/"
[[areas]]
slug = "bristol"
name = "Bristol"
local_authorities = ["E06000023"]
postcodes = ["bs", "BA1 1"]
circle = { lat = 51.45, lon = -2, km = 12.5 }
polygon = "bristol.geojson"
publishers = ["leisure"]
activities = ["Yoga"]
include_online = true
"#;

const WHOLE_VARIABLES: [(&str, &str); 3] = [
    ("BATON_ADMIN_TOKEN", "marker-token"),
    ("DB_PASSWORD", "marker-db"),
    ("IMIN_KEY", "marker-key"),
];

fn whole() -> Config {
    parse_with(WHOLE, &WHOLE_VARIABLES).unwrap_or_else(|error| panic!("{error}"))
}
