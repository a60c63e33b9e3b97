//! Checks that sections share, and the problems they find.

use std::collections::BTreeMap;
use std::fmt::Display;
use std::ops::RangeInclusive;
use std::path::Path;
use std::path::PathBuf;

use url::Url;

use super::document::Document;
use super::error::Problem;
use super::key_path::KeyPath;

/// A check under way. A value that fails leaves a problem, and a stand-in that nobody will see.
pub(super) struct Check<'a> {
    document: &'a Document<'a>,
    base: &'a Path,
    problems: Vec<Problem>,
}

/// What has been said so far of something that must be said once, and where.
pub(super) type Seen = BTreeMap<String, KeyPath>;

impl<'a> Check<'a> {
    /// Returns a check that has found nothing yet; relative paths start at `base`.
    pub(super) fn new(document: &'a Document<'a>, base: &'a Path) -> Self {
        Self { document, base, problems: Vec::new() }
    }

    /// Returns what was found.
    pub(super) fn into_problems(self) -> Vec<Problem> {
        self.problems
    }

    /// Notes that the value at `at` is wrong; `fault` is a clause that follows its name.
    pub(super) fn problem(&mut self, at: &KeyPath, fault: impl Display) {
        let place = self.document.locate(at);
        self.problems.push(Problem { place, message: format!("`{at}` {fault}") });
    }

    /// Returns `number`, or the default where there is none.
    pub(super) fn whole<N>(
        &mut self,
        at: &KeyPath,
        number: Option<i64>,
        bounds: RangeInclusive<N>,
        default: N,
    ) -> N
    where
        N: TryFrom<i64> + PartialOrd + Display,
    {
        let Some(number) = number else { return default };
        match N::try_from(number) {
            Ok(number) if bounds.contains(&number) => number,
            _ => {
                let (least, most) = (bounds.start(), bounds.end());
                self.problem(at, format_args!("must be between {least} and {most}"));
                default
            }
        }
    }

    /// Returns a number between these bounds; absent when there is none.
    pub(super) fn decimal(
        &mut self,
        at: &KeyPath,
        number: Option<f64>,
        bounds: RangeInclusive<f64>,
    ) -> f64 {
        let (least, most) = (*bounds.start(), *bounds.end());
        match number {
            // NaN is in no range.
            Some(number) if bounds.contains(&number) => return number,
            Some(_) => self.problem(at, format_args!("must be between {least} and {most}")),
            None => self.problem(at, "is missing"),
        }
        least
    }

    /// Returns text that says something; absent when there is none.
    pub(super) fn text(&mut self, at: &KeyPath, text: Option<String>) -> Option<String> {
        if text.as_ref().is_some_and(|text| text.trim().is_empty()) {
            self.problem(at, "must not be empty");
            return None;
        }
        text
    }

    /// Returns text that must be there and say something.
    pub(super) fn needed_text(&mut self, at: &KeyPath, text: Option<String>) -> String {
        if text.is_none() {
            self.problem(at, "is missing");
        }
        self.text(at, text).unwrap_or_default()
    }

    /// Returns each text of a list that must say something.
    pub(super) fn texts(&mut self, at: &KeyPath, texts: Vec<String>) -> Vec<String> {
        let texts = texts.into_iter().enumerate();
        texts.filter_map(|(index, text)| self.text(&at.index(index), Some(text))).collect()
    }

    /// Returns a slug that must be there and be the first of its name.
    pub(super) fn slug(&mut self, at: &KeyPath, slug: Option<String>, seen: &mut Seen) -> String {
        let Some(slug) = slug else {
            self.problem(at, "is missing");
            return String::new();
        };
        if is_slug(&slug) {
            self.once(at, &slug, seen);
        } else {
            self.problem(at, "must be 1 to 64 of a-z, 0-9 and `-`");
        }
        slug
    }

    /// Notes a problem if `value` was said before.
    pub(super) fn once(&mut self, at: &KeyPath, value: &str, seen: &mut Seen) {
        if let Some(first) = seen.get(value) {
            self.problem(at, format_args!("repeats `{first}`"));
        } else {
            seen.insert(value.to_owned(), at.clone());
        }
    }

    /// Returns an address that can be fetched; absent when there is none.
    pub(super) fn http_url(&mut self, at: &KeyPath, text: Option<&str>) -> Option<Url> {
        let url = Url::parse(text?).ok();
        let url = url.filter(|url| matches!(url.scheme(), "http" | "https"));
        if url.is_none() {
            self.problem(at, "must be an http or https address");
        }
        url
    }

    /// Returns a path that starts at the folder of the configuration file.
    pub(super) fn path(&self, path: &str) -> PathBuf {
        self.base.join(path)
    }
}

/// Whether text can be a publisher's key, an area's slug or a preset's name.
pub(crate) fn is_slug(text: &str) -> bool {
    let allowed = |byte: u8| matches!(byte, b'a'..=b'z' | b'0'..=b'9' | b'-');
    (1..=64).contains(&text.len()) && text.bytes().all(allowed)
}
