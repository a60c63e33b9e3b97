//! `[limits]`: what one client may ask for.

use std::net::IpAddr;

use ipnet::IpNet;
use serde::Deserialize;
use serde::Serialize;
use serde::Serializer;

use super::check::Check;
use super::key_path::KeyPath;

/// What one client may ask for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Limits {
    /// The most requests a minute from one address, never 0; 600 by default.
    pub requests_per_minute: u32,
    /// Networks whose word on the client's address is taken; none by default.
    #[serde(serialize_with = "serialize_networks")]
    pub trusted_proxies: Vec<IpNet>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_per_minute: 600, trusted_proxies: Vec::new() }
    }
}

/// `[limits]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawLimits {
    requests_per_minute: Option<i64>,
    trusted_proxies: Vec<String>,
}

impl RawLimits {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Limits {
        let trusted_at = at.key("trusted_proxies");
        let mut trusted_proxies = Vec::new();
        for (index, text) in self.trusted_proxies.iter().enumerate() {
            match network(text) {
                Some(network) => trusted_proxies.push(network),
                None => check.problem(
                    &trusted_at.index(index),
                    "must be a network such as 10.0.0.0/8, or an IP address",
                ),
            }
        }
        Limits {
            requests_per_minute: check.whole(
                &at.key("requests_per_minute"),
                self.requests_per_minute,
                1..=MOST_REQUESTS,
                Limits::default().requests_per_minute,
            ),
            trusted_proxies,
        }
    }
}

fn network(text: &str) -> Option<IpNet> {
    let address = || text.parse::<IpAddr>().ok().map(IpNet::from);
    text.parse().ok().or_else(address)
}

fn serialize_networks<S: Serializer>(networks: &[IpNet], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(networks.iter().map(IpNet::to_string))
}

/// More than one process can answer, so no limit at all.
const MOST_REQUESTS: u32 = 10_000_000;
