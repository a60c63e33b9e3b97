//! Awkward schedules and hours through the front door: what must never send a person to a locked door.
//!
//! The time is Sunday 22 November 2026, noon.

use crate::mapping::tests::descriptions;
use crate::mapping::tests::findings;
use crate::mapping::tests::found;
use crate::mapping::tests::series;
use crate::mapping::tests::service;
use crate::oruk::Schedule;
use crate::oruk::Service;
use crate::oruk::Status;
use crate::quality::Code;

#[test]
fn the_parts_of_an_event_do_not_go_on_after_it() {
    let event = |kind: &str, end: &str| {
        service(&format!(
            r#"{{"@type":"{kind}","startDate":"2026-12-06T10:00:00Z","endDate":"{end}","subEvent":[
            {{"@type":"Event","startDate":"2026-12-06T10:00:00Z","endDate":"2026-12-06T11:00:00Z"}},
            {{"@type":"Event","startDate":"2026-12-13T10:00:00Z","endDate":"2026-12-13T11:00:00Z"}},
            {{"@type":"Event","startDate":"2026-12-20T10:00:00Z","endDate":"2026-12-20T11:00:00Z"}}]}}"#
        ))
    };
    let parts = ["Sun 6 Dec 2026, 10:00 to 11:00", "Sun 13 Dec 2026, 10:00 to 11:00"];
    let last = "Sun 20 Dec 2026, 10:00 to 11:00";
    for kind in ["Event", "HeadlineEvent"] {
        let long = "Sun 6 Dec 2026, 10:00 to Sun 20 Dec 2026, 16:00";
        let whole = event(kind, "2026-12-20T16:00:00Z");
        assert_eq!(descriptions(&whole), [long, parts[0], parts[1], last]);
        // What is the event's own date already is said once.
        let first = event(kind, "2026-12-06T11:00:00Z");
        assert_eq!(descriptions(&first), [parts[0], parts[1], last]);
    }
}

#[test]
fn cancelled_sessions_close_a_class_only_when_no_other_follows_from_its_schedule() {
    let class = |rule: &str, days: &[&str]| {
        let off = days.iter().map(|day| {
            format!(
                r#"{{"startDate":"{day}T18:00:00Z","duration":"PT1H","eventStatus":"EventCancelled"}}"#
            )
        });
        series(&format!(
            r#""eventSchedule":[{{"byDay":"MO","repeatFrequency":"P1W","startTime":"18:00",
            "duration":"PT1H","startDate":"2026-01-05",{rule}}}],"subEvent":[{}]"#,
            off.collect::<Vec<_>>().join(",")
        ))
    };
    let running = class(r#""endDate":"2027-07-26""#, &["2026-12-07"]);
    assert_eq!(running.status, Status::Active);
    assert_eq!(running.schedules[0].notes.as_deref(), Some("Not running on: Mon 7 Dec 2026."));
    for (rule, days, expected) in [
        (r#""endDate":"2026-12-07""#, ["2026-12-07", "2026-11-30"], Status::Active),
        (
            r#""endDate":"2026-12-07","exceptDate":"2026-11-23""#,
            ["2026-12-07", "2026-11-30"],
            Status::TemporarilyClosed,
        ),
        (
            r#""endDate":"2027-01-03","byMonth":[1,3]"#,
            ["2026-12-07", "2026-12-14"],
            Status::TemporarilyClosed,
        ),
        (r#""@type":"PartialSchedule""#, ["2026-12-07", "2026-12-14"], Status::TemporarilyClosed),
    ] {
        assert_eq!(class(rule, &days).status, expected, "{rule}");
    }
    // So does a schedule all of whose dates are left out.
    let left =
        |dates: &str| class(&format!(r#""endDate":"2026-12-07","exceptDate":[{dates}]"#), &[]);
    assert_eq!(left(r#""2026-11-23","2026-11-30""#).status, Status::Active);
    let closed = left(r#""2026-11-23","2026-11-30","2026-12-07""#);
    assert_eq!(closed.status, Status::TemporarilyClosed);
}

/// Returns the place of each row of a class on Mondays at six, with sessions on these days.
fn places_of(kind: &str, place: &str, sessions: &[&str]) -> Vec<String> {
    let service = series(&format!(
        r#"{place}"eventSchedule":[{{"@type":"{kind}","byDay":"MO","repeatFrequency":"P1W",
        "startTime":"18:00","duration":"PT1H","startDate":"2026-01-05"}}],
        "subEvent":[{}]"#,
        sessions.join(",")
    ));
    let name = |schedule: &Schedule| {
        let at = service.service_at_locations.iter();
        let at = at.filter(|at| Some(at.id) == schedule.service_at_location_id);
        at.filter_map(|at| at.location.name.clone()).collect::<String>()
    };
    service.schedules.iter().map(name).collect()
}

const AT_HALL: &str = r#""location":{"@type":"Place","name":"Hall"},"#;

#[test]
fn an_event_goes_ahead_without_its_only_part() {
    let event = |part: &str| {
        service(&format!(
            r#"{{"@type":"Event","startDate":"2026-12-05T10:00:00Z","endDate":"2026-12-05T18:00:00Z",
            "subEvent":[{{{part},"eventStatus":"https://schema.org/EventCancelled"}}]}}"#
        ))
    };
    let part = event(r#""startDate":"2026-12-05T11:00:00Z","endDate":"2026-12-05T12:00:00Z""#);
    assert_eq!(part.status, Status::Active);
    assert_eq!(descriptions(&part), ["Sat 5 Dec 2026, 10:00 to 18:00"]);
    let whole = event(r#""startDate":"2026-12-05T10:00:00Z","endDate":"2026-12-05T18:00:00Z""#);
    assert_eq!(whole.status, Status::TemporarilyClosed);
}

#[test]
fn an_event_does_not_go_ahead_without_any_of_its_parts() {
    let event = |last: &str| {
        let part = |from: &str, status: &str| {
            format!(
                r#"{{"startDate":"2026-12-05T{from}:00Z","duration":"PT1H",
                "eventStatus":"https://schema.org/{status}"}}"#
            )
        };
        let parts = [part("11:00", "EventCancelled"), part("14:00", last)].join(",");
        let event = service(&format!(
            r#"{{"@type":"HeadlineEvent","startDate":"2026-12-05T10:00:00Z",
            "endDate":"2026-12-05T18:00:00Z","subEvent":[{parts}]}}"#
        ));
        event.status
    };
    assert_eq!(event("EventPostponed"), Status::TemporarilyClosed);
    assert_eq!(event("EventScheduled"), Status::Active);
}

#[test]
fn one_session_elsewhere_does_not_move_the_class() {
    let places_of = |kind: &str, place: &str, session: &str| {
        let session = format!(
            r#"{{"startDate":"2026-12-07T18:00:00Z","duration":"PT1H",
            "location":{{"@type":"Place","name":"Annexe"}}{session}}}"#
        );
        places_of(kind, place, &[&session])
    };
    let off = r#","eventStatus":"https://schema.org/EventCancelled""#;
    assert_eq!(places_of("Schedule", AT_HALL, ""), ["Hall", "Annexe"]);
    assert_eq!(places_of("Schedule", AT_HALL, off), ["Hall"]);
    assert_eq!(places_of("PartialSchedule", AT_HALL, off), ["Hall"]);
    // Dates of a partial schedule are confirmed one by one, and a series may leave the place to them.
    assert_eq!(places_of("PartialSchedule", AT_HALL, ""), ["Annexe"]);
    assert_eq!(places_of("Schedule", "", ""), ["Annexe"]);
}

#[test]
fn sessions_all_of_which_are_elsewhere_move_the_class() {
    let on = |day: &str, more: &str| {
        format!(r#"{{"startDate":"2026-12-{day}T18:00:00Z","duration":"PT1H"{more}}}"#)
    };
    let annexe = r#","location":{"@type":"Place","name":"Annexe"}"#;
    let off = r#","eventStatus":"https://schema.org/EventCancelled""#;
    let elsewhere = ["07", "14", "21"].map(|day| on(day, annexe));
    let places = |last: &str| {
        let sessions: Vec<_> = elsewhere.iter().map(String::as_str).chain([last]).collect();
        places_of("Schedule", AT_HALL, &sessions)
    };
    assert_eq!(places(&on("28", annexe)), ["Annexe"]);
    assert_eq!(places(&on("28", "")), ["Hall", "Annexe", "Annexe", "Annexe"]);
    // A cancelled session shows nobody that the class is there.
    assert_eq!(places(&on("28", off)), ["Annexe"]);
}

#[test]
fn a_pattern_elsewhere_does_not_run_on_what_is_cancelled_here() {
    let annexe = r#","location":{"@type":"Place","name":"Annexe"}"#;
    let off = r#","eventStatus":"https://schema.org/EventCancelled""#;
    let thursdays = [
        ("2026-12-03", ""),
        ("2026-12-10", annexe),
        ("2026-12-17", annexe),
        ("2026-12-24", off),
        ("2026-12-31", ""),
        ("2027-01-07", ""),
    ];
    let session = |(day, more): (&str, &str)| {
        format!(r#"{{"startDate":"{day}T19:00:00Z","duration":"PT1H"{more}}}"#)
    };
    let class = series(&format!(r#"{AT_HALL}"subEvent":[{}]"#, thursdays.map(session).join(",")));
    assert_eq!(descriptions(&class), ["Thursdays, 19:00 to 20:00"; 2]);
    for (row, left_out) in class.schedules.iter().zip([
        "Not running on: Thu 10 Dec 2026; Thu 17 Dec 2026; Thu 24 Dec 2026.",
        "Not running on: Thu 24 Dec 2026.",
    ]) {
        let notes = row.notes.as_deref();
        assert_eq!(notes, Some(format!("{WORKED_OUT} {left_out}").as_str()));
    }
}

#[test]
fn each_day_of_the_week_is_where_its_sessions_are() {
    let rows = |kind: &str, sessions: &[(&str, &str)]| {
        let session = |(day, place): &(&str, &str)| {
            format!(
                r#"{{"startDate":"2026-12-{day}T18:00:00Z","duration":"PT1H",
                "location":{{"@type":"Place","name":"{place}"}}}}"#
            )
        };
        let all: Vec<_> = sessions.iter().map(session).collect();
        let class = series(&format!(
            r#"{AT_HALL}"eventSchedule":[{{"@type":"{kind}","byDay":["TU","TH"],"startTime":"18:00",
            "repeatFrequency":"P1W","exceptDate":"2026-12-22"}}],"subEvent":[{}]"#,
            all.join(",")
        ));
        let place = |row: &Schedule| {
            let mut at = class.service_at_locations.iter();
            at.find(|at| Some(at.id) == row.service_at_location_id)?.location.name.clone()
        };
        let row = |row: &Schedule| {
            let (at, notes) = (place(row).unwrap_or_default(), row.notes.clone());
            format!("{} {at} {}", row.description, notes.unwrap_or_default())
        };
        class.schedules.iter().map(row).collect::<Vec<_>>()
    };
    let thursdays = [("03", "Annexe"), ("10", "Annexe"), ("17", "Annexe")];
    let tuesday = [("01", "Hall")];
    assert_eq!(
        rows("Schedule", &[&tuesday[..], &thursdays[..]].concat()),
        ["Tuesdays, 18:00 Hall Not running on: Tue 22 Dec 2026.", "Thursdays, 18:00 Annexe "]
    );
    // One of three is the exception, also of a partial rule.
    let mixed = [("24", "Hall"), ("29", "Annexe"), ("31", "Hall")];
    let [rule, single] = rows("PartialSchedule", &mixed).try_into().unwrap();
    assert!(rule.starts_with("Tuesdays and Thursdays, 18:00 Hall "), "{rule}");
    assert!(rule.ends_with("; Tue 29 Dec 2026."), "{rule}");
    assert_eq!(single, "Tue 29 Dec 2026, 18:00 to 19:00 Annexe ");
}

#[test]
fn a_date_that_is_published_twice_is_told_once() {
    let here = r#"{"startDate":"2026-12-14T18:00:00Z","duration":"PT1H"}"#;
    let elsewhere = r#"{"startDate":"2026-12-07T18:00:00Z","duration":"PT1H",
        "location":{"@type":"Place","name":"Annexe"}}"#;
    let places = places_of("Schedule", AT_HALL, &[elsewhere, elsewhere, here]);
    assert_eq!(places, ["Hall", "Annexe"]);
    // Two schedules that share their Mondays.
    let class = series(&format!(
        r#"{AT_HALL}"eventSchedule":[{{"byDay":"MO","repeatFrequency":"P1W","startTime":"18:00"}},
        {{"byDay":["MO","WE"],"repeatFrequency":"P1W","startTime":"18:00"}}],
        "subEvent":[{elsewhere},{here}]"#
    ));
    let rules = ["Mondays, 18:00", "Mondays and Wednesdays, 18:00"];
    assert_eq!(descriptions(&class), [rules[0], rules[1], "Mon 7 Dec 2026, 18:00 to 19:00"]);
    // Workshops that begin together.
    let part = r#"{"startDate":"2026-12-05T11:00:00Z","endDate":"2026-12-05T12:00:00Z"}"#;
    let event = service(&format!(
        r#"{{"@type":"HeadlineEvent","startDate":"2026-12-05T10:00:00Z",
        "endDate":"2026-12-05T18:00:00Z","subEvent":[{part},{part},{part}]}}"#
    ));
    assert_eq!(
        descriptions(&event),
        ["Sat 5 Dec 2026, 10:00 to 18:00", "Sat 5 Dec 2026, 11:00 to 12:00"]
    );
}

#[test]
fn a_session_elsewhere_is_told_as_a_date_of_its_own() {
    let service = series(
        r#""location":{"@type":"Place","name":"Hall"},
        "eventSchedule":[{"byDay":"MO","repeatFrequency":"P1W","startTime":"18:00","duration":"PT1H"}],
        "subEvent":[{"startDate":"2026-11-30T18:00:00Z","duration":"PT1H"},
        {"startDate":"2026-12-07T18:00:00Z","duration":"PT1H","location":{"@type":"Place","name":"Annexe"}}]"#,
    );
    assert_eq!(
        descriptions(&service),
        ["Mondays, 18:00 to 19:00", "Mon 7 Dec 2026, 18:00 to 19:00"]
    );
    assert_eq!(service.schedules[0].notes.as_deref(), Some("Not running on: Mon 7 Dec 2026."));
    let at: Vec<_> = service.service_at_locations.iter().map(|at| Some(at.id)).collect();
    let of_rows: Vec<_> = service.schedules.iter().map(|s| s.service_at_location_id).collect();
    assert_eq!(of_rows, at);
}

/// Maps a facility at a venue with these hours, and on special dates these.
fn venue(usual: &str, special: &str) -> Service {
    service(&format!(
        r#"{{"@type":"FacilityUse","name":"Courts","location":{{"@type":"Place","name":"Hall",
        "openingHoursSpecification":[{usual}],"specialOpeningHoursSpecification":[{special}]}}}}"#
    ))
}

#[test]
fn round_the_clock_is_not_closed() {
    let day = r#""opens":"00:00","closes":"24:00""#;
    let open = venue(
        &format!(r#"{{{day},"dayOfWeek":"Monday"}}"#),
        &format!(r#"{{{day},"validFrom":"2026-12-31","validThrough":"2026-12-31"}}"#),
    );
    assert_eq!(
        descriptions(&open),
        ["Venue open: Mondays, 00:00 to 23:59", "Venue open: Thu 31 Dec 2026, 00:00 to 23:59"]
    );
}

#[test]
fn a_day_on_which_the_venue_is_shut_is_no_day_to_come() {
    let shut = venue("", r#"{"opens":"00:00","closes":"00:00","validFrom":"2026-12-25"}"#);
    assert_eq!(descriptions(&shut), ["Venue closed: Fri 25 Dec 2026"]);
    let row = &shut.schedules[0];
    assert_eq!(row.valid_from.as_deref(), Some("2026-12-25"));
    // What the catalogue takes the day of a single date from.
    assert_eq!((&row.dtstart, &row.byday, &row.opens_at), (&None, &None, &None));
}

#[test]
fn special_hours_are_said_for_all_their_days() {
    let special = |hours: &str| {
        let dates = r#""validFrom":"2026-12-21","validThrough":"2027-01-03""#;
        venue("", &format!("{{{hours},{dates}}}")).schedules
    };
    let open = r#""opens":"10:00","closes":"14:00""#;
    let sundays = special(&format!(r#"{open},"dayOfWeek":"https://schema.org/Sunday""#));
    let [row] = sundays.as_slice() else { panic!("{sundays:#?}") };
    assert_eq!(row.description, "Venue open: Sundays, 10:00 to 14:00");
    assert_eq!(row.byday.as_deref(), Some("SU"));
    let bounds = (row.valid_from.as_deref(), row.valid_to.as_deref());
    assert_eq!(bounds, (Some("2026-12-21"), Some("2027-01-03")));
    let said =
        |rows: Vec<Schedule>| rows.into_iter().map(|row| row.description).collect::<Vec<_>>();
    assert_eq!(
        said(special(open)),
        ["Venue open: Mon 21 Dec 2026 to Sun 3 Jan 2027, 10:00 to 14:00"]
    );
    let shut = r#""opens":"00:00","closes":"00:00""#;
    assert_eq!(said(special(shut)), ["Venue closed: Mon 21 Dec 2026 to Sun 3 Jan 2027"]);
    assert_eq!(
        said(special(&format!(r#"{shut},"dayOfWeek":"Sunday""#))),
        ["Venue closed: Sun 27 Dec 2026", "Venue closed: Sun 3 Jan 2027"]
    );
}

#[test]
fn days_on_which_a_venue_is_shut_are_all_told() {
    let shut = |hours: &str| format!(r#"{{"opens":"00:00","closes":"00:00",{hours}}}"#);
    let week = r#""dayOfWeek":["Monday","Tuesday","Wednesday","Thursday","Friday"]"#;
    let christmas =
        shut(&format!(r#"{week},"validFrom":"2026-12-14","validThrough":"2027-01-08""#));
    let weeks = [
        "Venue closed: Mon 14 Dec 2026 to Fri 18 Dec 2026",
        "Venue closed: Mon 21 Dec 2026 to Fri 25 Dec 2026",
        "Venue closed: Mon 28 Dec 2026 to Fri 1 Jan 2027",
        "Venue closed: Mon 4 Jan 2027 to Fri 8 Jan 2027",
    ];
    assert_eq!(descriptions(&venue("", &christmas)), weeks);
    let one_bound = venue("", &shut(r#""validThrough":"2026-12-26""#));
    assert_eq!(descriptions(&one_bound), ["Venue closed: Sat 26 Dec 2026"]);
    // Among the usual hours.
    let facility = |usual: &str, shut: &str| {
        let open = r#""opens":"09:00","closes":"21:00""#;
        let facility = service(&format!(
            r#"{{"@type":"FacilityUse","hoursAvailable":[{{{open},{usual}}},{shut}]}}"#
        ));
        descriptions(&facility).join("; ")
    };
    let dates = r#""validFrom":"2026-12-24","validThrough":"2027-01-02""#;
    let open = r#""dayOfWeek":["Monday","Saturday"]"#;
    let usual = "Available: Mondays and Saturdays, 09:00 to 21:00";
    let closed = "Venue closed: Thu 24 Dec 2026 to Sat 2 Jan 2027";
    assert_eq!(facility(open, &shut(dates)), format!("{usual}; {closed}"));
    let saturdays = "Venue closed: Sat 26 Dec 2026; Venue closed: Sat 2 Jan 2027";
    let on_saturdays = shut(&format!(r#""dayOfWeek":"Saturday",{dates}"#));
    assert_eq!(facility(open, &on_saturdays), format!("{usual}; {saturdays}"));
    // Never open on these, and not open on holidays, whichever they are.
    for day in ["Sunday", "PublicHolidays"] {
        assert_eq!(facility(open, &shut(&format!(r#""dayOfWeek":"{day}",{dates}"#))), usual);
    }
}

#[test]
fn hours_end_where_something_is_shut_from_a_date_on() {
    let facility = |shut: &str, more: &str| {
        let hours = r#""dayOfWeek":["Monday","Saturday"],"opens":"09:00","closes":"21:00""#;
        let facility = service(&format!(
            r#"{{"@type":"FacilityUse","hoursAvailable":[{{{hours}}},
            {{"opens":"00:00","closes":"00:00",{shut}}}{more}]}}"#
        ));
        let rows = facility.schedules.into_iter();
        let told = |row: Schedule| {
            let bounds = [row.valid_from, row.valid_to].map(Option::unwrap_or_default);
            format!("{} {}", row.byday.unwrap_or_default(), bounds.join("/"))
        };
        rows.map(told).collect::<Vec<_>>()
    };
    assert_eq!(facility(r#""validFrom":"2026-12-25""#, ""), ["MO,SA /2026-12-24"]);
    assert_eq!(facility(r#""validThrough":"2027-01-03""#, ""), ["MO,SA 2027-01-04/"]);
    assert_eq!(facility(r#""validThrough":"9999-12-31""#, ""), [""; 0]);
    let monday = r#""dayOfWeek":"Monday","validFrom":"2026-12-25""#;
    assert_eq!(facility(monday, ""), ["SA /", "MO /2026-12-24"]);
    // What begins afterwards is not meant.
    let new_year =
        r#",{"dayOfWeek":"Monday","opens":"10:00","closes":"16:00","validFrom":"2027-01-04"}"#;
    assert_eq!(facility(monday, new_year), ["SA /", "MO /2026-12-24", "MO 2027-01-04/"]);
}

#[test]
fn slots_round_the_clock_are_all_day() {
    let of_hour =
        |hour: u32| format!(r#"{{"startDate":"2026-12-01T{hour:02}:00:00Z","duration":"PT1H"}}"#);
    let slots: Vec<String> = (0..24).map(of_hour).collect();
    let service = service(&format!(r#"{{"@type":"FacilityUse","event":[{}]}}"#, slots.join(",")));
    assert_eq!(descriptions(&service), ["Bookable: Tuesdays, 00:00 to 23:59"]);
}

#[test]
fn slots_are_shown_beside_dates_on_which_all_is_shut() {
    let facility = |shut: &str| {
        descriptions(&service(&format!(
            r#"{{"@type":"FacilityUse","hoursAvailable":[{{"opens":"00:00","closes":"00:00"{shut}}}],
            "event":[{{"startDate":"2026-12-01T10:00:00Z","duration":"PT1H"}}]}}"#
        )))
        .join("; ")
    };
    let bookable = "Bookable: Tuesdays, 10:00 to 11:00";
    let closed = "Venue closed: Thu 24 Dec 2026 to Fri 25 Dec 2026";
    let dates = r#","validFrom":"2026-12-24","validThrough":"2026-12-25""#;
    assert_eq!(facility(dates), format!("{closed}; {bookable}"));
    let of_days = format!(r#"{dates},"dayOfWeek":["Thursday","Friday"]"#);
    assert_eq!(facility(&of_days), format!("{closed}; {bookable}"));
    let from = |date: &str| facility(&format!(r#","validFrom":"{date}""#));
    assert_eq!(from("2026-12-24"), bookable);
    assert_eq!(facility(r#","dayOfWeek":"Sunday""#), bookable);
    // What is never open has no hours, nor what is shut since a date.
    assert_eq!(facility(""), "");
    assert_eq!(from("2026-11-01"), "");
    // One court that is shut says nothing of the others.
    let courts = |others: &str| {
        descriptions(&service(&format!(
            r#"{{"@type":"FacilityUse","individualFacilityUse":[
            {{"hoursAvailable":[{{"opens":"00:00","closes":"00:00"}}]}}{others}],
            "event":[{{"startDate":"2026-12-01T10:00:00Z","duration":"PT1H"}}]}}"#
        )))
        .join("; ")
    };
    assert_eq!(courts(r#",{"name":"Court 2"}"#), bookable);
    assert_eq!(courts(""), "");
    // A court that its facility only names says more as an item.
    let named = r#",{"@id":"https://x.org/c/1"},{"@id":"https://x.org/c/1","hoursAvailable":[
        {"opens":"00:00","closes":"00:00","validThrough":"9999-12-31"}]}"#;
    assert_eq!(courts(named), "");
}

#[test]
fn a_facility_is_open_when_one_of_its_courts_is() {
    let court = |hours: &str| format!(r#"{{"hoursAvailable":[{hours}]}}"#);
    let facility = |courts: &[String]| {
        let courts = courts.join(",");
        service(&format!(r#"{{"@type":"FacilityUse","individualFacilityUse":[{courts}]}}"#))
    };
    let day = court(r#"{"dayOfWeek":"Monday","opens":"09:00","closes":"17:00"}"#);
    let late = court(
        r#"{"dayOfWeek":"Monday","opens":"16:00","closes":"21:00"},
        {"dayOfWeek":"Tuesday","opens":"22:00","closes":"02:00"},
        {"dayOfWeek":"Sunday","opens":"09:00","closes":"12:00","validFrom":"2026-12-01"}"#,
    );
    assert_eq!(
        descriptions(&facility(&[day.clone(), late])),
        [
            "Available: Mondays, 09:00 to 21:00",
            "Available: Tuesdays, 22:00 to 02:00",
            "Available: Sundays, 09:00 to 12:00"
        ]
    );
    let same = ["Available: Mondays, 09:00 to 17:00"];
    assert_eq!(descriptions(&facility(&[day.clone(), day])), same);
    // One that is shut from a date on takes nothing from the other.
    let until = |closes: &str| {
        court(&format!(
            r#"{{"dayOfWeek":"Monday","opens":"09:00","closes":"{closes}"}},{{"opens":"00:00",
            "closes":"00:00","validFrom":"2026-12-24"}}"#
        ))
    };
    let rows = |courts: &[String]| {
        let rows = facility(courts).schedules.into_iter();
        rows.map(|row| (row.description, row.valid_to.unwrap_or_default())).collect::<Vec<_>>()
    };
    let row = |hours: &str, last: &str| (format!("Available: Mondays, {hours}"), last.to_owned());
    let open = court(r#"{"dayOfWeek":"Monday","opens":"09:00","closes":"17:00"}"#);
    assert_eq!(rows(&[open.clone(), until("17:00")]), [row("09:00 to 17:00", "")]);
    assert_eq!(
        rows(&[open, until("21:00")]),
        [row("09:00 to 17:00", ""), row("09:00 to 21:00", "2026-12-23")]
    );
    assert_eq!(rows(&[until("21:00"), until("20:00")]), [row("09:00 to 21:00", "2026-12-23")]);
    // It is shut while all of them are.
    let shut = |opens: &str, first: &str, last: &str| {
        court(&format!(
            r#"{{"dayOfWeek":"Monday","opens":"{opens}","closes":"17:00"}},{{"opens":"00:00",
            "closes":"00:00","validFrom":"2026-12-{first}","validThrough":"2026-12-{last}"}}"#
        ))
    };
    let of_both = |first: &str, last: &str| {
        descriptions(&facility(&[shut("09:00", "24", "28"), shut("10:00", first, last)])).join("; ")
    };
    let closed = "Venue closed: Fri 25 Dec 2026 to Sat 26 Dec 2026";
    assert_eq!(of_both("25", "26"), format!("{}; {closed}", same[0]));
    assert_eq!(of_both("14", "15"), same[0]);
}

#[test]
fn all_hours_on_public_holidays_are_told() {
    let holidays = |opens: &str, closes: &str| {
        format!(r#"{{"dayOfWeek":"PublicHolidays","opens":"{opens}","closes":"{closes}"}}"#)
    };
    let facility = service(&format!(
        r#"{{"@type":"FacilityUse","hoursAvailable":[
        {{"dayOfWeek":"Monday","opens":"06:00","closes":"22:00"}},{},{}]}}"#,
        holidays("08:00", "12:00"),
        holidays("13:00", "16:00"),
    ));
    assert_eq!(
        descriptions(&facility),
        [
            "Available: Mondays, 06:00 to 22:00",
            "Available: Public holidays, 08:00 to 12:00",
            "Available: Public holidays, 13:00 to 16:00"
        ]
    );
}

#[test]
fn closed_on_public_holidays_is_told_however_they_are_written() {
    for holidays in
        ["PublicHolidays", "https://schema.org/publicHolidays", "schema:PublicHolidays/"]
    {
        let facility = service(&format!(
            r#"{{"@type":"FacilityUse","hoursAvailable":[
            {{"dayOfWeek":"Monday","opens":"06:00","closes":"22:00"}},
            {{"dayOfWeek":"{holidays}","opens":"00:00","closes":"00:00"}}]}}"#
        ));
        let notes = facility.schedules[0].notes.as_deref();
        assert_eq!(notes, Some("Closed on public holidays."), "{holidays}");
    }
}

#[test]
fn a_day_of_the_month_is_not_every_day_and_not_every_week() {
    let rule = |rule: &str| {
        let service = series(&format!(
            r#""eventSchedule":{{"startDate":"2026-01-05","startTime":"18:00","byMonthDay":[1],{rule}}}"#
        ));
        descriptions(&service).join("; ")
    };
    assert_eq!(rule(r#""repeatFrequency":"P1D""#), "The 1st of each month, 18:00");
    assert_eq!(rule(r#""repeatFrequency":"P1W""#), "");
    assert_eq!(rule(r#""repeatFrequency":"P1W","byDay":"MO""#), "");
    assert_eq!(rule(r#""repeatFrequency":"P1D","byDay":"MO""#), "");
    assert_eq!(rule(r#""byDay":"MO""#), "");
}

#[test]
fn days_of_the_week_and_of_the_month_limit_a_rule_together() {
    let rule = |by_day: &str, month_days: &str| {
        let service = series(&format!(
            r#""eventSchedule":{{"repeatFrequency":"P1M","startDate":"2026-09-29","startTime":"10:00",
            "byDay":"{by_day}","byMonthDay":[{month_days}]}}"#
        ));
        descriptions(&service).join("; ")
    };
    // Friday the 13th is not the second Friday.
    assert_eq!(rule("FR", "13"), "");
    assert_eq!(rule("SA", "1,2,3,4,5,6"), "");
    assert_eq!(rule("SA", "2,3,4,5,6,7,8"), "");
    assert_eq!(rule("2SA", "1,2,3,4,5,6,7"), "");
    assert_eq!(rule("SA", "1,2,3,4,5,6,7"), "The first Saturday of each month, 10:00");
    assert_eq!(rule("SA", "28,27,26,25,24,23,22"), "The fourth Saturday of each month, 10:00");
    assert_eq!(rule("SA", "-1,-2,-3,-4,-5,-6,-7"), "The last Saturday of each month, 10:00");
}

#[test]
fn a_count_ends_a_rule_where_its_last_date_is() {
    let end = |rule: &str| {
        let service = series(&format!(
            r#""eventSchedule":{{"byDay":"MO","repeatFrequency":"P1W","startTime":"18:00",{rule}}}"#
        ));
        service.schedules[0].valid_to.clone()
    };
    // 4, 11, 18 and 25 January, 1 and 8 March 2027.
    let in_months = r#""startDate":"2027-01-04","byMonth":[1,3],"repeatCount":6"#;
    assert_eq!(end(in_months).as_deref(), Some("2027-03-08"));
    let from = r#""startDate":"2026-12-07","repeatCount":3"#;
    assert_eq!(end(&format!(r#"{from},"endDate":"2027-12-31""#)).as_deref(), Some("2026-12-21"));
    assert_eq!(end(&format!(r#"{from},"endDate":"2026-12-14""#)).as_deref(), Some("2026-12-14"));
}

#[test]
fn a_count_that_ran_out_does_not_end_a_rule_with_an_end_to_come() {
    let class = |rule: &str| {
        series(&format!(
            r#""eventSchedule":{{"byDay":"MO","repeatFrequency":"P1W","startTime":"18:00",
            "startDate":"2026-01-05",{rule}}}"#
        ))
    };
    let running = class(r#""repeatCount":1,"endDate":"2027-07-26""#);
    let row = &running.schedules[0];
    assert_eq!((row.valid_to.as_deref(), row.count), (Some("2027-07-26"), None));
    assert_eq!(running.status, Status::Active);
    assert_eq!(class(r#""repeatCount":1"#).status, Status::Defunct);
    assert_eq!(class(r#""repeatCount":1,"endDate":"2026-07-27""#).status, Status::Defunct);
}

#[test]
fn a_course_that_ends_in_the_last_year_of_all_has_no_end() {
    for end in ["9999-12-31", "9999-12-31T23:59:59"] {
        let course = service(&format!(
            r#"{{"@type":"CourseInstance","startDate":"2026-09-01","endDate":"{end}",
            "eventSchedule":{{"byDay":"TU","repeatFrequency":"P1W","startTime":"18:30"}},
            "subEvent":[{{"startDate":"2026-12-01T18:30:00Z"}}]}}"#
        ));
        assert_eq!(
            (course.status, &course.schedules[0].valid_to),
            (Status::Active, &None),
            "{end}"
        );
    }
}

#[test]
fn the_end_of_a_day_is_no_date_later() {
    let rule = r#""byDay":"MO","repeatFrequency":"P1W","startTime":"18:00""#;
    for end in ["2026-12-27T24:00:00", "2026-12-27T24:00Z", "2026-12-27T24:00:00+01:00"] {
        let of_rule = series(&format!(r#""eventSchedule":{{{rule},"endDate":"{end}"}}"#));
        let of_series = series(&format!(r#""endDate":"{end}","eventSchedule":{{{rule}}}"#));
        let course = service(&format!(
            r#"{{"@type":"CourseInstance","endDate":"{end}","eventSchedule":{{{rule}}}}}"#
        ));
        for service in [of_rule, of_series, course] {
            assert_eq!(service.schedules[0].valid_to.as_deref(), Some("2026-12-27"), "{end}");
        }
    }
    // Yesterday, and today.
    let course =
        |end: &str| service(&format!(r#"{{"@type":"CourseInstance","endDate":"{end}"}}"#)).status;
    assert_eq!(course("2026-11-21T24:00:00"), Status::Inactive);
    assert_eq!(course("2026-11-22T24:00:00"), Status::Active);
}

#[test]
fn the_times_of_one_session_do_not_end_a_schedule_that_began_before() {
    let class = |end: &str| {
        series(&format!(
            r#""startDate":"2026-11-17T18:00:00Z","endDate":"{end}","eventSchedule":[
            {{"startDate":"2026-01-06","byDay":"TU","repeatFrequency":"P1W","startTime":"18:00"}}]"#
        ))
    };
    let service = class("2026-11-17T19:00:00Z");
    assert_eq!((&service.schedules[0].valid_to, service.status), (&None, Status::Active));
    let until = class("2026-12-15T19:00:00Z").schedules[0].valid_to.clone();
    assert_eq!(until.as_deref(), Some("2026-12-15"));
}

#[test]
fn a_series_may_give_the_times_of_its_sessions_as_its_own() {
    let class = |end: &str, schedule: &str| {
        let start = r#""startDate":"2026-12-07T18:00:00Z""#;
        let service = series(&format!(r#"{start},"endDate":"{end}"{schedule}"#));
        descriptions(&service).join("; ")
    };
    let weekly = r#","eventSchedule":{"byDay":"MO","repeatFrequency":"P1W"}"#;
    assert_eq!(class("2026-12-07T19:00:00Z", weekly), "Mondays, 18:00 to 19:00");
    assert_eq!(class("2027-07-26T23:59:59Z", weekly), "Mondays, 18:00");
    assert_eq!(class("2026-12-07T19:00:00Z", ""), "Mon 7 Dec 2026, 18:00 to 19:00");
    assert_eq!(class("2027-07-26T19:00:00Z", ""), "");
    let other = r#","eventSchedule":{"byDay":"MO","repeatFrequency":"P1W","startTime":"10:00"}"#;
    assert_eq!(class("2026-12-07T19:00:00Z", other), "Mondays, 10:00");
    let night = r#""startDate":"2026-07-06T00:00:00Z","eventSchedule":{"byDay":"MO"}"#;
    assert_eq!(descriptions(&series(night)), [""; 0]);
}

#[test]
fn the_start_of_a_series_is_not_that_of_sessions_at_other_times() {
    let class = |sessions: &[&str]| {
        let sessions = sessions
            .iter()
            .map(|start| format!(r#"{{"startDate":"2026-12-{start}:00:00Z","duration":"PT1H"}}"#));
        let service = series(&format!(
            r#""startDate":"2026-11-30T18:00:00Z","endDate":"2027-06-30T19:00:00Z",
            "eventSchedule":{{"@type":"PartialSchedule","byDay":["MO","WE"],"repeatFrequency":"P1W"}},
            "subEvent":[{}]"#,
            sessions.collect::<Vec<_>>().join(",")
        ));
        descriptions(&service).join("; ")
    };
    assert_eq!(class(&[]), "Mondays and Wednesdays, 18:00");
    assert_eq!(
        class(&["07T18", "14T18", "21T18", "09T10", "16T10", "23T10"]),
        "Mondays, 18:00 to 19:00; Wednesdays, 10:00 to 11:00"
    );
}

#[test]
fn days_and_dates_with_commas_between_them_are_several() {
    for days in [r#""MO,WE""#, r#"["Monday, Wednesday"]"#] {
        let service = series(&format!(
            r#""eventSchedule":{{"byDay":{days},"repeatFrequency":"P1W","startTime":"18:00",
            "exceptDate":"2026-12-07,2026-12-14"}}"#
        ));
        assert_eq!(descriptions(&service), ["Mondays and Wednesdays, 18:00"], "{days}");
        let notes = service.schedules[0].notes.as_deref();
        assert_eq!(notes, Some("Not running on: Mon 7 Dec 2026; Mon 14 Dec 2026."));
    }
}

#[test]
fn an_hour_of_a_day_without_a_time_is_not_after_midnight() {
    let of_day = |day: &str| format!(r#"{{"startDate":"{day}","duration":"PT1H"}}"#);
    let days = ["2026-11-30", "2026-12-07", "2026-12-14"].map(of_day).join(",");
    let service = series(&format!(r#""subEvent":[{days}]"#));
    assert_eq!(descriptions(&service), ["Mondays"]);
    assert_eq!((&service.schedules[0].opens_at, &service.schedules[0].closes_at), (&None, &None));
}

#[test]
fn sessions_last_as_long_as_their_series_says() {
    let class = |length: &str, days: [&str; 3]| {
        let start = |day| format!(r#"{{"startDate":"{day}"}}"#);
        let of_days = days.map(start).join(",");
        let service = series(&format!(r#"{length},"subEvent":[{of_days}]"#));
        descriptions(&service).join("; ")
    };
    let evenings = ["2026-11-30T18:00:00Z", "2026-12-07T18:00:00Z", "2026-12-14T18:00:00Z"];
    assert_eq!(class(r#""duration":"PT1H""#, evenings), "Mondays, 18:00 to 19:00");
    let of_parent = r#""superEvent":{"@type":"EventSeries","duration":"PT1H"}"#;
    assert_eq!(class(of_parent, evenings), "Mondays, 18:00 to 19:00");
    // The length of the whole, an end written as a duration, days without a time.
    assert_eq!(class(r#""duration":"P10W""#, evenings), "Mondays, 18:00");
    assert_eq!(class(r#""duration":"PT19H""#, evenings), "Mondays, 18:00");
    let days = ["2026-11-30", "2026-12-07", "2026-12-14"];
    assert_eq!(class(r#""duration":"PT1H""#, days), "Mondays");
    let event = r#"{"@type":"Event","startDate":"2026-12-07T18:00:00Z",
        "superEvent":{"@type":"EventSeries","duration":"PT1H"}}"#;
    assert_eq!(descriptions(&service(event)), ["Mon 7 Dec 2026, 18:00 to 19:00"]);
}

#[test]
fn a_part_does_not_last_as_long_as_the_whole() {
    let parts = r#""subEvent":[{"startDate":"2026-12-05T10:00:00Z"},{"startDate":"2026-12-05T11:00:00Z"},
        {"startDate":"2026-12-05T14:00:00Z","duration":"PT1H"}]"#;
    let (ten, eleven) = ("Sat 5 Dec 2026, 10:00", "Sat 5 Dec 2026, 11:00");
    let two = "Sat 5 Dec 2026, 14:00 to 15:00";
    for kind in ["Event", "HeadlineEvent"] {
        let day = service(&format!(
            r#"{{"@type":"{kind}","startDate":"2026-12-05T10:00:00Z","duration":"PT8H",{parts}}}"#
        ));
        let whole = "Sat 5 Dec 2026, 10:00 to 18:00";
        assert_eq!(descriptions(&day), [whole, ten, eleven, two], "{kind}");
    }
    let course = service(&format!(r#"{{"@type":"CourseInstance","duration":"PT12H",{parts}}}"#));
    assert_eq!(descriptions(&course), [ten, eleven, two]);
    let class = |kind: &str| {
        let parent = format!(r#""superEvent":{{"@type":"{kind}","duration":"PT12H"}}"#);
        descriptions(&series(&format!("{parent},{parts}"))).join("; ")
    };
    assert_eq!(class("HeadlineEvent"), [ten, eleven, two].join("; "));
    let session = |kind: &str| {
        let parent = format!(r#""superEvent":{{"@type":"{kind}","duration":"PT2H"}}"#);
        let start = r#""startDate":"2026-12-05T10:00:00Z""#;
        descriptions(&series(&format!(r#""subEvent":[{{{start},{parent}}}]"#))).join("; ")
    };
    assert_eq!(session("CourseInstance"), ten);
    assert_eq!(session("SessionSeries"), "Sat 5 Dec 2026, 10:00 to 12:00");
}

#[test]
fn a_session_in_progress_is_not_past() {
    let service = series(r#""duration":"PT3H","subEvent":[{"startDate":"2026-11-22T11:00:00Z"}]"#);
    assert_eq!(descriptions(&service), ["Sun 22 Nov 2026, 11:00 to 14:00"]);
}

#[test]
fn a_course_every_other_week_keeps_its_weeks() {
    let course = |repeat: &str| {
        service(&format!(
            r#"{{"@type":"CourseInstance","startDate":"2026-11-30","endDate":"2027-03-31",
            "eventSchedule":[{{"startDate":"2026-12-08","byDay":"TU","repeatFrequency":"{repeat}",
            "startTime":"18:00"}}]}}"#
        ))
    };
    let dates = |service: &Service| {
        let row = &service.schedules[0];
        [&row.valid_from, &row.dtstart].map(|date| date.clone().unwrap_or_default())
    };
    // The schedule begins a week after the course.
    assert_eq!(dates(&course("P2W")), ["2026-12-08", "2026-12-08"]);
    assert_eq!(dates(&course("P1W")), ["2026-12-08", "2026-12-08"]);
}

#[test]
fn the_dates_of_a_course_take_no_session_and_no_whole_timetable_away() {
    // The course ends before its schedule begins.
    let course = |sessions: &str| {
        let service = service(&format!(
            r#"{{"@type":"CourseInstance","startDate":"2027-02-01","endDate":"2027-02-04",
            "eventSchedule":[{{"@type":"PartialSchedule","repeatFrequency":"P1W","byDay":"TU",
            "startDate":"2027-03-02","endDate":"2027-04-04","startTime":"20:15",
            "scheduleTimezone":"Europe/London"}}],"subEvent":[{sessions}]}}"#
        ));
        let rows = service.schedules.into_iter();
        rows.map(|row| (row.description, row.valid_from, row.valid_to)).collect::<Vec<_>>()
    };
    let row = |from: &str, to: &str| {
        [("Tuesdays, 20:15".to_owned(), Some(from.to_owned()), Some(to.to_owned()))]
    };
    let sessions = r#"{"startDate":"2027-03-02T20:15:00Z"},{"startDate":"2027-03-09T20:15:00Z"}"#;
    assert_eq!(course(sessions), row("2027-03-02", "2027-03-09"));
    assert_eq!(course(""), row("2027-03-02", "2027-04-04"));
}

#[test]
fn the_dates_of_the_last_run_of_a_course_are_not_those_of_this_one() {
    let course = |repeat: &str| {
        let json = format!(
            r#"{{"@type":"CourseInstance","startDate":"2026-11-03","endDate":"2026-12-22",
            "eventSchedule":[{{"repeatFrequency":"{repeat}","byDay":"TU","startTime":"18:30",
            "startDate":"2026-01-06","endDate":"2026-03-03"}}]}}"#
        );
        let found = findings(&json);
        let mut found = found.iter().filter(|finding| finding.code == Code::EndBeforeStart);
        assert!(found.all(|finding| finding.path == "eventSchedule"));
        let service = service(&json);
        let row = &service.schedules[0];
        let bounds =
            [&row.valid_from, &row.dtstart, &row.valid_to].map(|date| date.clone().unwrap());
        (service.status, bounds)
    };
    let expected = (Status::Active, ["2026-11-03", "2026-11-03", "2026-12-22"].map(str::to_owned));
    assert_eq!(course("P1W"), expected);
    assert_eq!(course("P2W"), expected);
}

#[test]
fn the_dates_of_a_course_do_not_lengthen_its_schedules() {
    let course = |schedules: &str| {
        let service = service(&format!(
            r#"{{"@type":"CourseInstance","startDate":"2026-11-01","endDate":"2027-03-25",
            "eventSchedule":[{schedules}]}}"#
        ));
        let bounds =
            |row: Schedule| [row.valid_from, row.dtstart, row.valid_to].map(Option::unwrap);
        let rows = service.schedules.into_iter();
        rows.map(|row| (row.count, bounds(row).join(" "))).collect::<Vec<_>>()
    };
    let weekly = |rule: &str| {
        format!(r#"{{"repeatFrequency":"P1W","startTime":"18:30","scheduleTimezone":{rule}}}"#)
    };
    let tuesdays =
        weekly(r#""Europe/London","byDay":"TU","startDate":"2026-09-01","endDate":"2026-12-15""#);
    let thursdays =
        weekly(r#""Europe/London","byDay":"TH","startDate":"2027-01-07","endDate":"2027-06-30""#);
    assert_eq!(
        course(&format!("{tuesdays},{thursdays}")),
        [
            (None, "2026-11-01 2026-11-01 2026-12-15".to_owned()),
            (None, "2027-01-07 2027-01-07 2027-03-25".to_owned())
        ]
    );
    // To 22 December, and to 30 March, which is after the course.
    let counted = |count: u32, from: &str| {
        weekly(&format!(
            r#""Europe/London","byDay":"TU","startDate":"{from}","repeatCount":{count}"#
        ))
    };
    assert_eq!(
        course(&counted(4, "2026-12-01")),
        [(Some(4), "2026-12-01 2026-12-01 2026-12-22".to_owned())]
    );
    assert_eq!(
        course(&counted(5, "2027-03-02")),
        [(None, "2027-03-02 2027-03-02 2027-03-25".to_owned())]
    );
    // A row for each season ends with it: the clock is changed on 28 March 2027.
    let seasons = course(&weekly(r#""UTC","byDay":"TU","startDate":"2026-11-03""#));
    assert_eq!(seasons[0].1, "2026-11-03 2026-11-03 2027-03-25");
    // A pattern that begins after the course does.
    let dates = ["2027-02-04", "2027-02-11", "2027-02-18"];
    let session = |day: &str| format!(r#"{{"startDate":"{day}T14:00:00Z","duration":"PT1H"}}"#);
    let part = service(&format!(
        r#"{{"@type":"CourseInstance","startDate":"2026-12-01","subEvent":[{}]}}"#,
        dates.map(session).join(",")
    ));
    let row = &part.schedules[0];
    let begins = (row.valid_from.as_deref(), row.dtstart.as_deref());
    assert_eq!(begins, (Some("2027-02-04"), Some("2027-02-04")));
}

/// A rule for Tuesdays from 3 November 2026 on.
fn tuesdays(restriction: &str) -> String {
    format!(
        r#""eventSchedule":{{"byDay":["https://schema.org/Tuesday"],"repeatFrequency":"P1W",
        "startTime":"18:30","scheduleTimezone":"Europe/London",{restriction}}}"#
    )
}

#[test]
fn a_rule_with_a_restriction_that_cannot_be_read_is_not_shown_as_open() {
    for (restriction, at) in [
        (r#""endDate":"2026-12""#, "endDate"),
        (r#""endDate":"Dec 2026""#, "endDate"),
        (r#""endDate":"11/30/2026""#, "endDate"),
        (r#""startDate":"next term""#, "startDate"),
        (r#""byMonth":[13]"#, "byMonth"),
        (r#""byMonth":["9","Autumn"]"#, "byMonth"),
        (r#""startDate":"TBC""#, "startDate"),
        (r#""endDate":"next summer""#, "endDate"),
        (r#""byMonth":"TBC""#, "byMonth"),
        (r#""byMonth":[0,8]"#, "byMonth"),
        (r#""repeatCount":"ten""#, "repeatCount"),
        (r#""startDate":"2027-01-05","endDate":"2026-12-01""#, "endDate"),
    ] {
        let properties = tuesdays(restriction);
        assert_eq!(descriptions(&series(&properties)), [""; 0], "{restriction}");
        let expected = [format!("schedule-unusable eventSchedule.{at}")];
        assert_eq!(found(&properties, &[Code::ScheduleUnusable]), expected, "{restriction}");
    }
    let month_day =
        r#""eventSchedule":{"byMonthDay":["1st"],"repeatFrequency":"P1D","startTime":"18:30"}"#;
    assert_eq!(descriptions(&series(month_day)), [""; 0]);
    let reversed = tuesdays(r#""startDate":"2027-01-05","endDate":"2026-12-01""#);
    let ends = found(&reversed, &[Code::EndBeforeStart]);
    assert_eq!(ends, ["end-before-start eventSchedule.endDate"]);
}

#[test]
fn what_restricts_nothing_takes_no_times_away() {
    for (restriction, at) in [
        (r#""exceptDate":["N/A"]"#, "exceptDate"),
        (r#""exceptDate":false"#, "exceptDate"),
        (r#""exceptDate":0"#, "exceptDate"),
        (r#""exceptDate":"0000-00-00""#, "exceptDate"),
        (r#""byMonth":[0]"#, "byMonth"),
        (r#""byMonth":"All""#, "byMonth"),
        (r#""byMonthDay":[0]"#, "byMonthDay"),
        (r#""byMonthDay":"none""#, "byMonthDay"),
        (r#""repeatCount":"unlimited""#, "repeatCount"),
        (r#""repeatCount":0"#, "repeatCount"),
        (r#""endDate":"Ongoing""#, "endDate"),
        (r#""endDate":"TBC""#, "endDate"),
        (r#""endDate":0"#, "endDate"),
        (r#""endDate":"0001-01-01T00:00:00""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1900-01-01""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"01/01/1970""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1969-12-31""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1970-01-02""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1901-12-31""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1899-12-30""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"1753-01-01""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"9999-12-31T23:59:59""#, "endDate"),
        (r#""startDate":"2026-09-01","endDate":"2999-12-31""#, "endDate"),
        (r#""startDate":"ongoing""#, "startDate"),
        (r#""startDate":"0001-01-01T00:00:00""#, "startDate"),
    ] {
        let properties = tuesdays(restriction);
        let service = series(&properties);
        assert_eq!(descriptions(&service), ["Tuesdays, 18:30"], "{restriction}");
        let row = &service.schedules[0];
        assert_eq!((&row.notes, &row.valid_to, &row.count), (&None, &None, &None), "{restriction}");
        assert_eq!(row.valid_from.is_some(), restriction.contains("2026-09-01"), "{restriction}");
        assert_eq!(service.status, Status::Active, "{restriction}");
        let codes = [Code::ValueEmpty, Code::ScheduleUnusable];
        let expected = [format!("value-empty eventSchedule.{at}")];
        assert_eq!(found(&properties, &codes), expected, "{restriction}");
    }
    // The days of the week that a serializer leaves out are that of the first date.
    let first = r#""repeatFrequency":"P1W","startTime":"18:30","startDate":"2026-11-03""#;
    let class = series(&format!(r#""eventSchedule":{{"byDay":["N/A"],{first}}}"#));
    assert_eq!(descriptions(&class), ["Tuesdays, 18:30"]);
}

#[test]
fn a_date_of_the_last_century_is_one() {
    let over = series(&tuesdays(r#""startDate":"1999-01-05","endDate":"1999-12-31""#));
    assert_eq!(over.status, Status::Defunct);
    // A Monday, and the Tuesday after it.
    let row = |rule: &str| {
        let class = series(&format!(r#""eventSchedule":{{"startTime":"18:30",{rule}}}"#));
        let row = class.schedules.into_iter().next();
        row.map(|row| (row.description, row.dtstart.unwrap_or_default()))
    };
    let told = |words: &str, start: &str| Some((words.to_owned(), start.to_owned()));
    assert_eq!(
        row(r#""repeatFrequency":"P1W","startDate":"1998-09-07""#),
        told("Mondays, 18:30", "1998-09-07")
    );
    assert_eq!(
        row(r#""repeatFrequency":"P2W","byDay":"TU","startDate":"1998-09-08""#),
        told("Every 2 weeks on Tuesdays, 18:30", "1998-09-08")
    );
}

#[test]
fn an_end_before_its_start_says_not_that_all_is_over() {
    let rule = r#""byDay":"TU","repeatFrequency":"P1W""#;
    let dates = r#""startDate":"2026-09-01","endDate":"2026-08-01""#;
    let class = series(&format!(r#""eventSchedule":{{{rule},"startTime":"18:30",{dates}}}"#));
    assert_eq!((class.status, descriptions(&class).len()), (Status::Active, 0));
    assert_eq!(series(dates).status, Status::Active);
    // Without a start time there is no rule either, and the end in order is believed.
    let over =
        format!(r#""eventSchedule":{{{rule},"startDate":"2026-07-01","endDate":"2026-08-01"}}"#);
    assert_eq!(series(&over).status, Status::Defunct);
    let none = format!(r#""eventSchedule":{{{rule},"endDate":"0001-01-01T00:00:00"}}"#);
    assert_eq!(series(&none).status, Status::Active);
    let course = service(&format!(
        r#"{{"@type":"CourseInstance","startDate":"2026-09-01","endDate":"0001-01-01T00:00:00",
        "eventSchedule":{{{rule},"startTime":"18:30"}}}}"#
    ));
    assert_eq!((course.status, &course.schedules[0].valid_to), (Status::Active, &None));
}

#[test]
fn dates_left_out_in_words_are_told_as_published() {
    let day = Some("Not running on: Tue 22 Dec 2026.");
    for (dates, notes, code) in [
        (r#"["2026-12-22 (Christmas)"]"#, day, "date-repaired"),
        (r#""22/12/2026 (Christmas, no class)""#, day, "date-repaired"),
        (r#""Tuesday, 22 December 2026""#, day, "date-repaired"),
        (
            r#"["Bank Holidays"]"#,
            Some("Not running on: Bank Holidays (as published)."),
            "schedule-unusable",
        ),
        (
            r#"["25 December","half term (May)","2026-12-22"]"#,
            Some(
                "Not running on: 25 December; half term (May) (as published). \
                 Not running on: Tue 22 Dec 2026.",
            ),
            "schedule-unusable",
        ),
        (
            r#""2026-12-22, at Easter""#,
            Some(
                "Not running on: 2026-12-22, at Easter (as published). \
                 Not running on: Tue 22 Dec 2026.",
            ),
            "schedule-unusable",
        ),
        (r#""22/12/26""#, Some("Not running on: 22/12/26 (as published)."), "schedule-unusable"),
        // Too long, and more or less than the date.
        (
            r#""2026-12-22/2036-12-22""#,
            Some("Not running on: 2026-12-22/2036-12-22 (as published)."),
            "schedule-unusable",
        ),
        (
            r#""2026-12-22 (onwards)""#,
            Some("Not running on: 2026-12-22 (onwards) (as published)."),
            "schedule-unusable",
        ),
        (
            r#""from 2026-12-22""#,
            Some("Not running on: from 2026-12-22 (as published)."),
            "schedule-unusable",
        ),
        (
            r#""Mon 22 Dec 2026""#,
            Some("Not running on: Mon 22 Dec 2026 (as published)."),
            "schedule-unusable",
        ),
        (r#""(Easter)""#, Some("Not running on: (Easter) (as published)."), "schedule-unusable"),
    ] {
        let properties = tuesdays(&format!(r#""exceptDate":{dates}"#));
        let service = series(&properties);
        assert_eq!(descriptions(&service), ["Tuesdays, 18:30"], "{dates}");
        assert_eq!(service.schedules[0].notes.as_deref(), notes, "{dates}");
        let findings = found(&properties, &[Code::ScheduleUnusable, Code::DateRepaired]);
        assert!(findings.contains(&format!("{code} eventSchedule.exceptDate")), "{dates}");
    }
}

#[test]
fn dates_and_months_are_read_as_people_write_them() {
    let row = |restriction: &str| series(&tuesdays(restriction)).schedules.remove(0);
    for end in ["30/11/2026", "30 November 2026", "20261130"] {
        let restriction = format!(r#""startDate":"03/11/2026","endDate":"{end}""#);
        let row = row(&restriction);
        assert_eq!(row.valid_from.as_deref(), Some("2026-11-03"), "{end}");
        assert_eq!(row.valid_to.as_deref(), Some("2026-11-30"), "{end}");
        let repaired = found(&tuesdays(&restriction), &[Code::DateRepaired]);
        let paths = ["startDate", "endDate"].map(|at| format!("date-repaired eventSchedule.{at}"));
        assert_eq!(repaired, paths, "{end}");
    }
    for months in [
        r#""9,10""#,
        "[10,9]",
        r#"["September","Oct"]"#,
        r#""September and October""#,
        r#"["https://schema.org/September","https://schema.org/October"]"#,
    ] {
        let notes = row(&format!(r#""byMonth":{months}"#)).notes;
        assert_eq!(notes.as_deref(), Some("Runs only in September and October."), "{months}");
    }
    // 22 and 29 December and 5 January are the Tuesdays between.
    for (dates, expected) in [
        (r#"["2026-12-22/2027-01-05"]"#, "Tue 22 Dec 2026; Tue 29 Dec 2026; Tue 5 Jan 2027"),
        (r#"["2026-12-22T00:00:00Z/2026-12-29T00:00:00Z"]"#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#""22/12/2026 - 29/12/2026""#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#""2026-12-22;2026-12-29""#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#""2026-12-22 2026-12-29""#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#""Tue 22 December 2026, Tue 29 December 2026""#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#""Tue 22 Dec 2026 to Sun 3 Jan 2027""#, "Tue 22 Dec 2026; Tue 29 Dec 2026"),
        (r#"["22/12/2026"]"#, "Tue 22 Dec 2026"),
        (r#"["22 December 2026"]"#, "Tue 22 Dec 2026"),
        ("[20261222]", "Tue 22 Dec 2026"),
        (r#"["2026-12-22 18:30"]"#, "Tue 22 Dec 2026"),
    ] {
        let notes = row(&format!(r#""exceptDate":{dates}"#)).notes;
        assert_eq!(notes, Some(format!("Not running on: {expected}.")), "{dates}");
    }
}

#[test]
fn how_often_is_read_from_older_data() {
    let rule = |rule: &str| {
        descriptions(&series(&format!(
            r#""eventSchedule":{{"byDay":"TU","startDate":"2026-11-03","startTime":"18:30",{rule}}}"#
        )))
        .join("; ")
    };
    assert_eq!(rule(r#""frequency":"fortnightly""#), "Every 2 weeks on Tuesdays, 18:30");
    // 3 November is the first Tuesday.
    assert_eq!(rule(r#""frequency":"monthly""#), "The first Tuesday of each month, 18:30");
    assert_eq!(rule(r#""frequency":"now and then""#), "");
    assert_eq!(rule(r#""frequency":"monthly","repeatFrequency":"P1W""#), "Tuesdays, 18:30");
}

#[test]
fn days_that_cannot_be_read_are_found_and_the_others_are_shown() {
    let rule = |days: &str| {
        format!(r#""eventSchedule":{{"byDay":{days},"repeatFrequency":"P1W","startTime":"18:30"}}"#)
    };
    let unread = ["schedule-unusable eventSchedule.byDay".to_owned()];
    for (days, expected, is_read) in [
        (r#"["Mon/Wed"]"#, "Mondays and Wednesdays, 18:30", true),
        (r#""Monday and Wednesday""#, "Mondays and Wednesdays, 18:30", true),
        (r#"["https://schema.org/Monday","every other Friday"]"#, "Mondays, 18:30", false),
        (r#"["Mon/whenever"]"#, "Mondays, 18:30", false),
    ] {
        let service = series(&rule(days));
        assert_eq!(descriptions(&service), [expected], "{days}");
        let found = found(&rule(days), &[Code::ScheduleUnusable]);
        assert_eq!(found, if is_read { &[][..] } else { &unread }, "{days}");
    }
    let holidays = series(&rule(r#"["Monday","https://schema.org/PublicHolidays"]"#));
    assert_eq!(descriptions(&holidays), ["Mondays, 18:30"]);
    assert_eq!(holidays.schedules[0].notes.as_deref(), Some("Also on public holidays."));
}

#[test]
fn a_day_ends_with_its_midnight() {
    for (times, first, last) in [
        (r#""startDate":"2027-06-18","duration":"P1D""#, "18", "18"),
        (r#""startDate":"2027-06-18","duration":"PT24H""#, "18", "18"),
        (r#""startDate":"2027-06-18","duration":"P2D""#, "18", "19"),
        (r#""startDate":"2027-06-18","duration":"P7D""#, "18", "24"),
        (r#""startDate":"2027-06-18T00:00:00Z","endDate":"2027-06-19T00:00:00Z""#, "18", "18"),
        (r#""startDate":"2027-06-18T00:00:00","endDate":"2027-06-20T00:00:00""#, "18", "19"),
        (r#""startDate":"2027-06-18","endDate":"2027-06-19T00:00:00Z""#, "18", "18"),
        (r#""startDate":"2027-06-18T00:00:00Z""#, "18", "18"),
        (r#""startDate":"2027-06-18","endDate":"2027-06-19""#, "18", "19"),
        (r#""startDate":"2027-06-18","endDate":"2027-06-19T17:00:00Z""#, "18", "19"),
    ] {
        let event = service(&format!(r#"{{"@type":"Event",{times}}}"#));
        let row = &event.schedules[0];
        let bounds = (row.valid_from.clone(), row.valid_to.clone());
        let day = |day: &str| Some(format!("2027-06-{day}"));
        assert_eq!(bounds, (day(first), day(last)), "{times}");
        assert_eq!((&row.opens_at, &row.closes_at), (&None, &None), "{times}");
    }
    let course = service(
        r#"{"@type":"CourseInstance","startDate":"2027-01-08T00:00:00Z","endDate":"2027-03-26T00:00:00Z"}"#,
    );
    assert_eq!(descriptions(&course), ["Fri 8 Jan 2027 to Fri 26 Mar 2027"]);
    // The clock is changed on 28 March 2027.
    let spring = service(r#"{"@type":"Event","startDate":"2027-03-27","duration":"P2D"}"#);
    assert_eq!(spring.schedules[0].valid_to.as_deref(), Some("2027-03-28"));
    let night = r#"{"@type":"Event","startDate":"2027-01-01T00:00:00Z","duration":"PT2H"}"#;
    assert_eq!(descriptions(&service(night)), ["Fri 1 Jan 2027, 00:00 to 02:00"]);
}

#[test]
fn a_session_that_was_moved_is_told_on_its_new_day_alone() {
    let class = |session: &str| {
        let service = series(&format!(
            r#"{},"subEvent":[{{{session},"duration":"PT1H"}}]"#,
            tuesdays(r#""idTemplate":"https://x.org/1/{startDate}""#)
        ));
        let notes = service.schedules[0].notes.clone().unwrap_or_default();
        (notes, descriptions(&service).iter().skip(1).map(ToString::to_string).collect::<Vec<_>>())
    };
    let wednesday = r#""startDate":"2026-12-09T10:30:00Z""#;
    for planned in [
        r#""@id":"https://x.org/1/2026-12-08T18:30:00Z""#,
        r#""@id":"https://x.org/1/2026-12-08T18-30-00Z""#,
        r#""@id":"https://x.org/1/2026-12-08T18:30Z""#,
        r#""@id":"https://x.org/1/7","previousStartDate":"2026-12-08T18:30:00Z""#,
        r#""previousStartDate":"2026-12-08""#,
    ] {
        let (notes, others) = class(&format!("{planned},{wednesday}"));
        assert_eq!(notes, "Not running on: Tue 8 Dec 2026.", "{planned}");
        assert_eq!(others, ["Wed 9 Dec 2026, 10:30 to 11:30"], "{planned}");
    }
    // Moved, and cancelled then.
    let off =
        r#""previousStartDate":"2026-12-08","eventStatus":"https://schema.org/EventCancelled""#;
    let cancelled = class(&format!("{off},{wednesday}"));
    assert_eq!(cancelled, ("Not running on: Tue 8 Dec 2026.".to_owned(), Vec::new()));
    // As planned, and planned for a time at which nothing is by the rule.
    let nothing = (String::new(), Vec::<String>::new());
    let tuesday = r#""startDate":"2026-12-08T18:30:00Z""#;
    let id = |stamp: &str| format!(r#""@id":"https://x.org/1/{stamp}",{tuesday}"#);
    assert_eq!(class(&id("2026-12-08T18-30-00Z")), nothing);
    assert_eq!(class(&id("2026-12-08T19-30-00Z")), nothing);
}

#[test]
fn a_session_that_was_moved_to_a_date_that_is_none_of_the_rule_is_told() {
    let class = |rule: &str, from: &str, to: &str| {
        let service = series(&format!(
            r#""eventSchedule":{{"startDate":"2026-12-01","startTime":"18:30",{rule}}},"subEvent":[
            {{"previousStartDate":"2026-12-{from}T18:30:00Z","startDate":"2026-12-{to}T18:30:00Z",
            "eventStatus":"https://schema.org/EventRescheduled"}}]"#
        ));
        let notes = service.schedules[0].notes.clone().unwrap_or_default();
        (notes, descriptions(&service).iter().skip(1).map(ToString::to_string).collect::<Vec<_>>())
    };
    let told = |from: &str, to: &str| {
        (format!("Not running on: {from} Dec 2026."), vec![format!("{to} Dec 2026, 18:30")])
    };
    let fortnightly = r#""repeatFrequency":"P2W","byDay":"TU""#;
    assert_eq!(class(fortnightly, "15", "22"), told("Tue 15", "Tue 22"));
    let first = r#""repeatFrequency":"P1M","byDay":"1MO""#;
    assert_eq!(class(first, "07", "14"), told("Mon 7", "Mon 14"));
    let fifteenth = r#""repeatFrequency":"P1M","byMonthDay":15"#;
    assert_eq!(class(fifteenth, "15", "16"), told("Tue 15", "Wed 16"));
    let in_december = r#""repeatFrequency":"P1W","byDay":"TU","byMonth":12"#;
    let (notes, others) = class(in_december, "15", "22");
    assert_eq!(
        (notes.as_str(), others.len()),
        ("Runs only in December. Not running on: Tue 15 Dec 2026.", 0)
    );
    // What takes place is not left out.
    let weekly = r#""repeatFrequency":"P1W","byDay":"TU","exceptDate":"2026-12-22""#;
    assert_eq!(
        class(weekly, "15", "22"),
        ("Not running on: Tue 15 Dec 2026.".to_owned(), Vec::new())
    );
}

/// Returns the properties of a class with this rule and an hour's sessions from these times on, some of them cancelled.
fn class_with(rule: &str, sessions: &[&str], off: &[&str]) -> String {
    let session = |start: &str, status: &str| {
        format!(r#"{{"startDate":"{start}:00Z","duration":"PT1H","eventStatus":"{status}"}}"#)
    };
    let on = sessions.iter().map(|start| session(start, "EventScheduled"));
    let all: Vec<_> = on.chain(off.iter().map(|start| session(start, "EventCancelled"))).collect();
    format!(
        r#""eventSchedule":{{{rule},"startTime":"18:30","duration":"PT1H"}},"subEvent":[{}]"#,
        all.join(",")
    )
}

/// Maps such a class to the descriptions and notes of its rows.
fn class_of(rule: &str, sessions: &[&str], off: &[&str]) -> Vec<(String, String)> {
    let rows = series(&class_with(rule, sessions, off)).schedules.into_iter();
    rows.map(|row| (row.description, row.notes.unwrap_or_default())).collect()
}

/// Rows of a class as they are compared: description and notes.
fn rows(rows: &[(&str, &str)]) -> Vec<(String, String)> {
    rows.iter().map(|(words, notes)| ((*words).to_owned(), (*notes).to_owned())).collect()
}

const WORKED_OUT: &str = "Pattern worked out from the individual dates published by the provider.";

const TUESDAYS: &str = "Tuesdays, 18:30 to 19:30";

#[test]
fn dates_of_a_partial_rule_are_those_of_its_sessions() {
    let partial = |rule: &str, sessions: &[&str], off: &[&str]| {
        class_of(&format!(r#""@type":"PartialSchedule",{rule}"#), sessions, off)
    };
    let weekly = r#""repeatFrequency":"P1W","byDay":"TU""#;
    // 15, 22 and 29 December and 5 January are Tuesdays as well.
    let notes = "Not running on: Tue 24 Nov 2026; Tue 15 Dec 2026; Tue 22 Dec 2026; \
        Tue 29 Dec 2026; Tue 5 Jan 2027.";
    let sessions = ["2026-12-01T18:30", "2026-12-08T18:30", "2027-01-12T18:30"];
    assert_eq!(partial(weekly, &sessions, &[]), rows(&[(TUESDAYS, notes)]));
    // None of its own is published yet, though others are.
    let thursdays = ["2026-11-26T18:30", "2026-12-03T18:30", "2026-12-10T18:30"];
    let provisional = "Provisional: dates are confirmed individually and may change.";
    let worked_out = ("Thursdays, 18:30 to 19:30", WORKED_OUT);
    assert_eq!(partial(weekly, &thursdays, &[]), rows(&[(TUESDAYS, provisional), worked_out]));
    let saturday = ("Sat 16 Jan 2027, 10:00 to 11:00", "");
    assert_eq!(
        partial(weekly, &["2027-01-16T10:00"], &[]),
        rows(&[(TUESDAYS, provisional), saturday])
    );
    let instead = ("Tue 22 Dec 2026, 10:00 to 11:00", "");
    let left_out = format!("{provisional} Not running on: Tue 22 Dec 2026.");
    assert_eq!(
        partial(&format!(r#"{weekly},"exceptDate":"2026-12-22""#), &["2026-12-22T10:00"], &[]),
        rows(&[(TUESDAYS, &left_out), instead])
    );
    let from_january = format!(r#"{weekly},"startDate":"2027-01-05""#);
    assert_eq!(
        partial(&from_january, &thursdays[..1], &[]),
        rows(&[(TUESDAYS, provisional), ("Thu 26 Nov 2026, 18:30 to 19:30", "")])
    );
    // Other days in place of its own, or another time, than all the sessions are on.
    assert_eq!(partial(weekly, &thursdays, &["2026-12-01T18:30"]), rows(&[worked_out]));
    let late = ["2026-11-24T19:00", "2026-12-01T19:00"];
    let worked_out = rows(&[("Tuesdays, 19:00 to 20:00", WORKED_OUT)]);
    assert_eq!(partial(weekly, &late, &[]), worked_out);
    let dropped = class_with(&format!(r#""@type":"PartialSchedule",{weekly}"#), &late, &[]);
    let unusable = found(&dropped, &[Code::ScheduleUnusable]);
    assert_eq!(unusable, ["schedule-unusable eventSchedule"]);
    // The weeks that are passed over are told by the sessions, also against what is published.
    let fortnight = r#""repeatFrequency":"P2W","byDay":"TU""#;
    let every_other = "Every 2 weeks on Tuesdays, 18:30 to 19:30";
    let evens = ["2026-12-08T18:30", "2026-12-22T18:30"];
    assert_eq!(partial(fortnight, &evens, &[]), rows(&[(every_other, "")]));
    let odd = format!(r#"{fortnight},"startDate":"2026-12-01""#);
    assert_eq!(partial(&odd, &evens, &[]), rows(&[(every_other, WORKED_OUT)]));
}

#[test]
fn sessions_of_one_partial_rule_take_nothing_from_another() {
    let rule = |time: &str| {
        format!(
            r#"{{"@type":"PartialSchedule","byDay":"TU","repeatFrequency":"P1W","startTime":"{time}",
            "duration":"PT1H"}}"#
        )
    };
    let session =
        |day: &str| format!(r#"{{"startDate":"2026-{day}T10:00:00Z","duration":"PT1H"}}"#);
    let class = series(&format!(
        r#""eventSchedule":[{},{}],"subEvent":[{}]"#,
        rule("18:30"),
        rule("10:00"),
        ["11-24", "12-01", "12-08"].map(session).join(",")
    ));
    assert_eq!(descriptions(&class), [TUESDAYS, "Tuesdays, 10:00 to 11:00"]);
    let notes = class.schedules[0].notes.as_deref();
    assert_eq!(notes, Some("Provisional: dates are confirmed individually and may change."));
}

#[test]
fn a_pattern_beside_a_rule_goes_no_further_than_its_sessions() {
    let class = |from: &str, sessions: &[&str], off: &[&str]| {
        let rule = format!(r#""repeatFrequency":"P1W","byDay":"TU","startDate":"{from}""#);
        let at_half_past = |days: &[&str]| {
            days.iter().map(|day| format!("2026-12-{day}T18:30")).collect::<Vec<_>>()
        };
        let (on, off) = (at_half_past(sessions), at_half_past(off));
        let [on, off] = [&on, &off].map(|all| all.iter().map(String::as_str).collect::<Vec<_>>());
        let rows = series(&class_with(&rule, &on, &off)).schedules.into_iter();
        let left_out = |notes: Option<String>| notes.filter(|notes| notes != WORKED_OUT);
        rows.map(|row| (row.description, row.valid_to.unwrap_or_default(), left_out(row.notes)))
            .collect::<Vec<_>>()
    };
    let row = |days: &str, last: &str, notes: Option<&str>| {
        (format!("{days}, 18:30 to 19:30"), last.to_owned(), notes.map(str::to_owned))
    };
    // The rule begins on the 15th, and leaves out what is cancelled.
    assert_eq!(
        class("2026-12-15", &["01", "08", "15", "29"], &["22"]),
        [
            row("Tuesdays", "", Some("Not running on: Tue 22 Dec 2026.")),
            row("Tuesdays", "2026-12-08", None)
        ]
    );
    // Two days of the week are said together where neither has a date left when the other ends.
    let extra = ["02", "09", "03", "10", "04", "11", "18"];
    assert_eq!(
        class("2026-11-03", &extra, &[]),
        [
            row("Tuesdays", "", None),
            row("Wednesdays and Thursdays", "2026-12-10", None),
            // Nobody knows how far ahead sessions are published.
            row("Fridays", "", None)
        ]
    );
    // A special far ahead does not tell how far ahead usual ones are published.
    let thursdays = ["03", "10", "17", "30"];
    let special = [
        row("Tuesdays", "", None),
        row("Thursdays", "", None),
        row("Wed 30 Dec 2026", "2026-12-30", None),
    ];
    assert_eq!(class("2026-11-03", &thursdays, &[]), special);
    // What begins later says what comes, also where it leaves something out; sessions of other days go no further.
    assert_eq!(
        class("2027-01-05", &["01", "08", "15"], &[]),
        [row("Tuesdays", "", None), row("Tuesdays", "2026-12-15", None)]
    );
}

#[test]
fn a_pattern_beside_a_rule_that_nothing_confirms_goes_on() {
    let partial = class_with(
        r#""@type":"PartialSchedule","repeatFrequency":"P1W","byDay":"TU","startDate":"2026-09-01""#,
        &["2026-12-02T19:30", "2026-12-09T19:30", "2026-12-16T19:30"],
        &[],
    );
    let rows = series(&partial).schedules;
    let rows: Vec<_> =
        rows.iter().map(|row| (row.byday.as_deref(), row.valid_to.as_deref())).collect();
    assert_eq!(rows, [(Some("TU"), None), (Some("WE"), None)]);
}

#[test]
fn no_pattern_goes_on_beyond_all_rules() {
    let sessions = ["2026-12-02T18:30", "2026-12-09T18:30", "2026-12-16T18:30"];
    let rule =
        r#""repeatFrequency":"P1W","byDay":"TU","startDate":"2026-09-01","endDate":"2026-12-29""#;
    let rows = series(&class_with(rule, &sessions, &[])).schedules;
    let rows: Vec<_> =
        rows.iter().map(|row| (row.byday.as_deref(), row.valid_to.as_deref())).collect();
    assert_eq!(rows, [(Some("TU"), Some("2026-12-29")), (Some("WE"), Some("2026-12-29"))]);
}

#[test]
fn a_class_that_is_over_is_not_closed_for_the_date_that_it_left_out() {
    let over =
        tuesdays(r#""startDate":"2026-09-08","endDate":"2026-11-23","exceptDate":"2026-10-27""#);
    assert_eq!(series(&over).status, Status::Active);
}

#[test]
fn sessions_that_no_rule_gives_are_told_beside_it() {
    let weekly = |more: &str| format!(r#""repeatFrequency":"P1W","byDay":"TU"{more}"#);
    let saturday = ("Sat 12 Dec 2026, 10:00 to 11:00", "");
    let sessions = ["2026-12-01T18:30", "2026-12-12T10:00"];
    assert_eq!(class_of(&weekly(""), &sessions, &[]), rows(&[(TUESDAYS, ""), saturday]));
    // A cancelled one on another day leaves nothing out of nothing.
    let alone = rows(&[(TUESDAYS, "")]);
    assert_eq!(class_of(&weekly(""), &[], &["2026-12-12T10:00", "2026-12-19T10:00"]), alone);
    let tuesdays = ["2026-12-01T18:30", "2026-12-08T18:30", "2026-12-15T18:30"];
    let both = rows(&[(TUESDAYS, ""), (TUESDAYS, WORKED_OUT)]);
    assert_eq!(class_of(&weekly(r#","startDate":"2027-01-05""#), &tuesdays, &[]), both);
    let until = weekly(r#","endDate":"2026-12-01""#);
    assert_eq!(class_of(&until, &tuesdays, &[]), both);
}

#[test]
fn a_session_that_moved_online_takes_place() {
    let sessions = |days: &[(&str, &str)]| {
        let session = |(day, more): &(&str, &str)| {
            format!(r#"{{"startDate":"{day}T18:30:00Z","duration":"PT1H"{more}}}"#)
        };
        format!(r#""subEvent":[{}]"#, days.iter().map(session).collect::<Vec<_>>().join(","))
    };
    let online = r#","eventStatus":"https://schema.org/EventMovedOnline""#;
    let off = r#","eventStatus":"https://schema.org/EventCancelled""#;
    let at_annexe = format!(r#"{online},"location":{{"@type":"Place","name":"Annexe"}}"#);
    let notes = |class: &Service| class.schedules[0].notes.clone().unwrap_or_default();
    // Beside the rule, which leaves the date out or has another place for it, or none.
    for (rule, session) in [
        (tuesdays(r#""startDate":"2026-11-03""#), online),
        (tuesdays(r#""exceptDate":"2027-01-12""#), online),
        (tuesdays(r#""startDate":"2026-11-03""#), at_annexe.as_str()),
    ] {
        let days = sessions(&[("2027-01-12", session), ("2027-01-19", off)]);
        let class = series(&format!("{AT_HALL}{rule},{days}"));
        assert_eq!(descriptions(&class), ["Tuesdays, 18:30"], "{rule} {session}");
        let left_out = "Not running on: Tue 19 Jan 2027.";
        assert_eq!(notes(&class), format!("{left_out} Online on: Tue 12 Jan 2027."));
        assert_eq!(class.schedules[0].attending_type, "In person");
    }
    // In a pattern, also where sessions name the place and the one that left it does not.
    let here = r#","location":{"@type":"Place","name":"Hall"}"#;
    let annexe = r#","location":{"@type":"Place","name":"Annexe"}"#;
    for (place, first) in [(AT_HALL, ""), ("", here)] {
        let days = [("2026-12-01", first), ("2026-12-08", online), ("2026-12-15", first)];
        let other = [("2026-12-04", if place.is_empty() { annexe } else { "" })];
        let class = series(&format!("{place}{}", sessions(&[&days[..], &other[..]].concat())));
        let expected = ["Tuesdays, 18:30 to 19:30", "Fri 4 Dec 2026, 18:30 to 19:30"];
        assert_eq!(descriptions(&class), expected, "{place}");
        assert!(notes(&class).ends_with("provider. Online on: Tue 8 Dec 2026."), "{place}");
        assert!(class.schedules[0].service_at_location_id.is_some(), "{place}");
    }
    // By itself.
    let class = series(&format!("{AT_HALL}{}", sessions(&[("2026-12-08", online)])));
    assert_eq!(descriptions(&class), ["Tue 8 Dec 2026, 18:30 to 19:30"]);
    assert_eq!(notes(&class), "Online on: Tue 8 Dec 2026.");
    let row = &class.schedules[0];
    assert_eq!((row.attending_type.as_str(), row.service_at_location_id), ("Online", None));
    // What is online as a whole need not say so.
    let whole = r#""eventAttendanceMode":"https://schema.org/OnlineEventAttendanceMode""#;
    let days = sessions(&[("2026-12-08", online), ("2026-12-15", online)]);
    let class = series(&format!("{whole},{},{days}", tuesdays(r#""startDate":"2026-11-03""#)));
    assert_eq!((class.status, notes(&class)), (Status::Active, String::new()));
}

#[test]
fn hours_in_words_are_read_or_found() {
    let facility = |hours: &str| {
        descriptions(&service(&format!(
            r#"{{"@type":"FacilityUse","name":"Courts","hoursAvailable":[{hours}]}}"#
        )))
        .join("; ")
    };
    let day = |more: &str| format!(r#"{{"dayOfWeek":"Thursday",{more}}}"#);
    let half_days = day(r#""opens":"9am","closes":"5pm""#);
    assert_eq!(facility(&half_days), "Available: Thursdays, 09:00 to 17:00");
    let bounded = |dates: &str| facility(&day(&format!(r#""opens":"9am","closes":"5pm",{dates}"#)));
    assert_eq!(bounded(r#""validThrough":"when it rains""#), "");
    assert_eq!(bounded(r#""validFrom":"TBC""#), "");
    for dates in [
        r#""validThrough":"ongoing""#,
        r#""validThrough":"0001-01-01T00:00:00""#,
        r#""validFrom":"1900-01-01","validThrough":0"#,
    ] {
        assert_eq!(bounded(dates), "Available: Thursdays, 09:00 to 17:00", "{dates}");
    }
}

#[test]
fn a_course_that_ends_before_it_begins_does_not_run_for_ever() {
    let course = |dates: &str, more: &str| {
        service(&format!(
            r#"{{"@type":"CourseInstance",{dates},
            "eventSchedule":{{"byDay":"FR","repeatFrequency":"P1W","startTime":"16:00"{more}}}}}"#
        ))
    };
    let bounds = |service: &Service| {
        let row = &service.schedules[0];
        [&row.valid_from, &row.valid_to].map(|date| date.clone().unwrap_or_default())
    };
    let ahead = r#""startDate":"2027-01-08","endDate":"2027-01-01""#;
    assert_eq!(bounds(&course(ahead, "")), ["2027-01-08", "2027-01-08"]);
    let with_end = course(ahead, r#","endDate":"2027-03-26""#);
    assert_eq!(bounds(&with_end), ["2027-01-08", "2027-03-26"]);
    let past = r#""startDate":"2024-10-01","endDate":"2024-01-10""#;
    assert_eq!(course(past, "").status, Status::Defunct);
    // Sessions to come show that the course goes on.
    let session = r#""subEvent":[{"startDate":"2026-12-04T16:00:00Z","duration":"PT1H"}]"#;
    let running = course(&format!("{past},{session}"), "");
    assert_eq!((running.status, bounds(&running)[1].as_str()), (Status::Active, "2026-12-04"));
}
