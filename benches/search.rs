//! How long questions take inside the process, with many services: in the index alone, and through the
//! whole API to the last byte of a page that was not asked for before.
//!
//! Services are made up: names and texts of a vocabulary in which few words are common and most are
//! rare, at postcodes as they are spread in life. Run with `cargo bench --bench search -- [SERVICES]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may fail")]

use std::sync::Arc;
use std::time::Duration;
use std::time::Instant;

use axum::Router;
use axum::body::Body;
use axum::http::Request;
use baton::api::ApiState;
use baton::api::ExplainSource;
use baton::api::Explained;
use baton::api::StatusReport;
use baton::api::StatusSource;
use baton::catalogue::Bodies;
use baton::catalogue::Catalogue;
use baton::catalogue::Entry;
use baton::clock::Clock;
use baton::openactive::Kind;
use baton::oruk::Id;
use baton::oruk::Service;
use baton::oruk::Status;
use baton::places::Gazetteer;
use baton::places::Postcode;
use baton::places::Spot;
use baton::store::FeedId;
use baton::store::FeedSpec;
use baton::store::ItemChange;
use baton::store::Outcome;
use baton::store::PageCommit;
use baton::store::Publication;
use baton::store::ServiceRecord;
use baton::store::Store;
use baton::store::StoreError;
use baton::store::StoredHead;
use baton::store::sqlite::SqliteStore;
use futures_util::future::BoxFuture;
use rand::RngExt as _;
use rand::SeedableRng as _;
use rand::rngs::StdRng;
use serde_json::json;
use tower::ServiceExt as _;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each question is asked, each time otherwise.
const TIMES: usize = 1000;

/// How many words there are in all texts.
const WORDS: usize = 30_000;

/// How many terms services are about.
const TERMS: usize = 200;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(count.unwrap_or(300_000)));
}

/// Makes services up.
struct Maker {
    random: StdRng,
    spots: Vec<(Postcode, Spot)>,
}

impl Maker {
    /// A number below `end`, small ones more often: the tenth as often as the first by ten.
    fn rare(&mut self, end: usize) -> usize {
        let exponent: f64 = self.random.random();
        #[expect(clippy::cast_precision_loss, reason = "small")]
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below `end`")]
        let rank = (end as f64).powf(exponent) as usize;
        rank.min(end) - 1
    }

    fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| word(self.rare(WORDS))).collect::<Vec<_>>().join(" ")
    }

    fn service(&mut self, number: usize) -> Service {
        let id = |entity: &str| Id::derive(entity, &[&number.to_string()]).to_string();
        let (postcode, spot) = self.spots[self.random.random_range(0..self.spots.len())];
        let (name, text) = (self.text(4), self.text(45));
        let (term, age) = (self.rare(TERMS), self.random.random_range(0..60));
        let day = ["MO", "TU", "WE", "TH", "FR", "SA", "SU"][self.random.random_range(0..7)];
        let hour = self.random.random_range(7..21);
        let organization = Id::derive("organization", &[&(number % 3000).to_string()]).to_string();
        let service = json!({
            "id": id("service"), "organization_id": organization, "name": name,
            "description": text, "status": "active", "minimum_age": age, "maximum_age": age + 20,
            "last_modified": "2026-11-01T10:00:00.000Z",
            "organization": {
                "id": organization, "name": format!("Organisation {}", number % 3000),
                "description": "Runs classes.", "website": "https://example.org/classes",
            },
            "schedules": [{
                "id": id("schedule"), "service_id": id("service"), "freq": "WEEKLY", "interval": 1, "description": "Weekly", "attending_type": "In person",
                "byday": day, "opens_at": format!("{hour:02}:00"), "closes_at": format!("{:02}:00", hour + 1),
            }],
            "cost_options": [{ "id": id("cost"), "service_id": id("service"), "option": "Adult", "amount": 5.5, "amount_description": "£5.50 per session" }],
            "service_at_locations": [{
                "id": id("at"), "service_id": id("service"), "location_id": id("location"),
                "location": {
                    "id": id("location"), "location_type": "physical", "name": format!("Hall {number}"),
                    "latitude": spot.latitude, "longitude": spot.longitude,
                    "addresses": [{
                        "id": id("address"), "location_id": id("location"), "address_1": "Mill Lane",
                        "city": "Town", "state_province": "", "postal_code": postcode.to_string(),
                        "country": "GB", "address_type": "physical",
                    }],
                },
            }],
            "attributes": [{
                "id": id("attribute"), "link_id": id("service"), "link_type": "activity",
                "taxonomy_term_id": term_id(term),
                "taxonomy_term": {
                    "id": term_id(term), "name": format!("Activity {term}"), "description": "An activity",
                    "taxonomy": "Activities", "term": format!("Activity {term}"), "taxonomy_id": Id::derive("taxonomy", &["a"]).to_string(),
                },
            }],
        });
        serde_json::from_value(service).unwrap()
    }
}

fn word(rank: usize) -> String {
    const SOUNDS: [&str; 20] = [
        "ba", "de", "fi", "go", "hu", "ka", "le", "mi", "no", "pu", "ra", "se", "ti", "vo", "wu",
        "cha", "she", "tri", "plo", "ster",
    ];
    let mut rest = rank + 20;
    let mut word = String::new();
    while rest > 0 {
        word.push_str(SOUNDS[rest % SOUNDS.len()]);
        rest /= SOUNDS.len();
    }
    word
}

fn term_id(term: usize) -> String {
    Id::derive("taxonomy_term", &[&term.to_string()]).to_string()
}

struct NoFeeds;

impl StatusSource for NoFeeds {
    fn report(&self) -> BoxFuture<'_, Result<StatusReport, StoreError>> {
        Box::pin(async {
            Ok(StatusReport { services: 0, waiting: 0, feeds: Vec::new(), datasets: Vec::new() })
        })
    }

    fn is_ready(&self) -> bool {
        true
    }
}

impl ExplainSource for NoFeeds {
    fn explain(&self, _: Id) -> BoxFuture<'_, Result<Explained, StoreError>> {
        Box::pin(async { Ok(Explained::Unknown) })
    }
}

async fn run(count: usize) {
    let (clock, gazetteer) = (Clock::default(), Arc::new(Gazetteer::embedded().unwrap()));
    let spots: Vec<_> = gazetteer.iter().step_by(97).collect();
    let mut maker = Maker { random: StdRng::seed_from_u64(7), spots };
    let folder = tempfile::tempdir_in(".").unwrap();
    let url = format!("sqlite:{}", folder.path().join("search.db").display());
    let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&url).unwrap());
    let begun = Instant::now();
    let feed = FeedSpec { publisher: "bench".to_owned(), url: "https://example.org/".to_owned() };
    let feed = store.sync_feeds(vec![feed], clock.now()).await.unwrap()[0].id;
    let numbers: Vec<usize> = (0..count).collect();
    for numbers in numbers.chunks(5000) {
        publish(store.as_ref(), feed, numbers, &mut maker, &clock).await;
    }
    println!("{count} services stored in {:.1} s", begun.elapsed().as_secs_f64());
    let before = resident_mib();
    let begun = Instant::now();
    let catalogue = Arc::new(Catalogue::new(
        Arc::clone(&store),
        Arc::clone(&gazetteer),
        Vec::new(),
        clock.clone(),
    ));
    catalogue.load().await.unwrap();
    println!(
        "index built in {:.1} s, {} MiB resident, {} of them before it",
        begun.elapsed().as_secs_f64(),
        resident_mib(),
        before
    );
    // A part of it changes, so that questions go to several segments.
    for round in 0..3 {
        let numbers: Vec<usize> = (0..count / 100).map(|number| number * 7 + round).collect();
        publish(store.as_ref(), feed, &numbers, &mut maker, &clock).await;
        catalogue.catch_up().await.unwrap();
    }
    let state = ApiState::new(
        Arc::clone(&catalogue),
        Bodies::new(store, 64 << 20),
        64 << 20,
        (1_000_000, Vec::new()),
        None,
        Arc::new(NoFeeds),
        Arc::new(NoFeeds),
        clock,
        gazetteer,
    );
    let router = baton::api::router(state);
    time_questions(&router, &mut maker).await;
}

async fn time_questions(router: &Router, maker: &mut Maker) {
    println!("{:28} {:>10} {:>10} {:>10}", "through the API, ms", "median", "p99", "total");
    for (name, question) in questions() {
        let mut times = Vec::with_capacity(TIMES);
        let mut totals = 0;
        for turn in 0..TIMES {
            let path = question(maker, turn);
            let begun = Instant::now();
            let body = ask(router, &path).await;
            times.push(begun.elapsed());
            totals += total(&body);
        }
        times.sort_unstable();
        let ms = |time: Duration| time.as_secs_f64() * 1000.0;
        let (median, p99) = (ms(times[TIMES / 2]), ms(times[TIMES * 99 / 100]));
        println!("{name:28} {median:>10.3} {p99:>10.3} {:>10}", totals / TIMES);
    }
}

/// Stores services as a page of a feed and what was made of it.
async fn publish(
    store: &dyn Store,
    feed: FeedId,
    numbers: &[usize],
    maker: &mut Maker,
    clock: &Clock,
) {
    let now = clock.now();
    let head = |number: &usize| {
        ItemChange::Head(StoredHead {
            item_id: number.to_string(),
            kind: Kind::SessionSeries,
            key: format!("https://example.org/series/{number}"),
            links: Vec::new(),
            body: format!("{{\"at\":\"{now}\"}}"),
            modified: Some(now),
            findings: Vec::new(),
        })
    };
    let changes = numbers.iter().map(head).collect();
    let (cursor, license) = (String::new(), None);
    let page = PageCommit { feed, cursor, license, is_last: false, now, changes };
    store.commit_page(page).await.unwrap();
    let roots = store.dirty(numbers.len()).await.unwrap();
    assert_eq!(roots.len(), numbers.len());
    let publications = roots.into_iter().zip(numbers).map(|(root, number)| {
        let service = maker.service(*number);
        let body = serde_json::to_vec(&service).unwrap();
        let record = ServiceRecord {
            id: service.id,
            feed: Some(feed),
            status: Status::Active,
            hash: xxhash_rust::xxh3::xxh3_128(&body),
            entry: Entry::of(&service, "bench", false).to_bytes(),
            body,
            last_modified: now,
            findings: Vec::new(),
            due: None,
            parts: 0,
        };
        Publication { root, id: service.id, outcome: Outcome::Service(Box::new(record)), now }
    });
    store.publish(publications.collect()).await.unwrap();
}

/// Questions by name; each makes another path with every turn.
type Question = fn(&mut Maker, usize) -> String;

fn questions() -> Vec<(&'static str, Question)> {
    fn near(maker: &mut Maker) -> String {
        let (_, spot) = maker.spots[maker.random.random_range(0..maker.spots.len())];
        format!("latitude={}&longitude={}&proximity=10000", spot.latitude, spot.longitude)
    }
    vec![
        ("list, first pages", |_, turn| format!("/v3/services?page={}", turn + 1)),
        ("list, deep page", |maker, _| {
            format!("/v3/services?page={}", maker.random.random_range(1..6000))
        }),
        ("term", |maker, turn| {
            format!(
                "/v3/services?taxonomy_term_id={}&page={}",
                term_id(maker.rare(TERMS)),
                turn % 9 + 1
            )
        }),
        ("age", |_, turn| format!("/v3/services?minimum_age={}&page={}", turn % 60, turn / 60 + 1)),
        ("day", |_, turn| {
            format!("/v3/services?day={}&page={}", ["MO", "TU", "WE"][turn % 3], turn / 3 + 1)
        }),
        ("10 km", |maker, _| format!("/v3/services?{}", near(maker))),
        ("text", |maker, _| format!("/v3/services?search={}", maker.text(1))),
        ("text, two words", |maker, _| {
            format!("/v3/services?search={}", maker.text(2).replace(' ', "+"))
        }),
        ("text with a slip", |maker, _| {
            let word = maker.text(1);
            {
                let (begin, end) = word.split_at(2);
                format!("/v3/services?search={begin}x{end}")
            }
        }),
        ("text + term + 10 km", |maker, _| {
            let (text, term) = (maker.text(1), term_id(maker.rare(TERMS)));
            format!("/v3/services?search={text}&taxonomy_term_id={term}&{}", near(maker))
        }),
        ("services at locations", |maker, _| {
            format!("/v3/service_at_locations?page={}", maker.random.random_range(1..6000))
        }),
    ]
}

async fn ask(router: &Router, path: &str) -> Vec<u8> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = router.clone().oneshot(request).await.unwrap();
    assert!(response.status().is_success(), "{path}: {}", response.status());
    axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
}

fn total(page: &[u8]) -> usize {
    let text = String::from_utf8_lossy(page);
    let digits = text.trim_start_matches("{\"total_items\":");
    digits.split(',').next().and_then(|digits| digits.parse().ok()).unwrap_or(0)
}

fn resident_mib() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    line.and_then(|line| line.split_whitespace().next()?.parse::<usize>().ok()).unwrap_or(0) / 1024
}
