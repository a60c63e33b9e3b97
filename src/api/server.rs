//! The server: takes connections in, and lets go of those that are slow or too many.
//!
//! A client that sends its headers a byte at a time, or never reads its answer, holds a connection and
//! whatever the answer takes. Each has a limit here, and so has their number.

use std::convert::Infallible;
use std::sync::Arc;
use std::time::Duration;

use axum::body::Body;
use axum::http::HeaderValue;
use axum::http::StatusCode;
use axum::http::header;
use axum::response::IntoResponse as _;
use axum::response::Response;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use tokio::net::TcpListener;
use tokio::net::TcpStream;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;
use tracing::warn;

use super::front::Api;

/// How long a client may take to send the headers of a request.
const HEADER_TIME: Duration = Duration::from_secs(10);

/// How long a client may leave what was sent to it unread.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// How long a connection may be idle.
const IDLE_TIME: Duration = Duration::from_secs(75);

/// How many connections are held at a time; more wait to be taken in.
const MAX_CONNECTIONS: usize = 4_096;

/// How many requests a client may have under way on one connection.
const MAX_STREAMS: u32 = 64;

/// How long to wait when no connection can be taken in, as when the system has no file handle left.
const ACCEPT_WAIT: Duration = Duration::from_millis(200);

/// Serves until told to stop, then lets what is under way end.
pub async fn serve(listener: TcpListener, api: Api, stop: CancellationToken, tasks: TaskTracker) {
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let (builder, graceful) = (builder(), GracefulShutdown::new());
    loop {
        let place = tokio::select! {
            () = stop.cancelled() => break,
            place = Arc::clone(&places).acquire_owned() => place,
        };
        let accepted = tokio::select! {
            () = stop.cancelled() => break,
            accepted = listener.accept() => accepted,
        };
        let (stream, peer) = match accepted {
            Ok(accepted) => accepted,
            Err(error) => {
                warn!(%error, "connection not taken in");
                tokio::time::sleep(ACCEPT_WAIT).await;
                continue;
            }
        };
        let api = api.clone();
        let service = service_fn(move |request| {
            let api = api.clone();
            async move { Ok::<_, Infallible>(api.answer(request, Some(peer)).await) }
        });
        let connection = builder.serve_connection(TokioIo::new(bounded(stream)), service);
        let connection = graceful.watch(connection.into_owned());
        tasks.spawn(async move {
            if let Err(error) = connection.await {
                debug!(error, "connection ended early");
            }
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

fn builder() -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(HEADER_TIME);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(IDLE_TIME)
        .keep_alive_timeout(WRITE_TIME);
    builder
}

fn bounded(stream: TcpStream) -> std::pin::Pin<Box<TimeoutStream<TcpStream>>> {
    // Without it small answers wait for the client's acknowledgement of what came before.
    drop(stream.set_nodelay(true));
    let mut stream = TimeoutStream::new(stream);
    stream.set_read_timeout(Some(IDLE_TIME));
    stream.set_write_timeout(Some(WRITE_TIME));
    Box::pin(stream)
}

/// Answers a request with a body: no path takes one, so none is read.
pub(super) fn refuse_body() -> Response {
    let body = r#"{"type":"about:blank","title":"Content Too Large","status":413,"detail":"no request here takes a body"}"#;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json")),
        (header::CONNECTION, HeaderValue::from_static("close")),
    ];
    (StatusCode::PAYLOAD_TOO_LARGE, headers, Body::from(body)).into_response()
}
