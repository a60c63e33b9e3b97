//! The fetcher against servers on this machine.

use std::sync::Mutex;

use axum::Router;
use axum::body::Body as ServerBody;
use axum::extract::Path;
use axum::http::HeaderMap as ServerHeaders;
use axum::http::StatusCode as ServerStatus;
use axum::response::IntoResponse as _;
use axum::routing;
use futures_util::StreamExt as _;
use futures_util::stream;
use tokio::io::AsyncReadExt as _;
use tokio::io::AsyncWriteExt as _;
use tokio::net::TcpListener;
use tower_http::compression::CompressionLayer;

use super::*;

const MIB: u64 = 1024 * 1024;

/// `{"items": []}` as the server of this test cannot pack it.
const DEFLATED: &[u8] =
    b"\x78\x9c\xab\x56\xca\x2c\x49\xcd\x2d\x56\xb2\x52\x88\x8e\xad\x05\x00\x1f\xbf\x04\x71";

/// A server on a free port of this machine, for as long as the test's runtime lives.
async fn serve(router: Router) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    #[expect(clippy::disallowed_methods, reason = "the server ends with the test's runtime")]
    tokio::spawn(async move { axum::serve(listener, router).await });
    port
}

/// A server that gives one answer to everything.
async fn serve_one<M: Fn() -> axum::response::Response + Clone + Send + Sync + 'static>(
    answer: M,
) -> Url {
    let port = serve(Router::new().fallback(move || std::future::ready(answer()))).await;
    url(port, "/feed?afterId=1&key=secret")
}

fn url(port: u16, path_and_query: &str) -> Url {
    Url::parse(&format!("http://127.0.0.1:{port}{path_and_query}")).unwrap()
}

fn config() -> FetchConfig {
    FetchConfig {
        contact: Some("https://council.example/contact".into()),
        timeout: Duration::from_secs(20),
        max_body_bytes: 64 * MIB,
        allow_private_networks: true,
    }
}

async fn fetch(config: FetchConfig, url: Url) -> Result<Response, FetchError> {
    Fetcher::new(config).unwrap().get(Request::new(url)).await
}

async fn failure(config: FetchConfig, url: Url) -> FetchError {
    fetch(config, url).await.unwrap_err()
}

async fn body(url: Url) -> Body {
    match fetch(config(), url).await.unwrap() {
        Response::Body(body) => body,
        Response::NotModified { .. } => panic!("not modified"),
    }
}

#[tokio::test]
async fn body_comes_with_what_was_said_about_it() {
    let url = serve_one(|| {
        let headers = [
            ("content-type", "application/json"),
            ("etag", "\"v1\""),
            ("last-modified", "Sun, 06 Nov 1994 08:49:37 GMT"),
            ("cache-control", "public, max-age=8"),
        ];
        (headers, "{}").into_response()
    })
    .await;
    let body = body(url.clone()).await;
    assert_eq!(body.bytes, "{}");
    assert_eq!(body.url, url);
    assert_eq!(body.content_type.as_deref(), Some("application/json"));
    assert_eq!(body.validators.etag.as_deref(), Some("\"v1\""));
    assert!(body.validators.last_modified.is_some());
    assert_eq!(body.max_age, Some(Duration::from_secs(8)));
}

#[tokio::test]
async fn every_encoding_offered_is_understood() {
    let page = "{\"items\": []}".repeat(1000);
    for encoding in ["gzip", "br", "zstd"] {
        let sent = page.clone();
        let answer = routing::get(move |headers: ServerHeaders| async move {
            assert!(headers["accept-encoding"].to_str().unwrap().contains(encoding));
            sent
        });
        let layer = CompressionLayer::new()
            .gzip(encoding == "gzip")
            .br(encoding == "br")
            .zstd(encoding == "zstd");
        let port = serve(Router::new().route("/", answer).layer(layer)).await;
        assert_eq!(body(url(port, "/")).await.bytes, page, "{encoding}");
    }
    let deflated = serve_one(|| ([("content-encoding", "deflate")], DEFLATED).into_response());
    assert_eq!(body(deflated.await).await.bytes, "{\"items\": []}");
}

#[tokio::test]
async fn request_says_who_asks_and_what_it_takes() {
    let port = serve(Router::new().fallback(|headers: ServerHeaders| async move {
        ["user-agent", "accept", "accept-encoding"]
            .map(|name| headers.get(name).unwrap().to_str().unwrap().to_owned())
            .join("\n")
    }))
    .await;
    let expected = format!(
        "Baton/{} (+https://council.example/contact)\n\
         application/json, application/vnd.openactive.rpde+json; version=1\n\
         gzip, br, zstd, deflate",
        env!("CARGO_PKG_VERSION"),
    );
    assert_eq!(body(url(port, "/")).await.bytes, expected);
}

#[tokio::test]
async fn unchanged_body_is_not_sent_again() {
    let port = serve(Router::new().fallback(|headers: ServerHeaders| async move {
        let known = ["if-none-match", "if-modified-since"].map(|name| headers.contains_key(name));
        assert_eq!(known, [true, true]);
        (ServerStatus::NOT_MODIFIED, [("cache-control", "max-age=30")])
    }))
    .await;
    let mut request = Request::new(url(port, "/"));
    request.validators = Validators {
        etag: Some("\"v1\"".into()),
        last_modified: Some("Sun, 06 Nov 1994 08:49:37 GMT".into()),
    };
    let response = Fetcher::new(config()).unwrap().get(request).await.unwrap();
    let expected = Some(Duration::from_secs(30));
    assert!(matches!(response, Response::NotModified { max_age } if max_age == expected));
}

#[tokio::test]
async fn not_modified_without_being_asked_is_an_error() {
    let url = serve_one(|| ServerStatus::NOT_MODIFIED.into_response()).await;
    assert_eq!(failure(config(), url).await.status(), Some(304));
}

#[tokio::test]
async fn status_error_carries_the_wait_asked_for() {
    let cases = [
        ("120", 120),
        ("Sun, 06 Nov 1994 09:49:37 GMT", 3600), // an hour after the answer's own date
    ];
    for (retry_after, expected_secs) in cases {
        let url = serve_one(move || {
            let headers = [("retry-after", retry_after), ("date", "Sun, 06 Nov 1994 08:49:37 GMT")];
            (ServerStatus::SERVICE_UNAVAILABLE, headers).into_response()
        })
        .await;
        let error = failure(config(), url.clone()).await;
        assert_eq!((error.class(), error.status()), ("status", Some(503)));
        assert_eq!(error.retry_after(), Some(Duration::from_secs(expected_secs)));
        let expected = format!("127.0.0.1:{}/feed answered with status 503", url.port().unwrap());
        assert_eq!(error.to_string(), expected, "no query");
    }
}

fn zstd_zeros(size_bytes: u64) -> axum::response::Response {
    let zeros = vec![0; usize::try_from(size_bytes).unwrap()];
    let packed = zstd::bulk::compress(&zeros, 19).unwrap();
    ([("content-encoding", "zstd")], packed).into_response()
}

#[tokio::test]
async fn unpacking_stops_at_the_limit() {
    let url = serve_one(|| zstd_zeros(16 * MIB)).await;
    let error = failure(FetchConfig { max_body_bytes: MIB, ..config() }, url).await;
    assert_eq!(error.class(), "too_large");
}

#[tokio::test]
async fn bomb_is_recognised_by_its_ratio() {
    let url = serve_one(|| zstd_zeros(16 * MIB)).await;
    assert_eq!(failure(config(), url).await.class(), "compression_ratio");
    let small = serve_one(|| zstd_zeros(4 * MIB)).await;
    assert_eq!(body(small).await.bytes.len() as u64, 4 * MIB);
}

#[tokio::test]
async fn endless_body_stops_at_the_limit() {
    let url = serve_one(|| {
        let chunk = || std::future::ready(Ok::<_, std::io::Error>(vec![b' '; 65_536]));
        ServerBody::from_stream(stream::repeat_with(chunk).then(|chunk| chunk)).into_response()
    })
    .await;
    let error = failure(FetchConfig { max_body_bytes: MIB, ..config() }, url).await;
    assert_eq!(error.class(), "too_large");
}

#[tokio::test]
async fn body_that_never_ends_is_left_after_the_timeout() {
    let url = serve_one(|| {
        let start = stream::iter([Ok::<_, std::io::Error>("{")]);
        ServerBody::from_stream(start.chain(stream::pending())).into_response()
    })
    .await;
    let timeout = Duration::from_millis(300);
    let error = failure(FetchConfig { timeout, ..config() }, url).await;
    assert_eq!(error.class(), "timeout");
    assert!(error.to_string().ends_with("/feed did not answer in full within 0.3 s"));
}

#[tokio::test]
async fn body_that_cannot_be_decoded_is_an_error() {
    let garbage = serve_one(|| ([("content-encoding", "gzip")], "{}").into_response()).await;
    let unknown = serve_one(|| ([("content-encoding", "lzma")], "{}").into_response()).await;
    for url in [garbage, unknown] {
        let outcome = fetch(config(), url).await;
        assert_eq!(outcome.as_ref().unwrap_err().class(), "body", "{outcome:?}");
    }
}

#[tokio::test]
async fn redirects_are_followed_but_not_for_ever() {
    let port = serve(Router::new().route(
        "/{hops_left}",
        routing::get(|Path(hops_left): Path<u32>| async move {
            match hops_left.checked_sub(1) {
                None => "arrived".into_response(),
                Some(left) => {
                    (ServerStatus::FOUND, [("location", left.to_string())]).into_response()
                }
            }
        }),
    ))
    .await;
    let body = body(url(port, "/5")).await;
    assert_eq!((body.bytes, body.url), (Bytes::from("arrived"), url(port, "/0")));
    assert_eq!(failure(config(), url(port, "/6")).await.class(), "too_many_redirects");
}

/// Returns the API keys that two servers saw, when the first redirects `path` to the second.
async fn keys_seen(path: &str) -> (Vec<bool>, Vec<bool>) {
    let saw = |seen: &Arc<Mutex<Vec<bool>>>, headers: &ServerHeaders| {
        seen.lock().unwrap().push(headers.contains_key("x-api-key"));
    };
    let [at_first, at_second] = [(); 2].map(|()| Arc::<Mutex<Vec<bool>>>::default());
    let seen = Arc::clone(&at_second);
    let second = serve(Router::new().fallback(move |headers: ServerHeaders| async move {
        saw(&seen, &headers);
    }))
    .await;
    let seen = Arc::clone(&at_first);
    let first = serve(Router::new().route(
        "/{place}",
        routing::get(move |Path(place): Path<String>, headers: ServerHeaders| async move {
            saw(&seen, &headers);
            let location = match place.as_str() {
                "here" => "/there".to_owned(),
                _ => format!("http://localhost:{second}/"),
            };
            (ServerStatus::TEMPORARY_REDIRECT, [("location", location)])
        }),
    ))
    .await;
    let mut request = Request::new(url(first, path));
    let key = (HeaderName::from_static("x-api-key"), HeaderValue::from_static("secret"));
    request.headers.push(key);
    Fetcher::new(config()).unwrap().get(request).await.unwrap();
    let seen = |seen: Arc<Mutex<Vec<bool>>>| seen.lock().unwrap().clone();
    (seen(at_first), seen(at_second))
}

#[tokio::test]
async fn secret_headers_stay_with_their_host() {
    assert_eq!(keys_seen("/here").await, (vec![true, true], vec![false]));
}

#[tokio::test]
async fn own_network_is_closed_unless_opened() {
    let literal = serve_one(|| "{}".into_response()).await;
    let mut name = literal.clone();
    name.set_host(Some("localhost")).unwrap();
    for url in [literal, name] {
        let closed = FetchConfig { allow_private_networks: false, ..config() };
        assert_eq!(failure(closed, url.clone()).await.class(), "forbidden_address", "{url}");
        assert!(fetch(config(), url).await.is_ok());
    }
}

#[tokio::test]
async fn every_failure_to_connect_has_its_class() {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let closed = listener.local_addr().unwrap().port();
    drop(listener);
    let plain = serve(Router::new()).await;
    // Too long for a name, so that no name server is asked.
    let nobody = "x".repeat(64);
    let cases = [
        (format!("http://127.0.0.1:{closed}/"), "connect"),
        (format!("https://127.0.0.1:{plain}/"), "tls"),
        (format!("http://{nobody}.invalid/"), "dns"),
        ("ftp://feeds.example/".to_owned(), "scheme"),
    ];
    for (url, expected) in cases {
        let error = failure(config(), Url::parse(&url).unwrap()).await;
        assert_eq!(error.class(), expected, "{url}: {error:?}");
    }
}

/// Fetches from a server that answers one request with these bytes and hangs up.
async fn failure_of(answer: &str) -> FetchError {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    let answer_once = async {
        let (mut connection, _) = listener.accept().await.unwrap();
        connection.read_u8().await.unwrap();
        connection.write_all(answer.as_bytes()).await.unwrap();
        connection.shutdown().await.unwrap();
        // The rest of the request is read, for closing with it unread would reset the connection.
        connection.read_to_end(&mut Vec::new()).await.unwrap();
    };
    let (error, ()) = tokio::join!(failure(config(), url(port, "/?key=secret")), answer_once);
    assert!(!format!("{error:?}").contains("secret"), "the query is not in the chain");
    error
}

#[tokio::test]
async fn broken_answers_are_errors() {
    let truncated = "HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\n{";
    assert_eq!(failure_of(truncated).await.class(), "body");
    assert_eq!(failure_of("").await.class(), "protocol");
    assert_eq!(failure_of("220 mail.example ESMTP\r\n").await.class(), "protocol");
}

#[tokio::test]
async fn length_above_the_limit_is_refused_unread() {
    let too_long = "HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n";
    assert_eq!(failure_of(too_long).await.class(), "too_large");
}

#[test]
fn secrets_are_not_printed() {
    let mut request = Request::new(Url::parse("https://u:pw@feeds.example/a?key=query").unwrap());
    let key = (HeaderName::from_static("x-api-key"), HeaderValue::from_static("header"));
    request.headers.push(key);
    let printed = format!("{request:?}");
    assert!(printed.contains("feeds.example/a") && printed.contains("x-api-key"));
    for secret in ["pw", "query", "\"header\""] {
        assert!(!printed.contains(secret), "{printed}");
    }
}

#[test]
fn contact_that_cannot_be_sent_is_refused() {
    let config = FetchConfig { contact: Some("a\nb".into()), ..config() };
    assert_eq!(Fetcher::new(config).unwrap_err().class(), "client");
}
