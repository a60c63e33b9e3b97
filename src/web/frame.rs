//! The frame of every page: head, navigation, foot, and the headers that keep it to itself.

use askama::Template;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;

use super::assets::ADDRESSES;
use super::assets::Addresses;
use crate::api::Problem;
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

/// Answers with a page.
pub(super) fn page(template: &impl Template) -> Response {
    page_with(StatusCode::OK, template)
}

fn page_with(status: StatusCode, template: &impl Template) -> Response {
    let html = match template.render() {
        Ok(html) => html,
        Err(error) => {
            tracing::error!(%error, "a page could not be written");
            return Problem::Internal.into_response();
        }
    };
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("text/html; charset=utf-8")),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(POLICY)),
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-cache")),
    ];
    (status, headers, html).into_response()
}

/// Answers with a page that any other may embed.
pub(super) fn embedded(template: &impl Template) -> Response {
    let mut page = page(template);
    let policy = POLICY.replace("frame-ancestors 'none'", "frame-ancestors *");
    if let Ok(policy) = HeaderValue::try_from(policy) {
        page.headers_mut().insert(header::CONTENT_SECURITY_POLICY, policy);
    }
    page
}

/// A problem, told as a page.
#[derive(Debug)]
pub(super) struct Trouble(Problem);

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

#[derive(Template)]
#[template(path = "trouble.html")]
struct TroublePage {
    frame: Frame,
    detail: String,
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let Self(problem) = self;
        let frame = Frame::new(problem.title(), Section::None);
        let template = TroublePage { frame, detail: problem.detail() };
        // What programs would be told says status and further headers, and logs what is to be logged.
        let mut told = problem.into_response();
        let page = page_with(told.status(), &template);
        let (parts, body) = page.into_parts();
        told.headers_mut().extend(parts.headers);
        *told.body_mut() = body;
        told
    }
}

/// Nothing may run, load or frame a page but what this gateway serves.
const POLICY: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
    connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
