//! Reading a body within bounds.
//!
//! Neither the HTTP client nor the decoders bound what they give, and a few kilobytes can unpack to
//! gigabytes. So the bytes are counted on both sides of the decoder, chunk by chunk, and reading
//! stops as soon as a limit is passed; what was not read is never held.

use std::convert::Infallible;
use std::error::Error;
use std::future::ready;
use std::io;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;

use axum::body::BodyDataStream;
use axum::http;
use bytes::Bytes;
use bytes::BytesMut;
use futures_util::StreamExt as _;
use futures_util::TryStreamExt as _;
use reqwest::header::CONTENT_ENCODING;
use tower::ServiceExt as _;
use tower_http::decompression::Decompression;

use super::error::Endpoint;
use super::error::FetchError;

/// How much may be read.
#[derive(Debug, Clone, Copy)]
pub(super) struct Limits {
    /// The most bytes a body may have, decoded.
    pub(super) max_body_bytes: u64,
}

/// Why a body could not be read; [`Failure::at`] says whose it was.
#[derive(Debug)]
pub(super) enum Failure {
    TooLarge { limit_bytes: u64 },
    CompressionRatio,
    Read(Box<dyn Error + Send + Sync>),
}

impl Failure {
    /// Returns the error for the body of this endpoint.
    pub(super) fn at(self, endpoint: Endpoint) -> FetchError {
        match self {
            Self::TooLarge { limit_bytes } => FetchError::TooLarge { endpoint, limit_bytes },
            Self::CompressionRatio => {
                FetchError::CompressionRatio { endpoint, limit: MAX_COMPRESSION_RATIO }
            }
            Self::Read(source) => FetchError::Body { endpoint, source },
        }
    }
}

/// Reads and decodes the whole body.
///
/// # Errors
/// When a limit is passed, the connection breaks, or the encoding is broken or unknown.
pub(super) async fn read(response: reqwest::Response, limits: Limits) -> Result<Bytes, Failure> {
    let too_large = || Failure::TooLarge { limit_bytes: limits.max_body_bytes };
    let stated_bytes = response.content_length().unwrap_or_default();
    if stated_bytes > limits.max_body_bytes {
        return Err(too_large());
    }
    let wire_bytes = Arc::new(AtomicU64::new(0));
    let mut chunks = decode(response, Arc::clone(&wire_bytes)).await?;
    // Anybody can state a length, so not much is taken at its word.
    let mut body =
        BytesMut::with_capacity(stated_bytes.min(BELIEVED_BYTES).try_into().unwrap_or(0));
    let mut body_bytes: u64 = 0;
    while let Some(chunk) = chunks.next().await {
        let chunk = chunk.map_err(|error| Failure::Read(error.into_inner()))?;
        body_bytes = body_bytes.saturating_add(chunk.len() as u64);
        if body_bytes > limits.max_body_bytes {
            return Err(too_large());
        }
        if is_bomb(body_bytes, wire_bytes.load(Ordering::Relaxed)) {
            return Err(Failure::CompressionRatio);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(body.freeze())
}

/// Up to how many bytes room is made for a body before it comes.
const BELIEVED_BYTES: u64 = 4 * 1024 * 1024;

/// Returns the decoded body, adding to `wire_bytes` what is read of it before decoding.
async fn decode(
    response: reqwest::Response,
    wire_bytes: Arc<AtomicU64>,
) -> Result<BodyDataStream, Failure> {
    let headers = response.headers().clone();
    let chunks = response.bytes_stream().map_err(reqwest::Error::without_url);
    let counted = chunks.inspect_ok(move |chunk| {
        wire_bytes.fetch_add(chunk.len() as u64, Ordering::Relaxed);
    });
    let mut encoded = http::Response::new(reqwest::Body::wrap_stream(counted));
    *encoded.headers_mut() = headers;
    // The decoder comes as a layer around a service, so the response goes in as a request's body.
    let decoder = Decompression::new(tower::service_fn(
        |request: http::Request<http::Response<reqwest::Body>>| {
            ready(Ok::<_, Infallible>(request.into_body()))
        },
    ));
    let Ok(answer) = decoder.oneshot(http::Request::new(encoded)).await;
    // The decoder takes the header away with the encoding, and leaves both when it knows no such.
    let left_over = answer.headers().get(CONTENT_ENCODING);
    if left_over.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        return Err(Failure::Read(io::Error::other("unknown content encoding").into()));
    }
    Ok(axum::body::Body::new(answer.into_body()).into_data_stream())
}

/// Whether a body grew by more than any honest one.
///
/// RPDE pages, being repetitive, shrink to a twentieth or a fiftieth; the small ones are let off, as
/// a page of equal tombstones can do better.
fn is_bomb(body_bytes: u64, wire_bytes: u64) -> bool {
    body_bytes > RATIO_FREE_BYTES && body_bytes / MAX_COMPRESSION_RATIO > wire_bytes
}

/// The encodings that [`decode`] knows.
pub(super) const ACCEPT_ENCODING: &str = "gzip, br, zstd, deflate";

const MAX_COMPRESSION_RATIO: u64 = 200;

const RATIO_FREE_BYTES: u64 = 8 * 1024 * 1024;
