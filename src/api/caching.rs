//! Answers with validators, compressed, and pages kept ready.
//!
//! Specification: [RFC 9110, conditional requests](https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests).
//! An entity tag is made of the content, so that it is the same on every machine and after a restart;
//! each compressed form has its own.

use std::io::Read as _;
use std::sync::Arc;
use std::sync::OnceLock;

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use bytes::Bytes;
use chrono::DateTime;
use chrono::Utc;
use moka::sync::Cache;

use super::error::Problem;
use super::metrics::Metrics;

/// What is kept for one page beside its bytes.
const OVERHEAD_BYTES: usize = 300;

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

/// A way to send a body.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Coding {
    Identity,
    Gzip,
    Brotli,
    Zstd,
}

/// A body with its entity tag, and its compressed forms once somebody asked for them.
#[derive(Debug, Clone)]
pub(super) struct Page {
    body: Bytes,
    tag: Arc<str>,
    /// How many items the list has of which this is a page.
    pub(super) total: usize,
    compressed: Arc<[OnceLock<Bytes>; 3]>,
}

impl Page {
    pub(super) fn new(body: Vec<u8>, total: usize) -> Self {
        let tag = format!("{:032x}", xxhash_rust::xxh3::xxh3_128(&body));
        Self { body: Bytes::from(body), tag: tag.into(), total, compressed: Arc::default() }
    }

    /// Answers with the page, or says that the client has it already. `since` is when it last changed.
    pub(super) async fn respond(&self, request: &HeaderMap, since: Since) -> Response {
        let coding = if self.body.len() < MIN_COMPRESSED_BYTES {
            Coding::Identity
        } else {
            Coding::accepted(request)
        };
        let tag = format!("\"{}{}\"", self.tag, coding.suffix());
        let mut response = if is_known(request, &tag, since) {
            StatusCode::NOT_MODIFIED.into_response()
        } else {
            let mut response = self.bytes(coding).await.into_response();
            let headers = response.headers_mut();
            headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
            if let Some(name) = coding.name() {
                headers.insert(header::CONTENT_ENCODING, HeaderValue::from_static(name));
            }
            response
        };
        validate(response.headers_mut(), &tag, since);
        response
    }

    async fn bytes(&self, coding: Coding) -> Bytes {
        let Some(slot) = coding.slot() else { return self.body.clone() };
        if let Some(bytes) = self.compressed[slot].get() {
            return bytes.clone();
        }
        let body = self.body.clone();
        let compressed = tokio::task::spawn_blocking(move || coding.compress(&body)).await;
        match compressed {
            Ok(Some(bytes)) => self.compressed[slot].get_or_init(|| Bytes::from(bytes)).clone(),
            _ => self.body.clone(),
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
    let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
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
        let asked = request
            .get_all(header::ACCEPT_ENCODING)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','));
        let asked: Vec<(String, f64)> = asked
            .map(|text| {
                let (name, rest) = text.split_once(';').unwrap_or((text, ""));
                let quality = rest.trim().strip_prefix("q=").and_then(|q| q.trim().parse().ok());
                (name.trim().to_ascii_lowercase(), quality.unwrap_or(1.0))
            })
            .collect();
        let quality = |coding: Self| {
            let name = coding.name().unwrap_or("identity");
            let named = asked.iter().find(|(asked, _)| asked == name);
            named.or_else(|| asked.iter().find(|(asked, _)| asked == "*")).map_or(0.0, |(_, q)| *q)
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

    fn slot(self) -> Option<usize> {
        match self {
            Self::Identity => None,
            Self::Gzip => Some(0),
            Self::Brotli => Some(1),
            Self::Zstd => Some(2),
        }
    }

    fn compress(self, body: &[u8]) -> Option<Vec<u8>> {
        let mut compressed = Vec::new();
        match self {
            Self::Identity => None,
            Self::Gzip => {
                let level = flate2::Compression::default();
                flate2::read::GzEncoder::new(body, level).read_to_end(&mut compressed).ok()?;
                Some(compressed)
            }
            Self::Brotli => {
                let params = brotli::enc::BrotliEncoderParams { quality: 5, ..Default::default() };
                brotli::BrotliCompress(&mut &*body, &mut compressed, &params).ok()?;
                Some(compressed)
            }
            Self::Zstd => zstd::encode_all(body, 3).ok(),
        }
    }
}

const CACHE_CONTROL: HeaderValue =
    HeaderValue::from_static("public, max-age=5, stale-while-revalidate=60");

/// Pages that were asked for lately, kept by weight. What they are kept under holds the edition of
/// the catalogue, so nothing has to be thrown out when it moves on.
#[derive(Debug, Clone)]
pub(super) struct Pages(Cache<(u64, Arc<str>), Page>, Metrics);

impl Pages {
    pub(super) fn new(max_bytes: u64, metrics: Metrics) -> Self {
        // Compressed forms come later; together they are about half as large as the page.
        let weigh = |key: &(u64, Arc<str>), page: &Page| {
            let bytes = key.1.len() + page.body.len() / 2 * 3 + OVERHEAD_BYTES;
            u32::try_from(bytes).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(max_bytes).weigher(weigh).build(), metrics)
    }

    /// Returns the page kept under a name, else makes it: how many items there are in all, and the body.
    pub(super) async fn get(
        &self,
        edition: u64,
        name: &str,
        make: impl Future<Output = Result<(usize, Vec<u8>), Problem>>,
    ) -> Result<Page, Problem> {
        let key = (edition, Arc::from(name));
        let kept = self.0.get(&key);
        self.1.looked_up(kept.is_some());
        if let Some(page) = kept {
            return Ok(page);
        }
        let (total, body) = make.await?;
        let page = Page::new(body, total);
        self.0.insert(key, page.clone());
        Ok(page)
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
