//! What lets people into online meetings: links, numbers and passwords. Whoever has one can walk in.

use std::borrow::Cow;
use std::ops::Range;

use percent_encoding::percent_decode_str;

use super::detail::count_digits;
use super::text::is_one_of;
use super::text::words;

/// Tells whether an identifier would let somebody in: a joining link, or an address with a user name or a
/// password.
fn lets_in(identifier: &str) -> bool {
    // `https:/` is read as `https://` by browsers.
    let has_user = |rest: &str| {
        let authority = rest.trim_start_matches('/').split(['/', '?', '#']).next();
        authority.is_some_and(|authority| authority.contains('@'))
    };
    // What is left of a link that was broken after its host.
    let is_broken_off = identifier.contains("?pwd=");
    is_joining_link(identifier) || is_broken_off || identifier.split(":/").skip(1).any(has_user)
}

/// Tells whether an address lets whoever has it join an online meeting, also by way of another address
/// that it is part of (`https://safe.example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F1`).
pub(super) fn is_joining_link(text: &str) -> bool {
    if !names_joining_host(text) && !text.contains('%') {
        return false;
    }
    let lower = decoded(text).to_lowercase();
    has_jitsi_room(&lower) || JOINING_HOSTS.iter().any(|host| has_room(&lower, host))
}

/// Decodes a text until nothing in it is encoded any more, or hidden between its letters.
pub(super) fn decoded(text: &str) -> Cow<'_, str> {
    let mut decoded = Cow::Borrowed(text);
    for _ in 0..MOST_ENCODED {
        if !decoded.contains('%') {
            break;
        }
        decoded = percent_decode_str(&decoded).decode_utf8_lossy().into_owned().into();
    }
    decoded
}

/// Tells whether a host, or one under it, stands in an address with the way to a room behind it, or as that of a
/// number that is dialled (`1234567890@zoomcrc.com`).
fn has_room(address: &str, &(first, others): &(&str, &str)) -> bool {
    address.match_indices(others).any(|(at, _)| {
        let (before, from) = address.split_at(at);
        let Some(before) = before.strip_suffix(first) else { return false };
        let rest = from.strip_prefix(others).unwrap_or_default();
        let is_host = !before.ends_with(|c: char| c.is_alphanumeric() || c == '-');
        let dialled = before.strip_suffix('@').is_some_and(|before| {
            let local = before.rsplit(between_words).next().unwrap_or_default();
            local.contains(|c: char| c.is_ascii_digit())
        });
        is_host && (dialled || leads_on(rest))
    })
}

/// Tells whether something follows a host: a path or a question, perhaps after a port.
fn leads_on(rest: &str) -> bool {
    let rest = rest.strip_prefix('.').unwrap_or(rest);
    let rest = match rest.strip_prefix(':') {
        Some(port) => port.trim_start_matches(|c: char| c.is_ascii_digit()),
        None => rest,
    };
    let way = rest.strip_prefix(['/', '?', '#', '\\', '_']);
    way.is_some_and(|way| way.starts_with(|c: char| !between_words(c)))
}

/// Anybody may run Jitsi, and names the host after it; without the name of a room it lets nobody in.
fn has_jitsi_room(address: &str) -> bool {
    let is_of_host = |c: char| c.is_ascii_alphanumeric() || c == '-' || c == '.';
    address.match_indices(JITSI).any(|(at, _)| {
        let (before, from) = address.split_at(at);
        let outside = before.trim_end_matches(is_of_host);
        let rest = from.trim_start_matches(is_of_host);
        let host = address.len() - outside.len() - rest.len();
        let is_named =
            address.get(outside.len()..outside.len() + host).is_some_and(|host| host.contains('.'));
        let is_in_path =
            outside.ends_with('/') && !outside.ends_with("//") && !outside.ends_with(":/");
        is_named && !is_in_path && !outside.ends_with('@') && leads_on(rest)
    })
}

/// Tells whether an address or an identifier lets somebody in, or holds the number of a meeting.
pub(super) fn invites(stated: &str) -> bool {
    lets_in(stated) || holds_number(stated)
}

/// Tells whether a text holds what lets people in: a link to an online meeting or with a password, or the
/// number of a meeting.
pub(super) fn mentions_joining_link(text: &str) -> bool {
    let may = names_joining_host(text) || (text.contains('@') && text.contains(":/"));
    (may && text.split(between_words).any(lets_in)) || holds_number(text)
}

fn holds_number(text: &str) -> bool {
    !numbers(text).is_empty() || !dialled(text).is_empty()
}

/// Tells whether a host is named anywhere: looked for around each dot, since nearly no text has any, and
/// Jitsi by its rare first letter.
fn names_joining_host(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_jitsi_at = |at: usize| starts_with(bytes.get(at..), JITSI);
    if memchr::memchr2_iter(b'j', b'J', bytes).any(is_jitsi_at) {
        return true;
    }
    memchr::memchr_iter(b'.', bytes).any(|dot| {
        let is_among = |at: Option<usize>, known: &[u8]| {
            let byte = at.and_then(|at| bytes.get(at));
            byte.is_some_and(|byte| known.contains(&byte.to_ascii_lowercase()))
        };
        if !is_among(dot.checked_sub(1), BEFORE_DOTS) || !is_among(Some(dot + 1), AFTER_DOTS) {
            return false;
        }
        let is_at = |(first, others): &(&str, &str)| {
            let start = dot.checked_sub(first.len());
            let named = start.and_then(|start| bytes.get(start..dot));
            named.is_some_and(|named| named.eq_ignore_ascii_case(first.as_bytes()))
                && starts_with(bytes.get(dot..), others)
        };
        JOINING_HOSTS.iter().any(is_at)
    })
}

fn starts_with(bytes: Option<&[u8]>, word: &str) -> bool {
    let start = bytes.and_then(|bytes| bytes.get(..word.len()));
    start.is_some_and(|start| start.eq_ignore_ascii_case(word.as_bytes()))
}

/// Replaces links that let people in, and with them numbers and passwords of meetings.
pub(super) fn without_joining_links(text: String) -> String {
    if !mentions_joining_link(&text) {
        return text;
    }
    let mut out = String::with_capacity(text.len());
    for piece in text.split_inclusive(between_words) {
        let word = piece.trim_end_matches(between_words);
        if lets_in(word) {
            out.push_str("(link given on booking)");
            out.push_str(piece.strip_prefix(word).unwrap_or_default());
        } else {
            out.push_str(piece);
        }
    }
    for find in [dialled, numbers, passwords] {
        for span in find(&out).into_iter().rev() {
            out.replace_range(span, GIVEN);
        }
    }
    out
}

/// What stands in place of a number or a password.
const GIVEN: &str = "(given on booking)";

/// Returns where stands what a telephone dials once it was answered: the number of a meeting, and its password
/// (`+441632960123,,85312345678#,,,,*998877#`).
fn dialled(text: &str) -> Vec<Range<usize>> {
    let is_tone = |c: char| c.is_ascii_digit() || ",#*+".contains(c);
    let mut end = 0;
    let bytes = text.as_bytes();
    let pauses = memchr::memchr_iter(b',', bytes).filter(|at| bytes.get(at + 1) == Some(&b','));
    let pauses = pauses.filter_map(|at| {
        let (before, from) = text.split_at(at);
        let rest = from.trim_start_matches(is_tone);
        let tones = from.strip_suffix(rest)?.trim_end_matches(',');
        let is_apart = at >= end && before.ends_with(|c: char| c.is_ascii_digit());
        let is_dialled = is_apart && tones.contains(|c: char| c.is_ascii_digit());
        let is_dialled = is_dialled && !ends_in_address(before);
        end = end.max(at + tones.len());
        is_dialled.then_some(at..at + tones.len())
    });
    pauses.collect()
}

/// Returns where numbers of meetings stand, in order: as long as these are, behind words that say so.
fn numbers(text: &str) -> Vec<Range<usize>> {
    if count_digits(text) < SHORTEST_NUMBER {
        return Vec::new();
    }
    let is_other = |c: char| !c.is_ascii_digit() && !is_gap(c);
    let pieces = text.split_inclusive(is_other).scan(0, |end, piece| {
        *end += piece.len();
        Some((*end, piece.trim_start_matches(is_gap)))
    });
    let spans = pieces.filter_map(|(end, piece)| {
        let start = end - piece.len();
        Some(start..start + length_of_number(piece)?)
    });
    let is_meeting = |span: &Range<usize>| {
        let number = text.get(..span.start).zip(text.get(span.clone()));
        number.is_some_and(|(before, number)| {
            let is_other = before.ends_with('+') || is_dialled(number);
            !is_other && announces_number(before, number, text) && !ends_in_address(before)
        })
    };
    spans.filter(is_meeting).collect()
}

/// Returns how long the number is that a text begins with, if it has as many digits as those of meetings, in
/// groups as these have: neither a date nor what stands before or behind it.
fn length_of_number(text: &str) -> Option<usize> {
    let (mut digits, mut length, mut end) = (0, 0, 0);
    for group in text.split_inclusive(|c: char| !c.is_ascii_digit()) {
        let more = group.bytes().take_while(u8::is_ascii_digit).count();
        let is_another =
            digits >= SHORTEST_NUMBER && more >= SHORTEST_GROUP && group.starts_with('0');
        let is_short = more < SHORTEST_GROUP && !BEFORE_SHORT_GROUP.contains(&digits);
        if more > 0 && (is_short || is_another || digits + more > LONGEST_NUMBER) {
            break;
        }
        if more > 0 {
            digits += more;
            length = end + more;
        }
        end += group.len();
    }
    (digits >= SHORTEST_NUMBER).then_some(length)
}

/// Tells whether a number is one of a telephone: it begins with what is dialled first at home or from abroad.
fn is_dialled(number: &str) -> bool {
    let digits = count_digits(number);
    number.starts_with('0') || (number.starts_with("44") && digits == "447700900123".len())
}

/// Tells whether a text ends within an address: what stands in the way to a page is no number of a meeting.
fn ends_in_address(text: &str) -> bool {
    let word = text.rsplit(between_words).next().unwrap_or_default().to_ascii_lowercase();
    ["http://", "https://", "www."].iter().any(|start| word.contains(start))
}

/// Tells whether the words before a number say that it is the number of a meeting; `ID` alone does where the
/// text is of one.
fn announces_number(before: &str, number: &str, text: &str) -> bool {
    let mut back = before.rsplit(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    let mut last = back.clone();
    let is_id = last.next().is_some_and(|word| word.eq_ignore_ascii_case("ID"));
    if !is_id && is_of_times(number) {
        return false;
    }
    let names = |known: &[&str]| words(text).any(|word| is_one_of(word, known));
    let is_on_platform = || names(&PLATFORMS) || is_on_teams(text);
    let is_other_id = last.next().is_some_and(|word| {
        is_one_of(word, &OTHER_IDS) || (is_one_of(word, &IDS_OF_SESSIONS) && !is_on_platform())
    });
    let announces = back.find(|word| !is_one_of(word, &BEFORE_NUMBERS));
    announces.is_some_and(|word| is_one_of(word, &MEETINGS))
        || (is_id && !is_other_id && names(&ONLINE))
}

fn is_on_teams(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ON_TEAMS.iter().any(|named| text.contains(named))
}

/// Tells whether a number is made of years or times of day alone: `2025-2026-2027`, `1030 1130 1730`.
fn is_of_times(number: &str) -> bool {
    let is_time = |group: &str| {
        let Some((hours, minutes)) = group.split_at_checked(2) else { return false };
        group.len() == 4 && ("00".."24").contains(&hours) && ("00".."60").contains(&minutes)
    };
    let mut groups = number.split(is_gap).filter(|group| !group.is_empty());
    groups.all(|group| is_year(group) || is_time(group))
}

/// Tells whether a text is a year of our time.
pub(super) fn is_year(text: &str) -> bool {
    text.len() == 4 && (1900..2100).contains(&text.parse().unwrap_or(0))
}

/// Returns where passwords stand, in order: what has a digit, or stands alone behind a colon.
fn passwords(text: &str) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let behind = |(at, label): (usize, &str)| {
        let (before, after) = (lower.get(..at)?, lower.get(at + label.len()..)?);
        if before.ends_with(char::is_alphanumeric) || after.starts_with(char::is_alphabetic) {
            return None;
        }
        let word_before = before.trim_end().rsplit(|c: char| !c.is_alphanumeric()).next();
        let rest = behind_label(after);
        let start = lower.len() - rest.len();
        let between = after.strip_suffix(rest)?;
        // People buy passes, too; beside what was taken out it is a password.
        let is_beside = before
            .trim_end_matches(|c: char| c.is_whitespace() || ",;.(-".contains(c))
            .ends_with(GIVEN.trim_start_matches('('));
        let is_pass = label == PASS && !is_beside;
        if is_pass && (!between.contains([':', '=']) || between.contains(char::is_alphabetic)) {
            return None;
        }
        let length = length_of_password(between, rest)?;
        if is_short(label) && is_season(rest.get(..length)?) {
            return None;
        }
        (word_before != Some("no")).then_some(start..start + length)
    };
    let found = PASSWORDS.iter().flat_map(|label| lower.match_indices(label)).filter_map(behind);
    let mut found: Vec<_> = found.collect();
    found.sort_by_key(|span| span.start);
    let mut end = 0;
    found.retain(|span| {
        let is_apart = span.start >= end;
        end = end.max(span.end);
        is_apart
    });
    found
}

/// Returns what stands behind the label of a password, with what is only said between: `(case sensitive) for the
/// meeting is`.
fn behind_label(after: &str) -> &str {
    let is_said = |c: char| c.is_alphabetic() || c == ' ';
    let mut rest = after;
    for _ in 0..MOST_BETWEEN {
        let trimmed = rest.trim_start_matches(|c: char| c.is_whitespace());
        let remark = trimmed.strip_prefix('(').map(|remark| remark.trim_start_matches(is_said));
        if let Some((":", after)) =
            remark.and_then(|after| after.strip_prefix(')')?.split_at_checked(1))
        {
            return after.trim_start_matches(before_passwords);
        }
        rest = rest.trim_start_matches(before_passwords);
        let end = rest.find(|c: char| !c.is_alphabetic()).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        if !is_one_of(word, &BEFORE_PASSWORDS) {
            break;
        }
        rest = after;
    }
    rest
}

fn length_of_password(between: &str, rest: &str) -> Option<usize> {
    // A longer word is no password, and looked at again behind each label within it.
    let most = rest.char_indices().nth(LONGEST_PASSWORD).map_or(rest.len(), |(at, _)| at);
    let (rest, _) = rest.split_at(most);
    let end = rest.find(between_words).unwrap_or(rest.len());
    let (word, after) = rest.split_at(end);
    let word = word.trim_end_matches('.');
    if word.starts_with(['£', '€', '$']) {
        return None;
    }
    let is_code = word.bytes().any(|b| b.is_ascii_digit());
    let is_alone = word.len() < end || !after.starts_with(' ');
    let is_alone = is_alone && between.contains([':', '=']);
    if word.len() >= SHORTEST_PASSWORD {
        return (is_code || is_alone).then_some(word.len());
    }
    // `123 456 78`
    let is_of_group = |c: char| c.is_ascii_digit() || c == ' ';
    let grouped = rest.split(|c: char| !is_of_group(c)).next()?.trim_end();
    let is_grouped = word.len() >= SHORTEST_GROUP && word.bytes().all(|b| b.is_ascii_digit());
    (is_grouped && grouped.len() > word.len() + SHORTEST_GROUP).then_some(grouped.len())
}

/// Tells whether a label of passwords is a word that stands beside years too, as a pass for one does.
fn is_short(label: &str) -> bool {
    [PASS, "pin"].contains(&label)
}

/// Tells whether a word is a year, or two: `2026/27`.
fn is_season(word: &str) -> bool {
    let (first, second) = word.split_once('/').unwrap_or((word, "00"));
    let is_short = second.len() == 2 && second.bytes().all(|b| b.is_ascii_digit());
    is_year(first) && (is_short || is_year(second))
}

fn before_passwords(c: char) -> bool {
    c.is_whitespace() || ":=#*-–\"'“‘(".contains(c)
}

fn between_words(c: char) -> bool {
    c.is_whitespace() || "<>\"'“”‘’()[],;|".contains(c)
}

/// Tells whether a character stands between the digits of a number.
fn is_gap(c: char) -> bool {
    matches!(c, ' ' | '-' | '.' | '\u{a0}' | '\u{2010}'..='\u{2013}')
}

/// What the number of a meeting is told by.
const MEETINGS: [&str; 10] = [
    "conference",
    "meeting",
    "meetingid",
    "teams",
    "webex",
    "webexid",
    "webinar",
    "webinarid",
    "zoom",
    "zoomid",
];

/// What may stand between that and the number.
const BEFORE_NUMBERS: [&str; 24] = [
    "access", "all", "call", "class", "classes", "code", "details", "each", "enter", "every",
    "for", "id", "is", "join", "link", "no", "num", "number", "our", "room", "session", "sessions",
    "the", "use",
];

/// What else has an `ID`.
const OTHER_IDS: [&str; 5] = ["charity", "club", "company", "member", "membership"];

/// What has one that may be that of a meeting.
const IDS_OF_SESSIONS: [&str; 7] =
    ["activity", "booking", "class", "course", "event", "site", "venue"];

/// Where meetings are held.
const PLATFORMS: [&str; 3] = ["skype", "webex", "zoom"];

/// Teams play as well: these are where meetings are held.
const ON_TEAMS: [&str; 11] = [
    "microsoft teams",
    "ms teams",
    "ms-teams",
    "on teams",
    "via teams",
    "using teams",
    "through teams",
    "with teams",
    "teams meeting",
    "teams link",
    "teams call",
];

/// What may stand between the label of a password and the password.
const BEFORE_PASSWORDS: [&str; 13] = [
    "all", "call", "class", "classes", "for", "is", "meeting", "our", "session", "sessions", "the",
    "this", "zoom",
];

/// How many words of these are passed over.
const MOST_BETWEEN: usize = 6;

/// What says that a text is of an online meeting.
const ONLINE: [&str; 9] =
    ["dial", "online", "passcode", "password", "skype", "teams", "webex", "webinar", "zoom"];

const PASSWORDS: [&str; 11] = [
    "passcode",
    "password",
    "pass code",
    "pass-code",
    "access code",
    "access-code",
    "security code",
    "pwd",
    PASS,
    "pin",
    "pw",
];

const PASS: &str = "pass";

/// Digits of the shortest number of a meeting, and of the longest.
const SHORTEST_NUMBER: usize = 9;
const LONGEST_NUMBER: usize = 13;

/// Digits of the shortest group of a number, but for the last: `312 845 678 901 2`, `123 456 789 0`.
const SHORTEST_GROUP: usize = 3;
const BEFORE_SHORT_GROUP: [usize; 2] = [9, 12];

/// How often an address is encoded within another one at most.
const MOST_ENCODED: usize = 4;

const SHORTEST_PASSWORD: usize = 4;
const LONGEST_PASSWORD: usize = 64;

const JITSI: &str = "jitsi";

/// The hosts of meetings, up to their first dot and from it on.
const JOINING_HOSTS: [(&str, &str); 18] = [
    ("zoom", ".us"),
    ("zoom", ".com"),
    ("zoomgov", ".com"),
    ("zoomcrc", ".com"),
    ("teams", ".microsoft.com"),
    ("teams", ".cloud.microsoft"),
    ("teams", ".live.com"),
    ("meet", ".google.com"),
    ("tel", ".meet"),
    ("gmeet", ".redirect.com"),
    ("join", ".skype.com"),
    ("meet", ".goto.com"),
    ("webex", ".com"),
    ("whereby", ".com"),
    ("jit", ".si"),
    ("gotomeeting", ".com"),
    ("gotomeet", ".me"),
    ("bluejeans", ".com"),
];

/// What stands beside the first dot of each. Most dots of a text stand between others.
const BEFORE_DOTS: &[u8] = b"cglmnstvxy";
const AFTER_DOTS: &[u8] = b"cglmrsu";

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_host_is_known() {
        for (first, others) in JOINING_HOSTS {
            assert!(BEFORE_DOTS.contains(first.as_bytes().last().unwrap()), "{first}");
            assert!(AFTER_DOTS.contains(&others.as_bytes()[1]), "{others}");
            let link = format!("https://{}{others}/a", first.to_uppercase());
            assert!(is_joining_link(&link), "{link}");
        }
    }

    #[test]
    fn joining_links_are_recognised_by_host() {
        assert!(is_joining_link("https://us02web.zoom.us/j/1?pwd=x"));
        assert!(is_joining_link("ZOOM.US/j/1"));
        assert!(is_joining_link("https://safe.example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F1"));
        assert!(is_joining_link("Joinhttps://zoom.us/j/1"));
        assert!(!is_joining_link("https://example.org/zoom.us"));
        assert!(!is_joining_link("https://notzoom.us/"));
        assert!(is_joining_link("https://teams.cloud.microsoft/l/meetup-join/abc"));
        for link in ["https://jitsi.belnet.be/yoga", "meet-JITSI.example.org:8443/yoga"] {
            assert!(is_joining_link(link), "{link}");
        }
        for link in [
            "https://us02web.zoom.us./j/1",
            "https:/us02web.zoom.us/j/1",
            "https://us02web.zoom%2Eus/j/1",
            "https://safe.example.org/?url=https%253A%252F%252Fzoom.us%252Fj%252F1",
            "https://urldefense.proofpoint.com/v2/url?u=https-3A__us02web.zoom.us_j_1&d=a",
            "https://www.google.com/url?q=us02web.zoom.us/j/1",
            "85312345678@zoomcrc.com",
            "sip:4123456789@gmeet.redirect.com",
            "Link:us02web.zoom.us/j/1",
            "👉zoom.us/j/1",
            "**zoom.us/j/1**",
        ] {
            assert!(is_joining_link(link), "{link}");
        }
        for other in [
            "Jitsi.",
            "https://jitsi.org/",
            "me@jitsi.org/a",
            "https://x.org/jitsi.html",
            "https://zoom.us",
            "info@webex.com",
            "zoom.us.example.org/j/1",
        ] {
            assert!(!is_joining_link(other), "{other}");
        }
    }

    #[test]
    fn joining_links_are_taken_out_of_text() {
        let text = "Join at (https://zoom.us/j/1), or ring us.".to_owned();
        assert_eq!(without_joining_links(text), "Join at ((link given on booking)), or ring us.");
        assert_eq!(without_joining_links("Zoom class".to_owned()), "Zoom class");
        let text = "Watch at https://me:secret@example.org/1 or write to me@example.org".to_owned();
        let without = "Watch at (link given on booking) or write to me@example.org";
        assert_eq!(without_joining_links(text), without);
    }

    /// Takes out what lets people in; a star stands for what is taken out.
    fn is_taken_out(texts: &[(&str, &str)]) {
        for (text, expected) in texts {
            let expected = expected.replace("(link *)", "(link given on booking)");
            let expected = expected.replace('*', "(given on booking)");
            assert_eq!(without_joining_links((*text).to_owned()), expected);
            assert!(mentions_joining_link(text), "{text}");
        }
    }

    #[test]
    fn numbers_and_passwords_of_meetings_are_taken_out_of_text() {
        is_taken_out(&[
            (
                "At https://zoom.us/j/1 Meeting ID: 853 1234 5678 Passcode: 998877",
                "At (link given on booking) Meeting ID: * Passcode: *",
            ),
            ("Meeting ID: 853 1234 5678\nPasscode: Yoga", "Meeting ID: *\nPasscode: *"),
            ("Zoom ID 853-1234-5678, password yoga1.", "Zoom ID *, password *."),
            ("Zoom - Meeting ID 853 1234 5678 Password 1234", "Zoom - Meeting ID * Password *"),
            (
                "Webinar ID is 853123456. Password: sent to you on booking.",
                "Webinar ID is *. Password: sent to you on booking.",
            ),
            ("Zoom ID 853 1234 5678, no password needed", "Zoom ID *, no password needed"),
            ("Zoom ID 853 1234 5678 pwd: passcode=1234", "Zoom ID * pwd: *"),
        ]);
    }

    #[test]
    fn invitations_are_known_as_they_are_really_written() {
        is_taken_out(&[
            (
                "Zoom Meeting (ID: 853 1234 5678, Passcode: abcd)",
                "Zoom Meeting (ID: *, Passcode: *)",
            ),
            ("Meeting-ID: 853\u{a0}1234\u{2011}5678", "Meeting-ID: *"),
            ("MEETINGID: 85312345678", "MEETINGID: *"),
            ("Zoom: 853 1234 5678 pass: 9988", "Zoom: * pass: *"),
            ("Zoom code 853 1234 5678, pw: 9988", "Zoom code *, pw: *"),
            ("Zoom 853 1234 5678 PIN: 123 456#", "Zoom * PIN: *#"),
            ("Teams meeting: 312 845 678 901 2", "Teams meeting: *"),
            ("Video Conference ID: 123 456 789 0", "Video Conference ID: *"),
            (
                "One tap mobile +442034815240,,85312345678#,,,,*998877# UK",
                "One tap mobile +442034815240* UK",
            ),
            ("Ring +44 20 3443 6294,,412345678#.", "Ring +44 20 3443 6294*."),
            ("Meeting ID for all sessions: 853.1234.5678", "Meeting ID for all sessions: *"),
            ("ID 853 1234 5678 Passcode 998877", "ID * Passcode *"),
            ("Zoom details: 853 1234 5678, PIN: 123 456 78#", "Zoom details: *, PIN: *#"),
            ("Zoom 853 1234 5678 Pass-code: 998877", "Zoom * Pass-code: *"),
            ("Zoom 853 1234 5678 password “SECR1x”", "Zoom * password “*”"),
            (
                "Zoom 853 1234 5678 password (case sensitive): SECR1x",
                "Zoom * password (case sensitive): *",
            ),
            (
                "Zoom 853 1234 5678. The password for the meeting is SECR1x",
                "Zoom *. The password for the meeting is *",
            ),
            (
                "https://zoom.us/\nj/8531234567?pwd=SECR1 85312345678@zoomcrc.com",
                "https://zoom.us/\n(link *) (link *)",
            ),
            ("Dial in, ID 853 1234 5678", "Dial in, ID *"),
            (
                "Meeting ID: 853 1234 5678 01632 960123 for help",
                "Meeting ID: * 01632 960123 for help",
            ),
            (
                "https://zoom.us/j/1 No password 2026 season, pinned boards",
                "(link given on booking) No password 2026 season, pinned boards",
            ),
            ("Zoom: 853 1234 5678 Pass : 9988 or pass=1234", "Zoom: * Pass : * or pass=*"),
            (
                "Book online, class ID 123456789, ID 853 1234 5678",
                "Book online, class ID 123456789, ID *",
            ),
            ("Zoom class ID 853 1234 5678", "Zoom class ID *"),
            ("Zoom: 853 1234 5678 Passcode: 2024", "Zoom: * Passcode: *"),
            ("Zoom class ID 1030 1130 1730", "Zoom class ID *"),
            ("Zoom class 2345 1130 1761", "Zoom class *"),
            ("https://x.org/a;Zoom-ID:85312345678", "https://x.org/a;Zoom-ID:*"),
        ]);
    }

    #[test]
    fn an_id_beside_a_platform_and_a_pass_beside_a_number_are_of_the_meeting() {
        is_taken_out(&[
            (
                "Join us on Zoom! Event ID: 853 1234 5678 Passcode: 112233",
                "Join us on Zoom! Event ID: * Passcode: *",
            ),
            (
                "Join on Zoom. Meeting ID 853 1234 5678 pass 4321",
                "Join on Zoom. Meeting ID * pass *",
            ),
            ("We meet on Teams. Booking ID 853 1234 5678", "We meet on Teams. Booking ID *"),
            ("Teams link sent. Course ID 853 123 456 789", "Teams link sent. Course ID *"),
            ("Zoom ID: 853 1234 5678, Pass 4321", "Zoom ID: *, Pass *"),
            ("Zoom ID: 853 1234 5678 (pass is yoga2026)", "Zoom ID: * (pass is *)"),
        ]);
    }

    #[test]
    fn what_is_bought_or_a_year_is_no_password() {
        for text in [
            "Class ID 4567890123 - mixed teams",
            "Teams of five. Booking ID: 987654321. Ring to book.",
            "Monthly pass: £25.50",
            "A swim pass is £25.50 for all",
            "Season pass 2026/27 on sale",
            "Season pass: 2026/27 or pin: 2026",
            "You pass 1066 houses",
            "Password: €9.50",
        ] {
            let link = "https://zoom.us/j/1 ".to_owned();
            let expected = format!("(link given on booking) {text}");
            assert_eq!(without_joining_links(link + text), expected);
        }
    }

    #[test]
    fn other_numbers_stay() {
        for text in [
            "Password: 1234 for the gate.",
            "Meeting ID on booking, ring 01632 960123.",
            "The weekly Zoom meeting: 01632 960123",
            "The weekly Zoom meeting: +441632960123 or 44 1632 960123",
            "First Zoom meeting: 2026-12-01 18:30",
            "Meeting point: grid reference 512345 178901",
            "Charity ID 512345678",
            "Book online. Charity ID: 512345678",
            "Book online with class ID 123456789.",
            "U9 teams 2016-2017-2018 welcome",
            "Zoom class 1030 1130 1730",
            "Zoom meeting 1234567890123456",
            "https://www.club.example.org/teams/123456789",
            "See www.club.example.org/webinar/1234567890 or https://x.org/a?b=1,,2",
        ] {
            assert_eq!(without_joining_links(text.to_owned()), text);
            assert!(!mentions_joining_link(text), "{text}");
        }
    }

    #[test]
    fn a_text_of_nothing_but_labels_is_read_once() {
        let text = format!("https://zoom.us/j/1 {}", "pwd".repeat(300_000));
        assert!(without_joining_links(text).starts_with("(link given on booking) pwdpwd"));
    }
}
