//! Links and e-mail addresses that may be published.

use std::net::Ipv4Addr;

use url::Url;

use super::detail::without_scheme;
use super::meeting::is_joining_link;

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
        || is_joining_link(parsed.as_str())
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

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
            ("https:\\\\us02web.zoom.us\\j\\1", None),
            ("https://us02web.zo\nom.us/j/1", None),
            ("https://us02web.zo\u{ad}om.us/j/1", None),
            ("https:us02web.zoom.us/j/1", None),
            ("https:///us02web.zoom.us/j/1", None),
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
    fn email_syntax_is_checked() {
        for address in ["a.b@x.org", " mailto:a.b@x.org ", "Mailto:a.b@x.org"] {
            assert_eq!(email(address).as_deref(), Some("a.b@x.org"), "{address}");
        }
        for bad in ["a@b", "a b@x.org", "@x.org", "a@x..org", "a@-x.org", "x"] {
            assert_eq!(email(bad), None, "{bad}");
        }
    }
}
