//! What publishers call things, as it is written into columns.

use std::borrow::Cow;

use sha1::Digest as _;
use sha1::Sha1;

/// The longest name that is written as it is, in bytes. An entry of an index has room for 2,700.
const LONGEST: usize = 1_024;

/// Returns what a text is looked for by: its bytes, and of a longer one the first thousand and a digest
/// of all, which no shorter text can be.
pub(super) fn name(text: &str) -> Vec<u8> {
    let bytes = text.as_bytes();
    if bytes.len() <= LONGEST {
        return bytes.to_vec();
    }
    let mut name = bytes.iter().copied().take(LONGEST).collect::<Vec<_>>();
    name.extend_from_slice(&Sha1::digest(bytes));
    name
}

/// Returns the whole text where its name is not.
pub(super) fn whole(text: &str) -> Option<&[u8]> {
    (text.len() > LONGEST).then_some(text.as_bytes())
}

/// Returns the text that was written as name and whole.
pub(super) fn text_of(name: &[u8], whole: Option<&[u8]>) -> String {
    String::from_utf8_lossy(whole.unwrap_or(name)).into_owned()
}

/// Tells whether a name is not the whole text.
pub(super) fn is_cut(name: &[u8]) -> bool {
    name.len() > LONGEST
}

/// Returns a text that a column for text takes: without NUL, which only hostile ones hold.
pub(super) fn text(text: &str) -> Cow<'_, str> {
    if text.contains('\0') { text.replace('\0', "\u{fffd}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_short_and_differ_where_texts_do() {
        let base = "https://example.org/".repeat(60);
        let texts = ["", "a", "a\0", &base, &format!("{base}1"), &format!("{base}2")];
        let names: Vec<_> = texts.iter().map(|text| name(text)).collect();
        for (text, name) in texts.iter().zip(&names) {
            assert!(name.len() <= LONGEST + 20);
            assert_eq!(text_of(name, whole(text)), **text);
            assert_eq!(names.iter().filter(|other| *other == name).count(), 1, "{text}");
        }
    }
}
