//! Speaking to publishers: the only door from this program to other people's servers.
//!
//! A [`Fetcher`] is polite (one request in flight per host, a rate limit, conditional requests, a
//! `User-Agent` that names the operator) and careful (public addresses only, bounded time, bounded
//! memory, secrets never passed on). It knows nothing about feeds: it retries nothing and judges no
//! body, because when to come back depends on where in the feed the caller is.
//!
//! Specification: <https://openactive.io/realtime-paged-data-exchange/#http-status-codes>.

mod address;
mod body;
mod caching;
mod error;
mod host;
mod redirect;
#[cfg(test)]
mod tests;

use std::fmt;
use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;
use std::time::SystemTime;

use bytes::Bytes;
use reqwest::StatusCode;
use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderName;
use reqwest::header::HeaderValue;
use url::Url;

use self::address::PublicResolver;
use self::body::Limits;
use self::host::Manners;

pub use self::error::Endpoint;
pub use self::error::FetchError;
pub use self::host::HostKey;

/// How a [`Fetcher`] behaves; one for the whole program.
#[derive(Debug, Clone)]
pub struct FetchConfig {
    /// How publishers can reach the operator: an e-mail address or a web page, sent to all of them.
    pub contact: Option<String>,
    /// The most one fetch may take, redirects and body included, waiting for its turn excluded.
    pub timeout: Duration,
    /// The most bytes one body may have once decoded.
    pub max_body_bytes: u64,
    /// Whether private, loopback and link-local addresses may be spoken to.
    pub allow_private_networks: bool,
}

/// One thing to fetch.
#[derive(Clone)]
pub struct Request {
    /// Where it is.
    pub url: Url,
    /// Headers for this host alone, such as an API key: never logged, dropped on the first redirect
    /// to another host.
    pub headers: Vec<(HeaderName, HeaderValue)>,
    /// What is known of the last answer, so that an unchanged body is not sent again.
    pub validators: Validators,
}

impl Request {
    /// Returns a request for `url` with no headers of its own and no validators.
    pub fn new(url: Url) -> Self {
        Self { url, headers: Vec::new(), validators: Validators::default() }
    }
}

/// Prints neither the query nor the values of headers: both can be secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&HeaderName> = self.headers.iter().map(|(name, _)| name).collect();
        f.debug_struct("Request")
            .field("endpoint", &Endpoint::of(&self.url))
            .field("headers", &names)
            .field("validators", &self.validators)
            .finish()
    }
}

/// What identifies one version of a body, as its server said it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Validators {
    /// The `ETag`, quotes included; sent back as `If-None-Match`.
    pub etag: Option<String>,
    /// The `Last-Modified` date; sent back as `If-Modified-Since`.
    pub last_modified: Option<String>,
}

impl Validators {
    fn is_empty(&self) -> bool {
        self.etag.is_none() && self.last_modified.is_none()
    }
}

/// A usable answer.
#[derive(Debug)]
pub enum Response {
    /// The body has not changed since the validators of the request.
    NotModified {
        /// How long the old body stays fresh; absent when the server did not say.
        max_age: Option<Duration>,
    },
    /// A body.
    Body(Body),
}

/// A body and what was said about it.
#[derive(Debug)]
pub struct Body {
    /// The decoded bytes.
    pub bytes: Bytes,
    /// Where the body came from, after redirects; relative links in it start here.
    pub url: Url,
    /// The `Content-Type`, as sent.
    pub content_type: Option<String>,
    /// What to send next time.
    pub validators: Validators,
    /// How long the body stays fresh; absent when the server did not say.
    pub max_age: Option<Duration>,
}

/// Fetches from publishers, politely and within bounds.
#[derive(Debug)]
pub struct Fetcher {
    client: reqwest::Client,
    manners: Manners,
    timeout: Duration,
    limits: Limits,
    allow_private_networks: bool,
}

impl Fetcher {
    /// Returns a fetcher with its own connections and its own memory of hosts: make one and share it.
    ///
    /// # Errors
    /// When the contact cannot stand in a header, or the system has no usable root certificates.
    pub fn new(config: FetchConfig) -> Result<Self, FetchError> {
        let FetchConfig { contact, timeout, max_body_bytes, allow_private_networks } = config;
        let resolver = PublicResolver { allow_private_networks };
        let client = reqwest::Client::builder()
            .user_agent(user_agent(contact.as_deref()))
            .default_headers(default_headers())
            .connect_timeout(CONNECT_TIMEOUT)
            .dns_resolver(Arc::new(resolver))
            // A proxy would resolve names itself, past the check in the resolver.
            .no_proxy()
            // Redirects are followed in `get`: reqwest drops only well-known secret headers on the
            // way to another host, and would speak to that host without waiting for a turn.
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            // Decoded in `body`, which counts the bytes on both sides.
            .no_gzip()
            .no_brotli()
            .no_zstd()
            .no_deflate()
            .build()
            .map_err(FetchError::Client)?;
        Ok(Self {
            client,
            manners: Manners::default(),
            timeout,
            limits: Limits { max_body_bytes },
            allow_private_networks,
        })
    }

    /// Fetches one URL, following up to five redirects, each under the rules of a first request.
    ///
    /// Waits for the host to be free first: that wait has no limit of its own, but each request
    /// before it has.
    ///
    /// # Errors
    /// When there is no usable answer; [`FetchError::class`] says what kind of failure it was.
    pub async fn get(&self, request: Request) -> Result<Response, FetchError> {
        let Request { mut url, mut headers, validators } = request;
        let mut time_left = self.timeout;
        for _ in 0..=MAX_REDIRECTS {
            let host = self.permitted_host(&url)?;
            let turn = self.manners.wait_for_turn(&host).await;
            let started = Instant::now();
            let exchange = self.exchange(&url, &headers, &validators);
            let answer =
                tokio::time::timeout(time_left, exchange).await.map_err(|_elapsed| {
                    FetchError::Timeout { endpoint: Endpoint::of(&url), limit: self.timeout }
                })??;
            drop(turn);
            time_left = time_left.saturating_sub(started.elapsed());
            let target = match answer {
                Answer::Final(response) => return Ok(response),
                Answer::Redirect(target) => target,
            };
            if !redirect::keeps_headers(&url, &target) {
                headers.clear();
            }
            url = target;
        }
        Err(FetchError::TooManyRedirects { endpoint: Endpoint::of(&url), limit: MAX_REDIRECTS })
    }

    /// Refuses what must not be spoken to, before a byte is sent.
    ///
    /// Names are checked when they are resolved: see [`PublicResolver`].
    fn permitted_host(&self, url: &Url) -> Result<HostKey, FetchError> {
        let host = HostKey::derive(url).ok_or_else(|| FetchError::Scheme {
            endpoint: Endpoint::of(url),
            scheme: url.scheme().to_owned(),
        })?;
        let is_permitted = self.allow_private_networks
            || host.ip_literal().is_none_or(|address| address::is_public(&address));
        if is_permitted {
            Ok(host)
        } else {
            Err(FetchError::ForbiddenAddress { endpoint: Endpoint::of(url) })
        }
    }

    /// Makes one request and reads its answer to the end.
    async fn exchange(
        &self,
        url: &Url,
        headers: &[(HeaderName, HeaderValue)],
        validators: &Validators,
    ) -> Result<Answer, FetchError> {
        let response = self
            .client
            .get(url.clone())
            .headers(request_headers(headers, validators))
            .send()
            .await
            .map_err(|error| FetchError::from_send(Endpoint::of(url), error))?;
        let status = response.status();
        let now = SystemTime::now();
        if redirect::is_followed(status) {
            return redirect::target(url, response.headers()).map(Answer::Redirect);
        }
        let max_age = caching::max_age(response.headers(), now);
        if status == StatusCode::NOT_MODIFIED && !validators.is_empty() {
            return Ok(Answer::Final(Response::NotModified { max_age }));
        }
        if !status.is_success() {
            return Err(FetchError::Status {
                endpoint: Endpoint::of(url),
                status: status.as_u16(),
                retry_after: caching::retry_after(response.headers(), now),
            });
        }
        let body = self.read_body(url, response, max_age).await?;
        Ok(Answer::Final(Response::Body(body)))
    }

    async fn read_body(
        &self,
        url: &Url,
        response: reqwest::Response,
        max_age: Option<Duration>,
    ) -> Result<Body, FetchError> {
        let content_type = text(response.headers(), &header::CONTENT_TYPE);
        let validators = Validators {
            etag: text(response.headers(), &header::ETAG),
            last_modified: text(response.headers(), &header::LAST_MODIFIED),
        };
        let bytes = body::read(response, self.limits)
            .await
            .map_err(|failure| failure.at(Endpoint::of(url)))?;
        Ok(Body { bytes, url: url.clone(), content_type, validators, max_age })
    }
}

/// What one hop came to.
enum Answer {
    Final(Response),
    Redirect(Url),
}

fn user_agent(contact: Option<&str>) -> String {
    let version = env!("CARGO_PKG_VERSION");
    let contact = contact.unwrap_or("no contact configured");
    format!("Baton/{version} (+{contact})")
}

fn default_headers() -> HeaderMap {
    HeaderMap::from_iter([
        (header::ACCEPT, HeaderValue::from_static(ACCEPT)),
        (header::ACCEPT_ENCODING, HeaderValue::from_static(body::ACCEPT_ENCODING)),
    ])
}

/// A validator that cannot stand in a header is left out: the cost is one body sent in full.
fn request_headers(own: &[(HeaderName, HeaderValue)], validators: &Validators) -> HeaderMap {
    let conditions = [
        (header::IF_NONE_MATCH, &validators.etag),
        (header::IF_MODIFIED_SINCE, &validators.last_modified),
    ];
    let mut headers = HeaderMap::new();
    for (name, validator) in conditions {
        let value = validator.as_deref().map(HeaderValue::from_str);
        if let Some(Ok(value)) = value {
            headers.insert(name, value);
        }
    }
    for (name, value) in own {
        let mut secret = value.clone();
        secret.set_sensitive(true);
        headers.append(name, secret);
    }
    headers
}

fn text(headers: &HeaderMap, name: &HeaderName) -> Option<String> {
    headers.get(name)?.to_str().ok().map(str::to_owned)
}

/// Publishers in the wild answer in 3 to 8 s; ones that cannot even be connected to in 10 s are down.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

const MAX_REDIRECTS: u32 = 5;

/// Both media types the RPDE validator accepts, the specification's own first.
const ACCEPT: &str = "application/json, application/vnd.openactive.rpde+json; version=1";
