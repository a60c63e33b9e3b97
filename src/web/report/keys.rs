//! Which keys and ids of items a report names: those that tell which item is meant, and cannot tell anything else.
//!
//! A publisher may write anything there, a person's address or a link into a meeting too.

use std::collections::BTreeSet;

/// How many parts a key has at most: publisher, kind and id. With more it is made of names.
const MAX_PARTS: usize = 3;

/// The hosts, with their ports, at which items of a publisher are looked for: those of its feeds, and those of the
/// ids of what is published, in which nothing lets anybody in.
#[derive(Debug, Default)]
pub(super) struct Hosts(BTreeSet<String>);

impl Hosts {
    /// Adds the host of an address; what is none adds nothing.
    pub(super) fn add(&mut self, address: &str) {
        if let Some((host, _)) = parts(address) {
            self.0.insert(host.to_ascii_lowercase());
        }
    }

    /// Tells whether a key or an id is shown: words alone, or an address at one of the hosts whose path is of words.
    pub(super) fn show(&self, key: &str) -> bool {
        let is_plain = |part: &str| match parts(part) {
            Some((host, path)) => {
                self.0.contains(&host.to_ascii_lowercase()) && path.split('/').all(is_word)
            }
            None => is_word(part),
        };
        key.split('\n').count() <= MAX_PARTS && key.split('\n').all(is_plain)
    }
}

/// Returns host and path of an address.
fn parts(address: &str) -> Option<(&str, &str)> {
    let rest = ["https://", "http://"].iter().find_map(|scheme| address.strip_prefix(scheme))?;
    Some(rest.split_once('/').unwrap_or((rest, "")))
}

fn is_word(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_may_tell_more_are_not_shown() {
        let mut hosts = Hosts::default();
        for address in ["https://Data.example.org/api/series/1", "http://127.0.0.1:8000", "urn:x"] {
            hosts.add(address);
        }
        for key in [
            "17",
            "c16df6ed-a4a0-4275-a8c3-1c8cff56856f",
            "leisure\nSessionSeries\nYoga_17.2",
            "https://data.example.org/api/series/missing",
            "leisure\nhttps://data.example.org",
            "http://127.0.0.1:8000/series/1",
        ] {
            assert!(hosts.show(key), "{key}");
        }
        for key in [
            "alex@example.org",
            "urn:alex@example.org",
            "tel:07700900111",
            "Alex Private",
            "leisure\nScheduledSession\ngroup\nalex\nyoga\nhall",
            "us02web.zoom.us/j/8531",
            "leisure\nSessionSeries\nzoom.us/j/8531",
            "https://us02web.zoom.us/j/8531",
            "https:/data.example.org/api",
            "HTTPS://data.example.org/api",
            "https://data.example.org:8443/api",
            "https://alex@data.example.org/api",
            "https://data.example.org/api/alex%40example.org",
            "https://data.example.org/api?key=1",
            "https://data.example.org#key",
            "https://data.example.org/api#key",
            "https://data.example.org/go/https://us02web.zoom.us/j/8531",
            "https://data.example.org/\u{2066}api",
        ] {
            assert!(!hosts.show(key), "{key}");
        }
    }
}
