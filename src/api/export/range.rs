//! A file as an answer, whole or a part of it.
//!
//! Specification: [RFC 9110, range requests](https://www.rfc-editor.org/rfc/rfc9110#name-range-requests).

use std::fs::File;
use std::ops::RangeInclusive;
use std::os::unix::fs::FileExt as _;
use std::sync::Arc;

use axum::body::Body;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use bytes::Bytes;
use futures_util::stream;
use http_range_header::parse_range_header;

use super::shelf::Made;
use crate::api::asked::Answer;
use crate::api::error::Problem;

/// How much of a file is read at a time.
const BLOCK_BYTES: u64 = 256 * 1024;

/// Answers with the file, or with the part of it that is asked for.
pub(super) fn answer(made: &Made, request: &HeaderMap) -> Answer {
    let length = made.written.bytes;
    let Some(part) = part(made, request)? else {
        let headers = [(header::CONTENT_LENGTH, length.to_string())];
        return Ok((headers, body(made, 0, length)).into_response());
    };
    let (from, to) = (*part.start(), *part.end());
    let headers = [
        (header::CONTENT_LENGTH, (to - from + 1).to_string()),
        (header::CONTENT_RANGE, format!("bytes {from}-{to}/{length}")),
    ];
    Ok((StatusCode::PARTIAL_CONTENT, headers, body(made, from, to + 1)).into_response())
}

/// Returns the part that is asked for; nothing where that is the whole. Several parts at once may be
/// answered with the whole, and are.
fn part(made: &Made, request: &HeaderMap) -> Result<Option<RangeInclusive<u64>>, Problem> {
    let text = |name| request.get(name).map(HeaderValue::to_str);
    let Some(Ok(range)) = text(header::RANGE) else { return Ok(None) };
    // Another file than that of which the client has a part already.
    if text(header::IF_RANGE).is_some_and(|tag| tag.ok() != Some(&made.tag())) {
        return Ok(None);
    }
    let Ok(range) = parse_range_header(range) else { return Ok(None) };
    let length = made.written.bytes;
    let parts = range.validate(length).or(Err(Problem::Outside { length }))?;
    match parts.as_slice() {
        [part] => Ok(Some(part.clone())),
        _ => Ok(None),
    }
}

/// Reads a part of the file while the client takes it.
fn body(made: &Made, from: u64, to: u64) -> Body {
    let file = Arc::clone(&made.file);
    let blocks = stream::try_unfold((file, from), move |(file, at)| async move {
        if at >= to {
            return Ok(None);
        }
        let length = BLOCK_BYTES.min(to - at);
        let source = Arc::clone(&file);
        let read = tokio::task::spawn_blocking(move || block(&source, at, length)).await;
        let bytes = read.map_err(std::io::Error::other)??;
        Ok::<_, std::io::Error>(Some((bytes, (file, at + length))))
    });
    Body::from_stream(blocks)
}

fn block(file: &File, at: u64, length: u64) -> std::io::Result<Bytes> {
    let mut bytes = vec![0; usize::try_from(length).unwrap_or_default()];
    file.read_exact_at(&mut bytes, at)?;
    Ok(Bytes::from(bytes))
}
