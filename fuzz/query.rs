//! A path with its query string, asked of the API: the answer is an answer or names what is wrong with
//! the question.

use std::sync::Arc;

use axum::body::Body;
use axum::body::to_bytes;
use axum::http::Request;
use baton::api;
use baton::api::Api;
use baton::api::ApiState;
use baton::api::ExplainSource;
use baton::api::Explained;
use baton::api::StatusReport;
use baton::api::StatusSource;
use baton::catalogue::Bodies;
use baton::catalogue::Catalogue;
use baton::clock::Clock;
use baton::oruk::Id;
use baton::places::Gazetteer;
use baton::store::StoreError;
use futures_util::future::BoxFuture;
use serde_json::Value;

use crate::page;
use crate::pipeline;

/// Returns questions that are answered.
pub(crate) fn seeds() -> Vec<Vec<u8>> {
    let seeds = [
        "/v3/services?search=yoga&day=TU&start_time=09:00&end_time=12:00&page=1&per_page=10",
        "/v3/services?postcode=BS1%205TR&proximity=2000&minimum_age=16&maximum_age=60&full=true",
        "/v3/services?latitude=51.45&longitude=-2.6&proximity=1000&modified_after=2026-01-01",
        "/v3/service_at_locations?taxonomy_id=85d6d1d3-1309-5eed-9ecc-faf3609c8264",
        "/v3/taxonomy_terms?page=2",
        "/v1/services?text=yoga&proximity=500&postcode=OX10%208AA",
        "/v1/vocabularies",
        "/v3/organizations?per_page=1",
        "/v3/services/85d6d1d3-1309-5eed-9ecc-faf3609c8264",
    ];
    seeds.map(|seed| seed.as_bytes().to_vec()).to_vec()
}

/// # Panics
/// When the answer is a server's fault, or is no JSON.
pub(crate) fn check(input: &[u8]) {
    thread_local! {
        static API: Api = pipeline::block_on(api());
    }
    let Ok(text) = std::str::from_utf8(input) else { return };
    let Ok(request) = Request::builder().uri(text).body(Body::empty()) else { return };
    let api = API.with(Clone::clone);
    pipeline::block_on(async {
        let answer = api.answer(request, None).await;
        let status = answer.status().as_u16();
        assert!(status < 500, "{status} for {text}");
        let is_json = answer.headers().get("content-type");
        let is_json = is_json.is_some_and(|kind| kind.to_str().unwrap().ends_with("json"));
        let body = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
        if is_json {
            serde_json::from_slice::<Value>(&body).unwrap();
        }
    });
}

/// Returns the API over the worked cases.
async fn api() -> Api {
    let store = pipeline::store();
    for page in page::seeds() {
        pipeline::publish(&store, &page).await;
    }
    let clock = Clock::fixed(pipeline::now());
    let gazetteer = Arc::new(Gazetteer::embedded().unwrap());
    let (around, of_catalogue) = (Arc::clone(&gazetteer), clock.clone());
    let catalogue = Catalogue::new(Arc::clone(&store), around, Vec::new(), of_catalogue);
    catalogue.load().await.unwrap();
    let bodies = Bodies::new(store, 1_000_000);
    let limits = (u32::MAX, Vec::new());
    let state = ApiState::new(
        Arc::new(catalogue),
        bodies,
        1_000_000,
        limits,
        None,
        Arc::new(NoFeeds),
        Arc::new(NoFeeds),
        clock,
        gazetteer,
    );
    api::api(state)
}

struct NoFeeds;

impl StatusSource for NoFeeds {
    fn report(&self) -> BoxFuture<'_, Result<StatusReport, StoreError>> {
        let (feeds, datasets) = (Vec::new(), Vec::new());
        Box::pin(async {
            Ok(StatusReport { services: 0, waiting: 0, generation: 0, behind: 0, feeds, datasets })
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

pub(crate) const WORDS: [&str; 16] = [
    "&search=",
    "&postcode=",
    "&proximity=",
    "&day=MO,TU",
    "&page=999999999",
    "&per_page=1000",
    "&full=true",
    "&modified_after=",
    "&latitude=91",
    "&start_time=24:00",
    "/v3/services",
    "/v1/services",
    "/areas/x/v3/services",
    "/metrics",
    "/status.json",
    "%F0%9F%92%A5",
];
