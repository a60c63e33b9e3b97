//! Details by which people are reached, and what lets people in: which of them must not be published, and
//! where they stand.

use std::cmp::Reverse;
use std::ops::Range;

use super::context::Context;
use super::location::access_details;
use super::meeting::is_year;
use super::organization::private_details;
use super::text::is_one_of;
use super::text::words;

/// What must not be published: an address or a number by which a private person is reached, or what lets into a
/// meeting.
pub(super) struct Detail {
    words: String,
    /// The number it is, as [`number_of`] makes it, which may be written in other groups.
    number: Option<String>,
    /// It lets into a meeting.
    pub(super) lets_in: bool,
}

/// Where a detail is looked for. A word that somebody made a password means something else in most places.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Within {
    /// In what is said of the service.
    Text,
    /// In a name or label that others share.
    Name,
    /// In a link.
    Link,
}

/// Returns what must be published nowhere: how private persons are reached, and what lets into meetings.
pub(super) fn withheld(cx: &Context<'_>) -> Vec<Detail> {
    let private = private_details(cx).into_iter().map(Detail::reaching);
    // Sessions repeat what lets into them. What holds another one goes first.
    let mut access: Vec<&str> = access_details(cx).filter(|detail| !detail.is_empty()).collect();
    access.sort_unstable_by_key(|detail| (Reverse(detail.len()), *detail));
    access.dedup();
    private.chain(access.into_iter().filter_map(Detail::letting_in)).collect()
}

impl Detail {
    /// Of an address or a number.
    fn reaching(stated: &str) -> Self {
        Self { words: stated.to_owned(), number: number_of(stated), lets_in: false }
    }

    /// Nothing for what stands for other things as well: a few letters or digits, a short word, a year.
    fn letting_in(stated: &str) -> Option<Self> {
        let has_digit = stated.bytes().any(|b| b.is_ascii_digit());
        let shortest = if has_digit { SHORTEST_CODE } else { SHORTEST_WORD };
        if stated.len() < shortest || is_year(stated) {
            return None;
        }
        Some(Self { words: stated.to_owned(), number: number_of(stated), lets_in: true })
    }

    /// Tells whether the detail stands in a text.
    pub(super) fn is_in(&self, text: &str, within: Within) -> bool {
        !self.spans(text, within).is_empty()
    }

    /// Tells whether an address or a number is what a private person is reached by.
    pub(super) fn reaches_at(&self, stated: &str) -> bool {
        !self.lets_in && is_same(stated, &self.words)
    }

    /// Replaces the detail where it stands as words of its own: an address in capitals or not, a number however it
    /// is grouped.
    pub(super) fn taken_out_of(&self, text: String, within: Within) -> String {
        let mut spans = self.spans(&text, within);
        if spans.is_empty() {
            return text;
        }
        spans.sort_by_key(|span| span.start);
        let mut out = String::with_capacity(text.len());
        let mut end = 0;
        for span in spans {
            let Some(before) = text.get(end..span.start) else { continue }; // within the one before
            out.push_str(before);
            out.push_str("(given on booking)");
            end = span.end;
        }
        out.push_str(text.get(end..).unwrap_or_default());
        out
    }

    fn spans(&self, text: &str, within: Within) -> Vec<Range<usize>> {
        if within == Within::Name && self.is_word() {
            return Vec::new();
        }
        let mut spans = words_in(text, &self.words);
        let is_short = self.lets_in && self.words.len() < SHORTEST_IN_LINK;
        if within == Within::Link && (is_short || self.is_word()) {
            // As the value of a parameter it is what it was made for.
            spans.retain(|span| text.get(..span.start).is_some_and(|before| before.ends_with('=')));
        }
        spans.extend(self.number.iter().flat_map(|number| places_of(number, text)));
        spans
    }

    /// Tells whether the detail is written as other words are: letters alone, with no capital but the first.
    fn is_word(&self) -> bool {
        let is_word = |word: &str| {
            word.chars().all(char::is_alphabetic) && !word.chars().skip(1).any(char::is_uppercase)
        };
        self.words.split(' ').all(is_word)
    }
}

/// Tells whether a published detail is, or holds, another one, however the two are written.
pub(super) fn is_same(published: &str, detail: &str) -> bool {
    let (published, detail) = (without_scheme(published), without_scheme(detail));
    if detail.contains('@') {
        return published.eq_ignore_ascii_case(detail);
    }
    let published = digits(published);
    let mut numbers = numbers_in(detail).into_iter().filter_map(number_of);
    numbers.any(|number| published.contains(&number))
}

/// Returns each address and each number of a field.
pub(super) fn each_in(stated: &str) -> impl Iterator<Item = &str> {
    let addresses = stated.split(between_addresses).map(without_scheme);
    addresses.filter(|address| address.contains('@')).chain(numbers_in(stated))
}

/// Returns each number of a field as it is written there.
pub(super) fn numbers_in(stated: &str) -> Vec<&str> {
    let is_apart = |c: char| {
        let is_between = matches!(c, '+' | '(' | ')' | '.' | '-' | '\u{2010}'..='\u{2013}');
        !c.is_ascii_digit() && !c.is_whitespace() && !is_between
    };
    let mut numbers = Vec::new();
    for mut piece in stated.split(is_apart) {
        while let Some((one, rest)) = end_of_number(piece).and_then(|at| piece.split_at_checked(at))
        {
            numbers.push(one);
            piece = rest;
        }
        numbers.push(piece);
    }
    let numbers = numbers.into_iter().map(trimmed);
    numbers.filter(|number| count_digits(number) >= SHORTEST_NUMBER).collect()
}

/// Returns where a number ends that another one, or something in brackets, follows with a blank alone between them.
fn end_of_number(piece: &str) -> Option<usize> {
    let mut ends = piece.match_indices([' ', '(']).map(|(at, _)| at);
    ends.find(|at| {
        let Some((before, after)) = piece.split_at_checked(*at) else { return false };
        let (length, after) = (count_digits(before), after.trim_start());
        let is_other = after.starts_with(['+', '(']) && length >= SHORTEST_NUMBER;
        let is_next = after.starts_with('0') && length >= USUAL_NUMBER;
        is_other || (is_next && count_digits(piece) > LONGEST_NUMBER)
    })
}

/// Returns a number with a plus and whole brackets and without what else stands around it.
fn trimmed(number: &str) -> &str {
    let is_before = |c: char| !c.is_ascii_digit() && c != '+' && c != '(';
    let is_behind = |c: char| !c.is_ascii_digit() && c != ')';
    let number = number.trim_start_matches(is_before).trim_end_matches(is_behind);
    if number.contains('(') == number.contains(')') {
        number
    } else {
        number.trim_matches(['(', ')'])
    }
}

/// Counts the digits of a number.
pub(super) fn count_digits(text: &str) -> usize {
    text.bytes().filter(u8::is_ascii_digit).count()
}

/// Returns the digits of a number without what is dialled before them at home or from abroad; nothing for an
/// address, and for what is too short to reach anybody.
fn number_of(detail: &str) -> Option<String> {
    let number = digits(detail);
    let number =
        ["0044", "44"].iter().find_map(|code| number.strip_prefix(code)).unwrap_or(&number);
    let number = number.trim_start_matches('0');
    (number.len() >= SHORTEST_NUMBER && !detail.contains('@')).then(|| number.to_owned())
}

/// Returns an address or a number without the scheme of a link.
pub(super) fn without_scheme(detail: &str) -> &str {
    let detail = detail.trim();
    let scheme = detail.split_once(':').filter(|(scheme, _)| is_one_of(scheme, &["mailto", "tel"]));
    scheme.map_or(detail, |(_, rest)| rest.trim())
}

/// The `(0)` of `+44 (0)113` is not dialled.
fn digits(number: &str) -> String {
    number.replace("(0)", "").chars().filter(char::is_ascii_digit).collect()
}

/// Returns where a detail stands as words of its own; in capitals or not, unless words of other meaning may be written
/// like it, and no password is told of.
fn words_in(text: &str, detail: &str) -> Vec<Range<usize>> {
    let Some(first) = detail.as_bytes().first() else { return Vec::new() };
    let starts = memchr::memchr2_iter(
        first.to_ascii_lowercase(),
        first.to_ascii_uppercase(),
        text.as_bytes(),
    );
    let is_whole = |span: &Range<usize>| {
        let Some(found) = text.get(span.clone()) else { return false };
        let (before, after) = (text.get(..span.start), text.get(span.end..));
        let is_same = found == detail
            || (found.eq_ignore_ascii_case(detail)
                && (is_unlike_words(detail) || before.is_some_and(tells_of_password)));
        is_same
            && !before.is_some_and(|before| before.ends_with(char::is_alphanumeric))
            && !after.is_some_and(|after| after.starts_with(char::is_alphanumeric))
    };
    starts.map(|at| at..at + detail.len()).filter(is_whole).collect()
}

/// Tells whether a detail has digits or signs, or a capital within a word: `SunshineFlow`.
fn is_unlike_words(detail: &str) -> bool {
    let is_cased = |pair: &[u8]| pair.iter().map(u8::is_ascii_uppercase).eq([false, true]);
    detail.contains(|c: char| !c.is_alphabetic() && c != ' ')
        || detail.split(' ').any(|word| word.as_bytes().windows(2).any(is_cased))
}

/// Tells whether the sentence that a text ends in tells of a password.
fn tells_of_password(before: &str) -> bool {
    let sentence = before.rsplit(['.', '!', '?', '\n']).next().unwrap_or_default();
    let is_label = |word: &str| is_one_of(word, &PASSWORDS);
    words(sentence).any(is_label)
}

const PASSWORDS: [&str; 3] = ["password", "passcode", "code"];

/// Returns where a number stands, with what is dialled before it, as no part of another one.
fn places_of(number: &str, text: &str) -> Vec<Range<usize>> {
    if count_digits(text) < number.len() {
        return Vec::new();
    }
    let ends_in_digit = |text: &str| text.ends_with(|c: char| c.is_ascii_digit());
    let digits = text.char_indices().filter(|(_, c)| c.is_ascii_digit());
    let digits: Vec<(usize, char)> = digits.collect();
    let span_of = |found: &[(usize, char)]| {
        let (start, end) = (found.first()?.0, found.last()?.0 + 1);
        let is_number = found.iter().map(|(_, digit)| *digit).eq(number.chars());
        let within = text.get(start..end)?;
        let goes_on = text.get(end..)?.starts_with(|c: char| c.is_ascii_digit());
        let is_other = |c: char| !c.is_ascii_digit() && !is_gap(c) && !SEPARATORS.contains(c);
        if !is_number || goes_on || within.contains(is_other) {
            return None;
        }
        let mut before = text.get(..start)?;
        for code in ["0", "0044", "+44", "44", "+440", "00440", "440"] {
            let is_between = |c: char| is_gap(c) || SEPARATORS.contains(c);
            let rest = before.trim_end_matches(is_between).strip_suffix(code);
            before = rest.filter(|rest| !ends_in_digit(rest)).unwrap_or(before);
        }
        let whole = text.get(before.len()..end)?;
        if whole.contains(')') && !whole.contains('(') {
            before = before.strip_suffix('(').unwrap_or(before);
        }
        (!ends_in_digit(before)).then_some(before.len()..end)
    };
    digits.windows(number.len()).filter_map(span_of).collect()
}

/// Tells whether a character stands between the digits of a number.
fn is_gap(c: char) -> bool {
    c.is_whitespace() || matches!(c, '(' | ')' | '.' | '-' | '/' | '\u{2010}'..='\u{2013}')
}

/// What else stands there where somebody hides a number from machines.
const SEPARATORS: &str = "_,·•~:—−";

fn between_addresses(c: char) -> bool {
    c.is_whitespace() || ",;<>()".contains(c)
}

/// Digits of the shortest number that reaches somebody, of a usual one, and of the longest.
const SHORTEST_NUMBER: usize = 6;
const USUAL_NUMBER: usize = 10;
const LONGEST_NUMBER: usize = 15;

const SHORTEST_CODE: usize = 4;
const SHORTEST_WORD: usize = 6;

/// Characters of the shortest code that is no other number in a link.
const SHORTEST_IN_LINK: usize = 6;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_detail_is_known_however_it_is_written() {
        for (published, detail, expected) in [
            ("07700 900123", "07700900123", true),
            ("+44 7700 900123", "07700 900123", true),
            ("+44 (0)7700 900123", "tel:07700-900-123", true),
            ("tel:07700900123", "0044 7700 900123", true),
            ("0113 496 0000 or 07700 900123", "+447700900123", true),
            ("07700 900123", "0113 496 0000 or +447700900123 after 6", true),
            ("mailto:Jane@Example.org ", "jane@example.org", true),
            ("mary-jane@example.org", "jane@example.org", false),
            ("0113 496 0000", "07700 900123", false),
            ("0113 496 0000", "", false),
        ] {
            assert_eq!(is_same(published, detail), expected, "{published} {detail}");
        }
    }

    fn without(text: &str, details: &[Detail], within: Within) -> String {
        details.iter().fold(text.to_owned(), |text, detail| detail.taken_out_of(text, within))
    }

    #[test]
    fn what_reaches_people_is_taken_out_as_whole_words() {
        // A star stands for what is taken out.
        for (text, detail, expected) in [
            ("a@x.org", "a@x.org", "*"),
            ("É Jane@X.org, ring", "jane@x.ORG", "É *, ring"),
            ("Mary.Jane@x.org!", "mary.jane@x.org", "*!"),
            ("Write to a@x.org or b@x.org", "a@x.org, b@x.org", "Write to * or *"),
            ("Ages 16-18. 07700 900123 only", "07700900123", "Ages 16-18. * only"),
            ("+44 (0)7700-900 123.", "07700900123", "*."),
            ("07700\u{2011}900\u{2011}123", "07700900123", "*"),
            ("+4407700900123 or 07700_900_123", "07700900123", "* or *"),
            ("07700·900·123", "07700 900123", "*"),
            ("(07700) 900123", "+44 7700 900123", "*"),
            ("Ring (0044) 7700 900123", "07700 900123", "Ring *"),
            ("0044 7700 900123/1", "07700 900123", "*/1"),
            ("107700900123, 077009001234", "07700900123", "107700900123, 077009001234"),
            ("7700 or 900123", "07700900123", "7700 or 900123"),
            ("Ring 07700 900123", "07700 900123 ext. 2", "Ring *"),
            ("Ring 07700 900123", "01632 960123/07700 900123", "Ring *"),
            ("Ring 07700 900123 or 01632 960123", "01632 960123 07700 900123", "Ring * or *"),
            ("Ring 020 7946 0123", "020 7946 0123 (after 6pm)", "Ring *"),
            ("Equipment not provided", "Not provided", "Equipment not provided"),
        ] {
            let expected = expected.replace('*', "(given on booking)");
            let details: Vec<Detail> = each_in(detail).map(Detail::reaching).collect();
            for within in [Within::Text, Within::Name, Within::Link] {
                assert_eq!(without(text, &details, within), expected);
            }
        }
    }

    #[test]
    fn what_lets_into_meetings_is_taken_out_where_it_means_nothing_else() {
        for (text, detail, places) in [
            ("Gate *", "12", [false; 3]),
            ("Gentle *", "yoga", [false; 3]),
            ("Since *", "2026", [false; 3]),
            ("Anytown *, Leeds", "Fitness", [true, false, false]),
            ("https://x.org/*/1?a=Fitnesses", "Fitness", [true, false, false]),
            ("https://x.org/?code=*", "Fitness", [true, false, true]),
            ("Equipment *", "Not provided", [true, false, false]),
            ("https://g.co/meet/*", "abc-defg-hij", [true; 3]),
            ("At *", "https://live.example.org/join/abcdef", [true; 3]),
            ("https://x.org/room/*", "kQzTbWpRxy", [true; 3]),
            ("https://x.org/*", "RiversideYogaRoom", [true; 3]),
            ("https://x.org/?code=*", "4711", [true; 3]),
            ("Code *", "4711", [true, true, false]),
            ("Ring *, or 10770.", "0770", [true, true, false]),
            ("Over 50 *", "852 1111 2222", [true; 3]),
            ("Join * now", "flex99", [true; 3]),
        ] {
            let published = text.replace('*', detail);
            let details = Vec::from_iter(Detail::letting_in(detail));
            for (within, is_out) in
                [Within::Text, Within::Name, Within::Link].into_iter().zip(places)
            {
                let expected = if is_out { "(given on booking)" } else { detail };
                let expected = text.replace('*', expected);
                assert_eq!(without(&published, &details, within), expected);
                assert_eq!(details.iter().any(|d| d.is_in(&published, within)), is_out);
            }
        }
    }

    #[test]
    fn a_word_is_no_password_in_other_letters_unless_it_is_said_to_be_one() {
        // A star stands for what is taken out.
        for (text, detail, expected) in [
            ("Better fitness", "Fitness", "Better fitness"),
            ("The code is fitness. Better fitness", "Fitness", "The code is *. Better fitness"),
            ("Anytown Fitness", "FITNESS", "Anytown Fitness"),
            ("Password sunshineflow, or SUNSHINEFLOW", "SunshineFlow", "Password *, or *"),
            ("Sunshineflow", "SunshineFlow", "*"),
            ("FLEX99", "Flex99", "*"),
        ] {
            let details = Vec::from_iter(Detail::letting_in(detail));
            let expected = expected.replace('*', "(given on booking)");
            assert_eq!(without(text, &details, Within::Text), expected, "{text}");
        }
    }
}
