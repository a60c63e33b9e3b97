//! A publisher of any size, in a process of its own, for the benchmarks of whole programs.
//!
//! `cargo bench --bench feeds -- LISTEN NAME=COUNT…` serves `/{publisher}/{NAME}?after=PAGE` for any
//! publisher and says where. `NAME` is one of those in `support/feeds.rs`; `publishers=N` divides the
//! counts among N publishers, `deleted=N` makes every N-th item a tombstone. `POST /day?changed=N` lets one
//! in N items of each feed change once more, `POST /day?items=N` N of each.
//!
//! With `parse` instead of LISTEN it says how long `serde_json` takes to read the same pages, in seconds.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may fail")]

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicUsize;
use std::sync::atomic::Ordering;
use std::time::Duration;
use std::time::Instant;

use axum::Router;
use axum::extract::Path;
use axum::extract::Query;
use axum::extract::State;
use axum::http::HeaderName;
use axum::http::header::CONTENT_TYPE;
use axum::routing::get;
use axum::routing::post;

#[path = "support/feeds.rs"]
mod feeds;

use feeds::Feed;
use feeds::Kind;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// What is served.
struct Publisher {
    counts: HashMap<String, usize>,
    address: String,
    /// One in so many items changes once more; none when 0.
    changed: AtomicUsize,
    /// So many items of each feed change once more.
    items: AtomicUsize,
}

#[tokio::main]
async fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let Some(listen) = arguments.first() else { return };
    let counts = arguments[1..].iter().map(|argument| {
        let (name, count) = argument.split_once('=').unwrap();
        (name.to_owned(), count.parse().unwrap())
    });
    let counts = counts.collect();
    if listen == "parse" {
        println!("{:.3}", seconds_to_parse(&counts));
        return;
    }
    let listener = tokio::net::TcpListener::bind(listen).await.unwrap();
    let address = listener.local_addr().unwrap().to_string();
    println!("http://{address}");
    let (changed, items) = (AtomicUsize::new(0), AtomicUsize::new(0));
    let publisher = Publisher { counts, address, changed, items };
    let router = Router::new()
        .route("/{publisher}/{feed}", get(page))
        .route("/day", post(day))
        .with_state(Arc::new(publisher));
    axum::serve(listener, router).await.unwrap();
}

fn seconds_to_parse(counts: &HashMap<String, usize>) -> f64 {
    let mut time = Duration::ZERO;
    for (name, count) in counts {
        let (base, kind) = ("http://127.0.0.1:8000/0".to_owned(), Kind::named(name).unwrap());
        let (name, count) = (name.clone(), *count);
        let feed = Feed { base, name, kind, count, parents: 1000, deleted_every: 0, changed: 0 };
        for page in (0..count.div_ceil(feeds::PAGE)).map(|number| feed.page(number)) {
            let begun = Instant::now();
            let value: serde_json::Value = serde_json::from_str(&page).unwrap();
            time += begun.elapsed();
            drop(value);
        }
    }
    time.as_secs_f64()
}

async fn page(
    State(state): State<Arc<Publisher>>,
    Path((publisher, name)): Path<(String, String)>,
    Query(query): Query<HashMap<String, usize>>,
) -> ([(HeaderName, &'static str); 1], String) {
    let publishers = state.counts.get("publishers").copied().unwrap_or(1);
    let count = |name: &str| state.counts.get(name).copied().unwrap_or(0) / publishers;
    let kind = Kind::named(&name).unwrap();
    let parents = match kind {
        Kind::Sessions => count("series"),
        Kind::Slots => count("facilities"),
        _ => 0,
    };
    let changed = state.changed.load(Ordering::Relaxed);
    let feed = Feed {
        base: format!("http://{}/{publisher}", state.address),
        count: count(&name),
        parents,
        deleted_every: state.counts.get("deleted").copied().unwrap_or(0),
        changed: count(&name)
            .checked_div(changed)
            .unwrap_or_else(|| state.items.load(Ordering::Relaxed)),
        name,
        kind,
    };
    let page = feed.page(query.get("after").copied().unwrap_or(0));
    ([(CONTENT_TYPE, "application/vnd.openactive.rpde+json; version=1")], page)
}

async fn day(State(state): State<Arc<Publisher>>, Query(query): Query<HashMap<String, usize>>) {
    let number = |name: &str| query.get(name).copied().unwrap_or(0);
    state.changed.store(number("changed"), Ordering::Relaxed);
    state.items.store(number("items"), Ordering::Relaxed);
}
