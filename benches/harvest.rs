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
use serde_json::json;
use tokio_util::sync::CancellationToken;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const PAGE: usize = 500;

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
    let mut feeds = vec![("series".to_owned(), pages(&base, "series", series, series_item))];
    if sessions > 0 {
        let item = move |n: usize| session_item(n, series);
        feeds.push(("sessions".to_owned(), pages(&base, "sessions", sessions, item)));
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

fn pages(base: &str, feed: &str, count: usize, item: impl Fn(usize) -> String) -> Vec<Bytes> {
    let mut pages = Vec::new();
    let license = "https://creativecommons.org/licenses/by/4.0/";
    for first in (0..count).step_by(PAGE) {
        let items: Vec<_> = (first..(first + PAGE).min(count)).map(&item).collect();
        let next = format!("{base}/{feed}?after={}", pages.len() + 1);
        let items = items.join(",");
        pages.push(Bytes::from(format!(
            r#"{{"next":"{next}","items":[{items}],"license":"{license}"}}"#
        )));
    }
    let own = format!("{base}/{feed}?after={}", pages.len());
    pages.push(Bytes::from(format!(r#"{{"next":"{own}","items":[],"license":"{license}"}}"#)));
    pages
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

/// A series of about 2.5 KB, as large operators publish them.
fn series_item(n: usize) -> String {
    let day = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"][n % 5];
    let words =
        "A friendly session for everyone who wants to move more, meet people and feel better. ";
    json!({
        "state": "updated", "kind": "SessionSeries", "id": n.to_string(), "modified": 1_790_000_000 + n,
        "data": {
            "@context": ["https://openactive.io/", "https://openactive.io/ns-beta"],
            "@type": "SessionSeries",
            "@id": format!("https://bench.example.org/api/session-series/{n}"),
            "identifier": n,
            "name": format!("{} {n}", ["Yoga", "Aqua Aerobics", "Walking Football", "Spin"][n % 4]),
            "description": words.repeat(8),
            "url": format!("https://bench.example.org/book/{n}"),
            "activity": [{"@type": "Concept", "prefLabel": "Yoga", "inScheme": "https://openactive.io/activity-list",
                "@id": "https://openactive.io/activity-list#bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e"}],
            "organizer": {"@type": "Organization", "@id": format!("https://bench.example.org/api/o/{}", n % 50),
                "name": format!("Leisure Trust {}", n % 50), "url": "https://bench.example.org",
                "telephone": "01632 960 100", "email": "hello@bench.example.org"},
            "location": {"@type": "Place", "@id": format!("https://bench.example.org/api/places/{}", n % 500),
                "name": format!("Leisure Centre {}", n % 500),
                "address": {"@type": "PostalAddress", "streetAddress": "Mill Lane", "addressLocality": "Anytown",
                    "addressRegion": "Oxfordshire", "postalCode": "OX10 8AA", "addressCountry": "GB"},
                "geo": {"@type": "GeoCoordinates", "latitude": 50.5 + (n % 500) as f64 / 200.0, "longitude": -1.5},
                "amenityFeature": [{"@type": "Showers", "name": "Showers", "value": true},
                    {"@type": "Parking", "name": "Parking", "value": n.is_multiple_of(2)}]},
            "ageRange": {"@type": "QuantitativeValue", "minValue": 16},
            "genderRestriction": "https://openactive.io/NoRestriction",
            "level": ["Beginner"],
            "eventSchedule": [{"@type": "Schedule", "repeatFrequency": "P1W", "byDay": [format!("https://schema.org/{day}")],
                "startDate": "2026-01-05", "startTime": "18:30", "endTime": "19:30",
                "scheduleTimezone": "Europe/London", "scheduledEventType": "ScheduledSession"}],
            "offers": [{"@type": "Offer", "@id": format!("https://bench.example.org/api/session-series/{n}#/offers/1"),
                "name": "Adult", "price": 5.5, "priceCurrency": "GBP"}],
        }
    })
    .to_string()
}

fn session_item(n: usize, series: usize) -> String {
    let day = 1 + (n / series.max(1)) % 28;
    json!({
        "state": "updated", "kind": "ScheduledSession", "id": format!("s{n}"), "modified": 1_790_100_000 + n,
        "data": {
            "@context": "https://openactive.io/", "@type": "ScheduledSession",
            "@id": format!("https://bench.example.org/api/scheduled-sessions/{n}"),
            "superEvent": format!("https://bench.example.org/api/session-series/{}", n % series.max(1)),
            "startDate": format!("2027-01-{day:02}T18:30:00Z"), "endDate": format!("2027-01-{day:02}T19:30:00Z"),
            "duration": "PT1H", "maximumAttendeeCapacity": 20, "remainingAttendeeCapacity": n % 20,
        }
    })
    .to_string()
}
