//! The RPDE page: an envelope around items whose bodies stay unread.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/>. Bodies are borrowed raw
//! text, so that one unreadable item never costs the page.

use std::borrow::Cow;

use serde::Deserialize;
use serde_json::error::Category;
use serde_json::value::RawValue;

use super::lenient::Text;
use super::modified::Modified;

/// Why a page could not be read at all.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum RpdeError {
    /// The bytes are not UTF-8.
    #[error("the page is not valid UTF-8")]
    Utf8(#[source] std::str::Utf8Error),
    /// The text looks like HTML: a firewall or an error page sent with status 200.
    #[error("the page is HTML instead of JSON, as firewalls send it")]
    Html,
    /// The text is not JSON, or not an RPDE page. What stands there is not told: it may be anything, a key too.
    #[error("the page is not an RPDE page: {fault} at line {line}, column {column}")]
    Json {
        /// What is wrong.
        fault: &'static str,
        /// Line of the page, from 1.
        line: usize,
        /// Column of the line, in bytes.
        column: usize,
    },
}

impl From<serde_json::Error> for RpdeError {
    fn from(error: serde_json::Error) -> Self {
        let fault = match error.classify() {
            Category::Eof => "the JSON breaks off",
            Category::Data => "the JSON is no object with one list of items",
            Category::Syntax | Category::Io => "it is no valid JSON",
        };
        Self::Json { fault, line: error.line(), column: error.column() }
    }
}

/// One page of a feed.
#[derive(Debug)]
pub struct Page<'a> {
    /// The `next` URL as published; absent when the publisher left it out.
    pub next: Option<String>,
    /// The licence URL.
    pub license: Option<String>,
    /// The items, in page order, bodies unread.
    pub items: Vec<&'a RawValue>,
}

impl<'a> Page<'a> {
    /// Reads the envelope of a page.
    ///
    /// # Errors
    /// When the bytes are not UTF-8, not JSON, or hold no `items` list.
    pub fn parse(body: &'a [u8]) -> Result<Self, RpdeError> {
        let text = std::str::from_utf8(body).map_err(RpdeError::Utf8)?;
        let text = text.trim_start_matches('\u{feff}').trim_start();
        if text.starts_with('<') {
            return Err(RpdeError::Html);
        }
        let envelope: Envelope<'a> = serde_json::from_str(text)?;
        Ok(Self {
            next: envelope.next.get().map(str::to_owned),
            license: envelope.license.get().map(str::to_owned),
            items: envelope.items,
        })
    }
}

#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(default)]
    next: Text,
    #[serde(default, alias = "licence")]
    license: Text,
    #[serde(borrow)]
    items: Vec<&'a RawValue>,
}

/// Whether an item is live or a tombstone.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum State {
    /// The item exists.
    Updated,
    /// The item is gone.
    Deleted,
}

/// One item of a page.
#[derive(Debug)]
pub struct Item<'a> {
    /// Live or gone; `deleted` in any case of letters wins over a body that is still there.
    pub state: State,
    /// `kind` as published; not to be trusted.
    pub kind: Option<String>,
    /// Id within the feed, as text.
    pub id: String,
    /// When or in which order it was changed.
    pub modified: Modified,
    /// The body, when there is one: JSON text of an object.
    pub data: Option<Cow<'a, str>>,
}

impl<'a> Item<'a> {
    /// Reads an item's own properties and leaves its body unread.
    ///
    /// # Errors
    /// When the item is not an object or has no `id`: the message says which.
    pub fn parse(raw: &'a RawValue) -> Result<Self, String> {
        let item: RawItem<'a> = serde_json::from_str(raw.get()).map_err(|e| e.to_string())?;
        let id = item.id.get().ok_or("the item has no id")?.to_owned();
        let deleted = item.state.as_str().eq_ignore_ascii_case("deleted");
        Ok(Self {
            state: if deleted { State::Deleted } else { State::Updated },
            kind: item.kind.get().map(str::to_owned),
            id,
            modified: Modified::from_raw(item.modified),
            data: item.data.and_then(body_of),
        })
    }
}

#[derive(Deserialize)]
struct RawItem<'a> {
    #[serde(default)]
    state: Text,
    #[serde(default)]
    kind: Text,
    #[serde(default)]
    id: Text,
    #[serde(borrow, default)]
    modified: Option<&'a RawValue>,
    #[serde(borrow, default)]
    data: Option<&'a RawValue>,
}

/// Returns the body's JSON text: an object, also when it was published inside a string.
fn body_of(raw: &RawValue) -> Option<Cow<'_, str>> {
    let text = raw.get();
    if text.starts_with('{') {
        return Some(Cow::Borrowed(text));
    }
    let inner: String = serde_json::from_str(text).ok()?;
    inner.trim_start().starts_with('{').then_some(Cow::Owned(inner))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::causes::with_causes;

    #[test]
    fn one_unreadable_item_does_not_cost_the_page() {
        let body = br#"{"next":"u","items":[1,{"id":1,"state":"Deleted","data":{"a":1}},{"state":"updated","id":"x","modified":"9","data":"{\"a\":1}"}]}"#;
        let page = Page::parse(body).unwrap();
        let items: Vec<_> = page.items.iter().map(|raw| Item::parse(raw)).collect();
        assert!(items[0].is_err());
        let deleted = items[1].as_ref().unwrap();
        assert_eq!((deleted.state, deleted.id.as_str()), (State::Deleted, "1"));
        let live = items[2].as_ref().unwrap();
        assert_eq!(live.data.as_deref(), Some(r#"{"a":1}"#));
        assert_eq!(live.modified.as_str(), "9");
    }

    #[test]
    fn a_firewall_page_is_told_apart_from_broken_json() {
        assert!(matches!(Page::parse(b"<!doctype html>"), Err(RpdeError::Html)));
        assert!(matches!(Page::parse(&[0xff]), Err(RpdeError::Utf8(_))));
    }

    #[test]
    fn what_is_wrong_is_told_with_its_place_and_without_what_stands_there() {
        for (page, fault, place) in [
            ("{\"items\":", "the JSON breaks off", "line 1, column 9"),
            ("{\n \"items\": [k3y]}", "it is no valid JSON", "line 2, column 12"),
            ("{}", "the JSON is no object with one list of items", "line 1, column 2"),
            ("\"k3y\"", "the JSON is no object with one list of items", "line 1, column 5"),
            (
                "{\"items\":\"k3y\"}",
                "the JSON is no object with one list of items",
                "line 1, column 14",
            ),
        ] {
            let told = with_causes(&Page::parse(page.as_bytes()).unwrap_err());
            assert_eq!(told, format!("the page is not an RPDE page: {fault} at {place}"), "{page}");
        }
    }
}
