//! Errors as clients see them: `application/problem+json`.
//!
//! Specification: [RFC 9457](https://www.rfc-editor.org/rfc/rfc9457). All of them are written here, and here alone
//! an error meets a status code, but for those of the admin API, which tells the operator what failed. To others
//! a server error never shows internals.

use axum::extract::OriginalUri;
use axum::http::HeaderMap;
use axum::http::HeaderValue;
use axum::http::Method;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse;
use axum::response::Response;
use serde::Serialize;

use crate::oruk::Id;
use crate::store::StoreError;
use crate::web;

/// Why a request was not answered as asked.
#[derive(Debug)]
pub(crate) enum Problem {
    /// A parameter could not be read.
    Unreadable {
        parameter: &'static str,
        expected: &'static str,
    },
    /// A parameter was read and cannot be.
    OutOfRange {
        parameter: &'static str,
        expected: String,
    },
    /// Nothing has this id.
    UnknownId {
        what: &'static str,
    },
    /// No area has this slug.
    UnknownArea,
    /// The service is gone; its tombstone.
    Gone(Vec<u8>),
    /// The service is part of another one.
    Folded(Id),
    NoSuchPath,
    NoSuchMethod,
    TooLong,
    /// What there is was not read from the store yet.
    NotBegun,
    /// The request has a body: no path takes one, so none is read.
    HasBody,
    /// The answer was not there in time.
    TooSlow,
    /// Too many explanations are asked for at the same time.
    Busy,
    /// Too many streams of changes are open.
    TooManyStreams,
    /// The file that was asked for is being made, or could not be.
    NotMadeYet,
    /// The part that was asked for lies outside the file, which has so many bytes.
    Outside {
        length: u64,
    },
    /// The client takes nothing that is offered.
    NotAcceptable {
        offered: &'static str,
    },
    /// The client asks too often.
    TooMany,
    /// The store failed.
    Store(StoreError),
    /// Something failed that the client cannot mend.
    Internal,
}

impl From<serde_json::Error> for Problem {
    fn from(error: serde_json::Error) -> Self {
        tracing::error!(%error, "a body could not be read or written");
        Self::Internal
    }
}

impl From<StoreError> for Problem {
    fn from(error: StoreError) -> Self {
        Self::Store(error)
    }
}

#[derive(Serialize)]
struct Body<'a> {
    #[serde(rename = "type")]
    kind: &'static str,
    title: &'a str,
    status: u16,
    detail: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    parameter: Option<&'a str>,
    /// What is left of a service that is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    service: Option<serde_json::Value>,
}

impl Problem {
    /// Returns the status, and what went wrong in a few words.
    fn says(&self) -> (StatusCode, &'static str) {
        const LATER: StatusCode = StatusCode::SERVICE_UNAVAILABLE;
        match self {
            Self::Unreadable { .. } => (StatusCode::BAD_REQUEST, "A parameter could not be read"),
            Self::OutOfRange { .. } => {
                (StatusCode::UNPROCESSABLE_ENTITY, "A parameter is out of range")
            }
            Self::UnknownId { .. } => (StatusCode::NOT_FOUND, "Nothing has this id"),
            Self::UnknownArea => (StatusCode::NOT_FOUND, "No such area"),
            Self::Gone(_) => (StatusCode::GONE, "The service is gone"),
            Self::Folded(_) => {
                (StatusCode::PERMANENT_REDIRECT, "The service is part of another one")
            }
            Self::NoSuchPath => (StatusCode::NOT_FOUND, "No such path"),
            Self::NoSuchMethod => (StatusCode::METHOD_NOT_ALLOWED, "No such method here"),
            Self::TooLong => (StatusCode::URI_TOO_LONG, "The address is too long"),
            Self::NotBegun => (LATER, "The gateway has only just started"),
            Self::HasBody => (StatusCode::PAYLOAD_TOO_LARGE, "A body is not taken"),
            Self::TooSlow => (LATER, "The answer takes too long"),
            Self::Busy => (LATER, "Another explanation is being made"),
            Self::TooManyStreams => (LATER, "Too many streams are open"),
            Self::NotMadeYet => (LATER, "The file is not there yet"),
            Self::Outside { .. } => {
                (StatusCode::RANGE_NOT_SATISFIABLE, "The part lies outside the file")
            }
            Self::NotAcceptable { .. } => {
                (StatusCode::NOT_ACCEPTABLE, "Nothing acceptable to offer")
            }
            Self::TooMany => (StatusCode::TOO_MANY_REQUESTS, "Too many requests"),
            Self::Store(_) => (LATER, "The data cannot be reached just now"),
            Self::Internal => (StatusCode::INTERNAL_SERVER_ERROR, "Something went wrong here"),
        }
    }

    /// Returns what went wrong, in a few words.
    pub(crate) fn title(&self) -> &'static str {
        self.says().1
    }

    /// Returns what can be done about it.
    pub(crate) fn detail(&self) -> String {
        match self {
            Self::Unreadable { parameter, expected } => {
                format!("`{parameter}` could not be read; expected {expected}")
            }
            Self::OutOfRange { parameter, expected } => {
                format!("`{parameter}` cannot be that; expected {expected}")
            }
            Self::UnknownId { what } => format!("there is no {what} with this id"),
            Self::UnknownArea => "this gateway serves no area of this name".to_owned(),
            Self::Gone(_) => "the service was withdrawn by its publisher".to_owned(),
            Self::Folded(into) => format!("its times are among those of the service {into}"),
            Self::NoSuchPath => {
                "the API is under /v3 (HSDS-UK 3.0) and /v1 (Open Referral UK 1.0)".to_owned()
            }
            Self::NoSuchMethod => "the methods that are answered here are in `Allow`".to_owned(),
            Self::TooLong => "the query is longer than 8 KiB".to_owned(),
            Self::HasBody => "no request here takes a body".to_owned(),
            Self::Outside { length } => format!("the file has {length} bytes"),
            Self::NotAcceptable { offered } => format!("this is answered as {offered}"),
            Self::TooMany => "wait as long as `Retry-After` says, in seconds".to_owned(),
            Self::TooManyStreams => {
                "close another stream, or ask for what changed with `modified_after`".to_owned()
            }
            Self::NotMadeYet => {
                "it is being made; ask again after as many seconds as `Retry-After` says".to_owned()
            }
            Self::TooSlow | Self::Busy | Self::NotBegun | Self::Store(_) | Self::Internal => {
                "try again in a while".to_owned()
            }
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        if let Self::Store(error) = &self {
            let cause = std::error::Error::source(error).map(ToString::to_string);
            tracing::error!(error = %error, cause, "request failed on the store");
        }
        let (status, title) = self.says();
        let tombstone = match &self {
            Self::Gone(tombstone) => serde_json::from_slice(tombstone).ok(),
            _ => None,
        };
        let parameter = match &self {
            Self::Unreadable { parameter, .. } | Self::OutOfRange { parameter, .. } => {
                Some(*parameter)
            }
            _ => None,
        };
        let mut response = respond(&Body {
            kind: "about:blank",
            title,
            status: status.as_u16(),
            detail: &self.detail(),
            parameter,
            service: tombstone,
        });
        // The addresses of services differ in their last part alone, under every root.
        if let Self::Folded(into) = &self
            && let Ok(location) = HeaderValue::from_str(&into.to_string())
        {
            response.headers_mut().insert(header::LOCATION, location);
        }
        if let Self::Outside { length } = self
            && let Ok(whole) = HeaderValue::try_from(format!("bytes */{length}"))
        {
            response.headers_mut().insert(header::CONTENT_RANGE, whole);
        }
        if matches!(self, Self::HasBody) {
            // Nothing can follow what is not read.
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(header::CONNECTION, close);
        }
        response
    }
}

/// Returns a problem of which there is nothing else to tell.
pub(super) fn problem(status: StatusCode, detail: &str) -> Response {
    let title = status.canonical_reason().unwrap_or_default();
    let status = status.as_u16();
    respond(&Body { kind: "about:blank", title, status, detail, parameter: None, service: None })
}

fn respond(body: &Body<'_>) -> Response {
    let status = StatusCode::from_u16(body.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = [(header::CONTENT_TYPE, "application/problem+json")];
    let body = serde_json::to_vec(body).unwrap_or_default();
    let mut response = (status, headers, body).into_response();
    if status == StatusCode::SERVICE_UNAVAILABLE {
        response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("10"));
    }
    response
}

/// Answers a path that does not exist.
pub(super) async fn no_such_path(OriginalUri(uri): OriginalUri, headers: HeaderMap) -> Response {
    tracing::debug!(path = uri.path(), "no such path");
    told(Problem::NoSuchPath, uri.path(), &headers)
}

/// Answers with a problem of a path; a browser, which asks for HTML by name, gets a page, unless the path is below
/// one of the API, all of whose errors are problems.
pub(super) fn told(problem: Problem, path: &str, headers: &HeaderMap) -> Response {
    if is_of_api(path) { problem.into_response() } else { web::told(problem, headers) }
}

/// Tells whether a path is below one of the API, also one of an area.
fn is_of_api(path: &str) -> bool {
    let mut parts = path.split('/').skip(1);
    let first = match parts.next() {
        Some("areas") => parts.nth(1),
        first => first,
    };
    matches!(first, Some("v1" | "v3" | "rpde" | "admin"))
}

/// Answers a method that a path does not know.
pub(super) async fn no_such_method(
    method: Method,
    OriginalUri(uri): OriginalUri,
    headers: HeaderMap,
) -> Response {
    tracing::debug!(%method, "no such method");
    told(Problem::NoSuchMethod, uri.path(), &headers)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_may_try_again_is_told_when() {
        for (answer, is_told) in [
            (Problem::TooSlow.into_response(), true),
            (Problem::TooManyStreams.into_response(), true),
            (problem(StatusCode::SERVICE_UNAVAILABLE, "the store is closed"), true),
            (problem(StatusCode::NOT_FOUND, "no such feed"), false),
            (Problem::TooLong.into_response(), false),
        ] {
            let is_there = answer.headers().contains_key(header::RETRY_AFTER);
            assert_eq!(is_there, is_told, "{answer:?}");
            assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/problem+json");
        }
    }
}
