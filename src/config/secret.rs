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
    let user = if url.username().is_empty() { "" } else { MASK };
    let password = url.password().map(|_| MASK);
    if masked.set_username(user).and_then(|()| masked.set_password(password)).is_err()
        && (url.password().is_some() || !url.username().is_empty())
    {
        return MASK.to_owned();
    }
    masked.into()
}

fn masked_query(query: &str) -> String {
    let masked = query.split('&').map(|pair| match pair.split_once('=') {
        Some((name, _)) => format!("{name}={MASK}"),
        None => MASK.to_owned(),
    });
    masked.collect::<Vec<_>>().join("&")
}

/// Serializes an address masked.
pub(super) fn serialize_url<S: Serializer>(url: &Url, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.serialize_str(&masked_url(url))
}

/// What is printed in place of a secret.
pub const MASK: &str = "***";
