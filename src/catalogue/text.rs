//! Words as search sees them: accents and case folded, endings cut, one letter forgiven.

use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How long a word may be; longer ones are noise.
const MAX_WORD_CHARS: usize = 40;

/// From how many letters on a word may be written wrong.
const MIN_FORGIVEN_CHARS: usize = 5;

/// Folds accents and case.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase).collect()
}

/// Folds a text so that [`words_of`] finds its words: an apostrophe is no boundary, `women's` is one word.
pub(super) fn fold_for_words(text: &str) -> String {
    let folded = fold(text);
    if folded.contains('\'') || folded.contains('\u{2019}') {
        return folded.replace(['\'', '\u{2019}'], "");
    }
    folded
}

/// Returns the words of a text that was folded for it, in order.
pub(super) fn words_of(folded: &str) -> impl Iterator<Item = &str> {
    let is_ascii = folded.is_ascii();
    // Where the next letter is, or the next that is none. Most texts are ASCII, for which bytes will do.
    let next = move |text: &str, letter: bool| {
        if is_ascii {
            text.bytes().position(|b| b.is_ascii_alphanumeric() == letter)
        } else {
            text.find(|c: char| c.is_alphanumeric() == letter)
        }
    };
    let mut rest = folded;
    let words = std::iter::from_fn(move || {
        let (_, from_word) = rest.split_at(next(rest, true)?);
        let (word, after) = from_word.split_at(next(from_word, false).unwrap_or(from_word.len()));
        rest = after;
        Some(word)
    });
    let is_short =
        |word: &&str| word.len() <= MAX_WORD_CHARS || word.chars().nth(MAX_WORD_CHARS).is_none();
    words.filter(is_short)
}

/// Returns the folded words of a text in order.
pub(super) fn words(text: &str) -> Vec<String> {
    words_of(&fold_for_words(text)).map(str::to_owned).collect()
}

/// Cuts the English endings of a folded word: `classes` and `class`, `swimming` and `swim` are one.
///
/// [Snowball's English stemmer](https://snowballstem.org/algorithms/english/stemmer.html). A stem need
/// not be a word.
pub(super) fn stem(word: &str) -> String {
    Stemmer::create(Algorithm::English).stem(word).into_owned()
}

/// Returns every word that one slip of the hand makes of a word: a letter left out, added, changed, or
/// changed places with the next; none for short words.
pub(super) fn slips(word: &str) -> Vec<String> {
    let letters: Vec<char> = word.chars().collect();
    if letters.len() < MIN_FORGIVEN_CHARS {
        return Vec::new();
    }
    let mut slips = Vec::new();
    for at in 0..=letters.len() {
        let (before, after) = letters.split_at(at);
        let mut add = |middle: &[char], after: &[char]| {
            slips.push(before.iter().chain(middle).chain(after).collect::<String>());
        };
        for letter in 'a'..='z' {
            add(&[letter], after);
        }
        let Some((here, after)) = after.split_first() else { continue };
        add(&[], after);
        for letter in ('a'..='z').filter(|letter| letter != here) {
            add(&[letter], after);
        }
        if let Some((next, after)) = after.split_first() {
            add(&[*next, *here], after);
        }
    }
    slips.sort_unstable();
    slips.dedup();
    slips.retain(|slip| slip != word);
    slips
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_and_endings_do_not_matter() {
        for (a, b) in [
            ("Classes", "class"),
            ("beginners", "Beginner"),
            ("Café", "cafe"),
            ("matches", "match"),
            ("activities", "activity"),
            ("Swimming", "swim"),
            ("walks", "walking"),
        ] {
            let stems = |text: &str| words(text).iter().map(|word| stem(word)).collect::<Vec<_>>();
            assert_eq!(stems(a), stems(b), "{a} {b}");
        }
        assert_eq!(words("Women’s tennis, bus"), ["womens", "tennis", "bus"]);
    }

    #[test]
    fn one_slip_is_forgiven_in_longer_words() {
        for slip in ["badmintn", "badmington", "badmintom", "badimnton", "adminton"] {
            assert!(slips(slip).contains(&"badminton".to_owned()), "{slip}");
        }
        assert!(!slips("badmitom").contains(&"badminton".to_owned()), "two slips are two");
        assert!(slips("yoga").is_empty());
    }
}
