//! Everything at once, a line of JSON for each item: `format=ndjson`.
//!
//! HSDS asks that this streams all results without paging. Items are read from the store while the
//! client takes them, so that memory holds one handful at a time, however many there are.

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use bytes::Bytes;
use futures_util::StreamExt as _;
use futures_util::stream;
use serde_json::value::RawValue;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::modified;
use super::caching;
use super::error::Problem;
use crate::catalogue::View;

/// How many items are read from the store at a time.
const HANDFUL: usize = 200;

/// Answers with every item, a line each; `make` turns a handful of them into JSON.
pub(super) async fn lines<T, M, F>(asked: &Asked, view: &View, items: Vec<T>, make: M) -> Answer
where
    T: Clone + Send + Sync + 'static,
    M: Fn(Vec<T>) -> F + Send + 'static,
    F: Future<Output = Result<Vec<Box<RawValue>>, Problem>> + Send + 'static,
{
    let name = format!("{}\n{}", view.snapshot().generation(), asked.name());
    // Weak, since an item may change while the lines are sent.
    let tag = format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(name.as_bytes()));
    let since = modified(view);
    let mut response = if caching::is_known(asked.headers(), &tag, since) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        sent(items, make)
    };
    caching::validate(response.headers_mut(), &tag, since);
    Ok(asked.with_links(response, Vec::new()).await)
}

fn sent<T, M, F>(items: Vec<T>, make: M) -> Response
where
    T: Clone + Send + Sync + 'static,
    M: Fn(Vec<T>) -> F + Send + 'static,
    F: Future<Output = Result<Vec<Box<RawValue>>, Problem>> + Send + 'static,
{
    let starts = stream::iter((0..items.len()).step_by(HANDFUL));
    let handfuls = starts.then(move |from| {
        let to = (from + HANDFUL).min(items.len());
        let handful = make(items[from..to].to_vec());
        async move {
            // An answer that breaks off is not taken for a whole one: the client sees the error.
            let lines = handful.await.map_err(|problem| {
                tracing::error!(?problem, "lines broke off");
                std::io::Error::other("the data cannot be read just now")
            })?;
            let mut text = String::new();
            for item in lines {
                text.push_str(item.get());
                text.push('\n');
            }
            Ok::<Bytes, std::io::Error>(Bytes::from(text))
        }
    });
    let kind = HeaderValue::from_static("application/x-ndjson");
    ([(header::CONTENT_TYPE, kind)], Body::from_stream(handfuls)).into_response()
}
