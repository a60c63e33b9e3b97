//! Answers with validators, compressed, and pages kept ready.
//!
//! Specification: [RFC 9110, conditional requests](https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests).
//! An entity tag is made of the content, so that it is the same on every machine and after a restart;
//! each compressed form has its own.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::OnceLock;

use arc_swap::ArcSwapOption;
use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::Response;
use bytes::Bytes;
use chrono::DateTime;
use chrono::Utc;
use hashbrown::DefaultHashBuilder;
use moka::sync::Cache;

use super::error::Problem;
use super::front;
use super::links;
use super::metrics::Metrics;

/// What is kept for one page beside its bytes.
const OVERHEAD_BYTES: usize = 1_500;

/// Smaller bodies are not worth compressing.
const MIN_COMPRESSED_BYTES: usize = 512;

/// Since when an answer is as it is.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    /// The time.
    pub(super) time: DateTime<Utc>,
    /// Whether the second of it tells the answer from an earlier one. Where it does not, the time is
    /// shown, but that a client names it proves nothing.
    pub(super) is_telling: bool,
}

impl From<DateTime<Utc>> for Since {
    fn from(time: DateTime<Utc>) -> Self {
        Self { time, is_telling: true }
    }
}

/// How many headers an answer has, with those that every answer is given besides.
const HEADERS: usize = 16;

/// A way to send a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

/// A body with its entity tag, and the forms of it that somebody asked for.
#[derive(Debug)]
pub(super) struct Page {
    body: Bytes,
    tag: String,
    since: Since,
    /// How many items the list has of which this is a page.
    pub(super) total: usize,
    forms: [OnceLock<Form>; 4],
    links: ArcSwapOption<Links>,
}

/// A body as it is sent.
#[derive(Debug)]
struct Form {
    bytes: Bytes,
    tag: String,
}

/// The headers of a page, as long as these are the address it was asked at and the licences.
#[derive(Debug)]
struct Links {
    base: String,
    licences: Arc<Vec<String>>,
    header: HeaderValue,
    /// For each form what an answer says of itself, whether or not the body goes with it.
    headers: [OnceLock<HeaderMap>; 4],
}

impl Page {
    /// `since` is when it last changed.
    pub(super) fn new(body: Bytes, total: usize, since: Since) -> Self {
        let tag = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&body));
        Self { body, tag, since, total, forms: Default::default(), links: ArcSwapOption::empty() }
    }

    /// Answers with the page, or says that the client has it already. `links` makes its links, after
    /// which those to the licences of the sources come.
    pub(super) async fn respond(
        &self,
        request: &HeaderMap,
        base: &str,
        licences: &Arc<Vec<String>>,
        links: impl FnOnce() -> Vec<String>,
    ) -> Response {
        let coding = self.coding(request);
        let form = &self.forms[coding as usize];
        let form = if let Some(form) = form.get() {
            form
        } else {
            let body = self.body.clone();
            let bytes = tokio::task::spawn_blocking(move || coding.compress(body)).await;
            let bytes = bytes.unwrap_or_else(|_| self.body.clone());
            let tag = format!("\"{}{}\"", self.tag, coding.suffix());
            form.get_or_init(|| Form { bytes, tag })
        };
        let links = Arc::new(Links {
            base: base.to_owned(),
            licences: Arc::clone(licences),
            header: links::header(links(), base, licences),
            headers: Default::default(),
        });
        self.links.store(Some(Arc::clone(&links)));
        self.answer(request, coding, form, &links)
    }

    /// Answers like [`respond`](Self::respond) if all that takes is there already, for the address
    /// that `is_base` knows.
    pub(super) fn ready(
        &self,
        request: &HeaderMap,
        licences: &Arc<Vec<String>>,
        is_base: impl Fn(&str) -> bool,
    ) -> Option<Response> {
        let coding = self.coding(request);
        let form = self.forms[coding as usize].get()?;
        let links = self.links.load();
        let is_same =
            |links: &&Arc<Links>| is_base(&links.base) && Arc::ptr_eq(&links.licences, licences);
        let links = links.as_ref().filter(is_same)?;
        Some(self.answer(request, coding, form, links))
    }

    fn answer(&self, request: &HeaderMap, coding: Coding, form: &Form, links: &Links) -> Response {
        let headers = links.headers[coding as usize].get_or_init(|| {
            let mut headers = HeaderMap::with_capacity(HEADERS);
            validate(&mut headers, &form.tag, self.since);
            headers.insert(header::LINK, links.header.clone());
            front::say_always(&mut headers);
            headers
        });
        let is_known = is_known(request, &form.tag, self.since);
        let body = if is_known { Body::empty() } else { Body::from(form.bytes.clone()) };
        let mut response = Response::new(body);
        // One copy costs less than as many headers put in.
        response.headers_mut().clone_from(headers);
        if is_known {
            *response.status_mut() = StatusCode::NOT_MODIFIED;
            return response;
        }
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(name) = coding.name() {
            headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
        }
        response
    }

    fn coding(&self, request: &HeaderMap) -> Coding {
        if self.body.len() < MIN_COMPRESSED_BYTES {
            Coding::Identity
        } else {
            Coding::accepted(request)
        }
    }
}

/// Puts validators and how long an answer may be kept into its headers.
pub(super) fn validate(headers: &mut HeaderMap, tag: &str, since: Since) {
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    if let Ok(since) = HeaderValue::try_from(http_date(since.time)) {
        headers.insert(header::LAST_MODIFIED, since);
    }
    headers.insert(header::CACHE_CONTROL, CACHE_CONTROL);
    headers.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
}

/// Tells whether a client has this form of an answer already. A tag tells more than a time, so where a
/// client sends both, the time is not looked at.
pub(super) fn is_known(request: &HeaderMap, tag: &str, since: Since) -> bool {
    fn opaque(tag: &str) -> &str {
        let tag = tag.trim();
        tag.strip_prefix("W/").unwrap_or(tag)
    }
    // Nearly always it is the one tag that was sent.
    if request.get(header::IF_NONE_MATCH).is_some_and(|value| value == tag) {
        return true;
    }
    let mut tags = request
        .get_all(header::IF_NONE_MATCH)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .peekable();
    if tags.peek().is_some() {
        let own = opaque(tag);
        return tags.any(|tag| tag.trim() == "*" || opaque(tag) == own);
    }
    let asked = request.get(header::IF_MODIFIED_SINCE).and_then(|value| value.to_str().ok());
    let asked = asked.and_then(|text| DateTime::parse_from_rfc2822(text).ok());
    let is_since = |asked: DateTime<_>| since.time.timestamp() <= asked.timestamp();
    since.is_telling && asked.is_some_and(is_since)
}

fn http_date(time: DateTime<Utc>) -> String {
    time.format("%a, %d %b %Y %H:%M:%S GMT").to_string()
}

impl Coding {
    /// Returns the coding a client likes best; among equals the one that costs least.
    ///
    /// Specification: [RFC 9110, Accept-Encoding](https://www.rfc-editor.org/rfc/rfc9110#name-accept-encoding).
    fn accepted(request: &HeaderMap) -> Self {
        let asked = request.get_all(header::ACCEPT_ENCODING).iter();
        let asked =
            asked.filter_map(|value| value.to_str().ok()).flat_map(|value| value.split(','));
        let asked = asked.map(|text| {
            let (name, rest) = text.split_once(';').unwrap_or((text, ""));
            let quality = rest.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok());
            (name.trim(), quality.unwrap_or(1.0))
        });
        let asked: Vec<(&str, f64)> = asked.collect();
        if asked.is_empty() {
            return Self::Identity;
        }
        let quality = |coding: Self| {
            let name = coding.name().unwrap_or("identity");
            let find = |wanted: &str| {
                let named = asked.iter().find(|(asked, _)| asked.eq_ignore_ascii_case(wanted));
                named.map(|(_, quality)| *quality)
            };
            find(name).or_else(|| find("*")).unwrap_or(0.0)
        };
        let known = [Self::Gzip, Self::Brotli, Self::Zstd];
        let liked = known.into_iter().filter(|coding| quality(*coding) > 0.0);
        liked
            .max_by(|a, b| quality(*a).total_cmp(&quality(*b)))
            .filter(|coding| quality(*coding) >= quality(Self::Identity))
            .unwrap_or(Self::Identity)
    }

    fn name(self) -> Option<&'static str> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some("gzip"),
            Self::Brotli => Some("br"),
            Self::Zstd => Some("zstd"),
        }
    }

    /// What a tag ends with.
    fn suffix(self) -> &'static str {
        match self {
            Self::Identity => "",
            Self::Gzip => "-gzip",
            Self::Brotli => "-br",
            Self::Zstd => "-zstd",
        }
    }

    /// Returns a body in this form; a body that cannot be compressed stays as it is.
    fn compress(self, body: Bytes) -> Bytes {
        let mut compressed = Vec::new();
        let done = match self {
            Self::Identity => return body,
            Self::Gzip => {
                let level = flate2::Compression::default();
                flate2::read::GzEncoder::new(&*body, level).read_to_end(&mut compressed).map(drop)
            }
            Self::Brotli => {
                let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
                brotli::BrotliCompress(&mut &*body, &mut compressed, &params).map(drop)
            }
            Self::Zstd => zstd::encode_all(&*body, 3).map(|bytes| compressed = bytes),
        };
        done.map_or(body, |()| Bytes::from(compressed))
    }
}

const CACHE_CONTROL: HeaderValue =
    HeaderValue::from_static("public, max-age=5, stale-while-revalidate=60");

/// Pages that were asked for lately, kept by weight. What they are kept under holds the edition of
/// the catalogue, so nothing has to be thrown out when it moves on.
#[derive(Debug, Clone)]
pub(super) struct Pages(Cache<(u64, Arc<str>), Arc<Page>, DefaultHashBuilder>, Metrics);

impl Pages {
    pub(super) fn new(max_bytes: u64, metrics: Metrics) -> Self {
        // Compressed forms come later; together they are about half as large as the page.
        let weigh = |key: &(u64, Arc<str>), page: &Arc<Page>| {
            let bytes = key.1.len() + page.body.len() / 2 * 3 + OVERHEAD_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        let pages = Cache::builder().max_capacity(max_bytes).weigher(weigh);
        Self(pages.build_with_hasher(DefaultHashBuilder::default()), metrics)
    }

    /// Returns the page kept under a name, else makes it: how many items there are in all, and the body.
    pub(super) async fn get(
        &self,
        number: u64,
        name: &Arc<str>,
        since: Since,
        make: impl Future<Output = Result<(usize, Bytes), Problem>>,
    ) -> Result<Arc<Page>, Problem> {
        if let Some(page) = self.kept(number, name) {
            return Ok(page);
        }
        self.1.looked_up(false);
        let (total, body) = make.await?;
        let page = Arc::new(Page::new(body, total, since));
        self.0.insert((number, Arc::clone(name)), Arc::clone(&page));
        Ok(page)
    }

    /// Returns the page kept under a name.
    pub(super) fn kept(&self, number: u64, name: &Arc<str>) -> Option<Arc<Page>> {
        let page = self.0.get(&(number, Arc::clone(name)))?;
        self.1.looked_up(true);
        Some(page)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_coding_is_the_one_liked_best() {
        for (accept, coding) in [
            ("", Coding::Identity),
            ("identity", Coding::Identity),
            ("gzip", Coding::Gzip),
            ("gzip, deflate, br, zstd", Coding::Zstd),
            ("gzip, br", Coding::Brotli),
            ("br;q=0.5, gzip;q=0.8", Coding::Gzip),
            ("gzip;q=0", Coding::Identity),
            ("*", Coding::Zstd),
            ("gzip;q=0.5, identity", Coding::Identity),
            ("compress", Coding::Identity),
        ] {
            let headers =
                HeaderMap::from_iter([(header::ACCEPT_ENCODING, HeaderValue::from_static(accept))]);
            assert_eq!(Coding::accepted(&headers), coding, "{accept}");
        }
    }
}
