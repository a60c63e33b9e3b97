//! `/v3/export`: everything at once, as files that other tools read.
//!
//! A file is made when it is first asked for, and again once the data has changed and it is asked for
//! again; see [`Shelf`]. It is sent as it lies there: with its length and digest, and from any byte on,
//! so that a download that broke off goes on, unless there is a newer file.

mod build;
mod range;
mod shelf;

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde::Serialize;

use super::asked::Answer;
use super::asked::Asked;
use super::asked::AskedFor;
use super::asked::JSON;
use super::asked::modified;
use super::caching;
use super::error::Problem;
use crate::export::About;
use crate::export::Format;

use self::shelf::Made;

pub use build::Export;
pub use build::ExportError;
pub use build::Written;
pub(super) use shelf::Shelf;

/// Digest of a whole file, [RFC 9530](https://www.rfc-editor.org/rfc/rfc9530).
const REPR_DIGEST: HeaderName = HeaderName::from_static("repr-digest");

/// What came before it, which tools know still.
const DIGEST: HeaderName = HeaderName::from_static("digest");

/// The manifest: what an export is made of, and which files there are.
#[derive(Serialize)]
struct Manifest {
    #[serde(flatten)]
    about: About,
    files: Vec<Listed>,
}

/// A file of the manifest.
#[derive(Serialize)]
struct Listed {
    url: String,
    media_type: &'static str,
    /// The file as it was made last; nothing when it was not asked for lately.
    #[serde(skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
}

/// `GET /v3/export`: the manifest.
pub(super) async fn manifest(asked: Asked) -> Answer {
    let view = asked.view()?;
    // The time of asking would make another entity tag each time.
    let since = modified(&view);
    let about = build::about(&asked.state, &view, since.time).await?;
    let base = asked.base("v3");
    let listed = |format: Format| Listed {
        url: format!("{base}/export/{}", format.file_name()),
        media_type: format.media_type(),
        made: asked.state.exports.made(asked.area(), format),
    };
    let mut manifest = Manifest { about, files: Format::ALL.into_iter().map(listed).collect() };
    let body = serde_json::to_vec(&manifest)?;
    // That a feed was read once more is nothing new of the files: the tag is of the rest, and so a weak one.
    for source in &mut manifest.about.sources {
        source.last_read = None;
    }
    let tag =
        format!("W/\"{:032x}\"", xxhash_rust::xxh3::xxh3_128(&serde_json::to_vec(&manifest)?));
    let mut response = if caching::is_known(asked.headers(), &tag, since) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        ([(header::CONTENT_TYPE, JSON)], body).into_response()
    };
    caching::validate(response.headers_mut(), &tag, since);
    Ok(asked.with_links(response, Vec::new()).await)
}

/// `GET /v3/export/{file}`: a file, or a part of it.
pub(super) async fn file(AskedFor(asked): AskedFor) -> Answer {
    let named = |format: &Format| format.file_name() == asked.file_name();
    let format = Format::ALL.into_iter().find(named).ok_or(Problem::NoSuchPath)?;
    asked.check_accepts(format.media_type())?;
    asked.view()?;
    let made = asked.state.exports.get(&asked.state, asked.area(), format).await?;
    let since = made.created.into();
    let mut response = if caching::is_known(asked.headers(), &made.tag(), since) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        range::answer(&made, asked.headers())?
    };
    describe(response.headers_mut(), &made, format);
    caching::validate(response.headers_mut(), &made.tag(), since);
    let described = format!("<{}/export>; rel=\"describedby\"", asked.base("v3"));
    Ok(asked.with_links(response, vec![described]).await)
}

fn describe(headers: &mut HeaderMap, made: &Made, format: Format) {
    let digest = BASE64_STANDARD.encode(made.digest());
    let texts = [
        (header::CONTENT_TYPE, format.media_type().to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"{}\"", format.file_name())),
        (REPR_DIGEST, format!("sha-256=:{digest}:")),
        (DIGEST, format!("sha-256={digest}")),
    ];
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    for (name, text) in texts {
        if let Ok(value) = HeaderValue::try_from(text) {
            headers.insert(name, value);
        }
    }
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Shelf").finish_non_exhaustive()
    }
}
