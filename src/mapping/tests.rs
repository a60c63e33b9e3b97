//! Awkward opportunities through the front door: what must never send a person to a locked door.
//!
//! Each case says in its name what a reader of the service must not be misled about. The time is Sunday
//! 22 November 2026, noon.

use std::sync::Arc;

use chrono::DateTime;
use chrono::TimeDelta;
use chrono::Utc;
use serde_json::Value;

use super::Bundle;
use super::ChildFeed;
use super::EventStatus;
use super::Head;
use super::Occurrence;
use super::PersonOrganizer;
use super::Rules;
use super::Source;
use super::context::Context;
use super::detail::withheld;
use super::map;
use crate::openactive::Kind;
use crate::openactive::Opportunity;
use crate::oruk::Service;
use crate::oruk::SourceId;
use crate::oruk::Status;
use crate::quality::Code;
use crate::quality::Finding;

fn now() -> DateTime<Utc> {
    "2026-11-22T12:00:00Z".parse().unwrap()
}

fn service_of(json: &str, child_feed: ChildFeed) -> Service {
    service_by(&Rules::default(), json, child_feed)
}

fn service_by(rules: &Rules, json: &str, child_feed: ChildFeed) -> Service {
    map(&bundle(json, child_feed), rules, now()).service
}

fn bundle(json: &str, child_feed: ChildFeed) -> Bundle {
    let opportunity: Opportunity = serde_json::from_str(json).unwrap();
    let kind = Kind::of(&opportunity.type_name, None).unwrap();
    let source = Source {
        key: "src".to_owned(),
        publisher: "Publisher".to_owned(),
        dataset: None,
        license: None,
    };
    Bundle {
        source: Arc::new(source),
        head: Head {
            kind,
            key: "https://x.org/1".to_owned(),
            item_id: None,
            opportunity,
            oddities: Vec::new(),
        },
        parents: Vec::new(),
        members: Vec::new(),
        occurrences: Vec::new(),
        child_feed,
        modified: None,
        first_seen: now(),
    }
}

pub(super) fn service(json: &str) -> Service {
    service_of(json, ChildFeed::Unknown)
}

pub(super) fn findings(json: &str) -> Vec<Finding> {
    map(&bundle(json, ChildFeed::Unknown), &Rules::default(), now()).findings
}

/// Maps a series with these properties.
pub(super) fn series(properties: &str) -> Service {
    service(&format!(r#"{{"@type":"SessionSeries","name":"Yoga",{properties}}}"#))
}

/// Returns what is found in a series with these properties, code and path, of these codes.
pub(super) fn found(properties: &str, codes: &[Code]) -> Vec<String> {
    let json = format!(r#"{{"@type":"SessionSeries","name":"Yoga",{properties}}}"#);
    let findings = map(&bundle(&json, ChildFeed::Unknown), &Rules::default(), now()).findings;
    let of_codes = findings.iter().filter(|finding| codes.contains(&finding.code));
    of_codes.map(|finding| format!("{} {}", finding.code, finding.path)).collect()
}

/// Maps a series with one-hour sessions in the evening of these days.
fn sessions(days: &[&str]) -> Service {
    let of_day =
        |day: &&str| format!(r#"{{"startDate":"{day}T18:30:00Z","endDate":"{day}T19:30:00Z"}}"#);
    let days: Vec<String> = days.iter().map(of_day).collect();
    series(&format!(r#""subEvent":[{}]"#, days.join(",")))
}

pub(super) fn descriptions(service: &Service) -> Vec<&str> {
    service.schedules.iter().map(|schedule| schedule.description.as_str()).collect()
}

fn place_names(service: &Service) -> Vec<&str> {
    let places = service.service_at_locations.iter();
    places.filter_map(|at| at.location.name.as_deref()).collect()
}

#[test]
fn weekends_of_several_days_are_no_weekly_evening() {
    let service = series(
        r#""subEvent":[
        {"startDate":"2026-11-27T18:00:00Z","endDate":"2026-11-29T16:00:00Z"},
        {"startDate":"2026-12-04T18:00:00Z","endDate":"2026-12-06T16:00:00Z"},
        {"startDate":"2026-12-11T18:00:00Z","endDate":"2026-12-13T16:00:00Z"}]"#,
    );
    assert!(service.schedules.iter().all(|schedule| schedule.freq.is_none()));
    assert_eq!(descriptions(&service)[0], "Fri 27 Nov 2026, 18:00 to Sun 29 Nov 2026, 16:00");
}

#[test]
fn a_pattern_that_starts_next_month_says_so() {
    let service = sessions(&["2027-01-05", "2027-01-12", "2027-01-19"]);
    assert_eq!(descriptions(&service), ["Tuesdays, 18:30 to 19:30"]);
    assert_eq!(service.schedules[0].valid_from.as_deref(), Some("2027-01-05"));
    let soon = sessions(&["2026-11-24", "2026-12-01", "2026-12-08"]);
    assert_eq!(soon.schedules[0].valid_from, None);
}

#[test]
fn a_pattern_promises_no_time_that_was_given_up() {
    let class = |sessions: &[(&str, &str)]| {
        let session = |(start, more): &(&str, &str)| {
            format!(r#"{{"startDate":"2026-{start}:00Z","duration":"PT1H"{more}}}"#)
        };
        let all: Vec<_> = sessions.iter().map(session).collect();
        series(&format!(r#""subEvent":[{}]"#, all.join(",")))
    };
    // All of them cancelled at one time and on at another.
    let off = r#","eventStatus":"EventCancelled""#;
    let mornings = ["12-01T10:00", "12-08T10:00", "12-15T10:00"].map(|start| (start, off));
    let evenings = ["12-01T18:00", "12-08T18:00", "12-15T18:00"].map(|start| (start, ""));
    let moved = class(&[mornings, evenings].concat());
    assert_eq!(descriptions(&moved), ["Tuesdays, 18:00 to 19:00"]);
    let closed = class(&mornings);
    assert_eq!(closed.status, Status::TemporarilyClosed);
    // One of them moved to another day.
    let to_wednesday = r#","previousStartDate":"2026-12-15T18:00:00Z""#;
    let moved = class(&[evenings[0], evenings[1], ("12-16T20:00", to_wednesday)]);
    let expected = ["Tuesdays, 18:00 to 19:00", "Wed 16 Dec 2026, 20:00 to 21:00"];
    assert_eq!(descriptions(&moved), expected);
    let notes = moved.schedules[0].notes.as_deref().unwrap();
    assert!(notes.ends_with(" Not running on: Tue 15 Dec 2026."), "{notes}");
    // Today is Sunday, and there is nothing tonight.
    let sundays = class(&[("11-29T18:00", ""), ("12-06T18:00", "")]);
    assert_eq!(sundays.schedules[0].valid_from.as_deref(), Some("2026-11-29"));
    let saturdays = class(&[("11-28T18:00", ""), ("12-05T18:00", "")]);
    assert_eq!(saturdays.schedules[0].valid_from, None);
}

#[test]
fn patterns_are_joined_only_when_they_start_in_the_same_week() {
    let together = sessions(&["2027-01-05", "2027-01-12", "2027-01-07", "2027-01-14"]);
    assert_eq!(descriptions(&together), ["Tuesdays and Thursdays, 18:30 to 19:30"]);
    assert_eq!(together.schedules[0].valid_from.as_deref(), Some("2027-01-05"));
    let apart = sessions(&["2026-11-24", "2026-12-01", "2027-01-07", "2027-01-14"]);
    assert_eq!(descriptions(&apart), ["Tuesdays, 18:30 to 19:30", "Thursdays, 18:30 to 19:30"]);
    assert_eq!(apart.schedules[0].valid_from, None);
    assert_eq!(apart.schedules[1].valid_from.as_deref(), Some("2027-01-07"));
}

#[test]
fn dates_without_times_are_not_at_midnight() {
    let service = series(r#""subEvent":[{"startDate":"2026-11-24"},{"startDate":"2026-12-01"}]"#);
    assert_eq!(descriptions(&service), ["Tuesdays"]);
    assert_eq!((&service.schedules[0].opens_at, &service.schedules[0].closes_at), (&None, &None));
    let event = service_of(
        r#"{"@type":"Event","startDate":"2026-12-01T10:00:00Z","endDate":"2026-12-03"}"#,
        ChildFeed::Unknown,
    );
    assert_eq!(descriptions(&event), ["Tue 1 Dec 2026, 10:00 to Thu 3 Dec 2026"]);
}

#[test]
fn dates_after_the_end_of_the_schedule_are_shown() {
    let service = series(
        r#""eventSchedule":[{"repeatFrequency":"P1W","byDay":"MO","startTime":"10:00",
        "startDate":"2026-01-05","endDate":"2026-07-20"}],
        "subEvent":[{"startDate":"2026-11-24T18:30:00Z","duration":"PT1H"}]"#,
    );
    assert_eq!(descriptions(&service), ["Tue 24 Nov 2026, 18:30 to 19:30"]);
    assert_eq!(service.status, Status::Active);
}

#[test]
fn the_end_of_the_first_session_does_not_end_the_series() {
    let service = series(
        r#""startDate":"2026-01-05T10:00:00Z","endDate":"2026-01-05T11:00:00Z",
        "eventSchedule":[{"repeatFrequency":"P1W","byDay":"MO","startTime":"10:00","endTime":"11:00"}]"#,
    );
    assert_eq!(service.schedules[0].valid_to, None);
    assert_eq!(service.status, Status::Active);
}

#[test]
fn public_holidays_only_are_not_every_day() {
    let service = series(
        r#""eventSchedule":[{"repeatFrequency":"P1D","byDay":["https://schema.org/PublicHolidays"],
        "startTime":"10:00","startDate":"2026-01-05"}]"#,
    );
    assert_eq!(descriptions(&service), [""; 0]);
}

#[test]
fn a_cancelled_date_confirms_no_partial_schedule() {
    let service = series(
        r#""eventSchedule":[{"@type":"PartialSchedule","repeatFrequency":"P1W","byDay":"TU",
        "startTime":"18:30","endTime":"19:30"}],
        "subEvent":[{"startDate":"2026-11-24T18:30:00Z","endDate":"2026-11-24T19:30:00Z",
        "eventStatus":"https://schema.org/EventCancelled"}]"#,
    );
    let notes = service.schedules[0].notes.as_deref().unwrap();
    assert!(notes.starts_with("Provisional:"), "{notes}");
    assert!(notes.ends_with("Not running on: Tue 24 Nov 2026."), "{notes}");
    assert_eq!(service.status, Status::TemporarilyClosed);
}

#[test]
fn the_same_cancelled_date_is_told_once() {
    let off =
        r#"{"startDate":"2026-11-24T18:30:00Z","duration":"PT1H","eventStatus":"EventCancelled"}"#;
    let service = series(&format!(r#""subEvent":[{off},{off}]"#));
    assert_eq!(
        service.alert.as_deref(),
        Some("The session on Tue 24 Nov 2026 at 18:30 is cancelled.")
    );
}

#[test]
fn a_session_of_its_own_feed_replaces_its_copy_in_the_series() {
    let series = |rule: &str, items: Vec<Occurrence>| {
        let copy = |day: &str| {
            let start = format!("2026-12-{day}T18:30:00Z");
            format!(r#"{{"@id":"https://x.org/s/{day}","startDate":"{start}","duration":"PT1H"}}"#)
        };
        let copies = ["01", "08", "15"].map(copy).join(",");
        let json = format!(r#"{{"@type":"SessionSeries",{rule}"subEvent":[{copies}]}}"#);
        let mut bundle = bundle(&json, ChildFeed::Complete);
        bundle.occurrences = items;
        map(&bundle, &Rules::default(), now()).service
    };
    let item = |start: &str, status: EventStatus, facts: &str| {
        let start: DateTime<Utc> = start.parse().unwrap();
        let facts = (!facts.is_empty()).then(|| Arc::new(serde_json::from_str(facts).unwrap()));
        Occurrence { start, end: Some(start + TimeDelta::hours(1)), status, facts }
    };
    let off = |day: &str| item(&format!("2026-12-{day}T18:30:00Z"), EventStatus::Cancelled, "");
    let rule = r#""eventSchedule":{"byDay":"TU","repeatFrequency":"P1W","startTime":"18:30"},"#;
    let notes = |service: &Service| service.schedules[0].notes.clone().unwrap_or_default();
    let one = series(rule, vec![off("08")]);
    assert_eq!(notes(&one), "Not running on: Tue 8 Dec 2026.");
    let all = series("", vec![off("01"), off("08"), off("15")]);
    assert_eq!(all.status, Status::TemporarilyClosed);
    // Moved, and known by its id or by when it was to begin.
    for (id, status) in
        [(r#""@id":"https://x.org/s/08","#, EventStatus::Rescheduled), ("", EventStatus::Scheduled)]
    {
        let facts = format!(r#"{{{id}"previousStartDate":"2026-12-08T18:30:00Z"}}"#);
        let moved = series(rule, vec![item("2026-12-10T20:00:00Z", status, &facts)]);
        assert_eq!(notes(&moved), "Not running on: Tue 8 Dec 2026.", "{id}");
        assert_eq!(descriptions(&moved).last(), Some(&"Thu 10 Dec 2026, 20:00 to 21:00"), "{id}");
    }
}

#[test]
fn a_session_of_its_own_feed_replaces_one_copy_alone() {
    let copy = |id: &str, start: &str, place: &str| {
        format!(
            r#"{{"@id":"https://x.org/s/{id}","startDate":"2026-12-{start}:00Z","duration":"PT1H",
            "location":{{"@type":"Place","name":"{place}"}}}}"#
        )
    };
    let places = |copies: &[String], items: &[(&str, &str)]| {
        let copies = copies.join(",");
        let json = format!(r#"{{"@type":"SessionSeries","subEvent":[{copies}]}}"#);
        let mut bundle = bundle(&json, ChildFeed::Complete);
        let items = items.iter().map(|(start, facts)| Occurrence {
            start: format!("2026-12-{start}:00Z").parse().unwrap(),
            end: None,
            status: EventStatus::Scheduled,
            facts: Some(Arc::new(serde_json::from_str(facts).unwrap())),
        });
        bundle.occurrences = items.collect();
        let service = map(&bundle, &Rules::default(), now()).service;
        place_names(&service).into_iter().map(str::to_owned).collect::<Vec<_>>()
    };
    let tuesday = "08T18:30";
    let (hall, annexe) = (copy("1", tuesday, "Hall"), copy("2", tuesday, "Annexe"));
    let item = (tuesday, r#"{"location":{"@type":"Place","name":"Studio"}}"#);
    let both = [hall.clone(), annexe];
    assert_eq!(places(&both, &[item]), ["Studio", "Annexe"]);
    assert_eq!(places(&both, &[item, item]), ["Studio"]);
    // Embedded twice it is the same still.
    assert_eq!(places(&[hall.clone(), hall], &[item]), ["Studio"]);
    // What was moved to a time at which another begins is known by when it was to begin.
    let moved = r#"{"previousStartDate":"2026-12-10T18:30:00Z","location":{"@type":"Place","name":"Studio"}}"#;
    let two = [copy("1", tuesday, "Annexe"), copy("2", "10T18:30", "Hall")];
    assert_eq!(places(&two, &[(tuesday, moved)]), ["Studio", "Annexe"]);
}

#[test]
fn a_schedule_that_cannot_be_said_still_ends() {
    let yearly = |end: &str| {
        series(&format!(
            r#""eventSchedule":[{{"repeatFrequency":"P1Y","startTime":"10:00",
            "startDate":"2019-06-01","endDate":"{end}"}}]"#
        ))
    };
    assert_eq!(yearly("2021-06-01").status, Status::Defunct);
    assert_eq!(yearly("2026-11-01").status, Status::Inactive);
    assert_eq!(yearly("2027-06-01").status, Status::Active);
}

#[test]
fn a_series_without_a_session_to_come_is_inactive_whatever_its_last_date() {
    let json = r#"{"@type":"SessionSeries","name":"Yoga","endDate":"2027-12-31"}"#;
    assert_eq!(service_of(json, ChildFeed::Complete).status, Status::Inactive);
    assert_eq!(service_of(json, ChildFeed::Unknown).status, Status::Active);
}

#[test]
fn a_course_is_active_until_its_last_date() {
    let course = |end: &str| {
        service(&format!(
            r#"{{"@type":"CourseInstance","startDate":"2026-09-01","endDate":"{end}",
            "subEvent":[{{"startDate":"2026-11-02T10:00:00Z","duration":"PT1H"}}]}}"#
        ))
    };
    assert_eq!(course("2026-12-15").status, Status::Active);
    assert_eq!(course("2026-11-15").status, Status::Inactive);
}

#[test]
fn the_place_and_price_of_past_sessions_are_not_shown() {
    let service = series(
        r#""subEvent":[
        {"startDate":"2026-11-03T18:30:00Z","duration":"PT1H","offers":[{"price":3}],
         "location":{"@type":"Place","name":"Old Hall"}},
        {"startDate":"2026-12-01T18:30:00Z","duration":"PT1H","offers":[{"price":5}],
         "location":{"@type":"Place","name":"New Hall"}}]"#,
    );
    assert_eq!(place_names(&service), ["New Hall"]);
    assert_eq!(service.fees.as_deref(), Some("£5.00"));
}

#[test]
fn what_one_session_says_is_not_true_of_all() {
    let class = |first: &str, second: &str| {
        series(&format!(
            r#""location":{{"@type":"Place","name":"Hall"}},"subEvent":[
            {{"startDate":"2026-12-01T18:30:00Z","duration":"PT1H"{first}}},
            {{"startDate":"2026-12-08T18:30:00Z","duration":"PT1H"{second}}}]"#
        ))
    };
    let free = r#","isAccessibleForFree":true"#;
    assert_eq!(class(free, "").fees, None);
    assert_eq!(class(free, free).fees.as_deref(), Some("Free"));
    let women = r#","genderRestriction":"https://openactive.io/FemaleOnly","ageRestriction":{"minValue":60}"#;
    // A restriction that one forgets holds, unless others contradict it.
    let others = r#","genderRestriction":"https://openactive.io/NoRestriction","ageRestriction":{"minValue":18}"#;
    let more = |more: &str| {
        let sessions = ["15", "22"].map(|day| {
            format!(r#"}},{{"startDate":"2026-12-{day}T18:30:00Z","duration":"PT1H"{more}"#)
        });
        sessions.concat()
    };
    let all_but_one = more(women);
    let half = format!("{women}{}", more(""));
    for (second, is_of_all) in
        [(&*all_but_one, true), (&*half, false), ("", false), (women, true), (others, false)]
    {
        let class = class(women, second);
        let mut terms = class.attributes.iter().map(|attribute| &attribute.taxonomy_term.name);
        assert_eq!(terms.any(|name| name == "Women and girls only"), is_of_all, "{second}");
        assert_eq!(class.minimum_age, is_of_all.then_some(60.0), "{second}");
    }
    let online = r#","eventAttendanceMode":"https://schema.org/OnlineEventAttendanceMode""#;
    let one = class(online, "");
    assert_eq!(place_names(&one), ["Hall"]);
    let notes = one.schedules[0].notes.as_deref().unwrap();
    assert!(notes.ends_with(" Online on: Tue 1 Dec 2026."), "{notes}");
    assert_eq!(place_names(&class(online, online)), ["Online"]);
    // What is cancelled says nothing of the others, neither of their place nor of their price.
    let off = r#","eventStatus":"EventCancelled","location":{"@type":"Place","name":"Annexe"},
        "offers":[{"price":99,"priceCurrency":"GBP"}]"#;
    let two = class(off, "");
    assert_eq!((place_names(&two), &two.fees), (vec!["Hall"], &None));
    assert_eq!(place_names(&class(off, off)), ["Hall", "Annexe"]);
}

#[test]
fn a_session_without_a_place_is_where_its_series_is() {
    let service = series(
        r#""location":{"@type":"Place","name":"Usual Hall"},"subEvent":[
        {"startDate":"2026-11-24T18:30:00Z","duration":"PT1H"},
        {"startDate":"2026-12-01T18:30:00Z","duration":"PT1H",
         "location":{"@type":"Place","name":"Other Hall"}}]"#,
    );
    assert_eq!(place_names(&service), ["Usual Hall", "Other Hall"]);
    let at: Vec<_> = service.service_at_locations.iter().map(|at| Some(at.id)).collect();
    let of_dates: Vec<_> = service.schedules.iter().map(|s| s.service_at_location_id).collect();
    assert_eq!(of_dates, at);
}

#[test]
fn places_of_one_name_in_different_streets_are_different_places() {
    let sessions = |first: &str, second: &str| {
        series(&format!(
            r#""subEvent":[
            {{"startDate":"2026-11-24T18:30:00Z","duration":"PT1H","location":{{"@type":"Place",{first}}}}},
            {{"startDate":"2026-12-02T18:30:00Z","duration":"PT1H","location":{{"@type":"Place",{second}}}}}]"#
        ))
    };
    for (first, second) in [
        (
            r#""name":"Village Hall","address":{"streetAddress":"Main St","addressLocality":"Ashton"}"#,
            r#""name":"Village Hall","address":{"streetAddress":"Main St","addressLocality":"Bexley"}"#,
        ),
        (
            r#""address":{"streetAddress":"1 High St"}"#,
            r#""address":{"streetAddress":"2 High St"}"#,
        ),
        (
            r#""name":"Studio","containedInPlace":{"name":"East Baths"}"#,
            r#""name":"Studio","containedInPlace":{"name":"West Baths"}"#,
        ),
    ] {
        assert_eq!(place_names(&sessions(first, second)).len(), 2, "{first}");
        let again = sessions(first, &first.replace("High", "HIGH"));
        assert_eq!(place_names(&again).len(), 1, "{first}");
    }
}

#[test]
fn a_place_of_which_nothing_is_known_is_shared_with_no_other_service() {
    let place_of = |place: &str, key: &str| {
        let json = format!(r#"{{"@type":"SessionSeries","location":{{"@type":"Place",{place}}}}}"#);
        let mut bundle = bundle(&json, ChildFeed::Unknown);
        bundle.head.key = key.to_owned();
        map(&bundle, &Rules::default(), now()).service.service_at_locations[0].location_id
    };
    let nothing = r#""description":"Ask at the desk""#;
    let (one, two) = ("https://x.org/1", "https://x.org/2");
    assert_ne!(place_of(nothing, one), place_of(nothing, two));
    let named = r#""name":"Riverside Leisure Centre""#;
    assert_eq!(place_of(named, one), place_of(named, two));
}

#[test]
fn where_the_place_is_a_link_to_nothing_that_of_the_parent_is_shown() {
    let service = series(
        r#""location":"https://x.org/places/404",
        "superEvent":{"@type":"EventSeries","location":{"@type":"Place","name":"Usual Hall"}}"#,
    );
    assert_eq!(place_names(&service), ["Usual Hall"]);
}

#[test]
fn coordinates_that_cannot_be_give_way_to_those_of_the_place_around() {
    for geo in [r#"{"latitude":0,"longitude":0}"#, r#"{"latitude":53.1}"#, r#""near the lake""#] {
        let service = series(&format!(
            r#""location":{{"@type":"Place","name":"Studio","geo":{geo},
            "containedInPlace":{{"@type":"Place","geo":{{"latitude":53.8,"longitude":-1.5}}}}}}"#
        ));
        let location = &service.service_at_locations[0].location;
        assert_eq!((location.latitude, location.longitude), (Some(53.8), Some(-1.5)), "{geo}");
    }
}

#[test]
fn lines_of_an_address_stay_apart() {
    let address_of = |address: &str| {
        let service =
            series(&format!(r#""location":{{"@type":"Place","name":"Hall","address":{address}}}"#));
        let address = &service.service_at_locations[0].location.addresses[0];
        (address.address_1.clone(), address.city.clone(), address.postal_code.clone())
    };
    let expected = |street: &str, city: &str, code: &str| {
        (street.to_owned(), city.to_owned(), code.to_owned())
    };
    for street in [r#""Unit 1\n12 High St""#, r#"["Unit 1","12 High St"]"#] {
        let address = format!(r#"{{"streetAddress":{street},"addressLocality":"Leeds"}}"#);
        assert_eq!(address_of(&address), expected("Unit 1, 12 High St", "Leeds", ""), "{street}");
    }
    let in_string = address_of(r#""12 High St\nLeeds\nLS1 4AA""#);
    assert_eq!(in_string, expected("12 High St", "Leeds", "LS1 4AA"));
}

#[test]
fn whereabouts_within_a_place_do_not_hide_its_address() {
    let service = series(
        r#""location":{"@type":"Place","name":"Studio","address":"Main hall","containedInPlace":
        {"@type":"Place","address":{"streetAddress":"1 High St","addressLocality":"Leeds"}}}"#,
    );
    let location = &service.service_at_locations[0].location;
    assert_eq!(location.description.as_deref(), Some("Main hall"));
    assert_eq!(location.addresses[0].address_1, "1 High St");
}

#[test]
fn a_virtual_location_among_the_places_is_online() {
    let service = series(
        r#""location":{"@type":"VirtualLocation","name":"Live stream","url":"https://us02web.zoom.us/j/1"}"#,
    );
    assert_eq!(place_names(&service), ["Live stream"]);
    let location = serde_json::to_value(&service.service_at_locations[0].location).unwrap();
    assert_eq!(location["location_type"], "virtual");
    assert_eq!(location.get("url"), None);
}

#[test]
fn online_is_online_however_it_is_written() {
    for mode in [
        "https://schema.org/onlineEventAttendanceMode",
        "Online",
        "ONLINEEVENTATTENDANCEMODE/",
        "virtual",
        "https://schema.org/VirtualEventAttendanceMode",
    ] {
        let service = series(&format!(
            r#""eventAttendanceMode":"{mode}","location":{{"@type":"Place","name":"Head Office"}}"#
        ));
        assert_eq!(place_names(&service), ["Online"], "{mode}");
    }
    let moved = series(
        r#""eventStatus":"https://schema.org/EventMovedOnline","location":{"@type":"Place","name":"Hall"},
        "eventAttendanceMode":"https://schema.org/OfflineEventAttendanceMode""#,
    );
    assert_eq!(place_names(&moved), ["Online"]);
    let unknown = found(r#""eventAttendanceMode":"Telepathic""#, &[Code::AttendanceUnknown]);
    assert_eq!(unknown, ["attendance-unknown eventAttendanceMode"]);
    let known = found(r#""eventAttendanceMode":"Mixed""#, &[Code::AttendanceUnknown]);
    assert_eq!(known, [""; 0]);
    let service = series(r#""location":{"type":"virtualLocation","name":"Live stream"}"#);
    let location = serde_json::to_value(&service.service_at_locations[0].location).unwrap();
    assert_eq!(location["location_type"], "virtual");
}

#[test]
fn what_lets_into_a_meeting_is_published_in_no_text() {
    let service = series(
        r#""description":"Meeting 852 1111 2222, passcode yoga99",
        "beta:virtualLocation":{"name":"Zoom","description":"ID 852 1111 2222 (yoga99)",
        "accessId":"852 1111 2222","accessCode":"yoga99"}"#,
    );
    let description = service.description.unwrap();
    let expected = "Meeting (given on booking), passcode (given on booking)\n";
    assert!(description.starts_with(expected), "{description}");
    let location = &service.service_at_locations[0].location;
    let expected = "ID (given on booking) ((given on booking))";
    assert_eq!(location.description.as_deref(), Some(expected));
}

#[test]
fn an_access_code_is_published_in_no_field() {
    let class = series(
        r#""description":"Join us (flex99)","additionalAdmissionRestriction":"Bring flex99.",
        "ageRange":{"name":"With flex99"},"accessibilityInformation":"Say flex99.",
        "attendeeInstructions":"Type flex99.","inLanguage":"en","activity":["Flex99","Yoga flex99"],
        "category":["flex99"],"level":["Level flex99"],
        "organizer":{"@type":"Organization","name":"Club flex99","email":"club@example.org"},
        "beta:contactPoint":{"name":"Team flex99","contactType":"flex99","email":"team@example.org"},
        "location":{"@type":"Place","name":"Hall flex99","address":{"streetAddress":"1 High St (flex99)",
        "addressLocality":"flex99","addressRegion":"flex99"},"amenityFeature":[
        {"@type":"Creche","name":"Crèche flex99","value":true},{"name":"Hearing loop flex99","value":true}]},
        "offers":[{"name":"flex99","description":"With flex99","price":5}],
        "superEvent":{"@type":"EventSeries","name":"Yoga flex99"},
        "beta:virtualLocation":{"name":"flex99","description":"flex99","accessCode":"flex99"}"#,
    );
    let text = serde_json::to_string(&class).unwrap();
    assert!(!text.to_lowercase().contains("flex99"), "{text}");
    assert_eq!(place_names(&class)[0], "Hall (given on booking)");
    assert_eq!(class.organization.name, "Club (given on booking)");
    assert_eq!(class.contacts[0].name.as_deref(), Some("Team (given on booking)"));
    let within = series(
        r#""location":{"name":"Hall","address":"Ring flex99, 1 High St, Leeds, LS1 4AA"},
        "beta:virtualLocation":{"accessCode":"flex99"}"#,
    );
    let address = &within.service_at_locations[0].location.addresses[0];
    assert_eq!(address.address_1, "Ring (given on booking), 1 High St");
    let named = service(
        r#"{"@type":"SessionSeries","name":"Yoga flex99","beta:virtualLocation":{"accessCode":"flex99"}}"#,
    );
    assert_eq!(named.name, "Yoga (given on booking)");
}

#[test]
fn an_identifier_that_lets_somebody_in_is_published_nowhere() {
    let class = series(
        r#""@id":"Zoom ID 853 1234 5678","location":{"@type":"Place","name":"Hall",
        "@id":"https://x.org/?code=flex99","identifier":[{"name":"UPRN","value":"https://zoom.us/j/1"}],
        "amenityFeature":[{"@type":"07700900111","name":"Ring","value":true}]},
        "eventAttendanceMode":"Mixed","description":"Room 852 1111 2222 with flex99",
        "organizer":{"@type":"Organization","name":"Club","beta:formalCriteriaMet":["zoom.us/j/1"]},
        "subEvent":[{"startDate":"2026-01-05T10:00:00Z",
        "location":[{"@type":"VirtualLocation","accessId":"852 1111 2222","accessCode":"flex99"}]}]"#,
    );
    let said = serde_json::to_string(&class).unwrap();
    for private in ["853 1234", "flex99", "zoom.us", "07700900111", "852 1111"] {
        assert!(!said.contains(private), "{private}: {said}");
    }
}

#[test]
fn a_password_that_is_a_word_stays_where_it_is_a_name_or_part_of_a_link() {
    let class = series(
        r#""url":"https://example.org/fitness/1234","description":"Bring a mat. Word: Fitness. Zoom ID 853 1234 5678.","category":["Fitness boxing"],"eventAttendanceMode":"Mixed",
        "organizer":{"@type":"Organization","name":"Anytown Fitness Club"},
        "location":{"@type":"Place","name":"Fitness Hall"},
        "beta:virtualLocation":{"name":"Zoom room","accessId":"1234","accessCode":"Fitness",
        "description":"Camera on. Zoom ID 853 1234 5678."}"#,
    );
    assert_eq!(class.url.as_deref(), Some("https://example.org/fitness/1234"));
    let given = "(given on booking)";
    let expected = format!("Bring a mat. Word: {given}. Zoom ID {given}.\n");
    let description = class.description.as_deref().unwrap();
    assert!(description.starts_with(&expected), "{description}");
    assert_eq!(class.organization.name, "Anytown Fitness Club");
    assert_eq!(place_names(&class), ["Fitness Hall", "Zoom room"]);
    let online = &class.service_at_locations[1].location;
    let expected = format!("Camera on. Zoom ID {given}.");
    assert_eq!(online.description.as_deref(), Some(expected.as_str()));
    let categories: Vec<_> = class.attributes.iter().map(|a| &*a.taxonomy_term.name).collect();
    assert!(categories.contains(&"Fitness boxing"), "{categories:?}");
    let with_password = series(
        r#""url":"https://example.org/fitness?code=Fitness","beta:virtualLocation":{"accessCode":"Fitness"}"#,
    );
    assert_eq!(with_password.url, None);
}

#[test]
fn an_access_code_of_letters_is_published_in_no_link() {
    for (secret, link) in [
        (r#""accessId":"abc-defg-hij""#, "https://g.co/meet/abc-defg-hij"),
        (r#""accessId":"https://x.org/join/abcdef""#, "https://x.org/join/abcdef"),
        (r#""accessId":"RiversideYogaRoom""#, "https://x.org/RiversideYogaRoom"),
        (r#""accessCode":"kQzTbWpRxy""#, "https://x.org/room?code=kQzTbWpRxy"),
    ] {
        let properties = format!(
            r#""url":"{link}","eventAttendanceMode":"Online","virtualLocation":{{{secret},"url":"{link}"}}"#
        );
        let class = series(&properties);
        assert_eq!(class.url, None, "{link}");
        assert_eq!(class.service_at_locations[0].location.url, None, "{link}");
        let found = found(&properties, &[Code::JoiningLinkWithheld]);
        let expected = ["virtualLocation.url", "url"];
        assert!(expected.iter().all(|path| found.iter().any(|f| f.ends_with(path))), "{found:?}");
    }
}

#[test]
fn what_sessions_share_is_withheld_once_and_what_holds_another_first() {
    let session = |day: u32, id: &str| {
        format!(
            r#"{{"startDate":"2026-12-{day:02}T10:00:00Z",
            "beta:virtualLocation":{{"accessId":"{id}","accessCode":"flex99"}}}}"#
        )
    };
    let sessions =
        [session(1, "852 1111"), session(2, "852 1111 2222"), session(3, "852 1111 2222")];
    let json = format!(
        r#"{{"@type":"SessionSeries","description":"Room 852 1111 2222.","subEvent":[{}]}}"#,
        sessions.join(",")
    );
    let bundle = bundle(&json, ChildFeed::Unknown);
    let rules = Rules::default();
    let cx = Context::new(&bundle, &rules, now());
    assert_eq!(withheld(&cx).len(), 3);
    let description = service(&json).description.unwrap();
    assert!(description.starts_with("Room (given on booking)."), "{description}");
}

#[test]
fn a_number_in_the_way_to_a_page_is_none_of_a_meeting() {
    for link in [
        "https://www.club.example.org/teams/123456789",
        "https://x.org/teams?id=123456789",
        "https://x.org/webinar/1234567890",
        "https://x.org/zoom-class-123456789",
        "https://x.org/a?b=1,,2",
    ] {
        let properties = format!(
            r#""@id":"{link}","url":"{link}","description":"See {link}",
            "organizer":{{"@type":"Organization","name":"Club","@id":"{link}","url":"{link}"}}"#
        );
        let class = series(&properties);
        assert_eq!(class.url.as_deref(), Some(link));
        let organization = &class.organization;
        assert_eq!(organization.uri.as_deref(), Some(link));
        assert_eq!(organization.website.as_deref(), Some(link));
        assert_eq!(class.x_openactive.unwrap().id, Some(SourceId::Text(link.to_owned())));
        assert!(class.description.unwrap().starts_with(&format!("See {link}\n")));
        assert_eq!(found(&properties, &[Code::JoiningLinkWithheld]), [""; 0]);
    }
    for stated in [
        "https://x.org/a Zoom ID 853 1234 5678",
        "tel:+441632960123,,85312345678#",
        "Zoom:85312345678",
        "https://x.org/room?pwd=flow",
    ] {
        let properties = format!(r#""@id":"{stated}","url":"{stated}""#);
        let class = series(&properties);
        assert_eq!((class.url, class.x_openactive.unwrap().id), (None, None), "{stated}");
        assert_eq!(
            found(&properties, &[Code::JoiningLinkWithheld]),
            ["joining-link-withheld url"],
            "{stated}"
        );
    }
}

#[test]
fn a_code_in_the_name_of_a_place_or_a_label_changes_no_id() {
    let ids = |code: &str| {
        let class = series(&format!(
            r#""category":["Zone flex99"],"location":{{"name":"Hall flex99"}},
            "eventAttendanceMode":"Offline","organizer":{{"@type":"Organization","name":"Club flex99"}},
            "beta:virtualLocation":{{"accessCode":"{code}"}}"#
        ));
        let terms = class.attributes.iter().map(|attribute| attribute.taxonomy_term_id);
        let location = class.service_at_locations[0].location_id;
        (terms.collect::<Vec<_>>(), location, class.organization_id)
    };
    assert_eq!(ids("flex99"), ids("other1"));
}

#[test]
fn what_is_withheld_of_a_joining_link_is_told_where_it_stands() {
    let link = "Join at https://zoom.us/j/1";
    for (json, path) in [
        (r#""url":"https://zoom.us/j/1""#.to_owned(), "url"),
        (r#""offers":[{"url":"https://zoom.us/j/1"}]"#.to_owned(), "offers.url"),
        (format!(r#""offers":[{{"price":5,"name":"{link}"}}]"#), "offers.name"),
        (format!(r#""offers":[{{"price":5,"description":"{link}"}}]"#), "offers.description"),
        (format!(r#""name":"{link}""#), "name"),
        (format!(r#""description":"{link}""#), "description"),
        (format!(r#""beta:formattedDescription":"{link}""#), "beta:formattedDescription"),
        (format!(r#""attendeeInstructions":"{link}""#), "attendeeInstructions"),
        (format!(r#""meetingPoint":"{link}""#), "meetingPoint"),
        (format!(r#""schedulingNote":"{link}""#), "schedulingNote"),
        (format!(r#""accessibilityInformation":"{link}""#), "accessibilityInformation"),
        (
            format!(r#""additionalAdmissionRestriction":["{link}"]"#),
            "additionalAdmissionRestriction",
        ),
        (format!(r#""location":{{"name":"Hall","url":"{link}"}}"#), "location.url"),
        (
            format!(r#""organizer":{{"@type":"Organization","name":"A","description":"{link}"}}"#),
            "organizer.description",
        ),
        (
            format!(r#""beta:virtualLocation":{{"description":"{link}"}}"#),
            "beta:virtualLocation.description",
        ),
    ] {
        let found = findings(&format!(r#"{{"@type":"SessionSeries",{json}}}"#));
        let withheld = found.iter().filter(|finding| finding.code == Code::JoiningLinkWithheld);
        let paths: Vec<_> = withheld.map(|finding| finding.path.as_str()).collect();
        assert_eq!(paths, [path], "{json}");
        assert!(found.iter().all(|finding| finding.code != Code::UrlInvalid), "{json}");
    }
}

#[test]
fn links_that_are_dropped_or_completed_are_told_wherever_they_stand() {
    let bad = "javascript:alert(1)";
    for (json, path) in [
        (r#""url":"URL""#, "url"),
        (r#""image":{"url":"URL"}"#, "image"),
        (r#""offers":[{"url":"https://x.org"},{"url":"URL"}]"#, "offers.url"),
        (r#""location":{"name":"Hall","url":"URL"}"#, "location.url"),
        (r#""beta:virtualLocation":{"url":"URL"}"#, "beta:virtualLocation.url"),
        (r#""organizer":{"@type":"Organization","name":"A","url":"URL"}"#, "organizer.url"),
        (r#""organizer":{"@type":"Organization","name":"A","logo":"URL"}"#, "organizer.logo"),
    ] {
        let codes = [Code::UrlInvalid, Code::UrlRepaired];
        let told = found(&json.replace("URL", bad), &codes);
        assert_eq!(told, [format!("url-invalid {path}")], "{json}");
        let told = found(&json.replace("URL", "www.x.org"), &codes);
        assert_eq!(told, [format!("url-repaired {path}")], "{json}");
    }
}

#[test]
fn markup_is_told_wherever_text_should_be_plain() {
    for (json, path) in [
        (r#""description":"<b>Yoga</b>""#, "description"),
        (r#""accessibilityInformation":"<b>Lift</b>""#, "accessibilityInformation"),
        (r#""offers":[{"price":5,"name":"<b>Adult</b>"}]"#, "offers.name"),
        (r#""location":{"name":"<b>Hall</b>"}"#, "location.name"),
        (r#""organizer":{"@type":"Organization","name":"<b>A</b>"}"#, "organizer.name"),
    ] {
        let told = found(json, &[Code::MarkupInText]);
        assert_eq!(told, [format!("markup-in-text {path}")], "{json}");
    }
    assert_eq!(
        found(r#""beta:formattedDescription":"<b>Yoga</b>""#, &[Code::MarkupInText]),
        [""; 0]
    );
}

#[test]
fn words_where_a_place_belongs_are_its_address() {
    let text = r#""location":"Village Hall, Long Lane, Didcot OX11 8AA""#;
    let class = series(text);
    let location = &class.service_at_locations[0].location;
    let address = &location.addresses[0];
    let lines = (address.address_1.as_str(), address.city.as_str(), address.postal_code.as_str());
    assert_eq!(lines, ("Village Hall, Long Lane", "Didcot", "OX11 8AA"));
    assert_eq!(location.external_identifier, None);
    let codes = [Code::LocationUnresolved, Code::AddressInString];
    assert_eq!(found(text, &codes), ["address-in-string location.address"]);
    let link = found(r#""location":"https://x.org/places/9""#, &codes);
    assert_eq!(link, ["location-unresolved location"]);
}

#[test]
fn what_promises_no_support_is_none() {
    let class = series(
        r#""location":{"name":"Hall"},"accessibilitySupport":["N/A","No","None","Hearing loop",
        "Not suitable for wheelchairs",{"prefLabel":"Please Ask For More Info"}]"#,
    );
    let described = class.service_at_locations[0].location.accessibility[0].description.as_deref();
    let expected = "Supports participants with: Hearing loop. Not suitable for wheelchairs. \
        Please Ask For More Info.";
    assert_eq!(described, Some(expected));
    let terms = class.attributes.iter().filter(|attribute| attribute.link_type == "accessibility");
    let names: Vec<_> = terms.map(|attribute| attribute.taxonomy_term.name.as_str()).collect();
    assert_eq!(names, ["Hearing loop", "Not suitable for wheelchairs", "Please Ask For More Info"]);
}

#[test]
fn text_in_several_languages_is_read_in_english() {
    assert_eq!(
        service(r#"{"@type":"SessionSeries","name":{"cy":"Ioga","en":"Yoga"}}"#).name,
        "Yoga"
    );
    assert_eq!(service(r#"{"@type":"SessionSeries","name":{"cy":"Ioga"}}"#).name, "Ioga");
    let listed = r#"[{"@language":"cy","@value":"Ioga"},{"@language":"en-GB","@value":"Yoga"}]"#;
    assert_eq!(service(&format!(r#"{{"@type":"SessionSeries","name":{listed}}}"#)).name, "Yoga");
}

#[test]
fn an_address_of_a_contact_point_that_is_none_is_told() {
    let contact = |email: &str| {
        findings(&format!(
            r#"{{"@type":"SessionSeries","beta:contactPoint":{{"email":"{email}"}}}}"#
        ))
    };
    let invalid = Finding::new(Code::EmailInvalid, "beta:contactPoint.email");
    assert!(contact("nobody").contains(&invalid));
    assert!(!contact("Mailto:team@example.org").contains(&invalid));
}

#[test]
fn languages_are_listed_once() {
    let service = series(r#""inLanguage":["en","EN","<b></b>","cy"]"#);
    let codes: Vec<_> = service.languages.iter().map(|language| language.code.as_deref()).collect();
    assert_eq!(codes, [Some("en"), Some("cy")]);
    let properties = r#""inLanguage":["Welsh","English","en-GB","various"]"#;
    let named = series(properties);
    let codes: Vec<_> = named.languages.iter().map(|language| language.code.as_deref()).collect();
    assert_eq!(codes, [Some("cy"), Some("en"), Some("en-GB")]);
    assert_eq!(found(properties, &[Code::LanguageUnknown]), ["language-unknown inLanguage"]);
}

#[test]
fn languages_are_read_from_every_shape_and_kept_in_words_where_no_code_is_known() {
    for (stated, expected) in [
        (r#""English, Welsh""#, vec![(Some("en"), None), (Some("cy"), None)]),
        (
            r#""Polish and English / BSL""#,
            vec![(Some("pl"), None), (Some("en"), None), (Some("bfi"), None)],
        ),
        (r#""en,cy-GB""#, vec![(Some("en"), None), (Some("cy-GB"), None)]),
        (r#"{"@type":"Language","name":"Romanian"}"#, vec![(Some("ro"), None)]),
        (r#"{"@type":"Language","name":"Karen","alternateName":"ksw"}"#, vec![(Some("ksw"), None)]),
        (
            r#"{"@type":"Language","name":"Makaton","alternateName":"tbc"}"#,
            vec![(None, Some("Makaton"))],
        ),
        (
            r#"[{"@value":"Tamil"},"makaton","Makaton"]"#,
            vec![(Some("ta"), None), (None, Some("makaton"))],
        ),
        (r#""English and Makaton""#, vec![(Some("en"), None), (None, Some("Makaton"))]),
        (r#""Ask us, and we will help""#, vec![(None, Some("Ask us, and we will help"))]),
        (r#"["tbc","all","N/A","07700900123","https://x.org/en"]"#, vec![]),
    ] {
        let properties = format!(r#""inLanguage":{stated}"#);
        let languages = series(&properties).languages;
        let read = languages.iter().map(|one| (one.code.as_deref(), one.name.as_deref()));
        assert_eq!(read.collect::<Vec<_>>(), expected, "{stated}");
        let is_told = !found(&properties, &[Code::LanguageUnknown]).is_empty();
        let is_known = expected.iter().all(|(code, _)| code.is_some());
        assert_eq!(is_told, !is_known || expected.is_empty(), "{stated}");
    }
}

#[test]
fn a_class_without_a_name_is_online_whatever_that_is_called() {
    let named = |place: &str| {
        service(&format!(r#"{{"@type":"SessionSeries","facilityType":["Yoga"],{place}}}"#)).name
    };
    assert_eq!(named(r#""beta:virtualLocation":{"name":"Zoom class"}"#), "Yoga online");
    assert_eq!(named(r#""location":{"@type":"Place","name":"Hall"}"#), "Yoga at Hall");
}

#[test]
fn an_empty_description_gives_way_to_the_formatted_one() {
    let service = series(
        r#""description":"&nbsp;","beta:formattedDescription":"<p>Gentle <b>yoga</b>.</p>""#,
    );
    assert!(service.description.unwrap().starts_with("Gentle yoga."));
}

#[test]
fn a_code_that_is_a_word_or_a_year_hides_nothing_else() {
    let course = |code: &str| {
        let course = service(&format!(
            r#"{{"@type":"CourseInstance","description":"Gentle yoga.","startDate":"2026-12-07",
            "beta:virtualLocation":{{"name":"Zoom","accessCode":"{code}"}}}}"#
        ));
        course.description.unwrap()
    };
    for code in ["yoga", "2026", "Course"] {
        let description = course(code);
        let is_whole = description.starts_with("Gentle yoga.")
            && description.ends_with("Course starts on Mon 7 Dec 2026.");
        assert!(is_whole, "{code}: {description}");
    }
}

#[test]
fn what_the_contact_point_publishes_stays_in_texts() {
    let described = |point: &str| {
        let service = series(&format!(
            r#""description":"Ring 07700 900123.","beta:contactPoint":{{"telephone":"{point}"}},
            "organizer":{{"@type":"Person","name":"Jane Doe","telephone":"07700 900123"}}"#
        ));
        service.description.unwrap()
    };
    assert!(described("+447700900123").starts_with("Ring 07700 900123."));
    assert!(described("0113 496 0000").starts_with("Ring (given on booking)."));
}

#[test]
fn words_of_the_standard_keep_their_meaning_in_any_case() {
    let service = series(
        r#""genderRestriction":"https://openactive.io/femaleOnly/",
        "offers":[{"price":5,"openBookingInAdvance":"https://openactive.io/required"}],
        "eventSchedule":{"@type":"partialSchedule","byDay":"TU","startTime":"18:30"}"#,
    );
    let names = service.attributes.iter().map(|attribute| &attribute.taxonomy_term.name);
    assert!(names.into_iter().any(|name| name == "Women and girls only"));
    let process = service.application_process.as_deref().unwrap();
    assert!(process.starts_with("Booking in advance is required."), "{process}");
    let notes = service.schedules[0].notes.as_deref().unwrap();
    assert!(notes.starts_with("Provisional:"), "{notes}");
}

#[test]
fn a_status_says_whether_to_go_however_it_is_written() {
    let moved = "This activity has moved online.";
    let cancelled = "This activity is cancelled.";
    let postponed = "This activity is postponed.";
    let new_time = "This activity has been moved to a new date or time.";
    for (stated, status, alert, code) in [
        ("https://schema.org/EventScheduled", Status::Active, None, None),
        ("Scheduled", Status::Active, None, Some("term-prefixed")),
        ("https://schema.org/EventMovedOnline", Status::Active, Some(moved), None),
        ("Moved online", Status::Active, Some(moved), Some("term-prefixed")),
        ("EVENT_CANCELLED", Status::Defunct, Some(cancelled), Some("term-prefixed")),
        ("schema:EventCanceled", Status::Defunct, Some(cancelled), Some("term-prefixed")),
        ("Event cancelled!", Status::Defunct, Some(cancelled), Some("term-prefixed")),
        ("Postponed", Status::TemporarilyClosed, Some(postponed), Some("term-prefixed")),
        ("Re-scheduled", Status::Active, Some(new_time), Some("term-prefixed")),
        ("Active", Status::Active, None, Some("status-unknown")),
        ("https://x.org/EventConfirmed", Status::Active, None, Some("status-unknown")),
        ("Going ahead", Status::Active, None, Some("status-unknown")),
        ("true", Status::Active, None, Some("status-unknown")),
        ("1", Status::Active, None, Some("status-unknown")),
    ] {
        let properties = format!(r#""eventStatus":"{stated}""#);
        let service = series(&properties);
        assert_eq!((service.status, service.alert.as_deref()), (status, alert), "{stated}");
        let codes = found(&properties, &[Code::TermPrefixed, Code::StatusUnknown]);
        let expected: Vec<String> = code.iter().map(|code| format!("{code} eventStatus")).collect();
        assert_eq!(codes, expected, "{stated}");
    }
}

#[test]
fn a_status_in_the_publishers_own_words_is_told_and_closes_where_it_says_cancelled() {
    for (stated, status) in [
        ("Draft", Status::Active),
        ("Full: see https://x.org/news", Status::Active),
        ("Moved to Studio 2", Status::Active),
        ("Class cancelled", Status::TemporarilyClosed),
        ("https://x.org/SessionCancelled", Status::TemporarilyClosed),
        ("Cancelled - 24/12", Status::TemporarilyClosed),
        ("CANCELLED - instructor ill", Status::TemporarilyClosed),
        ("Canceled by organiser", Status::TemporarilyClosed),
        ("Cancelled until Easter", Status::TemporarilyClosed),
        ("Cancelled, do not travel", Status::TemporarilyClosed),
        ("Do not travel - cancelled", Status::TemporarilyClosed),
        ("No class – cancelled", Status::TemporarilyClosed),
        ("Won't run! Cancelled", Status::TemporarilyClosed),
        ("No session/cancelled", Status::TemporarilyClosed),
        ("No instructor cancelled", Status::TemporarilyClosed),
        ("Not running cancelled", Status::TemporarilyClosed),
        ("Tue 5 May cancelled", Status::TemporarilyClosed),
        ("Cancelled, to be reinstated in January", Status::TemporarilyClosed),
        ("Cancelled - false alarm at the pool", Status::TemporarilyClosed),
        ("Postponed to 12 January", Status::TemporarilyClosed),
        ("Not cancelled", Status::Active),
        ("Not yet full, hasn't been cancelled", Status::Active),
        ("No longer cancelled", Status::Active),
        ("Never cancelled, rain or shine", Status::Active),
        ("Un-cancelled", Status::Active),
        ("Uncancelled", Status::Active),
        ("Previously cancelled, now on", Status::Active),
        ("May be cancelled", Status::Active),
        ("Cancelled: No", Status::Active),
        ("Reinstated (was cancelled)", Status::Active),
        ("isCancelled=false", Status::Active),
        ("EventScheduled; may be postponed", Status::Active),
        ("Cancelled if wet", Status::Active),
        ("Cancelled unless 5 book", Status::Active),
        ("See https://x.org/cancelled-classes for bank holidays", Status::Active),
    ] {
        let ask = "Check with the provider before travelling.";
        let properties = format!(r#""eventStatus":"{stated}""#);
        let told = series(&properties);
        let words = stated.strip_prefix("https://x.org/").unwrap_or(stated);
        let alert = format!("Status as published: {words}. {ask}");
        assert_eq!((told.status, told.alert), (status, Some(alert)), "{stated}");
        let codes = found(&properties, &[Code::TermPrefixed, Code::StatusUnknown]);
        assert_eq!(codes, ["status-unknown eventStatus"], "{stated}");
        let session =
            series(&format!(r#""subEvent":[{{"startDate":"2026-11-24T18:30:00Z",{properties}}}]"#));
        let alert = format!(
            "Status of the session on Tue 24 Nov 2026 at 18:30 as published: {words}. {ask}"
        );
        assert_eq!((session.status, session.alert), (status, Some(alert)), "{stated}");
    }
}

#[test]
fn what_is_off_in_the_publishers_own_words_is_over_when_its_dates_are() {
    let status = |stated: &str, properties: &str| {
        let text = format!(r#"{{"@type":"Event","eventStatus":"{stated}",{properties}}}"#);
        service(&text).status
    };
    let own = "Due to storm Bert the event is cancelled";
    let on =
        |date: &str| status(own, &format!(r#""startDate":"{date}T10:00:00Z","duration":"PT2H""#));
    assert_eq!(on("2026-12-05"), Status::TemporarilyClosed);
    assert_eq!(on("2026-10-31"), Status::Inactive);
    assert_eq!(on("2026-06-06"), Status::Defunct);
    // Sessions go ahead only where other dates may be meant.
    let sessions = r#""subEvent":[{"startDate":"2026-12-01T10:00:00Z"}]"#;
    assert_eq!(status(own, sessions), Status::TemporarilyClosed);
    assert_eq!(
        series(&format!(r#""eventStatus":"Cancelled 24/12",{sessions}"#)).status,
        Status::Active
    );
}

#[test]
fn what_moved_online_in_whatever_words_is_where_nobody_travels() {
    let hall = r#""location":{"@type":"Place","name":"Hall"}"#;
    let places = |stated: &str| {
        let class = series(&format!(r#""eventStatus":"{stated}",{hall}"#));
        place_names(&class).join(", ")
    };
    for (stated, expected) in [
        ("Moved online via Zoom", "Online"),
        ("Sorry, we have moved to online", "Online"),
        ("Venue closed - moved online", "Online"),
        ("Week 3 moved online", "Hall, Online"),
        ("Moved online on 8 December", "Hall, Online"),
        ("Not moved online", "Hall"),
    ] {
        assert_eq!(places(stated), expected, "{stated}");
    }
    let session =
        r#""eventStatus":"Moved online on 1 December","startDate":"2026-12-01T18:30:00Z""#;
    let class = series(&format!(r#""subEvent":[{{{session}}}],{hall}"#));
    let notes = class.schedules[0].notes.as_deref().unwrap_or_default();
    assert!(notes.ends_with("Online on: Tue 1 Dec 2026."), "{notes}");
}

#[test]
fn a_session_that_is_not_as_planned_is_told_however_it_is_written() {
    let session = series(
        r#""subEvent":[{"startDate":"2026-11-24T18:30:00Z","eventStatus":"https://schema.org/EventMovedOnline"}]"#,
    );
    let alert = "The session on Tue 24 Nov 2026 at 18:30 has moved online.";
    assert_eq!((session.status, session.alert.as_deref()), (Status::Active, Some(alert)));
    let two = r#""subEvent":[
        {"startDate":"2026-11-24T18:30:00Z","eventStatus":"Session cancelled"},
        {"startDate":"2026-12-01T18:30:00Z","eventStatus":"Draft"},
        {"startDate":"2026-12-03T18:30:00Z","eventStatus":"Moved to Hall B"},
        {"startDate":"2026-12-08T18:30:00Z","eventStatus":"Live"}]"#;
    let alert = "Status of the session on Tue 24 Nov 2026 at 18:30 as published: Session cancelled. \
        Status of the session on Tue 1 Dec 2026 at 18:30 as published: Draft. \
        Status of the session on Thu 3 Dec 2026 at 18:30 as published: Moved to Hall B. \
        Check with the provider before travelling.";
    assert_eq!(series(two).alert.as_deref(), Some(alert));
    assert_eq!(found(two, &[Code::StatusUnknown]), ["status-unknown subEvent.eventStatus"]);
}

#[test]
fn a_person_without_a_type_keeps_their_details() {
    let service = series(
        r#""organizer":{"givenName":"Jane","familyName":"Doe","email":"jane@example.org",
        "telephone":"07700 900123","url":"https://jane.example.org"}"#,
    );
    assert_eq!(service.organization.name, "Jane Doe");
    let text = serde_json::to_string(&service).unwrap();
    for detail in ["jane@", "900123", "jane.example"] {
        assert!(!text.contains(detail), "{detail} in {text}");
    }
}

#[test]
fn a_person_is_private_however_the_type_is_written() {
    let of_jane = r#""name":"Jane Doe","email":"jane@example.org","telephone":"07700 900123",
        "url":"https://jane.example.org","logo":{"url":"https://jane.example.org/me.png"},
        "description":"Ring Jane.""#;
    for types in [
        r#""@type":"person","#,
        r#""type":"PERSON","#,
        r#""@type":["Thing","Person"],"#,
        r#""@type":"https://schema.org/Person/","#,
        r#""@type":"Organization","type":"Person","#,
        r#""@type":"Individual","#,
        r#""@type":"SoleTrader","#,
        r#""@type":"Seller","#,
        r#""@type":5,"#,
        r#""@type":true,"#,
        "",
    ] {
        let service = series(&format!(r#""organizer":{{{types}{of_jane}}}"#));
        assert_eq!(service.organization.name, "Jane Doe", "{types}");
        let text = serde_json::to_string(&service).unwrap();
        for detail in ["jane@", "900123", "jane.example", "Ring Jane"] {
            assert!(!text.contains(detail), "{types}: {detail} in {text}");
        }
    }
}

#[test]
fn an_organisation_without_a_type_is_known_by_what_only_organisations_have() {
    for sign in [
        r#""name":"Riverside Running Club""#,
        r#""name":"Anytown FC""#,
        r#""name":"YMCA Anytown""#,
        r#""name":"The Fitness Studio""#,
        r#""name":"Striders","legalName":"Striders (Anytown)""#,
        r#""name":"Striders","identifier":[{"propertyID":"GB-CHC","value":"1"}]"#,
        r#""name":"Striders","@type":"SportsClub""#,
        r#""name":"Striders","@type":"https://schema.org/LocalBusiness""#,
        r#""name":"Striders Club","@type":"Seller""#,
        r#""name":"Striders","@type":"Brand""#,
        r#""name":"Striders","@type":"LeisureProvider""#,
    ] {
        let service = series(&format!(r#""organizer":{{{sign},"email":"hello@example.org"}}"#));
        assert_eq!(service.email.as_deref(), Some("hello@example.org"), "{sign}");
    }
    // Such a word in an address is no sign.
    for name in ["jane@fitness", "Jane Doe, www.fitness.example.org"] {
        let by = format!(r#""organizer":{{"name":"{name}","email":"hello@example.org"}}"#);
        assert_eq!(series(&by).email, None, "{name}");
    }
}

#[test]
fn who_provides_a_facility_or_operates_a_venue_is_an_organisation() {
    let courts = |by: &str| {
        service(&format!(r#"{{"@type":"FacilityUse","name":"Courts",{by}}}"#)).email.is_some()
    };
    let striders = r#""name":"Striders","email":"hello@example.org""#;
    let person = r#""@type":"Person","#;
    let operated =
        |by: &str| format!(r#""location":{{"beta:serviceOperator":{{{by}{striders}}}}}"#);
    assert!(courts(&format!(r#""provider":{{{striders}}}"#)));
    assert!(courts(&operated("")));
    assert!(courts(&operated(r#""@type":"Thing","#)));
    // An organizer may be either, and a person is one wherever it stands.
    assert!(!courts(&format!(r#""organizer":{{{striders}}}"#)));
    assert!(!courts(&format!(r#""organizer":{{"@type":"Thing",{striders}}}"#)));
    assert!(!courts(&operated(r#""@type":"Thing","givenName":"Jane","#)));
    assert!(!courts(&format!(r#""provider":{{{person}{striders}}}"#)));
    assert!(!courts(&operated(person)));
    // A type that is not known may be a person's.
    assert!(!courts(&format!(r#""provider":{{"@type":"SoleTrader",{striders}}}"#)));
}

#[test]
fn where_names_of_persons_are_withheld_they_are_without_a_type_too() {
    let mut rules = Rules::default();
    rules.options.person_organizer = PersonOrganizer::Publisher;
    for (organizer, expected) in [
        (r#"{"givenName":"Jane","familyName":"Doe"}"#, "Publisher"),
        (r#"{"name":"Jane Doe"}"#, "Publisher"),
        (r#""Jane Doe""#, "Publisher"),
        (r#"{"@type":"Thing","name":"Jane Doe"}"#, "Publisher"),
        (r#"{"@type":"SoleTrader","name":"Jane Doe"}"#, "Publisher"),
        (r#"{"name":"Striders Club"}"#, "Striders Club"),
        (r#"{"@type":"Organization","name":"Striders"}"#, "Striders"),
    ] {
        let json = format!(r#"{{"@type":"SessionSeries","organizer":{organizer}}}"#);
        let service = service_by(&rules, &json, ChildFeed::Unknown);
        assert_eq!(service.organization.name, expected);
    }
}

#[test]
fn what_a_person_is_reached_by_stands_in_no_text_either() {
    let service = series(
        r#""description":"Ring 07700 900123 or write to jane@example.org.",
        "attendeeInstructions":"Text 07700 900123.",
        "organizer":{"@type":"Person","name":"Jane Doe","email":"Jane@Example.org",
        "telephone":"+447700900123"}"#,
    );
    let description = service.description.unwrap();
    let expected = "Ring (given on booking) or write to (given on booking).";
    assert!(description.starts_with(expected), "{description}");
    assert!(!description.contains("900123"), "{description}");
}

#[test]
fn what_a_person_is_reached_by_stands_in_no_link_and_no_label_either() {
    let jane = r#""organizer":{"@type":"Person","name":"Jane Doe","email":"jane@example.org",
        "telephone":"07700900123"}"#;
    let class = series(&format!(
        r#"{jane},"level":["jane@example.org"],"category":["Ring 07700 900123"],"inLanguage":"07700900123",
        "activity":["Yoga 07700900123"],"accessibilitySupport":["ring 07700900123"],
        "location":{{"name":"07700900123","address":"Green, ring 07700 900123",
        "amenityFeature":[{{"name":"Ring 07700900123","value":true}}],
        "url":"https://x.org/?tel=07700900123"}},"programme":{{"name":"+44 7700 900123"}},
        "url":"https://wa.me/447700900123","image":"https://x.org/jane%40example.org.png",
        "offers":[{{"price":5,"url":"https://x.org/447700900123"}}]"#
    ));
    let text = serde_json::to_string(&class).unwrap().replace(' ', "");
    for detail in ["jane@", "jane%40", "7700900123"] {
        assert!(!text.contains(detail), "{detail} in {text}");
    }
    let found = found(
        &format!(r#"{jane},"url":"https://wa.me/447700900123""#),
        &[Code::PersonWithheld, Code::UrlInvalid, Code::UrlMissing],
    );
    assert_eq!(found, ["person-withheld organizer", "person-withheld url"]);
}

#[test]
fn a_person_who_stands_as_contact_point_is_not_published() {
    let point = r#"{"@type":"Person","name":"Jane Doe","email":"jane@example.org","telephone":"07700900123"}"#;
    for organizer in [
        r#"{"@type":"Organization","name":"Striders","email":"hello@example.org"}"#,
        r#"{"@type":"Person","name":"Jane Doe"}"#,
    ] {
        let properties = format!(
            r#""description":"Ring 07700 900123.","organizer":{organizer},"contactPoint":{point}"#
        );
        let text = serde_json::to_string(&series(&properties)).unwrap();
        for detail in ["jane@", "900123"] {
            assert!(!text.contains(detail), "{detail} in {text}");
        }
        let codes = found(&properties, &[Code::PersonWithheld]);
        assert_eq!(codes, ["person-withheld beta:contactPoint"]);
    }
    // Where the person is reached as the organisation is, that is public.
    let club = r#"{"@type":"Organization","name":"Striders","telephone":"07700 900123"}"#;
    let public = series(&format!(
        r#""description":"Ring 07700 900123.","organizer":{club},"contactPoint":{point}"#
    ));
    assert!(public.description.unwrap().starts_with("Ring 07700 900123."));
}

#[test]
fn a_person_who_stands_as_contact_point_hides_no_public_one() {
    let class = series(
        r#""description":"Ring 07700 900123 or 01632 960123.",
        "contactPoint":{"@type":"Person","name":"Jane Doe","telephone":"07700 900123"},
        "superEvent":{"@type":"EventSeries",
        "contactPoint":{"name":"Bookings team","email":"bookings@example.org","telephone":"01632 960123"}}"#,
    );
    assert_eq!(class.email.as_deref(), Some("bookings@example.org"));
    assert_eq!(class.contacts[0].name.as_deref(), Some("Bookings team"));
    assert_eq!(class.contacts[0].phones[0].number, "01632 960123");
    let description = class.description.unwrap();
    assert!(description.starts_with("Ring (given on booking) or 01632 960123."), "{description}");
    // The person is private where the public contact point comes first, too.
    let behind = series(
        r#""description":"Ring 07700 900123.","contactPoint":{"name":"Bookings team","email":"b@example.org"},
        "superEvent":{"@type":"EventSeries","contactPoint":{"@type":"Person","telephone":"07700 900123"}}"#,
    );
    assert!(behind.description.unwrap().starts_with("Ring (given on booking)."));
}

#[test]
fn a_team_is_no_person_whatever_its_type() {
    let address = |name: &str| {
        let point = format!(r#"{{"@type":"Person","name":"{name}","email":"hello@example.org"}}"#);
        series(&format!(r#""contactPoint":{point}"#)).email
    };
    for team in ["Bookings team", "Hilltop Reception", "Enquiries"] {
        assert_eq!(address(team).as_deref(), Some("hello@example.org"), "{team}");
    }
    for person in ["Jane Doe", "Jane Doe (Club)", "Jane Doe, Club", "Club secretary Jane Doe", ""] {
        assert_eq!(address(person), None, "{person}");
    }
}

#[test]
fn all_that_reaches_a_private_person_is_withheld_wherever_the_person_stands() {
    let bea = r#"{"@type":"Person","email":"bea@example.org","telephone":"07700 900222"}"#;
    let club = r#""organizer":{"@type":"Organization","name":"Striders"}"#;
    let unnamed = r#"{"givenName":"Bea","email":"bea@example.org","telephone":"07700 900222"}"#;
    for properties in [
        // Second entries of lists, and other ways to reach somebody.
        r#""organizer":{"@type":"Person","email":["x@example.org","bea@example.org"],
            "telephone":["07700 900111","07700 900222"]}"#
            .to_owned(),
        r#""organizer":{"@type":"Person","mobile":"07700900222","email":"bea@example.org"}"#
            .to_owned(),
        r#""organizer":{"@type":"Person","faxNumber":"07700900222","email":"bea@example.org"}"#
            .to_owned(),
        r#""organizer":{"@type":"Person","telephone":"bea@example.org, 07700900222"}"#.to_owned(),
        r#""organizer":{"@type":"Person","contactPoint":{"@type":"ContactPoint",
            "email":"bea@example.org","telephone":"07700 900222"}}"#
            .to_owned(),
        format!(r#""organizer":[{{"@type":"Organization","name":"Striders"}},{bea}]"#),
        format!(r#""organizer":[{{"@type":"Person","name":"Alex Doe"}},{bea}]"#),
        // Those behind the one that is published.
        format!(r#"{club},"provider":{bea}"#),
        format!(r#"{club},"superEvent":{{"@type":"EventSeries","organizer":{bea}}}"#),
        format!(r#"{club},"subEvent":[{{"startDate":"2026-11-30T10:00:00Z","organizer":{bea}}}]"#),
        // A session of the past is gone, the description is not.
        format!(
            r#"{club},"subEvent":[{{"startDate":"2026-11-01T10:00:00Z","organizer":{bea}}},
            {{"startDate":"2026-11-30T10:00:00Z"}}]"#
        ),
        format!(r#"{club},"location":{{"name":"Hall","beta:serviceOperator":{bea}}}"#),
        format!(
            r#"{club},"location":{{"name":"Court","containedInPlace":{{"beta:serviceOperator":{bea}}}}}"#
        ),
        format!(r#"{club},"contactPoint":{unnamed}"#),
        format!(
            r#"{club},"contactPoint":[{{"name":"Bookings team","email":"b@example.org"}},{bea}]"#
        ),
        format!(r#""organizer":{{"@type":"Organization","name":"Striders","contactPoint":{bea}}}"#),
    ] {
        let properties =
            format!(r#""description":"Ask bea@example.org or ring 07700 900222.",{properties}"#);
        let service = series(&properties);
        let text = serde_json::to_string(&service).unwrap();
        for detail in ["bea@", "900222", "900 222"] {
            assert!(!text.contains(detail), "{detail} in {text}, of {properties}");
        }
        assert_eq!(found(&properties, &[Code::PersonWithheld]).len(), 1, "{properties}");
    }
}

#[test]
fn what_is_public_beside_a_private_detail_stays_and_hides_nothing() {
    let described = |organizer: &str, person: &str| {
        let service = series(&format!(
            r#""description":"Ask a@example.org or b@example.org, ring 01632 960123 or 07700 900222.",
            "organizer":{organizer},"contactPoint":{person}"#
        ));
        service.description.unwrap()
    };
    let club = r#"{"@type":"Organization","name":"Striders","email":["z@example.org","a@example.org"],
        "telephone":"01632 960123"}"#;
    let person = |email: &str, telephone: &str| {
        format!(r#"{{"@type":"Person","email":{email},"telephone":"{telephone}"}}"#)
    };
    for (email, telephone) in [
        (r#""a@example.org, b@example.org""#, "01632 960123 or 07700 900222"),
        (r#"["a@example.org","b@example.org"]"#, "+441632960123 07700 900222"),
    ] {
        let text = described(club, &person(email, telephone));
        let expected =
            "Ask a@example.org or (given on booking), ring 01632 960123 or (given on booking).";
        assert!(text.starts_with(expected), "{text}");
    }
}

#[test]
fn a_contact_point_that_names_a_person_is_published_without_the_name() {
    let point = |point: &str| {
        let service = series(&format!(
            r#""organizer":{{"@type":"Organization","name":"Striders"}},"contactPoint":{point}"#
        ));
        service.contacts
    };
    let contacts = point(
        r#"{"@type":"ContactPoint","name":"Bea Smith - Bookings","contactType":"Bea Smith",
        "telephone":["07700 900222 (Bea Smith, after 6)","01632 960123 ext. 2"]}"#,
    );
    let [contact] = contacts.as_slice() else { panic!("{contacts:?}") };
    assert_eq!((contact.name.as_deref(), contact.title.as_deref()), (Some("Striders"), None));
    let numbers: Vec<&str> = contact.phones.iter().map(|phone| phone.number.as_str()).collect();
    assert_eq!(numbers, ["07700 900222", "01632 960123 ext. 2"]);
    let titled = point(r#"{"contactType":"customer service","telephone":"01632 960123"}"#);
    assert_eq!(titled[0].title.as_deref(), Some("customer service"));
    // Who has a first name and no type is a person, but a team is none.
    assert!(point(r#"{"givenName":"Bea","telephone":"07700 900222"}"#).is_empty());
    let team = point(r#"{"givenName":"Bea","name":"Bookings team","telephone":"01632 960123"}"#);
    assert_eq!(team[0].phones[0].number, "01632 960123");
}

#[test]
fn a_venue_of_a_private_person_is_reached_by_what_is_not_theirs() {
    let hall = series(
        r#""organizer":{"@type":"Organization","name":"Striders"},
        "location":{"@type":"Place","name":"Hall","telephone":"01632 960123 or 07700 900222",
        "email":"bea@example.org","beta:serviceOperator":{"@type":"Person","name":"Bea Doe",
        "email":"bea@example.org","telephone":"+447700900222"}}"#,
    );
    assert_eq!(hall.email, None);
    let numbers: Vec<&str> =
        hall.contacts[0].phones.iter().map(|phone| phone.number.as_str()).collect();
    assert_eq!(numbers, ["01632 960123"]);
}

#[test]
fn what_a_venue_states_is_its_own_unless_it_is_that_of_a_person_or_of_the_organiser() {
    let reached = r#""telephone":"01632 960123","email":"hall@example.org""#;
    let club = r#""organizer":{"@type":"Organization","name":"Riverside Trust"}"#;
    let untyped = format!(r#"{{"name":"Better Riverside",{reached}}}"#);
    let person = format!(r#"{{"@type":"Person","name":"Bea Doe",{reached}}}"#);
    let bea = r#""organizer":{"@type":"Person","name":"Bea Doe"}"#;
    let session = |organizer: &str| {
        format!(r#""subEvent":[{{"startDate":"2026-11-01T10:00:00Z","organizer":{organizer}}}]"#)
    };
    let parent = |organizer: &str| {
        format!(r#""superEvent":{{"@type":"EventSeries","organizer":{organizer}}}"#)
    };
    for (parties, is_public) in [
        (format!("{club},{}", session(&untyped)), true),
        (format!("{club},{}", parent(&untyped)), true),
        (
            format!(
                "{},{}",
                club.replace("Riverside Trust", "Better Riverside"),
                session(&untyped)
            ),
            true,
        ),
        (format!("{club},{}", session(&person)), false),
        (format!("{club},{},{}", parent(&untyped), session(&person)), false),
        (format!(r#"{club},"contactPoint":{person}"#), false),
        (format!(r#""organizer":{untyped}"#), false),
        (session(&untyped), false),
        (format!("{bea},{}", session(&untyped.replace("Better Riverside", "bea doe"))), false),
    ] {
        let hall = series(&format!(
            r#""description":"Ring 01632 960123 or 07700 900222.",{parties},
            "location":{{"@type":"Place","name":"Hall",{reached}}}"#
        ));
        assert_eq!(hall.email.is_some(), is_public, "{parties}");
        let numbers: Vec<&str> = hall
            .contacts
            .iter()
            .flat_map(|contact| contact.phones.iter().map(|phone| phone.number.as_str()))
            .collect();
        assert_eq!(numbers.contains(&"01632 960123"), is_public, "{parties}");
        let description = hall.description.unwrap();
        assert_eq!(description.starts_with("Ring 01632 960123"), is_public, "{description}");
    }
    // What no place states is withheld of whoever may be a person.
    let other = r#"{"name":"Better Riverside","telephone":"07700 900222"}"#;
    let hall = series(&format!(
        r#""description":"Ring 07700 900222.",{club},{},"location":{{"name":"Hall",{reached}}}"#,
        parent(other)
    ));
    assert!(hall.description.unwrap().starts_with("Ring (given on booking)."));
}

#[test]
fn a_private_number_is_not_published_as_that_of_the_venue() {
    let person = r#""organizer":{"@type":"Person","name":"Jane Doe","email":"jane@example.org",
        "telephone":"07700 900123"},"#;
    let hall = |number: &str, email: &str| {
        series(&format!(
            r#"{person}"location":{{"@type":"Place","name":"Hall","telephone":"{number}","email":"{email}"}}"#
        ))
    };
    for (number, email) in
        [("07700 900123", "jane@example.org"), ("tel:+44 7700 900-123", "mailto:Jane@example.org")]
    {
        let private = hall(number, email);
        assert!(private.contacts.is_empty() && private.email.is_none(), "{number}");
    }
    let public = hall("0113 496 0000", "hall@example.org");
    assert_eq!(public.email.as_deref(), Some("hall@example.org"));
    assert_eq!(public.contacts[0].phones[0].number, "0113 496 0000");
}

#[test]
fn an_address_is_no_name() {
    let service = series(
        r#""organizer":"https://x.org/club","programme":"https://x.org/programme",
        "activity":["https://openactive.io/activity-list#1"],"level":["https://x.org/level"]"#,
    );
    assert_eq!(service.organization.name, "Publisher");
    assert_eq!(service.program, None);
    assert!(service.attributes.is_empty(), "{:?}", service.attributes);
    let service = series(
        r#""organizer":"https://x.org/club",
        "superEvent":{"@type":"EventSeries","organizer":{"@type":"Organization","name":"Striders"}}"#,
    );
    assert_eq!(service.organization.name, "Striders");
}

#[test]
fn an_organiser_of_whom_only_the_address_is_published_hides_nobody() {
    let link = r#"{"@type":"Organization","@id":"https://x.org/club"}"#;
    let club = r#"{"@type":"Organization","@id":"https://x.org/club","name":"Striders"}"#;
    for json in [
        format!(r#""organizer":{link},"superEvent":{{"@type":"EventSeries","organizer":{club}}}"#),
        format!(r#""organizer":{{"url":"https://x.org/"}},"provider":{club}"#),
        format!(
            r#""location":{{"beta:serviceOperator":{link}}},
            "superEvent":{{"location":{{"beta:serviceOperator":{club}}}}}"#
        ),
    ] {
        assert_eq!(series(&json).organization.name, "Striders", "{json}");
    }
    let service = series(&format!(
        r#""description":"Ring 07700 900123.","provider":{club},
        "organizer":{{"@type":"Person","telephone":"07700900123"}}"#
    ));
    assert!(service.description.unwrap().starts_with("Ring (given on booking)."));
}

#[test]
fn an_email_address_or_a_number_is_no_name_of_a_person() {
    for name in ["jane@example.org", "Jane 07700 900123"] {
        let service = series(&format!(r#""organizer":{{"@type":"Person","name":"{name}"}}"#));
        assert_eq!(service.organization.name, "Publisher", "{name}");
    }
}

#[test]
fn a_role_of_one_person_does_not_publish_their_name() {
    let service = series(
        r#""organizer":{"@type":"Organization","name":"Striders"},
        "beta:contactPoint":{"name":"Jane Doe, Secretary","telephone":"01632 960123"}"#,
    );
    assert_eq!(service.contacts[0].name.as_deref(), Some("Striders"));
}

#[test]
fn hours_that_ran_out_give_way_to_slots() {
    let facility = |hours: &str| {
        service(&format!(
            r#"{{"@type":"FacilityUse","name":"Courts","hoursAvailable":[{hours}],
            "event":[{{"@type":"Slot","startDate":"2026-11-24T18:00:00Z","duration":"PT1H"}}]}}"#
        ))
    };
    let old =
        r#"{"dayOfWeek":"Monday","opens":"09:00","closes":"17:00","validThrough":"2026-01-01"}"#;
    assert_eq!(descriptions(&facility(old)), ["Bookable: Tuesdays, 18:00 to 19:00"]);
    let closed = r#"{"opens":"00:00","closes":"00:00"}"#;
    assert_eq!(descriptions(&facility(closed)), [""; 0]);
    // Who is shut on Mondays says nothing of Tuesdays.
    let on_mondays = r#"{"dayOfWeek":"Monday","opens":"00:00","closes":"00:00"}"#;
    assert_eq!(descriptions(&facility(on_mondays)), ["Bookable: Tuesdays, 18:00 to 19:00"]);
    for unreadable in
        [r#"{"dayOfWeek":"Monday","opens":"nine","closes":"five"}"#, r#""Mondays 9am""#]
    {
        let of_slots = ["Bookable: Tuesdays, 18:00 to 19:00"];
        assert_eq!(descriptions(&facility(unreadable)), of_slots, "{unreadable}");
    }
}

#[test]
fn free_with_a_booking_link_is_free() {
    let free = series(r#""isAccessibleForFree":true,"offers":[{"url":"https://x.org/book"}]"#);
    assert_eq!(free.fees.as_deref(), Some("Free"));
    let unclear = series(r#""isAccessibleForFree":true,"offers":[{"price":"ask"}]"#);
    assert_eq!(unclear.fees, None);
}

#[test]
fn a_price_in_euros_is_not_one_in_pounds() {
    assert_eq!(series(r#""offers":[{"price":"€5.00"}]"#).fees.as_deref(), Some("EUR 5.00"));
    let stated = series(r#""offers":[{"price":"5€","priceCurrency":"EUR"}]"#);
    assert_eq!(stated.fees.as_deref(), Some("EUR 5.00"));
    assert_eq!(series(r#""offers":[{"price":"£3-5"}]"#).fees, None);
}

#[test]
fn what_members_pay_is_not_told_as_what_everybody_pays() {
    let member = r#""eligibleCustomerType":["https://openactive.io/ns-beta#Member"]"#;
    let guest = r#"{"name":"Guest","price":5}"#;
    for (offers, fees) in [
        (format!(r#"{{"price":0,{member}}}"#), "Free with a membership or entitlement"),
        (format!(r#"{{"price":2,{member}}},{guest}"#), "£2.00 to £5.00"),
        (
            format!(r#"{{"price":0,"imin:membershipRequired":true}},{guest}"#),
            "£5.00; Free with a membership or entitlement",
        ),
        (
            r#"{"price":0,"eligibleEntitlementType":[{"prefLabel":"Over 60 discount"}]}"#
                .to_owned(),
            "Free with a membership or entitlement",
        ),
        (
            r#"{"price":0,"beta:eligibleCustomerType":"https://openactive.io/NonMember"}"#
                .to_owned(),
            "Free",
        ),
    ] {
        let service = series(&format!(r#""offers":[{offers}]"#));
        assert_eq!(service.fees.as_deref(), Some(fees), "{offers}");
        let option = service.cost_options[0].option.as_deref();
        let says = option.is_some_and(|words| words.contains("Membership or entitlement needed"));
        assert_eq!(says, !offers.contains("NonMember"), "{offers}");
    }
}

#[test]
fn a_price_for_weeks_is_not_told_as_one_for_a_session() {
    for (price, said) in [
        ("£10 for 6 weeks", "£10.00 (£10 for 6 weeks)"),
        ("£30 a month", "£30.00 (£30 a month)"),
        ("25/month", "£25.00 (25/month)"),
        ("30 per hour", "£30.00 (30 per hour)"),
        ("£5 each", "£5.00 per session"),
    ] {
        let service = series(&format!(r#""offers":[{{"price":"{price}"}}]"#));
        assert_eq!(service.cost_options[0].amount_description, said, "{price}");
    }
}

#[test]
fn offers_that_share_an_id_are_all_shown() {
    let service = series(
        r#""offers":[{"@id":"https://x.org/1#offer","name":"Adult","price":6},
        {"@id":"https://x.org/1#offer","name":"Junior","price":3},
        {"@id":"https://x.org/1#offer","name":"Junior","price":3}]"#,
    );
    assert_eq!(service.fees.as_deref(), Some("£3.00 to £6.00"));
    assert_eq!(service.cost_options.len(), 2);
    assert_ne!(service.cost_options[0].id, service.cost_options[1].id);
}

#[test]
fn ids_of_offers_that_share_one_do_not_depend_on_their_order() {
    let ids = |names: [&str; 2]| {
        let offer =
            |name| format!(r#"{{"@id":"https://x.org/1#offer","name":"{name}","price":6}}"#);
        let service = series(&format!(r#""offers":[{}]"#, names.map(offer).join(",")));
        let options = service.cost_options.into_iter();
        let mut ids: Vec<_> = options.map(|option| (option.option, option.id)).collect();
        ids.sort();
        ids
    };
    assert_eq!(ids(["Adult", "Junior"]), ids(["Junior", "Adult"]));
}

#[test]
fn ids_of_offers_do_not_depend_on_ages_in_words() {
    let options = |offers: &str| series(&format!(r#""offers":[{offers}]"#)).cost_options;
    let id = |ages: &str| options(&format!(r#"{{"price":5,{ages}}}"#))[0].id;
    let without = id(r#""name":"""#);
    assert_eq!(id(r#""ageRange":{"minValue":"16+"}"#), without);
    assert_eq!(id(r#""ageRange":{"name":"16+"}"#), without);
    let numbers = id(r#""ageRange":{"maxValue":15}"#);
    assert_ne!(numbers, without);
    assert_eq!(id(r#""ageRange":{"minValue":"8 years","maxValue":15}"#), numbers);
    // What only the words tell apart is shown all the same.
    let apart =
        r#"{"price":5,"ageRange":{"minValue":"16+"}},{"price":5,"ageRange":{"minValue":"8+"}}"#;
    assert_eq!(options(apart).len(), 2);
}

#[test]
fn the_price_of_a_session_is_not_that_of_the_course() {
    let course = |offers: &str, of_session: &str| {
        service(&format!(
            r#"{{"@type":"CourseInstance",{offers}"subEvent":[
            {{{of_session}"startDate":"2026-12-01T10:00:00Z","duration":"PT1H"}}]}}"#
        ))
    };
    let (offers, none) = (r#""offers":[{"price":5}],"#, "");
    assert_eq!(course(offers, none).cost_options[0].amount_description, "£5.00 per course");
    assert_eq!(course(none, offers).cost_options[0].amount_description, "£5.00 per session");
}

#[test]
fn clock_changes_move_no_session() {
    // 17:30 UTC in summer and 18:30 UTC in winter are both half past six.
    let service = series(
        r#""subEvent":[
        {"startDate":"2027-03-16T18:30:00Z","endDate":"2027-03-16T19:30:00Z"},
        {"startDate":"2027-03-23T18:30:00+00:00","endDate":"2027-03-23T19:30:00+00:00"},
        {"startDate":"2027-03-30T17:30:00Z","endDate":"2027-03-30T18:30:00Z"},
        {"startDate":"2027-04-06T18:30:00+01:00","endDate":"2027-04-06T19:30:00+01:00"},
        {"startDate":"2027-04-13T18:30:00","endDate":"2027-04-13T19:30:00"}]"#,
    );
    assert_eq!(descriptions(&service), ["Tuesdays, 18:30 to 19:30"]);
    let notes = service.schedules[0].notes.as_deref().unwrap();
    assert!(!notes.contains("Not running"), "{notes}");
}

#[test]
fn nights_and_rules_are_said_as_published() {
    for (schedule, expected) in [
        (
            r#"{"repeatFrequency":"P1W","byDay":"FR","startTime":"22:00","endTime":"02:00"}"#,
            "Fridays, 22:00 to 02:00",
        ),
        (
            r#"{"repeatFrequency":"P7D","byDay":"schema:Friday","startTime":"9:30","duration":"PT45M"}"#,
            "Fridays, 09:30 to 10:15",
        ),
        (
            r#"{"repeatFrequency":"P1D","startTime":"07:00","endTime":"08:00"}"#,
            "Every day, 07:00 to 08:00",
        ),
        (
            r#"{"repeatFrequency":"P1M","byDay":"TH","startDate":"2026-10-29","startTime":"10:00"}"#,
            "The last Thursday of each month, 10:00",
        ),
        (
            r#"{"repeatFrequency":"P1M","byDay":"-3TU","startTime":"10:00"}"#,
            "The third to last Tuesday of each month, 10:00",
        ),
        (
            r#"{"repeatFrequency":"P1M","byMonthDay":[-2],"startTime":"10:00"}"#,
            "The 2nd to last day of each month, 10:00",
        ),
        (
            r#"{"repeatFrequency":"P1M","byMonthDay":[22,-1],"startTime":"10:00"}"#,
            "The last day and 22nd of each month, 10:00",
        ),
        (
            r#"{"repeatFrequency":"P1W","byDay":"TU","startTime":"13:30","duration":"PT15H30M"}"#,
            "Tuesdays, 13:30",
        ),
    ] {
        let service = series(&format!(r#""eventSchedule":{schedule}"#));
        assert_eq!(descriptions(&service), [expected], "{schedule}");
    }
}

#[test]
fn months_are_told_once_and_in_order() {
    let service = series(
        r#""eventSchedule":{"repeatFrequency":"P1W","byDay":"TU","startTime":"18:30","byMonth":[4,3,3]}"#,
    );
    assert_eq!(service.schedules[0].notes.as_deref(), Some("Runs only in March and April."));
}

#[test]
fn exceptions_are_told_on_the_right_day() {
    let service = series(
        r#""eventSchedule":{"repeatFrequency":"P1W","byDay":"TU","startTime":"18:30",
        "exceptDate":["2026-12-22","2026-12-29T18:30:00Z","2027-07-05T23:00:00Z","2026-01-06"]}"#,
    );
    assert_eq!(
        service.schedules[0].notes.as_deref(),
        Some("Not running on: Tue 22 Dec 2026; Tue 29 Dec 2026; Tue 6 Jul 2027.")
    );
}

#[test]
fn a_cancelled_head_is_not_listed() {
    for (status, expected) in [
        ("https://schema.org/EventCancelled", Status::Defunct),
        ("https://schema.org/eventCancelled", Status::Defunct),
        ("https://schema.org/EventCancelled/", Status::Defunct),
        ("EventCanceled", Status::Defunct),
        ("Cancelled", Status::Defunct),
        ("postponed", Status::TemporarilyClosed),
        ("EventPostponed", Status::TemporarilyClosed),
        ("schema:EventRescheduled", Status::Active),
    ] {
        let service = service(&format!(
            r#"{{"@type":"Event","startDate":"2026-12-01T10:00:00Z","eventStatus":"{status}"}}"#
        ));
        assert_eq!(service.status, expected, "{status}");
        let written: Value = serde_json::to_value(&service).unwrap();
        assert!(written["alert"].is_string(), "{status}");
    }
}
