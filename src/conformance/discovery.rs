//! Which version an API speaks, found the way the official validator finds it.
//!
//! The order: a base URL that does not answer with JSON is 1.0; `version` counts before
//! `openapi_url`; neither is 1.0. Specification: <https://openreferraluk.org/developers/compliance>.

use serde_json::Value;
use url::Url;

use super::Client;
use super::Target;
use super::session::Reply;
use super::session::Session;

/// What was discovered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Discovery {
    /// The version to check against.
    pub target: Target,
    /// What the choice rests on, for people.
    pub reason: String,
}

/// Discovers the version of the Open Referral UK API at `url`.
pub async fn detect(client: &dyn Client, url: &Url) -> Discovery {
    let mut session = Session::new(client, url);
    let reply = session.request_aside(url).await;
    from_reply(&reply)
}

/// Returns what an answer of the base URL says about the version.
pub(super) fn from_reply(reply: &Reply) -> Discovery {
    let discovered = |target, reason: String| Discovery { target, reason };
    let root = match reply.success() {
        Ok(root) => root,
        Err(told) => return discovered(Target::Oruk1, told),
    };
    let said = root.get("version").and_then(Value::as_str).unwrap_or_default();
    if let Some(number) = version_number(said) {
        let target = if number < 2.0 { Target::Oruk1 } else { Target::Oruk3 };
        return discovered(target, format!("version is {said}"));
    }
    for name in OPENAPI_URL_NAMES {
        if let Some(openapi_url) = root.get(name).and_then(Value::as_str) {
            let target = if openapi_url.contains("/1.0/") { Target::Oruk1 } else { Target::Oruk3 };
            return discovered(target, format!("no usable version; {name} is {openapi_url}"));
        }
    }
    discovered(Target::Oruk1, "neither a version nor an openapi_url".to_owned())
}

/// Reads `HSDS-UK-3.0`, `3.0`, `V3` and the like; `3.0.0` and `HSDS 3.0` say nothing.
pub(super) fn version_number(version: &str) -> Option<f64> {
    let number = version.replace("HSDS-UK-", "").replace(['v', 'V'], "");
    let is_decimal = number.trim().chars().all(|digit| digit.is_ascii_digit() || digit == '.');
    if is_decimal { number.trim().parse().ok() } else { None }
}

/// The spellings that the official validator reads.
const OPENAPI_URL_NAMES: [&str; 3] = ["openapi_url", "openapiUrl", "open_api_url"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn version_is_read_as_the_official_validator_reads_it() {
        for (version, number) in
            [("HSDS-UK-3.0", Some(3.0)), ("V3", Some(3.0)), ("v3.0", Some(3.0)), ("1.0", Some(1.0))]
        {
            assert_eq!(version_number(version), number, "{version}");
        }
        for version in ["3.0.0", "HSDS 3.0", "", "latest"] {
            assert_eq!(version_number(version), None, "{version}");
        }
    }
}
