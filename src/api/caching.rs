//! Answers with validators, and pages kept ready.
//!
//! Specification: [RFC 9110, conditional requests](https://www.rfc-editor.org/rfc/rfc9110#name-conditional-requests).
//! An entity tag is made of the content, so that it is the same on every machine and after a restart.

use std::sync::Arc;

use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use bytes::Bytes;
use moka::sync::Cache;

use super::error::Problem;

/// What is kept for one page beside its bytes.
const OVERHEAD_BYTES: usize = 200;

/// A body with its entity tag.
#[derive(Debug, Clone)]
pub(super) struct Page {
    body: Bytes,
    tag: HeaderValue,
}

impl Page {
    pub(super) fn new(body: Vec<u8>) -> Self {
        // Weak, since the same tag stands for the compressed forms as well.
        let tag = format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(&body));
        let tag = HeaderValue::try_from(tag).unwrap_or(HeaderValue::from_static("W/\"\""));
        Self { body: Bytes::from(body), tag }
    }

    /// Answers with the page, or says that the client has it already.
    pub(super) fn respond(&self, request: &HeaderMap) -> Response {
        let headers = [
            (header::ETAG, self.tag.clone()),
            (header::CACHE_CONTROL, CACHE_CONTROL),
            (header::CONTENT_TYPE, HeaderValue::from_static("application/json")),
        ];
        if self.is_known(request) {
            let [tag, control, _] = headers;
            return (StatusCode::NOT_MODIFIED, [tag, control]).into_response();
        }
        (headers, self.body.clone()).into_response()
    }

    fn is_known(&self, request: &HeaderMap) -> bool {
        let opaque = |tag: &str| tag.trim().trim_start_matches("W/").to_owned();
        let own = opaque(self.tag.to_str().unwrap_or_default());
        let asked = request.get_all(header::IF_NONE_MATCH).iter();
        asked
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .any(|tag| tag.trim() == "*" || opaque(tag) == own)
    }
}

const CACHE_CONTROL: HeaderValue =
    HeaderValue::from_static("public, max-age=5, stale-while-revalidate=60");

/// Pages that were asked for lately, kept by weight. What they are kept under holds the generation of
/// the catalogue, so nothing has to be thrown out when it moves on.
#[derive(Debug, Clone)]
pub(super) struct Pages(Cache<(u64, Arc<str>), Page>);

impl Pages {
    pub(super) fn new(max_bytes: u64) -> Self {
        let weigh = |key: &(u64, Arc<str>), page: &Page| {
            u32::try_from(key.1.len() + page.body.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        Self(Cache::builder().max_capacity(max_bytes).weigher(weigh).build())
    }

    /// Returns the page kept under a name, else makes it.
    pub(super) async fn get(
        &self,
        generation: u64,
        name: &str,
        make: impl Future<Output = Result<Vec<u8>, Problem>>,
    ) -> Result<Page, Problem> {
        let key = (generation, Arc::from(name));
        if let Some(page) = self.0.get(&key) {
            return Ok(page);
        }
        let page = Page::new(make.await?);
        self.0.insert(key, page.clone());
        Ok(page)
    }
}
