//! Words as search sees them: accents and case folded, endings cut, one letter forgiven.

use rust_stemmers::Algorithm;
use rust_stemmers::Stemmer;
use unicode_normalization::UnicodeNormalization as _;
use unicode_normalization::char::is_combining_mark;

/// How much of a word is looked at.
const MAX_WORD_CHARS: usize = 40;

/// From how many letters on a word may be written wrong.
const MIN_FORGIVEN_CHARS: usize = 5;

/// Folds accents and case.
pub(super) fn fold(text: &str) -> String {
    if text.is_ascii() {
        return text.to_ascii_lowercase();
    }
    let letters = text.nfkd().filter(|c| !is_combining_mark(*c)).flat_map(char::to_lowercase);
    let mut folded = String::with_capacity(text.len());
    for letter in letters {
        match plain(letter) {
            Some(plain) => folded.push_str(plain),
            None => folded.push(letter),
        }
    }
    folded
}

/// Returns how a small letter is written without accents that Unicode takes for a part of it.
fn plain(letter: char) -> Option<&'static str> {
    Some(match letter {
        'ł' => "l",
        'ø' => "o",
        'đ' | 'ð' => "d",
        'ħ' => "h",
        'ı' => "i",
        'ß' => "ss",
        'æ' => "ae",
        'œ' => "oe",
        'þ' => "th",
        _ => return None,
    })
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
    words.map(|word| match word.char_indices().nth(MAX_WORD_CHARS) {
        Some((end, _)) => word.split_at(end).0,
        None => word,
    })
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
    let stem = Stemmer::create(Algorithm::English).stem(word);
    // The plurals that it does not know and classes are named with.
    match stem.as_ref() {
        "children" => "child".to_owned(),
        "women" => "woman".to_owned(),
        "men" => "man".to_owned(),
        _ => stem.into_owned(),
    }
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
            ("children", "child"),
            ("Children's", "child"),
            ("Women’s", "woman"),
            ("men", "man"),
        ] {
            let stems = |text: &str| words(text).iter().map(|word| stem(word)).collect::<Vec<_>>();
            assert_eq!(stems(a), stems(b), "{a} {b}");
        }
        assert_ne!(stem("people"), stem("personal"), "older people, not personal training");
        assert_eq!(words("Women’s tennis, bus"), ["womens", "tennis", "bus"]);
        assert_eq!(words("Łódź SØREN straße Æther"), ["lodz", "soren", "strasse", "aether"]);
        assert_eq!(
            words("STRAẞE œuvre Đà Ðór Þór Ħal ılık"),
            ["strasse", "oeuvre", "da", "dor", "thor", "hal", "ilik"]
        );
    }

    #[test]
    fn of_a_long_word_the_beginning_counts() {
        let long = "é".repeat(50);
        assert_eq!(words(&format!("a {long} b")), ["a", &"e".repeat(40), "b"]);
        assert_eq!(words(&"z".repeat(40)), ["z".repeat(40)]);
        assert_eq!(words(&"я".repeat(41)), ["я".repeat(40)]);
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
