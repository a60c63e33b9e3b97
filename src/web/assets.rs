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

/// The addresses of the files that pages load. Each holds a hash of the content, so that browsers may
/// keep it for good.
#[derive(Debug)]
pub(super) struct Addresses {
    pub(super) style: String,
    pub(super) script: String,
    /// Of pages with a map.
    pub(super) map_style: String,
    /// Of pages with a map.
    pub(super) map_script: String,
    /// What the script of the map starts beside itself.
    pub(super) map_worker: String,
    /// Land, for a map without a base map.
    pub(super) outline: String,
}

pub(super) static ADDRESSES: LazyLock<Addresses> = LazyLock::new(|| Addresses {
    style: STYLE.address(),
    script: SCRIPT.address(),
    map_style: MAP_STYLE.address(),
    map_script: MAP_SCRIPT.address(),
    map_worker: MAP_WORKER.address(),
    outline: OUTLINE.address(),
});

/// `GET /assets/{name}`: a file; one of an earlier version of the program is not there any more.
pub(super) async fn asset(Path(name): Path<String>) -> Result<Response, Trouble> {
    let assets = [&STYLE, &SCRIPT, &MAP_STYLE, &MAP_SCRIPT, &MAP_WORKER, &OUTLINE];
    let asset = assets.into_iter().find(|asset| asset.file_name() == name);
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

const MAP_STYLE: Asset = Asset {
    name: "map",
    extension: "css",
    kind: STYLE.kind,
    body: include_bytes!("assets/map.css"),
};

const MAP_SCRIPT: Asset = Asset {
    name: "map",
    extension: "js",
    kind: SCRIPT.kind,
    body: include_bytes!("assets/map.js"),
};

const MAP_WORKER: Asset = Asset {
    name: "map-worker",
    extension: "js",
    kind: SCRIPT.kind,
    body: include_bytes!("assets/map-worker.js"),
};

const OUTLINE: Asset = Asset {
    name: "outline",
    extension: "json",
    kind: "application/geo+json",
    body: include_bytes!("assets/outline.json"),
};

const WIDGET: Asset = Asset {
    name: "widget",
    extension: "js",
    kind: "text/javascript; charset=utf-8",
    body: include_bytes!("assets/widget.js"),
};

const RESOURCE_POLICY: HeaderName = HeaderName::from_static("cross-origin-resource-policy");

const FOR_GOOD: HeaderValue = HeaderValue::from_static("public, max-age=31536000, immutable");
