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
use xxhash_rust::xxh3::Xxh3;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::modified;
use super::caching;
use super::error::Problem;
use crate::catalogue::View;
use crate::oruk::Id;

/// How many items are read from the store at a time.
const HANDFUL: usize = 200;

/// Answers with every item, a line each; `make` turns a handful of them into JSON. `version` is what an item is
/// and the number of its latest change.
pub(super) async fn lines<T, M, F>(
    asked: &Asked,
    view: &View,
    items: Vec<T>,
    version: impl Fn(&T) -> (Id, u64),
    make: M,
) -> Answer
where
    T: Clone + Send + Sync + 'static,
    M: Fn(Vec<T>) -> F + Send + 'static,
    F: Future<Output = Result<Vec<Box<RawValue>>, Problem>> + Send + 'static,
{
    let tag = tag(&asked.name(), items.iter().map(version));
    let since = modified(view);
    let mut response = if caching::is_known(asked.headers(), &tag, since) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        sent(items, make)
    };
    caching::validate(response.headers_mut(), &tag, since);
    Ok(asked.with_links(response, Vec::new()).await)
}

/// Made of which items there are, and not of the latest change alone: other areas and terms are another list too.
fn tag(name: &str, versions: impl Iterator<Item = (Id, u64)>) -> String {
    let mut hash = Xxh3::new();
    hash.update(name.as_bytes());
    for (id, seq) in versions {
        hash.update(id.as_bytes());
        hash.update(&seq.to_le_bytes());
    }
    // Weak, since an item may change while the lines are sent.
    format!("W/\"{:032x}\"", hash.digest128())
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_list_has_another_tag() {
        let [yoga, bowls] = ["yoga", "bowls"].map(|name| Id::derive("service", &[name]));
        let tag = |name: &str, items: &[(Id, u64)]| tag(name, items.iter().copied());
        let whole = tag("/v3/services", &[(yoga, 1), (bowls, 2)]);
        assert_eq!(whole, tag("/v3/services", &[(yoga, 1), (bowls, 2)]));
        // The latest change is the same in each of these but for the last.
        for (name, items) in [
            ("/v3/services", &[(bowls, 2)][..]),
            ("/v3/services", &[(bowls, 2), (yoga, 1)]),
            ("/v3/services?full=true", &[(yoga, 1), (bowls, 2)]),
            ("/v3/services", &[(yoga, 3), (bowls, 2)]),
        ] {
            assert_ne!(whole, tag(name, items), "{name} {items:?}");
        }
    }
}
