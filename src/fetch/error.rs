//! Why there was no answer to use.
//!
//! Texts name the host and the path only: the query and the headers can hold secrets.

use std::error::Error;
use std::fmt;
use std::io;
use std::time::Duration;

use url::Url;

use super::address::ResolveError;

/// Why a fetch failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum FetchError {
    /// The HTTP client could not be made: an unusable contact, or no root certificates.
    #[error("the HTTP client could not be set up")]
    Client(#[source] reqwest::Error),
    /// The URL, or a redirect, is neither http nor https.
    #[error("{endpoint} has the scheme {scheme}, not http or https")]
    Scheme {
        /// What was asked for.
        endpoint: Endpoint,
        /// The scheme it has.
        scheme: String,
    },
    /// The host is, or has only, addresses that are not on the public internet.
    #[error("{endpoint} is not on the public internet, and allow_private_networks is not set")]
    ForbiddenAddress {
        /// What was asked for.
        endpoint: Endpoint,
    },
    /// The name of the host could not be resolved.
    #[error("the host name of {endpoint} could not be resolved")]
    Dns {
        /// What was asked for.
        endpoint: Endpoint,
        /// What the resolver said.
        source: reqwest::Error,
    },
    /// No connection could be made.
    #[error("no connection to {endpoint} could be made")]
    Connect {
        /// What was asked for.
        endpoint: Endpoint,
        /// What the system said.
        source: reqwest::Error,
    },
    /// The connection could not be secured, for example because of a bad certificate.
    #[error("the connection to {endpoint} could not be secured")]
    Tls {
        /// What was asked for.
        endpoint: Endpoint,
        /// What the TLS library said.
        source: reqwest::Error,
    },
    /// The connection broke, or what came back was not HTTP.
    #[error("{endpoint} gave no valid HTTP answer")]
    Protocol {
        /// What was asked for.
        endpoint: Endpoint,
        /// What the HTTP library said.
        source: reqwest::Error,
    },
    /// The answer was not complete in time.
    #[error("{endpoint} did not answer in full within {} s", limit.as_secs_f64())]
    Timeout {
        /// What was asked for.
        endpoint: Endpoint,
        /// The time it had.
        limit: Duration,
    },
    /// The answer has a status that carries no usable body.
    #[error("{endpoint} answered with status {status}")]
    Status {
        /// What was asked for.
        endpoint: Endpoint,
        /// The status.
        status: u16,
        /// The wait the server asks for in `Retry-After`.
        retry_after: Option<Duration>,
    },
    /// The decoded body passed the limit.
    #[error("the body of {endpoint} has more than {limit_bytes} bytes")]
    TooLarge {
        /// What was asked for.
        endpoint: Endpoint,
        /// The limit.
        limit_bytes: u64,
    },
    /// The body unpacks to so many times its size that it can only be an attack or a defect.
    #[error("the body of {endpoint} is compressed by more than {limit} to 1")]
    CompressionRatio {
        /// What was asked for.
        endpoint: Endpoint,
        /// The highest ratio that passes.
        limit: u64,
    },
    /// The chain of redirects is too long, or a circle.
    #[error("more than {limit} redirects led to {endpoint}")]
    TooManyRedirects {
        /// Where the chain was left.
        endpoint: Endpoint,
        /// The most redirects that are followed.
        limit: u32,
    },
    /// A redirect does not say where to, or not as a URL.
    #[error("{endpoint} redirects to no readable location")]
    Location {
        /// What was asked for.
        endpoint: Endpoint,
    },
    /// A redirect leads from https to http.
    #[error("a redirect from https to plain http leads to {endpoint}")]
    Downgrade {
        /// Where it leads.
        endpoint: Endpoint,
    },
    /// The body broke off or could not be decoded.
    #[error("the body of {endpoint} could not be read")]
    Body {
        /// What was asked for.
        endpoint: Endpoint,
        /// What went wrong.
        source: Box<dyn Error + Send + Sync>,
    },
}

impl FetchError {
    /// Returns the kind of failure, one of a closed set of words fit for a metric label.
    pub fn class(&self) -> &'static str {
        match self {
            Self::Client(_) => "client",
            Self::Scheme { .. } => "scheme",
            Self::ForbiddenAddress { .. } => "forbidden_address",
            Self::Dns { .. } => "dns",
            Self::Connect { .. } => "connect",
            Self::Tls { .. } => "tls",
            Self::Protocol { .. } => "protocol",
            Self::Timeout { .. } => "timeout",
            Self::Status { .. } => "status",
            Self::TooLarge { .. } => "too_large",
            Self::CompressionRatio { .. } => "compression_ratio",
            Self::TooManyRedirects { .. } => "too_many_redirects",
            Self::Location { .. } => "location",
            Self::Downgrade { .. } => "downgrade",
            Self::Body { .. } => "body",
        }
    }

    /// Returns how long the server asked to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Status { retry_after, .. } => *retry_after,
            _ => None,
        }
    }

    /// Returns the HTTP status, when that is what failed.
    pub fn status(&self) -> Option<u16> {
        match self {
            Self::Status { status, .. } => Some(*status),
            _ => None,
        }
    }

    /// Tells apart the ways in which no answer came, all one type in the HTTP client.
    pub(super) fn from_send(endpoint: Endpoint, error: reqwest::Error) -> Self {
        // The source is printed with the chain, and the client would print the query with it.
        let source = error.without_url();
        if matches!(cause(&source), Some(ResolveError::Forbidden)) {
            return Self::ForbiddenAddress { endpoint };
        }
        if source.is_dns() {
            return Self::Dns { endpoint, source };
        }
        if !source.is_connect() {
            return Self::Protocol { endpoint, source };
        }
        if is_handshake_failure(&source) {
            return Self::Tls { endpoint, source };
        }
        Self::Connect { endpoint, source }
    }
}

/// The host, port and path of a URL: as much of it as may be printed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Endpoint(String);

impl Endpoint {
    /// Returns the printable part of a URL, without user, password, query and fragment.
    pub fn of(url: &Url) -> Self {
        let host = url.host_str().unwrap_or("a URL without a host");
        let path = if url.has_host() { url.path() } else { "" };
        let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
        Self(format!("{host}{port}{path}"))
    }
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Whether a failed connection had got as far as TLS.
///
/// The TLS library hands its errors over as I/O errors of these two kinds (bad data, and an end in
/// mid-handshake), wrapped in another; making a TCP connection never gives either.
fn is_handshake_failure(error: &reqwest::Error) -> bool {
    let outer: Option<&io::Error> = cause(error);
    let inner = outer.and_then(io::Error::get_ref).and_then(|inner| inner.downcast_ref());
    inner.or(outer).is_some_and(|error: &io::Error| {
        matches!(error.kind(), io::ErrorKind::InvalidData | io::ErrorKind::UnexpectedEof)
    })
}

/// Returns the first cause of this type.
fn cause<E: Error + 'static>(error: &reqwest::Error) -> Option<&E> {
    let mut next = error.source();
    while let Some(source) = next {
        if let Some(found) = source.downcast_ref() {
            return Some(found);
        }
        next = source.source();
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endpoint_holds_no_secret_part_of_a_url() {
        let cases = [
            ("https://user:pw@Feeds.Example/a/b?key=s#t", "feeds.example/a/b"),
            ("http://127.0.0.1:8080/x?afterId=1", "127.0.0.1:8080/x"),
            ("data:text/plain,secret", "a URL without a host"),
        ];
        for (url, expected) in cases {
            assert_eq!(Endpoint::of(&Url::parse(url).unwrap()).to_string(), expected);
        }
    }
}
