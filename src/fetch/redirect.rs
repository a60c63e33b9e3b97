//! Where a redirect may lead.
//!
//! Only the step is judged here; the address it leads to is judged like that of a first request.

use reqwest::StatusCode;
use reqwest::header::HeaderMap;
use reqwest::header::LOCATION;
use url::Url;

use super::error::Endpoint;
use super::error::FetchError;

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
}
