//! Where a redirect may lead.
//!
//! Only the step is judged here; the address it leads to is judged like that of a first request.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use reqwest::header::LOCATION;
use url::Url;

use super::error::Endpoint;
use super::error::FetchError;
use super::host::HostKey;

/// Whether the status says that the body is elsewhere and a GET will do to have it.
pub(super) fn is_followed(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Returns where the redirect that answered `from` leads.
///
/// # Errors
/// When `Location` is missing or unreadable, leads away from HTTP, or from HTTPS to plain HTTP:
/// the body could then be read and changed on the way, though the operator asked for a secure one.
pub(super) fn target(from: &Url, headers: &HeaderMap) -> Result<Url, FetchError> {
    let location =
        headers.get(LOCATION).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
    let Some(Ok(target)) = location.map(|location| from.join(location)) else {
        return Err(FetchError::Location { endpoint: Endpoint::of(from) });
    };
    match (from.scheme(), target.scheme()) {
        (_, "https") | ("http", "http") => Ok(target),
        (_, "http") => Err(FetchError::Downgrade { endpoint: Endpoint::of(&target) }),
        (_, scheme) => {
            Err(FetchError::Scheme { endpoint: Endpoint::of(&target), scheme: scheme.to_owned() })
        }
    }
}

/// Whether both are one server, where the headers meant for it still belong; also where it asks to be spoken to over
/// HTTPS instead, each on its usual port.
pub(super) fn keeps_headers(from: &Url, target: &Url) -> bool {
    let on_https = |url: &Url| {
        let mut secure = url.clone();
        secure.set_scheme("https").ok()?;
        HostKey::derive(&secure)
    };
    let is_secured = from.scheme() == "http" && target.scheme() == "https";
    let from = if is_secured { on_https(from) } else { HostKey::derive(from) };
    from.is_some() && from == HostKey::derive(target)
}

#[cfg(test)]
mod tests {
    use reqwest::header::HeaderValue;

    use super::*;

    /// Returns the target, or the class of the refusal.
    fn outcome(from: &str, location: Option<&'static str>) -> String {
        let from = Url::parse(from).unwrap();
        let location = location.map(|location| (LOCATION, HeaderValue::from_static(location)));
        match target(&from, &location.into_iter().collect()) {
            Ok(url) => url.into(),
            Err(error) => error.class().to_owned(),
        }
    }

    #[test]
    fn redirects_stay_on_http_and_never_lose_encryption() {
        let cases = [
            ("http://a.example/x", Some("https://a.example/y"), "https://a.example/y"),
            ("http://a.example/x", Some("http://b.example/"), "http://b.example/"),
            ("https://a.example/x/1", Some("2?page=3"), "https://a.example/x/2?page=3"),
            ("https://a.example/x", Some("//b.example/y"), "https://b.example/y"),
            ("https://a.example/x", Some("http://a.example/x"), "downgrade"),
            ("https://a.example/x", Some("file:///etc/passwd"), "scheme"),
            ("http://a.example/x", Some("ftp://a.example/x"), "scheme"),
            ("http://a.example/x", Some("http://[::1"), "location"),
            ("http://a.example/x", None, "location"),
        ];
        for (from, location, expected) in cases {
            assert_eq!(outcome(from, location), expected, "{from} to {location:?}");
        }
    }

    #[test]
    fn headers_go_to_the_same_server_alone_and_over_https_too() {
        let cases = [
            ("http://a.example/x", "http://a.example/y", true),
            ("https://a.example/x", "https://A.example.:443/y", true),
            ("http://a.example/x", "https://a.example/x", true),
            ("http://a.example:80/x", "https://a.example:443/x", true),
            ("http://a.example/x", "https://b.example/x", false),
            ("http://a.example/x", "https://www.a.example/x", false),
            ("http://a.example/x", "https://a.example:8443/x", false),
            ("http://a.example:8080/x", "https://a.example/x", false),
            ("http://a.example:8080/x", "http://a.example:8081/x", false),
            ("https://a.example/x", "https://a.example:8443/x", false),
            ("https://a.example/x", "https://b.example/x", false),
        ];
        for (from, target, expected) in cases {
            let url = |text: &str| Url::parse(text).unwrap();
            assert_eq!(keeps_headers(&url(from), &url(target)), expected, "{from} to {target}");
        }
    }
}
