//! A request, and how every answer about services comes to be.
//!
//! [`Asked`] knows which root was asked: everything, or an area. A handler says how the body is made of
//! a [`View`]; what is the same for all (which moment is shown, pages kept ready, validators, links) is
//! done here.

use std::net::IpAddr;

use axum::extract::FromRequestParts;
use axum::extract::OriginalUri;
use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::request::Parts;
use axum::response::Response;
use serde::Serialize;

use super::caching::Page;
use super::caching::Since;
use super::client;
use super::error::Problem;
use super::links;
use super::params::Paging;
use super::params::Params;
use super::state::ApiState;
use crate::catalogue::View;
use crate::oruk::Id;

/// What a handler answers with.
pub(super) type Answer = Result<Response, Problem>;

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) state: ApiState,
    pub(super) params: Params,
    /// As it was asked for, areas included.
    path: String,
    headers: HeaderMap,
    /// What of the path names an area.
    slug: Option<String>,
    /// What of the path names an entity.
    id: Option<String>,
    /// What of the path names a file.
    file: Option<String>,
    client: Option<IpAddr>,
}

/// A request of which the handler itself says what is sent; [`Asked`] is answered as JSON.
#[derive(Debug)]
pub(super) struct AskedFor(pub(super) Asked);

impl FromRequestParts<ApiState> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let AskedFor(asked) = AskedFor::from_request_parts(parts, state).await?;
        let is_ndjson = asked.params.is_ndjson()?;
        asked.check_accepts(if is_ndjson { "application/x-ndjson" } else { "application/json" })?;
        Ok(asked)
    }
}

impl FromRequestParts<ApiState> for AskedFor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let uri = OriginalUri::from_request_parts(parts, state).await;
        let path = uri.map_or_else(|_| parts.uri.path().to_owned(), |uri| uri.path().to_owned());
        let named = RawPathParams::from_request_parts(parts, state).await;
        let named = named.map_err(|_not_text| Problem::NoSuchPath)?;
        let find = |wanted| {
            let found = named.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.to_owned())
        };
        Ok(Self(Asked {
            params: Params::parse(parts.uri.query())?,
            path,
            slug: find("slug"),
            id: find("id"),
            file: find("file"),
            client: parts.extensions.get::<client::Address>().map(|address| address.0),
            headers: std::mem::take(&mut parts.headers),
            state: state.clone(),
        }))
    }
}

impl Asked {
    /// Returns what this root shows at present.
    pub(super) fn view(&self) -> Result<View, Problem> {
        match &self.slug {
            None => Ok(self.state.catalogue.view()),
            Some(slug) => self.state.catalogue.area(slug).ok_or(Problem::UnknownArea),
        }
    }

    /// Returns the absolute address of this root, without a slash at the end: `version` is `v3` or `v1`.
    pub(super) fn base(&self, version: &str) -> String {
        let base = self.state.base_url(&self.headers);
        match &self.slug {
            None => format!("{base}/{version}"),
            Some(slug) => format!("{base}/areas/{slug}/{version}"),
        }
    }

    /// Reads the id in the path.
    pub(super) fn id(&self, what: &'static str) -> Result<Id, Problem> {
        let text = self.id_text();
        let expected = "an id (a UUID)";
        match Id::parse(text) {
            Some(id) => Ok(id),
            None if text.is_empty() => Err(Problem::UnknownId { what }),
            None => Err(Problem::Unreadable { parameter: "id", expected }),
        }
    }

    /// Returns the name of a file in the path.
    pub(super) fn file_name(&self) -> &str {
        self.file.as_deref().unwrap_or_default()
    }

    /// Returns the id in the path as it was written.
    pub(super) fn id_text(&self) -> &str {
        self.id.as_deref().unwrap_or_default()
    }

    /// Returns the name under which the answer is kept, and its moment.
    pub(super) fn name(&self) -> String {
        self.params.name(&self.path)
    }

    /// Answers with a list: makes the page, unless it was asked for lately.
    ///
    /// `make` gives the body and how many items there are in all. The second and later pages show the
    /// moment that the page before them showed, see [`walks`](super::walks).
    pub(super) async fn list(
        &self,
        make: impl AsyncFnOnce(View, Paging) -> Result<(usize, Vec<u8>), Problem>,
    ) -> Answer {
        let paging = self.params.paging()?;
        let name = self.name();
        let view = self.view()?;
        let walk = self.params.name_without_page(&self.path);
        let view =
            self.state.walks.view(self.client, walk, paging.page, view, self.state.clock.now());
        let (edition, since) = (view.snapshot().edition(), modified(&view));
        let page = self.state.pages.get(edition, &name, make(view, paging)).await?;
        let links = links::of_pages(
            &self.state.base_url(&self.headers),
            &self.path,
            &self.params,
            paging,
            page.total,
        );
        Ok(self.with_links(page.respond(&self.headers, since).await, links).await)
    }

    /// Answers with one entity or a description.
    pub(super) async fn entity(&self, body: &(impl Serialize + Sync), since: Since) -> Answer {
        self.bytes(serde_json::to_vec(body)?, since).await
    }

    /// Answers with JSON that is there already.
    pub(super) async fn bytes(&self, body: Vec<u8>, since: Since) -> Answer {
        let response = Page::new(body, 0).respond(&self.headers, since).await;
        Ok(self.with_links(response, Vec::new()).await)
    }

    /// Names licence and sources in the headers of an answer.
    pub(super) async fn with_links(
        &self,
        mut response: Response,
        mut links: Vec<String>,
    ) -> Response {
        let licences = self.state.licences().await;
        links.extend(links::of_sources(&self.state.base_url(&self.headers), &licences));
        links::put(&mut response, &links);
        response
    }

    /// Returns what of the path names an area.
    pub(super) fn area(&self) -> Option<&str> {
        self.slug.as_deref()
    }

    /// Returns the headers of the request.
    pub(super) fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns who asks, as far as is known.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// Returns the path as it was asked for, areas included.
    pub(super) fn path(&self) -> &str {
        &self.path
    }

    /// Checks that the client takes what is to be sent.
    pub(super) fn check_accepts(&self, wanted: &'static str) -> Result<(), Problem> {
        let mut ranges = self
            .headers
            .get_all(axum::http::header::ACCEPT)
            .iter()
            .filter_map(|value| value.to_str().ok())
            .flat_map(|value| value.split(','))
            .filter(|range| !range.trim().is_empty())
            .peekable();
        let is_accepted = ranges.peek().is_none() || ranges.any(|range| accepts(range, wanted));
        if is_accepted { Ok(()) } else { Err(Problem::NotAcceptable { offered: wanted }) }
    }
}

/// Since when the lists of a view are as they are.
pub(super) fn modified(view: &View) -> Since {
    let snapshot = view.snapshot();
    Since { time: snapshot.since(), is_telling: !snapshot.shares_its_second() }
}

/// Tells whether a media range of an `Accept` header admits a type.
fn accepts(range: &str, wanted: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default().to_ascii_lowercase();
    let is_refused = parts.any(|part| {
        let quality = part.strip_prefix("q=").and_then(|q| q.trim().parse::<f64>().ok());
        quality.is_some_and(|quality| quality <= 0.0)
    });
    let kind = wanted.split('/').next().unwrap_or_default();
    let admits = media == "*/*" || media == wanted || media.strip_suffix("/*") == Some(kind);
    admits && !is_refused
}
