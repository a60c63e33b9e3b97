//! Style and scripts, built into the program. `scripts/assets.sh` makes them of `src/web/source`.

use std::sync::LazyLock;

use axum::extract::Path;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;

use super::frame::Trouble;
use crate::api::Problem;

/// A file that pages load.
#[derive(Debug)]
struct Asset {
    name: &'static str,
    extension: &'static str,
    kind: &'static str,
    body: &'static [u8],
}

/// The addresses of the files that every page loads. Each holds a hash of the content, so that browsers
/// may keep it for good.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) style: String,
    pub(super) script: String,
}

pub(super) static ADDRESSES: LazyLock<Addresses> =
    LazyLock::new(|| Addresses { style: STYLE.address(), script: SCRIPT.address() });

/// `GET /assets/{name}`: a file; one of an earlier version of the program is not there any more.
pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Trouble> {
    let asset = [&STYLE, &SCRIPT].into_iter().find(|asset| asset.file_name() == name);
    let asset = asset.ok_or(Problem::NoSuchPath)?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(asset.kind)),
        (header::CACHE_CONTROL, FOR_GOOD),
    ];
    Ok((headers, asset.body).into_response())
}

/// `GET /widget.js`: what puts the finder into a page of somebody else. Its address never changes.
pub(super) async fn widget() -> Response {
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(WIDGET.kind)),
        (header::CACHE_CONTROL, HeaderValue::from_static("public, max-age=3600")),
        (RESOURCE_POLICY, HeaderValue::from_static("cross-origin")),
    ];
    (headers, WIDGET.body).into_response()
}

impl Asset {
    fn address(&self) -> String {
        format!("/assets/{}", self.file_name())
    }

    fn file_name(&self) -> String {
        let hash = xxhash_rust::xxh3::xxh3_64(self.body);
        format!("{}-{hash:016x}.{}", self.name, self.extension)
    }
}

const STYLE: Asset = Asset {
    name: "baton",
    extension: "css",
    kind: "text/css; charset=utf-8",
    body: include_bytes!("assets/baton.css"),
};

const SCRIPT: Asset = Asset {
    name: "baton",
    extension: "js",
    kind: "text/javascript; charset=utf-8",
    body: include_bytes!("assets/baton.js"),
};

const WIDGET: Asset = Asset {
    name: "widget",
    extension: "js",
    kind: "text/javascript; charset=utf-8",
    body: include_bytes!("assets/widget.js"),
};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
