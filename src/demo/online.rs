//! The sample of an online provider: live classes by video, and a recording.
//!
//! The joining links and passcodes are here to show that a directory keeps them to itself.

use chrono::Weekday;
use serde_json::Value;
use serde_json::json;

use super::calendar;
use super::calendar::Calendar;
use super::concept;
use super::concept::Concept;
use super::concept::concepts;
use super::feed::Draft;
use super::opportunity;
use super::opportunity::Price;
use super::venues;

pub(super) const SERIES: &str = "/online/session-series";

/// Returns the items the feed starts with; one class has stopped.
pub(super) fn drafts(calendar: Calendar) -> Vec<Draft> {
    let live = PROGRAMME.iter().map(|class| class.draft(calendar));
    let gone = Draft { kind: KIND, id: "lunch-hiit".to_owned(), data: None };
    live.chain([recording(), gone]).collect()
}

struct Class {
    slug: &'static str,
    name: &'static str,
    about: &'static str,
    activities: &'static [Concept],
    days: &'static [Weekday],
    start: &'static str,
    minutes: i64,
    prices: &'static [Price],
    min_age: u8,
    zoom_meeting: &'static str,
}

impl Class {
    fn draft(&self, calendar: Calendar) -> Draft {
        let page = format!("https://quayside.example.org/classes/{}", self.slug);
        let body = json!({
            "@type": KIND,
            "@id": format!("https://quayside.example.org/api/session-series/{}", self.slug),
            "name": self.name,
            "description": self.about,
            "url": page,
            "activity": concepts(self.activities),
            "ageRange": opportunity::age_range((Some(self.min_age), None)),
            "genderRestriction": opportunity::NO_RESTRICTION,
            "isCoached": true,
            "isAccessibleForFree": self.prices.iter().all(|&(_, pence)| pence == 0),
            "eventAttendanceMode": opportunity::ONLINE,
            "beta:virtualLocation": self.virtual_location(),
            "beta:affiliatedLocation": venues::SAILMAKERS.with_postal_address(),
            "beta:participantSuppliedEquipment": "https://openactive.io/Optional",
            "organizer": organizer(),
            "offers": opportunity::offers(self.prices, Some(&page)),
            "eventSchedule": [self.schedule(calendar)],
        });
        Draft { kind: KIND, id: self.slug.to_owned(), data: Some(opportunity::item(body)) }
    }

    fn virtual_location(&self) -> Value {
        json!({
            "@type": "VirtualLocation",
            "name": "Zoom",
            "description": "The link is sent when you book.",
            "url": format!("https://zoom.us/j/{}?pwd=sample-not-a-secret", self.zoom_meeting),
            "accessId": self.zoom_meeting,
            "accessCode": "sample-not-a-secret",
        })
    }

    fn schedule(&self, calendar: Calendar) -> Value {
        let days: Vec<&str> = self.days.iter().map(|&day| calendar::day_uri(day)).collect();
        let first = self.days.iter().map(|&day| calendar.next(day, -4)).min();
        json!({
            "@type": "Schedule",
            "startDate": first,
            "startTime": self.start,
            "endTime": calendar::later(self.start, self.minutes),
            "duration": calendar::duration(self.minutes),
            "repeatFrequency": "P1W",
            "byDay": days,
            "scheduleTimezone": "Europe/London",
            "scheduledEventType": "ScheduledSession",
        })
    }
}

fn recording() -> Draft {
    let body = json!({
        "@type": "OnDemandEvent",
        "@id": "https://quayside.example.org/api/on-demand-events/desk-stretch",
        "name": "Ten Minute Desk Stretch",
        "description": "A recording to follow at your desk, standing or seated, as often as you like.",
        "url": "https://quayside.example.org/videos/desk-stretch",
        "activity": concepts(&[concept::FLEXIBILITY_STRETCHING]),
        "duration": "PT10M",
        "level": ["Beginner"],
        "ageRange": opportunity::age_range((Some(16), None)),
        "genderRestriction": opportunity::NO_RESTRICTION,
        "isAccessibleForFree": true,
        "eventAttendanceMode": opportunity::ONLINE,
        "workFeatured": {
            "@type": "VideoObject",
            "url": "https://quayside.example.org/videos/desk-stretch/watch",
        },
        "organizer": organizer(),
        "offers": opportunity::offers(&[("Free", 0)], None),
    });
    let id = "desk-stretch".to_owned();
    Draft { kind: "OnDemandEvent", id, data: Some(opportunity::item(body)) }
}

fn organizer() -> Value {
    json!({
        "@type": "Organization",
        "@id": "https://quayside.example.org/api/organisation",
        "name": "Quayside Online Classes",
        "url": "https://quayside.example.org",
        "email": "team@quayside.example.org",
        "telephone": "020 7946 0192",
    })
}

const KIND: &str = "SessionSeries";

const PROGRAMME: [Class; 4] = [
    Class {
        slug: "sunrise-flow",
        name: "Sunrise Flow Online",
        about: "Wake up with a flowing sequence. Cameras off is fine.",
        activities: &[concept::VINYASA_YOGA],
        days: &[Weekday::Mon, Weekday::Wed, Weekday::Fri],
        start: "07:00",
        minutes: 45,
        prices: &[("Single class", 500)],
        min_age: 16,
        zoom_meeting: "00000000001",
    },
    Class {
        slug: "seated-strength-live",
        name: "Seated Strength Live",
        about: "Exercise at home with two tins of beans and a kitchen chair. A helper answers the \
                telephone if the picture freezes.",
        activities: &[concept::CHAIR_BASED_EXERCISE],
        days: &[Weekday::Tue, Weekday::Thu],
        start: "10:00",
        minutes: 40,
        prices: &[("Free", 0)],
        min_age: 60,
        zoom_meeting: "00000000002",
    },
    Class {
        slug: "after-work-pilates",
        name: "After Work Pilates Online",
        about: "Slow and exact mat work to undo a day of sitting.",
        activities: &[concept::PILATES],
        days: &[Weekday::Tue],
        start: "18:00",
        minutes: 50,
        prices: &[("Single class", 600), ("Concession", 350)],
        min_age: 18,
        zoom_meeting: "00000000003",
    },
    Class {
        slug: "dance-break",
        name: "Dance Break Online",
        about: "Half an hour of pop routines in your living room.",
        activities: &[concept::DANCE_FITNESS],
        days: &[Weekday::Sat],
        start: "11:00",
        minutes: 30,
        prices: &[("Single class", 300)],
        min_age: 14,
        zoom_meeting: "00000000004",
    },
];
