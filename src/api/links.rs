//! `Link` headers: the pages around a page, the licences of what is shown, and whose it is.
//!
//! Specification: [RFC 8288](https://www.rfc-editor.org/rfc/rfc8288).

use axum::http::HeaderValue;

use super::params::Paging;
use super::params::Params;

/// Returns links to the first, the previous, the next and the last page.
pub(super) fn of_pages(
    base: &str,
    path: &str,
    params: &Params,
    paging: Paging,
    total: usize,
) -> Vec<String> {
    let last = paging.last(total);
    let link = |page: usize, relation: &str| {
        format!("<{base}{path}?{}>; rel=\"{relation}\"", params.with_page(page))
    };
    let mut links = vec![link(1, "first"), link(last, "last")];
    if paging.page > 1 {
        links.push(link((paging.page - 1).min(last), "prev"));
    }
    if paging.page < last {
        links.push(link(paging.page + 1, "next"));
    }
    links
}

/// Returns links to the licences of the sources, and to the page that names every source.
fn of_sources(base: &str, licences: &[String]) -> Vec<String> {
    let licences = licences.iter().map(|licence| format!("<{licence}>; rel=\"license\""));
    let sources =
        format!("<{base}/#sources>; rel=\"copyright\"; title=\"Sources and attribution\"");
    licences.chain([sources]).collect()
}

/// Returns the header that holds links, and after them those of the sources.
pub(super) fn header(mut links: Vec<String>, base: &str, licences: &[String]) -> HeaderValue {
    links.extend(of_sources(base, licences));
    // Only where a licence has an odd address.
    HeaderValue::try_from(links.join(", ")).unwrap_or_else(|_| HeaderValue::from_static(""))
}
