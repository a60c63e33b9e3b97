//! `[fetch]`: how publishers are spoken to.

use reqwest::header::HeaderValue;
use serde::Deserialize;
use serde::Serialize;

use super::check::Check;
use super::key_path::KeyPath;

/// How publishers are spoken to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Fetch {
    /// How publishers can reach the operator: an e-mail address or a web page, sent to all of them.
    pub contact: Option<String>,
    /// How long to wait at the end of a feed, in seconds, before asking again; 8 by default. A feed that
    /// has not changed for some minutes is waited for up to four times as long, and `Cache-Control` of the
    /// publisher may raise it.
    pub poll_interval_secs: u64,
    /// The most one fetch may take, in seconds; 60 by default.
    pub timeout_secs: u64,
    /// The most one page may be once decoded, in mebibytes; 64 by default.
    pub max_page_mib: u64,
    /// Whether private, loopback and link-local addresses may be spoken to; no by default.
    pub allow_private_networks: bool,
}

impl Default for Fetch {
    fn default() -> Self {
        Self {
            contact: None,
            poll_interval_secs: 8,
            timeout_secs: 60,
            max_page_mib: 64,
            allow_private_networks: false,
        }
    }
}

/// `[fetch]` as written.
#[derive(Deserialize, Default)]
#[serde(default, deny_unknown_fields)]
pub(super) struct RawFetch {
    contact: Option<String>,
    poll_interval_secs: Option<i64>,
    timeout_secs: Option<i64>,
    max_page_mib: Option<i64>,
    allow_private_networks: Option<bool>,
}

impl RawFetch {
    pub(super) fn check(self, at: &KeyPath, check: &mut Check<'_>) -> Fetch {
        let default = Fetch::default();
        Fetch {
            contact: contact(self.contact, &at.key("contact"), check),
            poll_interval_secs: check.whole(
                &at.key("poll_interval_secs"),
                self.poll_interval_secs,
                1..=DAY_SECS,
                default.poll_interval_secs,
            ),
            timeout_secs: check.whole(
                &at.key("timeout_secs"),
                self.timeout_secs,
                1..=HOUR_SECS,
                default.timeout_secs,
            ),
            max_page_mib: check.whole(
                &at.key("max_page_mib"),
                self.max_page_mib,
                1..=MOST_PAGE_MIB,
                default.max_page_mib,
            ),
            allow_private_networks: self
                .allow_private_networks
                .unwrap_or(default.allow_private_networks),
        }
    }
}

fn contact(text: Option<String>, at: &KeyPath, check: &mut Check<'_>) -> Option<String> {
    let text = check.text(at, text)?;
    if !text.is_ascii() || HeaderValue::from_str(&text).is_err() {
        check.problem(at, "must be plain ASCII: it goes into a header");
    }
    Some(text)
}

const HOUR_SECS: u64 = 60 * 60;
const DAY_SECS: u64 = 24 * HOUR_SECS;
/// Publishers' pages are a few mebibytes; this is far above, fits memory, and is the most the store reads back of an
/// item.
const MOST_PAGE_MIB: u64 = 256;
