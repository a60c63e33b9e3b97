//! The server: takes connections in, and lets go of those that are slow or too many.
//!
//! A client that sends its headers a byte at a time, or never reads its answer, holds a connection and
//! whatever the answer takes. Each has a limit here, and so has their number.

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::Request;
use axum::response::Response;
use hyper::body::Incoming;
use hyper::service::service_fn;
use hyper_util::rt::TokioExecutor;
use hyper_util::rt::TokioIo;
use hyper_util::rt::TokioTimer;
use hyper_util::server::conn::auto;
use hyper_util::server::graceful::GracefulShutdown;
use rustix::process::Resource;
use rustix::process::Rlimit;
use rustix::process::getrlimit;
use rustix::process::setrlimit;
use tokio::io::AsyncRead;
use tokio::io::AsyncWrite;
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio_io_timeout::TimeoutStream;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tracing::debug;
use tracing::warn;

use super::front::Api;

/// How long a client may take to send the headers of its first request.
const FIRST_TIME: Duration = Duration::from_secs(10);

/// How long a client may leave what was sent to it unread.
const WRITE_TIME: Duration = Duration::from_secs(20);

/// How long a client may take from an answer to the end of the headers of its next request: longer than most of
/// those who pass requests on keep a connection for, so that none is closed as they send the next.
const IDLE_TIME: Duration = Duration::from_secs(75);

/// How many connections are held at a time; more wait to be taken in.
const MAX_CONNECTIONS: usize = 4_096;

/// How many files a process may have open that holds as many connections, with what the store and feeds take.
/// What a system grants without being asked is often a quarter of it.
const MAX_FILES: u64 = 8_192;

/// How many requests a client may have under way on one connection.
const MAX_STREAMS: u32 = 64;

/// How long to wait when no connection can be taken in, as when the system has no file handle left.
const ACCEPT_WAIT: Duration = Duration::from_millis(200);

/// Serves until told to stop, then lets what is under way end.
pub async fn serve(listener: TcpListener, api: Api, stop: CancellationToken, tasks: TaskTracker) {
    ask_for_files();
    let places = Arc::new(Semaphore::new(MAX_CONNECTIONS));
    let graceful = GracefulShutdown::new();
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
        // Without it small answers wait for the client's acknowledgement of what came before.
        drop(stream.set_nodelay(true));
        let api = api.clone();
        let answer = move |request| {
            let api = api.clone();
            async move { api.answer(request, Some(peer)).await }
        };
        // Where places run short, nobody keeps one for long without asking.
        let is_short = places.available_permits() < MAX_CONNECTIONS / 2;
        let idle_time = if is_short { FIRST_TIME } else { IDLE_TIME };
        let held = hold(stream, answer, idle_time, &graceful);
        tasks.spawn(async move {
            held.await;
            drop(place);
        });
    }
    drop(listener);
    graceful.shutdown().await;
}

/// Lets the process open more files, as far as the system allows.
fn ask_for_files() {
    let allowed = getrlimit(Resource::Nofile);
    // Nothing stands for no limit.
    let Some(current) = allowed.current.filter(|current| *current < MAX_FILES) else { return };
    let wanted = allowed.maximum.map_or(MAX_FILES, |most| most.min(MAX_FILES));
    let limit = Rlimit { current: Some(wanted), maximum: allowed.maximum };
    if let Err(error) = setrlimit(Resource::Nofile, limit) {
        debug!(%error, current, wanted, "may open no more files");
    }
}

/// Answers what comes on one connection until it ends, or its client is too slow. While an answer is sent nothing
/// is asked of the client but that it reads, however long that takes.
fn hold<I, A, F>(
    io: I,
    answer: A,
    idle_time: Duration,
    graceful: &GracefulShutdown,
) -> impl Future<Output = ()> + Send + use<I, A, F>
where
    I: AsyncRead + AsyncWrite + Send + 'static,
    A: Fn(Request<Incoming>) -> F + Send + 'static,
    F: Future<Output = Response> + Send + 'static,
{
    let mut io = TimeoutStream::new(io);
    io.set_write_timeout(Some(WRITE_TIME));
    let has_asked = Arc::new(AtomicBool::new(false));
    let asks = Arc::clone(&has_asked);
    let service = service_fn(move |request| {
        asks.store(true, Ordering::Relaxed);
        let answer = answer(request);
        async move { Ok::<_, Infallible>(answer.await) }
    });
    let io = TokioIo::new(Box::pin(io));
    let connection = builder(idle_time).serve_connection(io, service).into_owned();
    let connection = graceful.watch(connection);
    async move {
        let asks_nothing = async {
            tokio::time::sleep(FIRST_TIME).await;
            if has_asked.load(Ordering::Relaxed) {
                std::future::pending::<()>().await;
            }
        };
        tokio::select! {
            ended = connection => if let Err(error) = ended {
                debug!(error, "connection ended early");
            },
            () = asks_nothing => debug!("connection ended: no request came"),
        }
    }
}

fn builder(idle_time: Duration) -> auto::Builder<TokioExecutor> {
    let mut builder = auto::Builder::new(TokioExecutor::new());
    // This begins with the end of an answer, not with the first header.
    builder.http1().timer(TokioTimer::new()).header_read_timeout(idle_time);
    builder
        .http2()
        .timer(TokioTimer::new())
        .max_concurrent_streams(MAX_STREAMS)
        .keep_alive_interval(IDLE_TIME)
        .keep_alive_timeout(WRITE_TIME);
    builder
}

#[cfg(test)]
mod tests {
    use axum::body::Body;
    use axum::response::IntoResponse as _;
    use futures_util::stream;
    use tokio::io::AsyncReadExt as _;
    use tokio::io::AsyncWriteExt as _;
    use tokio::io::DuplexStream;
    use tokio::time::Instant;

    use super::*;

    const REQUEST: &[u8] = b"GET / HTTP/1.1\r\nhost: a\r\n\r\n";

    /// A client of a server that answers with a piece every ten seconds, and so many of them.
    fn client_of(pieces: usize) -> DuplexStream {
        let (client, server) = tokio::io::duplex(1 << 16);
        let answer = move |_: Request<Incoming>| async move {
            let pieces = stream::unfold(0, move |sent| async move {
                if sent > 0 {
                    tokio::time::sleep(Duration::from_secs(10)).await;
                }
                (sent < pieces).then_some((Ok::<_, Infallible>("piece\n"), sent + 1))
            });
            Body::from_stream(pieces).into_response()
        };
        TaskTracker::new().spawn(async move {
            let graceful = GracefulShutdown::new();
            hold(server, answer, IDLE_TIME, &graceful).await;
        });
        client
    }

    /// Reads until what came holds this text, which is the end of an answer; nothing when the connection ends
    /// before.
    async fn read_to(client: &mut DuplexStream, end: &str) -> Option<String> {
        let mut text = String::new();
        while !text.contains(end) {
            let mut bytes = [0; 1024];
            let count = client.read(&mut bytes).await.ok().filter(|count| *count > 0)?;
            text.push_str(std::str::from_utf8(&bytes[..count]).unwrap());
        }
        Some(text)
    }

    #[tokio::test(start_paused = true)]
    async fn an_answer_may_take_longer_than_a_connection_may_be_idle() {
        let mut client = client_of(30);
        client.write_all(REQUEST).await.unwrap();
        let begun = Instant::now();
        let answer = read_to(&mut client, "\r\n0\r\n").await.unwrap();
        assert_eq!(answer.matches("piece").count(), 30);
        assert!(begun.elapsed() > IDLE_TIME * 3);
    }

    #[tokio::test(start_paused = true)]
    async fn a_connection_stays_open_for_the_next_request_for_a_while() {
        let mut client = client_of(1);
        for _ in 0..2 {
            client.write_all(REQUEST).await.unwrap();
            read_to(&mut client, "\r\n0\r\n").await.unwrap();
            tokio::time::sleep(IDLE_TIME.mul_f64(0.9)).await;
        }
        let slept = Instant::now();
        assert_eq!(read_to(&mut client, "\r\n0\r\n").await, None);
        assert!(slept.elapsed() < IDLE_TIME.mul_f64(0.2), "{:?}", slept.elapsed());
    }

    #[tokio::test(start_paused = true)]
    async fn a_client_that_asks_nothing_is_let_go() {
        for sent in [&REQUEST[..0], &REQUEST[..10], b"PRI * HTTP/2.0"] {
            let (mut client, begun) = (client_of(1), Instant::now());
            client.write_all(sent).await.unwrap();
            assert_eq!(read_to(&mut client, "\r\n0\r\n").await, None);
            assert!(begun.elapsed() < FIRST_TIME * 2, "{sent:?}: {:?}", begun.elapsed());
        }
    }
}
