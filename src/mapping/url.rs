//! Links and e-mail addresses that may be published.

use std::net::Ipv4Addr;
use std::ops::Range;

use url::Url;

use super::detail::without_scheme;

/// Returns an absolute http(s) address, as published wherever that is a valid URI.
///
/// Never a link that lets people into an online meeting. `www.` gets a scheme. User names and passwords in addresses, other schemes and everything that is
/// not an address give nothing.
pub(super) fn web_address(text: &str) -> Option<String> {
    let text = text.trim();
    if is_plain(text) {
        return (!is_joining_link(text)).then(|| text.to_owned());
    }
    let with_scheme = if text.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("www.")) {
        format!("https://{text}")
    } else {
        text.to_owned()
    };
    let parsed = Url::parse(&with_scheme).ok()?;
    if !matches!(parsed.scheme(), "http" | "https")
        || !parsed.username().is_empty()
        || parsed.password().is_some()
        || parsed.host_str().is_none_or(|host| !host.contains('.') && host != "localhost")
        || is_joining_link(&with_scheme)
    {
        return None;
    }
    if is_uri(&with_scheme) {
        return Some(with_scheme);
    }
    let encoded: String = parsed.as_str().chars().map(encode_illegal).collect();
    if is_uri(&encoded) {
        return Some(encoded);
    }
    // A lone percent sign is meant as one.
    let encoded = encoded.replace('%', "%25");
    is_uri(&encoded).then_some(encoded)
}

/// Tells without taking it apart whether a text is an address as nearly all are: a host in small letters, or four
/// numbers, perhaps a port, and after it only what may stand in a URI.
fn is_plain(text: &str) -> bool {
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    let Some(rest) = rest else { return false };
    let (authority, _) = rest.split_at(rest.find(['/', '?', '#']).unwrap_or(rest.len()));
    let (host, port) = match authority.split_once(':') {
        Some((host, port)) => (host, Some(port)),
        None => (authority, None),
    };
    let is_port = |port: &str| !port.starts_with('+') && port.parse::<u16>().is_ok();
    is_plain_host(host) && port.is_none_or(is_port) && is_uri(rest)
}

/// Tells whether a host is a name of several labels that needs no judging, as one with letters of other scripts
/// does.
fn is_plain_host(host: &str) -> bool {
    let is_plain = |label: &str| {
        let is_written_so = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-';
        !label.is_empty() && label.bytes().all(is_written_so) && !label.starts_with("xn--")
    };
    let last = host.rsplit_once('.').map(|(_, last)| last);
    // A host that ends in a number is an address, or none.
    let is_name = last.is_some_and(|last| last.starts_with(|c: char| c.is_ascii_lowercase()));
    (is_name && host.split('.').all(is_plain)) || host.parse::<Ipv4Addr>().is_ok()
}

/// Tells whether an identifier would let somebody in: a joining link, or an address with a user name or a
/// password.
pub(super) fn lets_in(identifier: &str) -> bool {
    let has_user = |rest: &str| {
        let authority = rest.split(['/', '?', '#']).next().unwrap_or_default();
        authority.contains('@')
    };
    is_joining_link(identifier) || identifier.split("://").skip(1).any(has_user)
}

/// Tells whether every character may stand in a URI (RFC 3986) and every `%` starts an escape.
fn is_uri(text: &str) -> bool {
    let bytes = text.as_bytes();
    bytes.iter().enumerate().all(|(at, &b)| match b {
        b'%' => bytes.get(at + 1..at + 3).is_some_and(|hex| hex.iter().all(u8::is_ascii_hexdigit)),
        b'[' | b']' | b'^' | b'`' | b'{' | b'|' | b'}' | b'\\' | b'"' | b'<' | b'>' => false,
        _ => b.is_ascii_graphic(),
    })
}

fn encode_illegal(c: char) -> String {
    match c {
        '[' | ']' | '^' | '`' | '{' | '|' | '}' | '\\' => format!("%{:02X}", u32::from(c)),
        _ => c.to_string(),
    }
}

/// Tells whether an address lets whoever has it join an online meeting, also by way of another address
/// that it is part of (`https://safe.example.org/?url=https%3A%2F%2Fzoom.us%2Fj%2F1`).
pub(super) fn is_joining_link(text: &str) -> bool {
    if !names_joining_host(text) {
        return false;
    }
    let lower = text.to_lowercase().replace("%3a", ":").replace("%2f", "/");
    let is_known = |rest: &str| {
        let (host, room) =
            rest.split_at(rest.find(['/', '?', '#', '&', ':']).unwrap_or(rest.len()));
        let is_under = |known: &&str| {
            host == *known || host.strip_suffix(known).is_some_and(|before| before.ends_with('.'))
        };
        is_jitsi(host, room) || JOINING_HOSTS.iter().any(is_under)
    };
    match lower.split_once("://") {
        Some((_, rest)) => rest.split("://").any(is_known),
        None => is_known(&lower),
    }
}

/// Anybody may run Jitsi, and names the host after it; without the name of a room it lets nobody in.
fn is_jitsi(host: &str, room: &str) -> bool {
    room.len() > 1 && host.contains('.') && !host.contains('@') && host.contains(JITSI)
}

/// Tells whether a text holds what lets people in: a link to an online meeting or with a password, or the
/// number of a meeting.
pub(super) fn mentions_joining_link(text: &str) -> bool {
    let may = names_joining_host(text) || (text.contains('@') && text.contains("://"));
    (may && text.split(between_words).any(lets_in)) || !meeting_numbers(text).is_empty()
}

/// Tells whether a host is named anywhere: looked for around each dot, since nearly no text has any, and
/// Jitsi by its rare first letter.
fn names_joining_host(text: &str) -> bool {
    let bytes = text.as_bytes();
    let is_jitsi_at = |at: usize| {
        let named = bytes.get(at..at + JITSI.len());
        named.is_some_and(|named| named.eq_ignore_ascii_case(JITSI.as_bytes()))
    };
    if memchr::memchr2_iter(b'j', b'J', bytes).any(is_jitsi_at) {
        return true;
    }
    let is_at = |dot: usize, host: &str| {
        let start = host.find('.').and_then(|before| dot.checked_sub(before));
        let named = start.and_then(|start| bytes.get(start..start + host.len()));
        named.is_some_and(|named| named.eq_ignore_ascii_case(host.as_bytes()))
    };
    memchr::memchr_iter(b'.', bytes).any(|dot| {
        let before = dot.checked_sub(1).and_then(|before| bytes.get(before));
        before.is_some_and(|before| BEFORE_DOTS.contains(&before.to_ascii_lowercase()))
            && JOINING_HOSTS.iter().any(|host| is_at(dot, host))
    })
}

/// Replaces links that let people in, and with them numbers and passwords of meetings: whoever has one can walk
/// in.
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
    for find in [meeting_numbers, meeting_passwords] {
        for span in find(&out).into_iter().rev() {
            out.replace_range(span, "(given on booking)");
        }
    }
    out
}

/// Returns where numbers of meetings stand, in order.
fn meeting_numbers(text: &str) -> Vec<Range<usize>> {
    if text.bytes().filter(u8::is_ascii_digit).count() < SHORTEST_MEETING {
        return Vec::new();
    }
    let number = |_: &str, rest: &str| {
        let end = rest.find(|c: char| !c.is_ascii_digit() && !" -\u{a0}".contains(c));
        let number = rest.get(..end.unwrap_or(rest.len()))?.trim_end_matches([' ', '-', '\u{a0}']);
        let digits = number.bytes().filter(u8::is_ascii_digit).count();
        (digits >= SHORTEST_MEETING).then_some(number.len())
    };
    labelled(text, &MEETINGS, number)
}

/// Returns where passwords stand, in order: what has a digit, or stands alone behind a colon.
fn meeting_passwords(text: &str) -> Vec<Range<usize>> {
    let password = |between: &str, rest: &str| {
        let end = rest.find(between_words).unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let word = word.trim_end_matches('.');
        let is_code = word.bytes().any(|b| b.is_ascii_digit());
        let is_alone = word.len() < end || !after.starts_with(' ');
        let is_alone = is_alone && between.contains([':', '=']);
        (word.len() >= SHORTEST_PASSWORD && (is_code || is_alone)).then_some(word.len())
    };
    labelled(text, &PASSWORDS, password)
}

/// Returns where something of the length a reader tells stands behind one of these words, in order.
fn labelled(
    text: &str,
    labels: &[&str],
    length: impl Fn(&str, &str) -> Option<usize>,
) -> Vec<Range<usize>> {
    let lower = text.to_ascii_lowercase();
    let is_between = |c: char| c.is_whitespace() || ":=#*-–".contains(c);
    let behind = |(at, label): (usize, &str)| {
        let after = lower.get(at + label.len()..)?;
        let rest = after.trim_start_matches(is_between);
        let rest = rest.strip_prefix("is ").unwrap_or(rest).trim_start_matches(is_between);
        let start = lower.len() - rest.len();
        let between = after.strip_suffix(rest)?;
        Some(start..start + length(between, rest)?)
    };
    let found = labels.iter().flat_map(|label| lower.match_indices(label)).filter_map(behind);
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

fn between_words(c: char) -> bool {
    c.is_whitespace() || "<>\"'()[],;|".contains(c)
}

/// Returns a syntactically valid e-mail address.
pub(super) fn email(text: &str) -> Option<String> {
    let text = without_scheme(text);
    let (local, domain) = text.split_once('@')?;
    let local_ok = !local.is_empty()
        && !local.starts_with('.')
        && !local.ends_with('.')
        && !local.contains("..")
        && local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    let labels: Vec<_> = domain.split('.').collect();
    let domain_ok = labels.len() > 1
        && labels.iter().all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
        });
    (local_ok && domain_ok).then(|| text.to_owned())
}

/// Words before the number of a meeting.
const MEETINGS: [&str; 6] =
    ["meeting id", "meeting number", "zoom id", "zoom meeting", "webinar id", "conference id"];

const PASSWORDS: [&str; 5] = ["passcode", "password", "pass code", "access code", "pwd"];

/// Digits of the shortest number of a meeting.
const SHORTEST_MEETING: usize = 9;

const SHORTEST_PASSWORD: usize = 4;

const JITSI: &str = "jitsi";

const JOINING_HOSTS: [&str; 12] = [
    "zoom.us",
    "zoom.com",
    "teams.microsoft.com",
    "teams.cloud.microsoft",
    "teams.live.com",
    "meet.google.com",
    "webex.com",
    "whereby.com",
    "jit.si",
    "gotomeeting.com",
    "gotomeet.me",
    "bluejeans.com",
];

/// What stands before the first dot of each. Most dots of a text stand behind something else.
const BEFORE_DOTS: &[u8] = b"mstxyg";

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_stands_before_dots_is_that_of_the_hosts() {
        for host in JOINING_HOSTS {
            let (before, _) = host.split_once('.').unwrap();
            assert!(BEFORE_DOTS.contains(before.as_bytes().last().unwrap()), "{host}");
            assert!(names_joining_host(&format!("https://{}/", host.to_uppercase())), "{host}");
        }
    }

    #[test]
    fn only_web_addresses_pass() {
        for (text, expected) in [
            ("www.example.org/a", Some("https://www.example.org/a")),
            (" https://example.org ", Some("https://example.org")),
            ("http://example.org/?a[]=1", Some("http://example.org/?a%5B%5D=1")),
            ("https://example.org/a b", Some("https://example.org/a%20b")),
            ("https://example.org/100%", Some("https://example.org/100%25")),
            ("javascript:alert(1)", None),
            ("ftp://example.org", None),
            ("https://user:secret@example.org", None),
            ("example", None),
            ("https://intranet/", None),
            ("https://us02web.zoom.us/j/1?pwd=x", None),
        ] {
            assert_eq!(web_address(text).as_deref(), expected, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_plain_address_is_valid_as_it_stands(
            scheme in "https?|HTTP|ftp",
            host in r"([a-z0-9-]{0,5}|xn--[a-z0-9]{1,4}|[0-9]{1,4}|0x1f)(\.([a-z0-9-]{0,5}|é|[A-Z]|com|[0-9]{1,3})){0,4}",
            port in "(:[0-9+]{0,6})?",
            rest in r"([/?#][ -~é]{0,6})?",
        ) {
            let text = format!("{scheme}://{host}{port}{rest}");
            if is_plain(&text) {
                let parsed = Url::parse(&text);
                let has_host = parsed.as_ref().is_ok_and(|url| url.host_str() == Some(host.as_str()));
                prop_assert!(has_host, "{text}: {parsed:?}");
                prop_assert!(is_uri(&text), "{text}");
            }
        }
    }

    #[test]
    fn most_addresses_are_plain() {
        for text in
            ["https://opensessions.io/a/b?c=1#d", "http://127.0.0.1:8080", "https://a.b-c.uk"]
        {
            assert!(is_plain(text), "{text}");
        }
        for text in [
            "https://intranet/",
            "https://a.b:99999",
            "https://me@a.b",
            "https://1.2.3.999",
            "https://a.b/[1]",
        ] {
            assert!(!is_plain(text), "{text}");
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
        for other in ["Jitsi.", "https://jitsi.org/", "me@jitsi.org/a", "https://x.org/jitsi.html"]
        {
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

    #[test]
    fn numbers_and_passwords_of_meetings_are_taken_out_of_text() {
        let given = "(given on booking)";
        for (text, expected) in [
            (
                "At https://zoom.us/j/1 Meeting ID: 853 1234 5678 Passcode: 998877",
                format!("At (link given on booking) Meeting ID: {given} Passcode: {given}"),
            ),
            (
                "Meeting ID: 853 1234 5678\nPasscode: Yoga",
                format!("Meeting ID: {given}\nPasscode: {given}"),
            ),
            (
                "Zoom ID 853-1234-5678, password yoga1.",
                format!("Zoom ID {given}, password {given}."),
            ),
            (
                "Zoom - Meeting ID 853 1234 5678 Password 1234",
                format!("Zoom - Meeting ID {given} Password {given}"),
            ),
            (
                "Webinar ID is 853123456. Password: sent to you on booking.",
                format!("Webinar ID is {given}. Password: sent to you on booking."),
            ),
            (
                "Zoom ID 853 1234 5678, no password needed",
                format!("Zoom ID {given}, no password needed"),
            ),
            ("Zoom ID 853 1234 5678 pwd: passcode=1234", format!("Zoom ID {given} pwd: {given}")),
            ("Password: 1234 for the gate.", "Password: 1234 for the gate.".to_owned()),
            (
                "Meeting ID on booking, ring 01632 960123.",
                "Meeting ID on booking, ring 01632 960123.".to_owned(),
            ),
        ] {
            assert_eq!(without_joining_links(text.to_owned()), expected);
            assert_eq!(mentions_joining_link(text), text != expected, "{text}");
        }
    }

    #[test]
    fn email_syntax_is_checked() {
        for address in ["a.b@x.org", " mailto:a.b@x.org ", "Mailto:a.b@x.org"] {
            assert_eq!(email(address).as_deref(), Some("a.b@x.org"), "{address}");
        }
        for bad in ["a@b", "a b@x.org", "@x.org", "a@x..org", "a@-x.org", "x"] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }
}
