//! Pages against a plain sort of everything, whatever way the services came in.

use std::sync::Arc;
use std::sync::LazyLock;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use proptest::prelude::*;

use super::Area;
use super::Entry;
use super::Near;
use super::PlaceEntry;
use super::Query;
use super::Snapshot;
use super::Terms;
use super::View;
use super::builder::Source;
use super::segment::Surroundings;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::oruk::TaxonomyTerm;
use crate::places::BoundingBox;
use crate::places::Gazetteer;
use crate::store::ChangedService;

static GAZETTEER: LazyLock<Arc<Gazetteer>> =
    LazyLock::new(|| Arc::new(Gazetteer::embedded().unwrap()));

/// A service: which one, its name, whether the description has the word searched for, how many places.
type Made = (u8, String, bool, u8);

fn changed(seq: u64, (number, name, is_mentioned, places): &Made) -> ChangedService {
    let key = number.to_string();
    let place = |at: u8| PlaceEntry {
        service_at_location: Id::derive("at", &[&key, &at.to_string()]),
        location: Id::derive("location", &[&at.to_string()]),
        coordinates: None,
        postcode: None,
        is_virtual: false,
    };
    let entry = Entry {
        name: name.clone(),
        words: if *is_mentioned { "yoga".to_owned() } else { String::new() },
        places: (0..*places).map(place).collect(),
        ..Entry::default()
    };
    ChangedService {
        seq,
        id: Id::derive("service", &[&key]),
        status: Status::Active,
        last_modified: DateTime::UNIX_EPOCH,
        published_at: DateTime::UNIX_EPOCH,
        entry: Some(entry.to_bytes()),
    }
}

fn view_of(batches: &[Vec<Made>]) -> View {
    let around = Arc::new(Surroundings { areas: Vec::new(), gazetteer: Arc::clone(&GAZETTEER) });
    let (mut snapshot, mut seq) = (Snapshot::empty(around, 0), 0);
    for batch in batches {
        let mut changes: Vec<ChangedService> = Vec::new();
        for made in batch {
            seq += 1;
            let change = changed(seq, made);
            // The change log names each service once, with its latest state.
            changes.retain(|earlier| earlier.id != change.id);
            changes.push(change);
        }
        let now: DateTime<Utc> = DateTime::UNIX_EPOCH + TimeDelta::seconds(1);
        let sources: Vec<Source> = changes.into_iter().map(Source::read).collect();
        snapshot = snapshot.with(&sources, Terms::default(), now);
    }
    View::whole(Arc::new(snapshot))
}

fn batches() -> impl Strategy<Value = Vec<Vec<Made>>> {
    let name = prop::sample::select(vec!["Yoga", "Aqua", "Yoga walk", "Bowls", "Zumba"]);
    let made = (0..60_u8, name.prop_map(str::to_owned), any::<bool>(), 0..4_u8);
    prop::collection::vec(prop::collection::vec(made, 1..40), 1..6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn pages_are_cut_from_one_order(batches in batches(), limit in 1..9_usize, is_search in any::<bool>()) {
        let view = view_of(&batches);
        let search = is_search.then(|| "yoga".to_owned());
        let query = Query { search, ..Query::default() };
        let mut latest: Vec<Made> = Vec::new();
        for made in batches.iter().flatten() {
            latest.retain(|earlier| earlier.0 != made.0);
            latest.push(made.clone());
        }
        let is_named = |made: &Made| made.1.starts_with("Yoga");
        latest.retain(|made| !is_search || is_named(made) || made.2);
        latest.sort_by_key(|made| {
            let id = Id::derive("service", &[&made.0.to_string()]);
            (is_search && !is_named(made), made.1.to_lowercase(), id)
        });
        let ids: Vec<Id> =
            latest.iter().map(|made| Id::derive("service", &[&made.0.to_string()])).collect();
        let places: Vec<Id> = latest
            .iter()
            .flat_map(|made| {
                let of = made.0.to_string();
                (0..made.3).map(move |at| Id::derive("at", &[&of, &at.to_string()]))
            })
            .collect();
        for page in 0..=(ids.len().max(places.len()) / limit + 1) {
            let offset = page * limit;
            let hits = view.find(&query, offset, limit);
            let expected: Vec<Id> = ids.iter().skip(offset).take(limit).copied().collect();
            prop_assert_eq!(hits.total, ids.len());
            prop_assert_eq!(hits.page.iter().map(|hit| hit.id).collect::<Vec<_>>(), expected);
            let (total, listed) = view.find_at_locations(&query, offset, limit);
            let expected: Vec<Id> = places.iter().skip(offset).take(limit).copied().collect();
            prop_assert_eq!(total, places.len());
            prop_assert_eq!(listed.iter().map(|at| at.id).collect::<Vec<_>>(), expected);
        }
    }
}

#[test]
fn a_listed_place_is_both_near_and_within_the_box() {
    let mut change = changed(1, &(1, "Yoga".to_owned(), false, 2));
    let mut entry = Entry::from_bytes(&change.entry.take().unwrap()).unwrap();
    let (south, north) = ((51.0, -2.0), (52.0, -2.0));
    (entry.places[0].coordinates, entry.places[1].coordinates) = (Some(south), Some(north));
    let source = Source::read(ChangedService { entry: Some(entry.to_bytes()), ..change });
    let around = Surroundings { areas: Vec::new(), gazetteer: Arc::clone(&GAZETTEER) };
    let snapshot = Snapshot::empty(Arc::new(around), 0);
    let snapshot = snapshot.with(&[source], Terms::default(), DateTime::UNIX_EPOCH);
    let view = View::whole(Arc::new(snapshot));
    let near = |(latitude, longitude)| Some(Near { latitude, longitude, within_m: 1_000.0 });
    let around = |(latitude, longitude)| Some(BoundingBox::around(latitude, longitude, 1_000.0));
    let at = |at: &str| Id::derive("at", &["1", at]);
    for (near, bounds, expected) in [
        (near(south), None, vec![at("0")]),
        (None, around(north), vec![at("1")]),
        (near(south), around(south), vec![at("0")]),
        (near(south), around(north), vec![]),
    ] {
        let query = Query { near, bounds, ..Query::default() };
        let (total, listed) = view.find_at_locations(&query, 0, 9);
        assert_eq!(listed.iter().map(|at| at.id).collect::<Vec<_>>(), expected, "{query:?}");
        assert_eq!(total, expected.len());
    }
}

/// Returns views of everything and of the area `north`, of services with these names and places, and of these terms.
fn whole_and_north(services: &[(&str, &[(f64, f64)])], terms: Terms) -> [View; 2] {
    let sources = services.iter().zip(1..).map(|((name, places), seq)| {
        let count = u8::try_from(places.len()).unwrap();
        let mut change = changed(seq, &(1, (*name).to_owned(), false, count));
        change.id = Id::derive("service", &[&seq.to_string()]);
        let mut entry = Entry::from_bytes(&change.entry.take().unwrap()).unwrap();
        for (place, at) in entry.places.iter_mut().zip(*places) {
            place.coordinates = Some(*at);
        }
        Source::read(ChangedService { entry: Some(entry.to_bytes()), ..change })
    });
    let north = Area {
        slug: "north".to_owned(),
        circle: Some((NORTH.0, NORTH.1, 1_000.0)),
        ..Area::default()
    };
    let around = Surroundings { areas: vec![north], gazetteer: Arc::clone(&GAZETTEER) };
    let snapshot = Snapshot::empty(Arc::new(around), 0);
    let sources: Vec<Source> = sources.collect();
    let snapshot = Arc::new(snapshot.with(&sources, terms, DateTime::UNIX_EPOCH));
    [View::whole(Arc::clone(&snapshot)), View::of_area(snapshot, "north").unwrap()]
}

const SOUTH: (f64, f64) = (51.0, -2.0);
const NORTH: (f64, f64) = (52.0, -2.0);

#[test]
fn one_place_in_the_area_is_both_near_and_within_the_box() {
    let near = |(latitude, longitude)| Some(Near { latitude, longitude, within_m: 1_000.0 });
    let bounds = |(latitude, longitude)| Some(BoundingBox::around(latitude, longitude, 1_000.0));
    // Few are measured one by one; of many those around are asked for first.
    for count in [1, 2_100] {
        let services = vec![("Yoga", &[SOUTH, NORTH][..]); count];
        let [whole, north] = whole_and_north(&services, Terms::default());
        for (near, bounds, in_whole, in_north) in [
            (near(SOUTH), None, true, false),
            (near(NORTH), None, true, true),
            (None, bounds(SOUTH), true, false),
            (None, bounds(NORTH), true, true),
            (near(SOUTH), bounds(NORTH), false, false),
            (near(NORTH), bounds(NORTH), true, true),
        ] {
            let query = Query { near, bounds, ..Query::default() };
            for (view, is_found) in [(&whole, in_whole), (&north, in_north)] {
                let expected = if is_found { count } else { 0 };
                assert_eq!(view.find(&query, 0, 9).total, expected, "{query:?}");
                assert_eq!(view.find_at_locations(&query, 0, 9).0, expected, "{query:?}");
            }
        }
    }
}

#[test]
fn a_slip_is_forgiven_unless_the_word_is_right_somewhere() {
    let once = ["Swimming Lessons", "Fencing", "Slimmimg"];
    let often = ["1", "2", "3", "4"].map(|at| [format!("Slumming {at}"), format!("Slamming {at}")]);
    let south = once.into_iter().chain(often.iter().flatten().map(String::as_str));
    let south = south.chain(["Slamming 5"]).map(|name| (name, &[SOUTH][..]));
    let services: Vec<_> = [("Slimming Circle", &[NORTH][..])].into_iter().chain(south).collect();
    let term = |name: &str, term_uri: Option<&str>| TaxonomyTerm {
        id: Id::derive("term", &[name]),
        name: name.to_owned(),
        description: name.to_owned(),
        parent_id: None,
        taxonomy: "Activities".to_owned(),
        taxonomy_id: Id::derive("taxonomy", &[]),
        term_uri: term_uri.map(str::to_owned),
        term: name.to_owned(),
    };
    let list = "https://openactive.io/activity-list";
    // The label of a publisher is no vocabulary.
    let terms = [term("Open Water Swimming", Some(list)), term("Slimmimg", None)];
    let views = whole_and_north(&services, Terms::default().with_vocabulary(&terms));
    for (search, in_whole, in_north) in [
        ("slimming", vec![1], vec![1]),
        ("swimming", vec![2], vec![]),
        ("swimmin", vec![2], vec![]),
        ("skimming", vec![1, 2], vec![1]),
        ("fencimg", vec![3], vec![]),
        ("slimmimg", vec![4], vec![1]),
        ("slumming", vec![5, 7, 9, 11], vec![1]),
        ("slamming", vec![6, 8, 10, 12, 13], vec![]),
    ] {
        let query = Query { search: Some(search.to_owned()), ..Query::default() };
        let found = |view: &View| view.find(&query, 0, 9).page.iter().map(|hit| hit.seq).collect();
        let found: [Vec<u64>; 2] = views.each_ref().map(found);
        assert_eq!(found, [in_whole, in_north], "{search}");
    }
}

/// Latitudes or longitudes that often are the same; one is no number.
fn degrees() -> impl Strategy<Value = f64> {
    prop_oneof![9 => (0..20_u8).prop_map(|n| f64::from(n) / 4.0 + 50.0), 1 => Just(f64::NAN)]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn what_is_within_a_box_is_found(
        points in prop::collection::vec((degrees(), degrees()), 1..120),
        (south, west) in (50.0..55.0, 50.0..55.0),
        size in 0.0..3.0,
    ) {
        let entries = points.iter().zip(1_u64..).map(|(point, seq)| {
            let number = u8::try_from(seq).unwrap();
            let mut change = changed(seq, &(number, "Yoga".to_owned(), false, 1));
            let mut entry = Entry::from_bytes(&change.entry.take().unwrap()).unwrap();
            entry.places[0].coordinates = Some(*point);
            Source::read(ChangedService { entry: Some(entry.to_bytes()), ..change })
        });
        let around = Surroundings { areas: Vec::new(), gazetteer: Arc::clone(&GAZETTEER) };
        let snapshot = Snapshot::empty(Arc::new(around), 0).with(
            &entries.collect::<Vec<_>>(),
            Terms::default(),
            DateTime::UNIX_EPOCH,
        );
        let (north, east) = (south + size, west + size);
        let bounds = BoundingBox {
            min_latitude: south,
            min_longitude: west,
            max_latitude: north,
            max_longitude: east,
        };
        let mut found = Vec::new();
        snapshot.parts[0].segment.within(&bounds, |_, at| found.push(at));
        found.sort_by(|a, b| a.partial_cmp(b).unwrap());
        let is_within = |&(latitude, longitude): &(f64, f64)| {
            (south..=north).contains(&latitude) && (west..=east).contains(&longitude)
        };
        let mut expected: Vec<(f64, f64)> = points.into_iter().filter(is_within).collect();
        expected.sort_by(|a, b| a.partial_cmp(b).unwrap());
        prop_assert_eq!(found, expected);
    }
}

#[test]
fn what_was_published_since_a_time_is_told_whatever_its_age() {
    let hour = |hours| DateTime::UNIX_EPOCH + TimeDelta::hours(hours);
    let source = |number: u8, last_modified, published_at| {
        let made = (number, "Yoga".to_owned(), false, 0);
        let (last_modified, published_at) = (hour(last_modified), hour(published_at));
        ChangedService { last_modified, published_at, ..changed(u64::from(number), &made) }
    };
    let gone = ChangedService { entry: None, ..source(4, 1, 3) };
    let around = Surroundings { areas: Vec::new(), gazetteer: Arc::clone(&GAZETTEER) };
    let mut snapshot = Snapshot::empty(Arc::new(around), 0);
    // The second says that it changed later than it was published, the others long before. The last two were shown
    // an hour after they were written down.
    for (shown_at, changes) in
        [(3, [source(1, 1, 3), source(2, 5, 3)]), (4, [source(3, 1, 3), gone])]
    {
        let sources: Vec<Source> = changes.into_iter().map(Source::read).collect();
        snapshot = snapshot.with(&sources, Terms::default(), hour(shown_at));
    }
    // Read anew at six, each is of when it was shown; what was not shown yet is of then, unless nothing ever was.
    let empty = Snapshot::empty(Arc::clone(&snapshot.around), 0);
    for (read, at) in [(source(1, 1, 3), 3), (source(3, 1, 3), 4), (source(5, 1, 3), 6)] {
        let read = Source::read(read);
        assert_eq!(snapshot.shown_at(&read, hour(6)), hour(at));
        assert_eq!(empty.shown_at(&read, hour(6)), hour(0));
    }
    let view = View::whole(Arc::new(snapshot));
    for (since, expected) in [(3, vec![1, 2, 3, 4]), (4, vec![2, 3, 4]), (5, vec![2]), (6, vec![])]
    {
        let query = Query { modified_after: Some(hour(since)), ..Query::default() };
        let mut told: Vec<u64> = view.find(&query, 0, 9).page.iter().map(|hit| hit.seq).collect();
        told.sort_unstable();
        assert_eq!(told, expected, "since {since}:00");
    }
}
