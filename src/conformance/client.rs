//! How a check speaks to the API: a small port, and its implementation over HTTP.
//!
//! The operator names the URL, so private and loopback addresses are allowed here, unlike in
//! [`crate::fetch`]. Nothing is sent but the request itself.

use std::time::Duration;
use std::time::Instant;

use bytes::Bytes;
use bytes::BytesMut;
use futures_util::future::BoxFuture;
use reqwest::Method;
use reqwest::StatusCode;
use reqwest::header;
use reqwest::header::HeaderMap;
use reqwest::header::HeaderValue;
use thiserror::Error;
use url::Url;

/// Makes the requests of a check.
pub trait Client: Send + Sync {
    /// Makes one request and returns the answer, whatever its status.
    ///
    /// # Errors
    /// When there is no whole answer; the string says why, for people.
    fn send<'a>(&'a self, url: &'a Url, method: Method) -> BoxFuture<'a, Result<Answer, String>>;
}

/// An answer with any status.
#[derive(Debug, Clone)]
pub struct Answer {
    /// The status code.
    pub status: u16,
    /// The headers as sent.
    pub headers: HeaderMap,
    /// The body; the client bounds its length.
    pub body: Bytes,
    /// The time from the request to the end of the body.
    pub elapsed: Duration,
}

/// The client could not be made.
#[derive(Debug, Error)]
#[error("could not prepare an HTTP client")]
pub struct ClientError(#[source] reqwest::Error);

/// Asks over HTTP.
#[derive(Debug)]
pub struct HttpClient {
    client: reqwest::Client,
}

impl HttpClient {
    /// Returns a client with its own connections.
    ///
    /// # Errors
    /// When the system has no usable root certificates.
    pub fn new() -> Result<Self, ClientError> {
        let client = reqwest::Client::builder()
            .user_agent(concat!("Baton/", env!("CARGO_PKG_VERSION"), " conformance check"))
            .default_headers(default_headers())
            .timeout(TIMEOUT)
            .referer(false)
            // Directly, like the harvester.
            .no_proxy()
            .redirect(reqwest::redirect::Policy::limited(MAX_REDIRECTS))
            .build()
            .map_err(ClientError)?;
        Ok(Self { client })
    }

    /// Asks, and asks again where the server says that this is too fast.
    async fn patiently(&self, url: &Url, method: Method) -> Result<Answer, String> {
        for _ in 0..MAX_WAITS {
            let answer = self.once(url, method.clone()).await?;
            if answer.status != StatusCode::TOO_MANY_REQUESTS.as_u16() {
                return Ok(answer);
            }
            tokio::time::sleep(retry_after(&answer.headers)).await;
        }
        self.once(url, method).await
    }

    async fn once(&self, url: &Url, method: Method) -> Result<Answer, String> {
        let started = Instant::now();
        let mut request = self.client.request(method.clone(), url.clone());
        if method == Method::OPTIONS {
            request = request.header(header::ACCESS_CONTROL_REQUEST_METHOD, "GET");
        }
        let mut response = request.send().await.map_err(|error| chain(&error))?;
        let status = response.status().as_u16();
        let headers = response.headers().clone();
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(|error| chain(&error))? {
            if body.len() + chunk.len() > MAX_BODY_BYTES {
                return Err(format!("the body is longer than {MAX_BODY_BYTES} bytes"));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(Answer { status, headers, body: body.freeze(), elapsed: started.elapsed() })
    }
}

impl Client for HttpClient {
    fn send<'a>(&'a self, url: &'a Url, method: Method) -> BoxFuture<'a, Result<Answer, String>> {
        Box::pin(self.patiently(url, method))
    }
}

fn default_headers() -> HeaderMap {
    let mut headers = HeaderMap::new();
    headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, */*;q=0.5"));
    // Some servers speak of CORS only to browsers, and browsers always send this.
    headers.insert(header::ORIGIN, HeaderValue::from_static("https://conformance.example"));
    headers
}

fn retry_after(headers: &HeaderMap) -> Duration {
    headers
        .get(header::RETRY_AFTER)
        .and_then(|value| value.to_str().ok()?.trim().parse().ok())
        .map_or(DEFAULT_WAIT, Duration::from_secs)
        .min(MAX_WAIT)
}

fn chain(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text = format!("{text}: {cause}");
        source = cause.source();
    }
    text
}

const TIMEOUT: Duration = Duration::from_secs(30);
const MAX_REDIRECTS: usize = 5;
const MAX_BODY_BYTES: usize = 64 * 1024 * 1024;

/// Throttling is allowed by the standard, so it is waited out rather than judged.
const MAX_WAITS: usize = 3;
const DEFAULT_WAIT: Duration = Duration::from_secs(5);
const MAX_WAIT: Duration = Duration::from_mins(1);
