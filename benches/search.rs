//! How long questions take inside the process, with many services: in the index alone, and through the
//! whole API to the last byte of a page that was not asked for before.
//!
//! Run with `cargo bench --bench search -- [SERVICES]`.
#![expect(clippy::unwrap_used, clippy::print_stdout, reason = "a benchmark prints and may fail")]

use std::time::Duration;
use std::time::Instant;

use baton::api::Api;
use baton::catalogue::Catalogue;
use baton::catalogue::Near;
use baton::catalogue::Query;
use baton::catalogue::When;
use rand::RngExt as _;

#[path = "support/services.rs"]
mod services;

use services::Made;
use services::Maker;
use services::TERMS;
use services::ask;
use services::term_id;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// How often each question is asked, each time otherwise.
const TIMES: usize = 1000;

fn main() {
    let count = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(run(count.unwrap_or(300_000)));
}

async fn run(count: usize) {
    let begun = Instant::now();
    let mut made = Made::new(count).await;
    println!("{count} services stored in {:.1} s", begun.elapsed().as_secs_f64());
    let before = resident_mib();
    let begun = Instant::now();
    made.catalogue.load().await.unwrap();
    println!(
        "index built in {:.1} s, {} MiB resident, {before} of them before it",
        begun.elapsed().as_secs_f64(),
        resident_mib(),
    );
    // A part of it changes, so that questions go to several segments.
    for round in 0..3 {
        let numbers: Vec<usize> = (0..count / 100).map(|number| number * 7 + round).collect();
        made.publish(&numbers).await;
        made.catalogue.catch_up().await.unwrap();
    }
    let api = made.api();
    time_index(&made.catalogue, &mut made.maker);
    time_api(&api, &mut made.maker).await;
}

fn time_index(catalogue: &Catalogue, maker: &mut Maker) {
    println!("{:28} {:>10} {:>10} {:>10}", "in the index, ms", "median", "p99", "total");
    for (name, question) in index_questions() {
        let mut times = Vec::with_capacity(TIMES);
        let mut totals = 0;
        for _ in 0..TIMES {
            let (query, page) = question(maker);
            let begun = Instant::now();
            totals += catalogue.view().find(&query, page * 50, 50).total;
            times.push(begun.elapsed());
        }
        print_times(name, times, totals);
    }
}

async fn time_api(api: &Api, maker: &mut Maker) {
    println!("{:28} {:>10} {:>10} {:>10}", "through the API, ms", "median", "p99", "total");
    for (name, question) in questions() {
        let mut times = Vec::with_capacity(TIMES);
        let mut totals = 0;
        for turn in 0..TIMES {
            let path = question(maker, turn);
            let begun = Instant::now();
            let body = ask(api, &path).await;
            times.push(begun.elapsed());
            totals += total(&body);
        }
        print_times(name, times, totals);
    }
}

fn print_times(name: &str, mut times: Vec<Duration>, totals: usize) {
    times.sort_unstable();
    let ms = |time: Duration| time.as_secs_f64() * 1000.0;
    let (median, p99) = (ms(times[TIMES / 2]), ms(times[TIMES * 99 / 100]));
    println!("{name:28} {median:>10.3} {p99:>10.3} {:>10}", totals / TIMES);
}

/// Questions to the index by name: a query and the page.
type IndexQuestion = fn(&mut Maker) -> (Query, usize);

fn index_questions() -> Vec<(&'static str, IndexQuestion)> {
    fn near(maker: &mut Maker) -> Near {
        let (_, spot) = maker.spots[maker.random.random_range(0..maker.spots.len())];
        Near { latitude: spot.latitude, longitude: spot.longitude, within_m: 10_000.0 }
    }
    fn term(maker: &mut Maker) -> Vec<baton::oruk::Id> {
        vec![baton::oruk::Id::parse(&term_id(maker.rare(TERMS))).unwrap()]
    }
    vec![
        ("list", |_| (Query::default(), 0)),
        ("list, deep page", |maker| (Query::default(), maker.random.random_range(1..6000))),
        ("term", |maker| (Query { terms: term(maker), ..Query::default() }, 0)),
        ("age", |maker| {
            let minimum_age = Some(f64::from(maker.random.random_range(0..60_u8)));
            (Query { minimum_age, ..Query::default() }, 0)
        }),
        ("day", |maker| {
            let days = 1 << maker.random.random_range(0..7);
            (Query { when: vec![When { days, ..When::default() }], ..Query::default() }, 0)
        }),
        ("10 km", |maker| (Query { near: Some(near(maker)), ..Query::default() }, 0)),
        ("text", |maker| (Query { search: Some(maker.text(1)), ..Query::default() }, 0)),
        ("text + term + 10 km", |maker| {
            let (search, near) = (Some(maker.text(1)), Some(near(maker)));
            (Query { search, near, terms: term(maker), ..Query::default() }, 0)
        }),
    ]
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
