//! Made-up services: names and texts of a vocabulary in which few words are common and most are rare, at
//! postcodes as they are spread in life.

use std::sync::Arc;

use axum::body::Body;
use axum::http::Request;
use baton::api::Api;
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

/// How many words there are in all texts.
pub(crate) const WORDS: usize = 30_000;

/// How many terms services are about.
pub(crate) const TERMS: usize = 200;

/// Makes services up.
pub(crate) struct Maker {
    pub(crate) random: StdRng,
    pub(crate) spots: Vec<(Postcode, Spot)>,
}

impl Maker {
    /// A number below `end`, small ones more often: the tenth as often as the first by ten.
    pub(crate) fn rare(&mut self, end: usize) -> usize {
        let exponent: f64 = self.random.random();
        #[expect(clippy::cast_precision_loss, reason = "small")]
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below `end`")]
        let rank = (end as f64).powf(exponent) as usize;
        rank.min(end) - 1
    }

    pub(crate) fn text(&mut self, words: usize) -> String {
        (0..words).map(|_| word(self.rare(WORDS))).collect::<Vec<_>>().join(" ")
    }

    pub(crate) fn service(&mut self, number: usize) -> Service {
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

pub(crate) fn word(rank: usize) -> String {
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

pub(crate) fn term_id(term: usize) -> String {
    Id::derive("taxonomy_term", &[&term.to_string()]).to_string()
}

pub(crate) struct NoFeeds;

impl StatusSource for NoFeeds {
    fn report(&self) -> BoxFuture<'_, Result<StatusReport, StoreError>> {
        Box::pin(async {
            let (feeds, datasets) = (Vec::new(), Vec::new());
            let (services, waiting, generation, behind) = (0, 0, 0, 0);
            Ok(StatusReport { services, waiting, generation, behind, feeds, datasets })
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

/// Services in a store on disk, and a catalogue over it.
pub(crate) struct Made {
    pub(crate) maker: Maker,
    pub(crate) catalogue: Arc<Catalogue>,
    store: Arc<dyn Store>,
    feed: FeedId,
    clock: Clock,
    gazetteer: Arc<Gazetteer>,
    _folder: tempfile::TempDir,
}

impl Made {
    /// Stores so many services; the catalogue is still empty.
    pub(crate) async fn new(count: usize) -> Self {
        let (clock, gazetteer) = (Clock::default(), Arc::new(Gazetteer::embedded().unwrap()));
        let spots = gazetteer.iter().step_by(97).collect();
        let folder = tempfile::tempdir_in(".").unwrap();
        let url = format!("sqlite:{}", folder.path().join("search.db").display());
        let store: Arc<dyn Store> = Arc::new(SqliteStore::open(&url).unwrap());
        let feed =
            FeedSpec { publisher: "bench".to_owned(), url: "https://example.org/".to_owned() };
        let feed = store.sync_feeds(vec![feed]).await.unwrap()[0].id;
        let (around, areas) = (Arc::clone(&gazetteer), Vec::new());
        let catalogue = Catalogue::new(Arc::clone(&store), around, areas, clock.clone());
        let (maker, catalogue) =
            (Maker { random: StdRng::seed_from_u64(7), spots }, Arc::new(catalogue));
        let mut made = Self { maker, catalogue, store, feed, clock, gazetteer, _folder: folder };
        for numbers in (0..count).collect::<Vec<_>>().chunks(5000) {
            made.publish(numbers).await;
        }
        made
    }

    /// Stores services as a page of a feed and what was made of it.
    pub(crate) async fn publish(&mut self, numbers: &[usize]) {
        let now = self.clock.now();
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
        let (feed, cursor, license) = (self.feed, String::new(), None);
        let (is_last, leads_on) = (false, false);
        let page = PageCommit { feed, cursor, license, is_last, leads_on, now, changes };
        self.store.commit_page(page).await.unwrap();
        let roots = self.store.dirty(numbers.len()).await.unwrap();
        assert_eq!(roots.len(), numbers.len());
        let publications = roots.into_iter().zip(numbers).map(|(root, number)| {
            let service = self.maker.service(*number);
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
            Publication {
                root,
                id: service.id,
                group: None,
                outcome: Outcome::Service(Box::new(record)),
                now,
            }
        });
        self.store.publish(publications.collect()).await.unwrap();
    }

    /// Returns the API over it.
    pub(crate) fn api(&self) -> Api {
        let state = ApiState::new(
            Arc::clone(&self.catalogue),
            Bodies::new(Arc::clone(&self.store), 64 << 20),
            64 << 20,
            (1_000_000, Vec::new()),
            None,
            Arc::new(NoFeeds),
            Arc::new(NoFeeds),
            self.clock.clone(),
            Arc::clone(&self.gazetteer),
        );
        baton::api::api(state)
    }
}

pub(crate) async fn ask(api: &Api, path: &str) -> Vec<u8> {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let response = api.answer(request, None).await;
    assert!(response.status().is_success(), "{path}: {}", response.status());
    axum::body::to_bytes(response.into_body(), usize::MAX).await.unwrap().to_vec()
}
