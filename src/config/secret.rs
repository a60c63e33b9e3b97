//! What must never be printed.

use std::fmt;

use serde::Serialize;
use serde::Serializer;
use url::Url;

/// A value that prints as [`MASK`] everywhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Returns the secret of this text.
    pub fn new(text: String) -> Self {
        Self(text)
    }

    /// Returns the text itself, to be sent or compared and nothing else.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(MASK)
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(MASK)
    }
}

/// Returns an address with its user, password and the values of its query masked.
pub(super) fn masked_url(url: &Url) -> String {
    let mut masked = url.clone();
    let query = url.query().map(masked_query);
    masked.set_query(query.as_deref());
    masked.set_fragment(None);
    let has_user = !url.username().is_empty();
    let is_user_masked = !has_user || masked.set_username(MASK).is_ok();
    let is_password_masked = url.password().is_none() || masked.set_password(Some(MASK)).is_ok();
    if !(is_user_masked && is_password_masked) {
        return MASK.to_owned();
    }
    masked.into()
}

/// Returns an address as it may be shown to anybody: as [`masked_url`] does, but without a user at all.
pub fn without_secrets(url: &str) -> String {
    let Ok(mut shown) = Url::parse(url) else { return String::new() };
    let cleared = shown.set_username("").and_then(|()| shown.set_password(None));
    if cleared.is_err() {
        return String::new();
    }
    masked_url(&shown)
}

/// Returns a query with its values masked.
pub(super) fn masked_query(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

/// What is printed in place of a secret.
pub(super) const MASK: &str = "***";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_shown_without_what_lets_somebody_in() {
        for (url, shown) in [
            ("https://example.org/feed", "https://example.org/feed"),
            (
                "https://sam:s3@example.org/feed?key=s3&page=2",
                "https://example.org/feed?key=***&page=***",
            ),
            ("https://example.org/feed?s3", "https://example.org/feed?***"),
            ("https://example.org/feed?key=s3;s3&s3", "https://example.org/feed?key=***&***"),
            ("https://example.org/feed#s3", "https://example.org/feed"),
            ("mailto:s3@example.org", ""),
            ("s3", ""),
        ] {
            assert_eq!(without_secrets(url), shown, "{url}");
        }
    }
}
