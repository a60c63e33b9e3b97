//! A configuration: it can be used and printed, or a message tells what is wrong, and no secret is in
//! either.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use baton::config::Config;

/// Stands in each seed where a secret may.
const SECRET: &str = "s3cr3t-s3cr3t";

/// Returns the examples, with secrets.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("examples");
    let read = |name: &str| fs::read(folder.join(name)).unwrap();
    let secrets = format!(
        "[server]\nadmin_token = \"{SECRET}\"\n[[publishers]]\nkey = \"a\"\nname = \"A\"\n\
         feeds = [\"https://u:{SECRET}@a.example.org/f?key={SECRET}\"]\n\
         headers = {{ X-API-KEY = \"{SECRET}\" }}\n[guard]\nloss_percent = 50\n"
    );
    vec![read("five-lines.toml"), read("one-machine.toml"), secrets.into_bytes()]
}

/// # Panics
/// When a secret shows.
pub(crate) fn check(input: &[u8]) {
    let Ok(text) = std::str::from_utf8(input) else { return };
    let environment = BTreeMap::from([("TOKEN".to_owned(), SECRET.to_owned())]);
    // A changed configuration may hold the secret as a name or where none belongs; those may show.
    let is_plain = text.matches(SECRET).count() == 0;
    match Config::parse(text, Path::new("fuzz.toml"), &environment) {
        Ok(config) => drop(config.to_toml_masked().map(|printed| toml_is_read(&printed))),
        Err(error) => {
            let shows = error.to_string().contains(SECRET);
            assert!(!(is_plain && shows), "{error}");
        }
    }
}

fn toml_is_read(printed: &str) {
    printed.parse::<toml::Table>().unwrap();
}

pub(crate) const WORDS: [&str; 14] = [
    "${TOKEN}",
    "${",
    "$${",
    "[[publishers]]\n",
    "[[areas]]\n",
    "[server]\n",
    "[guard]\n",
    "key = ",
    "republish = false\n",
    "options = { strict = true }\n",
    "postcodes = [\"BS\"]\n",
    "circle = {lat = 1, lon = 1, km = 1}\n",
    "\"\"\"",
    "= 1979-05-27\n",
];
