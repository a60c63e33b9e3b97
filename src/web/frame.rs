//! The frame of every page: head, navigation, foot, and the headers that keep it to itself.

use askama::Template;
use axum::extract::Request;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::middleware::Next;
use axum::response::IntoResponse;
use axum::response::Response;

use super::assets::ADDRESSES;
use super::assets::Addresses;
use crate::api::Problem;
use crate::api::names;
use crate::places::ATTRIBUTION;

/// What the frame shows of a page.
#[derive(Debug)]
pub(super) struct Frame {
    /// What the page is about; the browser shows it with the gateway's name.
    pub(super) title: String,
    /// Which entry of the navigation leads here.
    pub(super) section: Section,
    /// The names of the publishers, where it stands in a page of somebody else.
    pub(super) embedded: Option<String>,
    /// Asked for by the licence of the postcodes.
    pub(super) attribution: &'static str,
    pub(super) assets: &'static Addresses,
}

/// An entry of the navigation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Section {
    Find,
    Home,
    Api,
    None,
}

impl Section {
    /// The entries with their addresses and names.
    pub(super) const ENTRIES: &[(Self, &str, &str)] = &[
        (Self::Find, "/find", "Find activities"),
        (Self::Home, "/", "Status"),
        (Self::Api, "/api", "API"),
    ];
}

impl Frame {
    pub(super) fn new(title: impl Into<String>, section: Section) -> Self {
        Self {
            title: title.into(),
            section,
            embedded: None,
            attribution: ATTRIBUTION,
            assets: &ADDRESSES,
        }
    }
}

/// What a page may do beyond loading what this gateway serves.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Allowed<'a> {
    /// It may stand in pages of others.
    pub(super) is_embedded: bool,
    /// It has a map, which works in the background.
    pub(super) is_mapped: bool,
    /// The one host it may ask for pictures of a base map.
    pub(super) tiles: Option<&'a str>,
}

impl Allowed<'_> {
    /// Writes the Content-Security-Policy: nothing may run, load or frame a page but what this gateway
    /// serves and the operator named.
    fn policy(self) -> String {
        let tiles = self.tiles.map(|origin| format!(" {origin}")).unwrap_or_default();
        let worker = if self.is_mapped { "'self'" } else { "'none'" };
        let ancestors = if self.is_embedded { "*" } else { "'none'" };
        format!(
            "default-src 'none'; style-src 'self'; script-src 'self'; worker-src {worker}; \
             img-src 'self' data:{tiles}; connect-src 'self'{tiles}; form-action 'self'; \
             base-uri 'none'; frame-ancestors {ancestors}"
        )
    }
}

/// Answers with a page.
pub(super) fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template, Allowed::default())
}

/// Answers with a page that may do more.
pub(super) fn page_allowed(template: &impl Template, allowed: Allowed<'_>) -> Response {
    page_with(StatusCode::OK, template, allowed)
}

fn page_with(status: StatusCode, template: &impl Template, allowed: Allowed<'_>) -> Response {
    let written = template.render().map_err(|error| error.to_string());
    let policy = HeaderValue::try_from(allowed.policy()).map_err(|error| error.to_string());
    let (html, policy) = match written.and_then(|html| policy.map(|policy| (html, policy))) {
        Ok(page) => page,
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            return Problem::Internal.into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, html).into_response()
}

/// A problem, told as a page to those who ask for one, see [`told_as_asked`].
#[derive(Debug)]
pub(super) struct Trouble(Problem);

/// What a page says of a problem.
#[derive(Debug, Clone)]
struct Told {
    title: &'static str,
    detail: String,
}

impl Trouble {
    /// Answers a program, which asked for something else than a page.
    pub(super) fn told_plainly(self) -> Response {
        self.0.into_response()
    }
}

impl From<Problem> for Trouble {
    fn from(problem: Problem) -> Self {
        Self(problem)
    }
}

impl From<crate::store::StoreError> for Trouble {
    fn from(error: crate::store::StoreError) -> Self {
        Self(error.into())
    }
}

/// Answers with a problem: a browser, which asks for HTML by name, gets a page.
pub(crate) fn told(problem: Problem, request: &HeaderMap) -> Response {
    as_asked(Trouble(problem).into_response(), names(request, "text/html"))
}

/// Has problems of pages told as [`told`] does.
pub(super) async fn told_as_asked(request: Request, next: Next) -> Response {
    let is_page = names(request.headers(), "text/html");
    as_asked(next.run(request).await, is_page)
}

fn as_asked(mut response: Response, is_page: bool) -> Response {
    let Some(Told { title, detail }) = response.extensions_mut().remove() else { return response };
    if is_page {
        let template = TroublePage { frame: Frame::new(title, Section::None), detail };
        let (parts, body) =
            page_with(response.status(), &template, Allowed::default()).into_parts();
        response.headers_mut().extend(parts.headers);
        *response.body_mut() = body;
    }
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    response
}

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    detail: String,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let told = Told { title: problem.title(), detail: problem.detail() };
        // What programs are told says status and further headers, and logs what is to be logged.
        let mut response = problem.into_response();
        response.extensions_mut().insert(told);
        response
    }
}
