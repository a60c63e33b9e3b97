//! Where a page's `next` leads, and whether it may be followed.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/#paging>. The URL is opaque: it is
//! followed as published, never built.

use url::Url;

/// What a page's `next` asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Next {
    /// The page is the last one: ask for it again later.
    Last,
    /// There is another page.
    Page(Url),
    /// There is no way on, for this reason. What the page held is kept.
    Blocked(String),
}

/// Judges the `next` of a page. `hosts` are further hosts the publisher's feeds are configured on.
pub(super) fn next_of(page: &Url, next: Option<&str>, item_count: usize, hosts: &[String]) -> Next {
    let Some(next) = next else {
        return Next::Blocked("the page has no `next`; every RPDE page needs one".to_owned());
    };
    // What it is instead is not told: it may carry a key.
    let Some(next) = resolve(page, next) else {
        return Next::Blocked("`next` is not a web address".to_owned());
    };
    if is_same_page(page, &next) {
        if item_count == 0 {
            return Next::Last;
        }
        return Next::Blocked("`next` leads to the page itself although it holds items".to_owned());
    }
    let host = next.host_str().unwrap_or_default();
    if Some(host) != page.host_str() && !hosts.iter().any(|known| known == host) {
        return Next::Blocked(format!("`next` leads to another host, {host}"));
    }
    Next::Page(next)
}

/// Resolves a relative `next`; a scheme is never taken down from https to http.
fn resolve(page: &Url, next: &str) -> Option<Url> {
    let mut url = page.join(next.trim()).ok()?;
    if !matches!(url.scheme(), "http" | "https") || url.host_str().is_none() {
        return None;
    }
    if page.scheme() == "https" && url.scheme() == "http" {
        url.set_scheme("https").ok()?;
    }
    Some(url)
}

/// Compares pages: scheme, order of parameters and percent-encoding do not matter.
pub(super) fn is_same_page(a: &Url, b: &Url) -> bool {
    let pairs = |url: &Url| {
        let mut pairs: Vec<(String, String)> = url.query_pairs().into_owned().collect();
        pairs.sort();
        pairs
    };
    let path = |url: &Url| url.path().trim_end_matches('/').to_owned();
    a.host() == b.host() && a.port() == b.port() && path(a) == path(b) && pairs(a) == pairs(b)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn judge(page: &str, next: Option<&str>, items: usize) -> Next {
        next_of(&page.parse().unwrap(), next, items, &["b.org".to_owned()])
    }

    #[test]
    fn only_an_empty_page_that_points_to_itself_is_the_last() {
        let page = "https://a.org/feed?afterTimestamp=1&afterId=a%3A1";
        assert_eq!(
            judge(page, Some("http://A.org/feed?afterId=a:1&afterTimestamp=1"), 0),
            Next::Last
        );
        assert!(matches!(judge(page, Some(page), 2), Next::Blocked(_)));
        let on =
            judge("https://a.org/feed", Some("https://a.org/feed?afterTimestamp=0&afterId="), 0);
        assert_eq!(on, Next::Page("https://a.org/feed?afterTimestamp=0&afterId=".parse().unwrap()));
    }

    #[test]
    fn next_may_be_relative_but_not_lead_away() {
        let page = "https://a.org/x/feed";
        let url = |text: &str| Next::Page(text.parse().unwrap());
        assert_eq!(judge(page, Some("/feed?after=1"), 1), url("https://a.org/feed?after=1"));
        assert_eq!(judge(page, Some("?after=1"), 1), url("https://a.org/x/feed?after=1"));
        assert_eq!(judge(page, Some("http://a.org/f?after=1"), 1), url("https://a.org/f?after=1"));
        assert_eq!(judge(page, Some("https://b.org/f"), 1), url("https://b.org/f"));
        assert_eq!(judge(page, Some("http://b.org/f?after=1"), 1), url("https://b.org/f?after=1"));
        for next in
            [None, Some("https://evil.org/f"), Some("localhost:3000/f"), Some("file:///etc")]
        {
            assert!(matches!(judge(page, next, 1), Next::Blocked(_)), "{next:?}");
        }
    }
}
