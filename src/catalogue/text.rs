//! Words as search sees them: accents and case folded, plurals cut.

use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How long a word may be; longer ones are noise.
const MAX_WORD_CHARS: usize = 40;

/// Folds accents and case.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Returns the folded words of a text in order, cut to their stems.
pub(super) fn words(text: &str) -> impl Iterator<Item = String> {
    let folded = fold(text);
    // An apostrophe is no boundary: `women's` is one word.
    let folded = folded.replace(['\'', '\u{2019}'], "");
    let words: Vec<String> = folded
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty() && word.chars().count() <= MAX_WORD_CHARS)
        .map(|word| stem(word).to_owned())
        .collect();
    words.into_iter()
}

/// Cuts English plurals: `classes`, `activities` (to `activiti`), `beginners`. The cut is the same for
/// what is stored and what is asked, so the stem need not be a word; it is a prefix of the word, so that
/// a search for the beginning of a word finds it.
pub(super) fn stem(word: &str) -> &str {
    if word.len() < 4 || word.ends_with("ss") || word.ends_with("us") || word.ends_with("is") {
        return word;
    }
    let endings = ["sses", "shes", "ches", "xes", "zes"];
    if endings.iter().any(|ending| word.ends_with(ending)) {
        return word.strip_suffix("es").unwrap_or(word);
    }
    if let Some(stem) = word.strip_suffix("ies") {
        return word.get(..=stem.len()).unwrap_or(word);
    }
    word.strip_suffix('s').unwrap_or(word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn plurals_and_accents_do_not_matter() {
        for (a, b) in [
            ("Classes", "class"),
            ("beginners", "Beginner"),
            ("Café", "cafe"),
            ("Women’s", "womens"),
            ("matches", "match"),
        ] {
            assert_eq!(words(a).collect::<Vec<_>>(), words(b).collect::<Vec<_>>(), "{a} {b}");
        }
        assert_eq!(words("tennis bus yoga").collect::<Vec<_>>(), ["tennis", "bus", "yoga"]);
    }
}
