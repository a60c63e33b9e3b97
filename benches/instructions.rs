//! Does one hot path so many times, for `scripts/instructions.sh`, which counts what the processor does.
//!
//! `instructions PATH TIMES`: PATH is `map` (a series parsed and mapped), `query` (a text, a term and ten
//! kilometres), `page` (a page of fifty that was not asked for before) or `kept` (one that was, asked for by
//! a client who has it).
#![expect(clippy::unwrap_used, reason = "a benchmark may fail")]

use std::hint::black_box;
use std::net::SocketAddr;

use axum::body::Body;
use axum::http::Request;
use axum::http::StatusCode;
use axum::http::header;
use baton::catalogue::Near;
use baton::catalogue::Query;
use baton::oruk::Id;

#[path = "support/series.rs"]
mod series;
#[path = "support/services.rs"]
mod services;

use services::Made;
use services::TERMS;
use services::ask;
use services::term_id;

/// How many services are asked about.
const SERVICES: usize = 5_000;

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let [path, times] = arguments.as_slice() else { return };
    let times = times.parse().unwrap();
    if path == "map" {
        return map(times);
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
    runtime.block_on(async {
        let mut made = Made::new(SERVICES).await;
        made.catalogue.load().await.unwrap();
        match path.as_str() {
            "query" => query(&mut made, times),
            "kept" => kept(&made, times).await,
            _ => page(&made, times).await,
        }
    });
}

fn map(times: usize) {
    let (rules, source, now) = (series::rules(), series::source(), series::now());
    for _ in 0..times {
        let bundle = series::bundle(series::SERIES, &source, now);
        black_box(baton::mapping::map(&bundle, &rules, now));
    }
}

fn query(made: &mut Made, times: usize) {
    let view = made.catalogue.view();
    for turn in 0..times {
        let (_, spot) = made.maker.spots[turn * 37 % made.maker.spots.len()];
        let (latitude, longitude) = (spot.latitude, spot.longitude);
        let query = Query {
            search: Some(made.maker.text(1)),
            terms: vec![Id::parse(&term_id(turn % TERMS)).unwrap()],
            near: Some(Near { latitude, longitude, within_m: 10_000.0 }),
            ..Query::default()
        };
        black_box(view.find(&query, 0, 50));
    }
}

async fn page(made: &Made, times: usize) {
    let api = made.api();
    for turn in 0..times {
        // Another name each time, so that none is kept ready.
        black_box(ask(&api, &format!("/v3/services?page={}&turn={turn}", turn % 90 + 1)).await);
    }
}

async fn kept(made: &Made, times: usize) {
    let api = made.api();
    let peer = Some(SocketAddr::from(([127, 0, 0, 1], 9)));
    let request = || Request::get("/v3/services?page=3").header(header::HOST, "localhost");
    let first = api.answer(request().body(Body::empty()).unwrap(), peer).await;
    let tag = &first.headers()[header::ETAG];
    for _ in 0..times {
        let request = request().header(header::IF_NONE_MATCH, tag).body(Body::empty()).unwrap();
        let answer = api.answer(request, peer).await;
        assert_eq!(answer.status(), StatusCode::NOT_MODIFIED, "the page is known");
        black_box(answer);
    }
}
