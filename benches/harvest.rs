//! How fast feeds become services, end to end: fetched, parsed, stored durably, mapped, indexed.
//!
//! A publisher in this process serves generated pages on the loopback interface; the gateway harvests
//! them into a database on disk. Run with `cargo bench --bench harvest -- [SERIES] [SESSIONS]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may fail")]
#![expect(clippy::cast_precision_loss, reason = "figures are small")]

use std::sync::Arc;
use std::time::Instant;

use axum::Router;
use axum::extract::Path;
use axum::extract::RawQuery;
use axum::extract::State;
use axum::routing::get;
use baton::app::App;
use baton::clock::Clock;
use baton::config::Config;
use baton::config::ProcessEnvironment;
use bytes::Bytes;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[path = "support/feeds.rs"]
mod feeds;

use feeds::Feed;
use feeds::Kind;
use feeds::PAGE;

type Pages = Arc<Vec<(String, Vec<Bytes>)>>;

fn main() {
    let mut counts = std::env::args().skip(1).filter_map(|argument| argument.parse().ok());
    let series: usize = counts.next().unwrap_or(20_000);
    let sessions: usize = counts.next().unwrap_or(0);
    let runtime = tokio::runtime::Runtime::new().unwrap();
    runtime.block_on(run(series, sessions));
}

async fn run(series: usize, sessions: usize) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let mut feeds = vec![pages(&base, "series", series, 0)];
    if sessions > 0 {
        feeds.push(pages(&base, "sessions", sessions, series));
    }
    let bytes: usize = feeds.iter().flat_map(|(_, pages)| pages).map(Bytes::len).sum();
    let urls: Vec<_> = feeds.iter().map(|(name, _)| format!("\"{base}/{name}\"")).collect();
    let router = Router::new().route("/{feed}", get(page)).with_state(Arc::new(feeds));
    let stop = CancellationToken::new();
    let tracker = tokio_util::task::TaskTracker::new();
    tracker.spawn(axum::serve(listener, router).into_future());
    let folder = tempfile::tempdir_in(".").unwrap();
    let config = format!(
        "[store]\nurl = \"sqlite:{}\"\n[fetch]\nallow_private_networks = true\n[mappings]\n\
         activity_list = \"\"\nfacility_types = \"\"\naccessibility_support = \"\"\n\
         [[publishers]]\nkey = \"bench\"\nname = \"Bench\"\nfeeds = [{}]\n",
        folder.path().join("baton.db").display(),
        urls.join(", "),
    );
    let path = folder.path().join("baton.toml");
    let config = Config::parse(&config, &path, &ProcessEnvironment).unwrap();
    let app = App::open(config, Clock::default()).await.unwrap();
    let begun = Instant::now();
    let done = app.harvest_once(&stop).await.unwrap();
    let secs = begun.elapsed().as_secs_f64();
    let items = series + sessions;
    let size: u64 = std::fs::read_dir(folder.path())
        .unwrap()
        .map(|entry| entry.unwrap().metadata().unwrap().len())
        .sum();
    println!(
        "{items} items ({:.1} MB) -> {} services in {secs:.2} s: {:.0} items/s, {:.1} MB on disk, {done} feeds",
        bytes as f64 / 1e6,
        app.service_count(),
        items as f64 / secs,
        size as f64 / 1e6,
        done = done.len(),
    );
}

/// Writes all pages beforehand, so that writing them takes no time from the gateway.
fn pages(base: &str, name: &str, count: usize, parents: usize) -> (String, Vec<Bytes>) {
    let kind = Kind::named(name).unwrap();
    let (base, name) = (base.to_owned(), name.to_owned());
    let feed = Feed { base, name, kind, count, parents, deleted_every: 0, changed: 0 };
    let pages = (0..=count.div_ceil(PAGE)).map(|number| Bytes::from(feed.page(number)));
    let pages = pages.collect();
    (feed.name, pages)
}

async fn page(
    State(feeds): State<Pages>,
    Path(feed): Path<String>,
    RawQuery(query): RawQuery,
) -> Bytes {
    let number = query.and_then(|q| q.strip_prefix("after=").map(str::to_owned));
    let number: usize = number.map_or(0, |n| n.parse().unwrap());
    let (_, pages) = feeds.iter().find(|(name, _)| *name == feed).unwrap();
    pages[number].clone()
}
