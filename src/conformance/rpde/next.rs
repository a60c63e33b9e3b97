//! `next`: where it leads, and the cursor in it.

use serde_json::Map;
use serde_json::Value;
use url::Url;

use crate::conformance::Options;
use crate::conformance::rule;

use super::Walk;
use super::item::plain;
use super::items;

impl Walk {
    pub(super) fn check_next(
        &mut self,
        page: &Map<String, Value>,
        url: &Url,
        label: &str,
    ) -> Option<Url> {
        let said = page.get("next").and_then(Value::as_str).unwrap_or_default();
        let Ok(mut next) = Url::parse(said) else {
            self.note(&rule::RPDE_NEXT, format!("{label}: next is \"{said}\""));
            // A relative link can still be followed, to see what else there is.
            return if said.is_empty() { None } else { url.join(said).ok() };
        };
        self.look(&[&rule::RPDE_NEXT_PATH]);
        if (next.host(), next.port()) != (url.host(), url.port()) {
            // Not followed: a feed shall not lead this program to servers nobody named.
            self.note(&rule::RPDE_NEXT_PATH, format!("{label}: next is on another server: {next}"));
            return None;
        }
        if next.scheme() != url.scheme() {
            self.note(&rule::RPDE_NEXT_PATH, format!("{label}: next is {next}"));
            // Often a proxy that ends TLS was forgotten: followed where the page is, to see what else there is.
            next.set_scheme(url.scheme()).ok()?;
        }
        if next.path().trim_end_matches('/') != url.path().trim_end_matches('/') {
            self.note(&rule::RPDE_NEXT_PATH, format!("{label}: next is {next}"));
        }
        self.look(&[&rule::RPDE_NEXT_CURSOR]);
        let items = items(page);
        let cursor = Cursor::of(&next);
        if cursor.is_none() && !(items.is_empty() && next == *url) {
            self.note(&rule::RPDE_NEXT_CURSOR, format!("{label}: next has no cursor: {next}"));
        }
        if let (Some(cursor), Some(last)) = (&cursor, items.last()) {
            self.check_cursor(cursor, last, label);
        }
        self.cursor = cursor.or(self.cursor.take());
        Some(next)
    }

    pub(super) fn check_cursor(&mut self, cursor: &Cursor, last: &Value, label: &str) {
        let modified = last.get("modified").unwrap_or(&Value::Null);
        let position = cursor.position.as_str();
        let is_same_form = modified.is_string() || position.parse::<i128>().is_ok();
        if !is_same_form {
            let told = format!("{label}: the cursor {position} is not in the form of {modified}");
            self.note(&rule::RPDE_NEXT_CURSOR, told);
        }
        let has_stalled = self.cursor.as_ref().is_some_and(|before| !before.is_before(cursor));
        if has_stalled {
            self.note(
                &rule::RPDE_NEXT_CURSOR,
                format!("{label}: the cursor {position} does not grow"),
            );
        }
        let is_last = plain(modified) == position
            && cursor.id.as_ref().is_none_or(|id| *id == plain(last.get("id").unwrap_or(modified)));
        if !is_last {
            let told = format!("{label}: next is not of the last item, {modified}");
            self.note(&rule::RPDE_NEXT_LAST_ITEM, told);
        }
    }

    /// Returns the URL of a page after everything, made as the official validator makes it.
    pub(super) fn probe(&self, next: &Url, options: &Options) -> Option<Url> {
        let cursor = Cursor::of(next)?;
        let mut url = next.clone();
        let is_kept = |name: &str| !CURSOR_PARAMETERS.contains(&name);
        let kept: Vec<(String, String)> =
            next.query_pairs().into_owned().filter(|(name, _)| is_kept(name)).collect();
        url.query_pairs_mut().clear().extend_pairs(&kept);
        if cursor.is_change_number {
            let late = cursor.late(MAX_SAFE_INTEGER)?;
            url.query_pairs_mut().append_pair("afterChangeNumber", &late);
            return Some(url);
        }
        let in_a_year = options.now.timestamp() + SECONDS_OF_A_YEAR;
        let late = cursor.late(2 * in_a_year)?;
        url.query_pairs_mut()
            .append_pair("afterTimestamp", &late)
            .append_pair("afterId", self.first_id.as_deref()?);
        Some(url)
    }
}

/// Where a `next` URL continues.
#[derive(Debug, Clone)]
pub(super) struct Cursor {
    position: String,
    id: Option<String>,
    pub(super) is_change_number: bool,
}

impl Cursor {
    fn of(url: &Url) -> Option<Self> {
        let value = |name: &str| {
            url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned())
        };
        if let Some(position) = value("afterChangeNumber") {
            return Some(Self { position, id: None, is_change_number: true });
        }
        let (position, id) = (value("afterTimestamp")?, value("afterId")?);
        Some(Self { position, id: Some(id), is_change_number: false })
    }

    /// Returns a position far behind this one, and not before `least`.
    fn late(&self, least: i64) -> Option<String> {
        let position = self.position.parse::<i128>().ok()?;
        // Some feeds count in something else than time, with larger numbers.
        let greatest = if position < i64::MAX.into() { i64::MAX.into() } else { u64::MAX.into() };
        Some(position.saturating_mul(2).clamp(least.into(), greatest).to_string())
    }

    /// Ids are compared for sameness only: how a publisher's database sorts them is not known.
    fn is_before(&self, other: &Self) -> bool {
        match (self.position.parse::<i128>(), other.position.parse::<i128>()) {
            (Ok(this), Ok(that)) => this < that || this == that && self.id != other.id,
            _ => self.position < other.position || self.id != other.id,
        }
    }
}

const CURSOR_PARAMETERS: [&str; 3] = ["afterTimestamp", "afterId", "afterChangeNumber"];
const SECONDS_OF_A_YEAR: i64 = 365 * 24 * 60 * 60;

/// The greatest integer that every JSON reader keeps, 2^53 - 1.
const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
