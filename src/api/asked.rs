//! A request, and how every answer about services comes to be.
//!
//! [`Asked`] knows which root was asked: everything, or an area. A handler says how the body is made of
//! a [`View`]; what is the same for all (which moment is shown, pages kept ready, validators, links) is
//! done here.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::FromRequestParts;
use axum::extract::OriginalUri;
use axum::extract::RawPathParams;
use axum::http::HeaderMap;
use axum::http::header;
use axum::http::request::Parts;
use axum::response::Response;
use bytes::Bytes;
use serde::Serialize;

use super::caching::Page;
use super::caching::Since;
use super::client;
use super::error::Problem;
use super::links;
use super::meanwhile::Meanwhile;
use super::metrics::Route;
use super::params::Paging;
use super::params::Params;
use super::ready::Target;
use super::ready::What;
use super::state::ApiState;
use crate::catalogue::Hit;
use crate::catalogue::View;
use crate::oruk::Id;

/// What a handler answers with.
pub(super) type Answer = Result<Response, Problem>;

/// A request.
#[derive(Debug)]
pub(super) struct Asked {
    pub(super) state: ApiState,
    pub(super) params: Params,
    /// Path and query as they were asked for, areas included.
    target: String,
    path: String,
    route: Route,
    headers: HeaderMap,
    /// What of the path names an area.
    slug: Option<String>,
    /// What of the path names an entity.
    id: Option<String>,
    /// What of the path names a file.
    file: Option<String>,
    client: Option<IpAddr>,
}

/// What the base of a version says.
#[derive(Serialize)]
struct Root<'a> {
    version: &'a str,
    profile: &'a str,
    openapi_url: String,
}

/// A request of which the handler itself says what is sent; [`Asked`] is answered as JSON.
#[derive(Debug)]
pub(super) struct AskedFor(pub(super) Asked);

impl FromRequestParts<ApiState> for Asked {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let AskedFor(asked) = AskedFor::from_request_parts(parts, state).await?;
        // Who names lines in the address and JSON in the header wants lines: each is JSON.
        let is_json = asked.check_accepts(JSON);
        if asked.params.is_ndjson()? {
            is_json.or_else(|_| asked.check_accepts("application/x-ndjson"))?;
        } else {
            is_json?;
        }
        Ok(asked)
    }
}

impl FromRequestParts<ApiState> for AskedFor {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &ApiState) -> Result<Self, Problem> {
        let uri = OriginalUri::from_request_parts(parts, state).await;
        let uri = uri.map_or_else(|_| parts.uri.clone(), |uri| uri.0);
        let named = RawPathParams::from_request_parts(parts, state).await;
        let named = named.map_err(|_not_text| Problem::NoSuchPath)?;
        let find = |wanted| {
            let found = named.iter().find(|(name, _)| *name == wanted);
            found.map(|(_, value)| value.to_owned())
        };
        Ok(Self(Asked {
            params: Params::parse(parts.uri.query()),
            target: uri.path_and_query().map(ToString::to_string).unwrap_or_default(),
            path: uri.path().to_owned(),
            route: Route::of(&parts.extensions),
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
        view(&self.state, self.slug.as_deref())
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

    /// Notes what was asked, so that the next one who does is answered sooner.
    fn note(&self, name: &Arc<str>, what: What) {
        let (route, slug) = (self.route.clone(), self.slug.clone());
        let target = Target { route, slug, name: Arc::clone(name), what };
        self.state.targets.insert(&self.target, target);
    }

    /// Answers with a list: makes the page, unless it was asked for lately.
    ///
    /// `make` gives the body and how many items there are in all. The second and later pages list what there was
    /// at the moment that the page before them showed, see [`walks`](super::walks), as it is now, see [`Meanwhile`].
    /// So a page of an earlier moment is made each time.
    pub(super) async fn list(
        &self,
        make: impl AsyncFnOnce(View, Paging) -> Result<(usize, Vec<u8>), Problem>,
    ) -> Answer {
        let paging = self.params.paging()?;
        let name = self.name().into();
        let question = self.params.name_without_page(&self.path).into();
        let (present, now) = (self.view()?, self.state.clock.now());
        let edition = present.snapshot().edition();
        let view = self.state.walks.view(self.client, &question, paging.page, present, now);
        let (shown, since) = (view.snapshot().edition(), modified(&view));
        let make = async { make(view, paging).await.map(|(total, body)| (total, body.into())) };
        let page = if shown == edition {
            self.state.pages.get(edition, &name, since, make).await?
        } else {
            let (total, body) = make.await?;
            Arc::new(Page::new(body, total, Since { is_telling: false, ..since }))
        };
        if paging.page >= paging.last(page.total) {
            self.state.walks.end(self.client, &question, paging.page, shown);
        }
        self.note(&name, What::Page(question, paging));
        let links =
            |base: &str| links::of_pages(base, &self.path, &self.params, paging, page.total);
        self.respond(&page, links).await
    }

    /// Answers at the base of a version: which it is, its profile and where the description of the API is.
    pub(super) async fn root(&self, base: &str, version: &str, profile: &str) -> Answer {
        self.view()?;
        let openapi_url = format!("{}/openapi.json", self.base(base));
        let root = Root { version, profile, openapi_url };
        self.entity(&root, self.state.started.into()).await
    }

    /// Answers with one entity or a description.
    pub(super) async fn entity(&self, body: &(impl Serialize + Sync), since: Since) -> Answer {
        self.bytes(serde_json::to_vec(body)?, since).await
    }

    /// Answers with JSON that is there already.
    pub(super) async fn bytes(&self, body: Vec<u8>, since: Since) -> Answer {
        self.respond(&Page::new(body.into(), 0, since), |_| Vec::new()).await
    }

    /// Answers with a service as a change of this number left it: makes its JSON, unless it was asked for
    /// lately. It is so since this view at the latest; when its publisher says that it changed does not tell, since
    /// it may say the same of two states, or a time that is still to come.
    pub(super) async fn kept(
        &self,
        view: &View,
        hit: Hit,
        make: impl Future<Output = Result<Bytes, Problem>>,
    ) -> Answer {
        let name = self.name().into();
        let make = async { make.await.map(|body| (0, body)) };
        let page = self.state.pages.get(hit.seq, &name, modified(view), make).await?;
        self.note(&name, What::Service(hit.id));
        self.respond(&page, |_| Vec::new()).await
    }

    async fn respond(&self, page: &Page, links: impl FnOnce(&str) -> Vec<String>) -> Answer {
        let base = self.state.base_url(&self.headers);
        let licences = self.state.licences().await;
        Ok(page.respond(&self.headers, &base, &licences, || links(&base)).await)
    }

    /// Names licence and sources in the headers of an answer.
    pub(super) async fn with_links(&self, mut response: Response, links: Vec<String>) -> Response {
        let licences = self.state.licences().await;
        let links = links::header(links, &self.state.base_url(&self.headers), &licences);
        response.headers_mut().insert(header::LINK, links);
        response
    }

    /// Returns what became of what a view of this root lists.
    pub(super) fn meanwhile(&self, view: &View) -> Meanwhile {
        Meanwhile::since(view, self.state.clone(), self.slug.clone())
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
        let is_accepted = accepts_any(&self.headers, wanted);
        if is_accepted { Ok(()) } else { Err(Problem::NotAcceptable { offered: wanted }) }
    }
}

/// What answers are, unless something else is asked for.
pub(super) const JSON: &str = "application/json";

/// Returns what a root shows at present: everything, or an area.
pub(super) fn view(state: &ApiState, slug: Option<&str>) -> Result<View, Problem> {
    match slug {
        None => Ok(state.catalogue.view()),
        Some(slug) => state.catalogue.area(slug).ok_or(Problem::UnknownArea),
    }
}

/// Tells whether a client takes a type of answer.
pub(super) fn accepts_any(headers: &HeaderMap, wanted: &str) -> bool {
    let mut ranges = ranges(headers).peekable();
    ranges.peek().is_none() || ranges.any(|range| accepts(range, wanted))
}

/// Tells whether a client asks for a type by its name, not only for anything.
pub(crate) fn names(headers: &HeaderMap, wanted: &str) -> bool {
    ranges(headers).any(|range| !range.contains('*') && accepts(range, wanted))
}

fn ranges(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let ranges = headers.get_all(header::ACCEPT).iter();
    ranges
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .filter(|range| !range.trim().is_empty())
}

/// Since when the lists of a view are as they are.
pub(super) fn modified(view: &View) -> Since {
    let snapshot = view.snapshot();
    Since { time: snapshot.since(), is_telling: !snapshot.shares_its_second() }
}

/// Tells whether a media range of an `Accept` header admits a type.
fn accepts(range: &str, wanted: &str) -> bool {
    let mut parts = range.split(';').map(str::trim);
    let media = parts.next().unwrap_or_default();
    let is_refused = parts.any(|part| {
        let quality = part.strip_prefix("q=").and_then(|q| q.trim().parse::<f64>().ok());
        quality.is_some_and(|quality| quality <= 0.0)
    });
    let kind = wanted.split('/').next().unwrap_or_default();
    let names = |wanted: &str| media.eq_ignore_ascii_case(wanted);
    let group = media.strip_suffix("/*");
    let admits =
        names("*/*") || names(wanted) || group.is_some_and(|g| g.eq_ignore_ascii_case(kind));
    admits && !is_refused
}
