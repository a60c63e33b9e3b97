//! The sample of SportSuite: series and one-off events in one feed, with the dates inside.
//!
//! Shape: no `eventSchedule`; each occurrence is a `subEvent`; the address is an object or a string.

use chrono::TimeDelta;
use chrono::Weekday;
use chrono::Weekday::Fri;
use chrono::Weekday::Mon;
use chrono::Weekday::Sat;
use chrono::Weekday::Sun;
use chrono::Weekday::Thu;
use chrono::Weekday::Tue;
use chrono::Weekday::Wed;
use serde_json::Value;
use serde_json::json;

use super::calendar;
use super::calendar::Calendar;
use super::concept;
use super::concept::Concept;
use super::concept::concepts;
use super::feed::Draft;
use super::opportunity;
use super::opportunity::Ages;
use super::opportunity::Price;
use super::venues;
use super::venues::Venue;

pub(super) const SESSIONS: &str = "/sportsuite/sessions";

/// Returns the items the feed starts with; two programmes have ended.
pub(super) fn drafts(calendar: Calendar) -> Vec<Draft> {
    let live = PROGRAMME.iter().map(|activity| activity.draft(calendar));
    let gone = [540_118_u32, 540_204].into_iter().map(|id| Draft {
        kind: "SessionSeries",
        id: id.to_string(),
        data: None,
    });
    live.chain(gone).collect()
}

/// Returns an item of the programme, counted round and round, with its dates from now on.
pub(super) fn activity(index: usize, calendar: Calendar) -> Draft {
    PROGRAMME[index % ACTIVITY_COUNT].draft(calendar)
}

pub(super) const ACTIVITY_COUNT: usize = PROGRAMME.len();

struct Activity {
    id: u32,
    name: &'static str,
    about: &'static str,
    activities: &'static [Concept],
    venue: &'static Venue,
    address: Address,
    dates: Dates,
    start: &'static str,
    minutes: i64,
    prices: &'static [Price],
    ages: Ages,
}

enum Address {
    Text,
    Postal,
}

enum Dates {
    /// Each week on these days, for so many weeks.
    Weekly(&'static [Weekday], i64),
    /// Once, on this weekday so many weeks ahead: an Event rather than a series.
    Once(Weekday, i64),
}

impl Activity {
    fn draft(&self, calendar: Calendar) -> Draft {
        let (kind, dates) = match self.dates {
            Dates::Weekly(..) => ("SessionSeries", self.series(calendar)),
            Dates::Once(weekday, weeks) => ("Event", self.occurrence(calendar, weekday, weeks)),
        };
        let mut body = self.description(kind);
        if let (Some(fields), Value::Object(dates)) = (body.as_object_mut(), dates) {
            fields.extend(dates);
        }
        Draft { kind, id: self.id.to_string(), data: Some(opportunity::item(body)) }
    }

    fn description(&self, kind: &str) -> Value {
        let location = match self.address {
            Address::Text => self.venue.with_text_address(),
            Address::Postal => self.venue.with_postal_address(),
        };
        let page = format!("https://severnactive.example.org/activity/{}", self.id);
        json!({
            "@type": kind,
            "@id": self.uri(kind),
            "name": self.name,
            "description": self.about,
            "url": page,
            "eventAttendanceMode": opportunity::OFFLINE,
            "activity": concepts(self.activities),
            "ageRange": opportunity::age_range(self.ages),
            "genderRestriction": opportunity::NO_RESTRICTION,
            "organizer": {
                "@type": "Organization",
                "@id": "https://severnactive.example.org/api/org/1",
                "name": "Severn Active Network",
                "url": "https://severnactive.example.org",
                "email": "bookings@severnactive.example.org",
                "telephone": "020 7946 0181",
                "taxMode": "https://openactive.io/TaxGross",
            },
            "location": location,
            "offers": opportunity::offers(self.prices, Some(&page)),
        })
    }

    fn series(&self, calendar: Calendar) -> Value {
        let Dates::Weekly(days, weeks) = self.dates else { return Value::Null };
        let mut dates = Vec::new();
        for week in 0..weeks {
            dates.extend(days.iter().map(|&day| calendar.next(day, week)));
        }
        dates.sort_unstable();
        let sub_event = |(number, &date): (usize, _)| {
            let begin = calendar::at(date, self.start);
            json!({
                "@type": "ScheduledSession",
                "@id": format!("{}/sub/{}", self.uri("SessionSeries"), number + 1),
                "startDate": calendar::with_offset(begin),
                "endDate": calendar::with_offset(begin + TimeDelta::minutes(self.minutes)),
                "duration": calendar::duration(self.minutes),
            })
        };
        let sub_events: Vec<Value> = dates.iter().enumerate().map(sub_event).collect();
        json!({
            "startDate": sub_events.first().map(|first| &first["startDate"]),
            "endDate": sub_events.last().map(|last| &last["endDate"]),
            "subEvent": sub_events,
        })
    }

    fn occurrence(&self, calendar: Calendar, weekday: Weekday, weeks: i64) -> Value {
        let begin = calendar::at(calendar.next(weekday, weeks), self.start);
        json!({
            "startDate": calendar::with_offset(begin),
            "endDate": calendar::with_offset(begin + TimeDelta::minutes(self.minutes)),
            "duration": calendar::duration(self.minutes),
        })
    }

    fn uri(&self, kind: &str) -> String {
        let path = if kind == "Event" { "events" } else { "session-series" };
        format!("https://severnactive.example.org/api/openactive/{path}/{}", self.id)
    }
}

const PROGRAMME: [Activity; 16] = [
    Activity {
        id: 546_310,
        name: "Seated Strength",
        about: "Bands and light weights from a sturdy chair, with music from every decade.",
        activities: &[concept::CHAIR_BASED_EXERCISE],
        venue: &venues::HORFIELD,
        address: Address::Postal,
        dates: Dates::Weekly(&[Mon], 8),
        start: "11:00",
        minutes: 60,
        prices: &[("Session", 0)],
        ages: (Some(55), None),
    },
    Activity {
        id: 546_317,
        name: "Badminton Social",
        about: "Mixed doubles with people you have not met yet. Rackets can be borrowed.",
        activities: &[concept::BADMINTON],
        venue: &venues::FROME,
        address: Address::Text,
        dates: Dates::Weekly(&[Tue, Thu], 6),
        start: "19:30",
        minutes: 120,
        prices: &[("Adult", 500), ("Concession", 300)],
        ages: (Some(16), None),
    },
    Activity {
        id: 546_324,
        name: "Walking Netball",
        about: "The game you remember, one step at a time.",
        activities: &[concept::WALKING_NETBALL],
        venue: &venues::SOUTHMEAD,
        address: Address::Postal,
        dates: Dates::Weekly(&[Wed], 8),
        start: "18:00",
        minutes: 60,
        prices: &[("Session", 300)],
        ages: (Some(40), None),
    },
    Activity {
        id: 546_331,
        name: "Back to Netball",
        about: "Eight weeks of drills and short games for players returning after a break.",
        activities: &[concept::NETBALL],
        venue: &venues::ASHTON,
        address: Address::Text,
        dates: Dates::Weekly(&[Thu], 8),
        start: "18:30",
        minutes: 60,
        prices: &[("Session", 450)],
        ages: (Some(16), None),
    },
    Activity {
        id: 546_338,
        name: "Family Cycle Skills",
        about: "Balance, braking and signals in a car-free playground, then a short ride together.",
        activities: &[concept::CYCLING],
        venue: &venues::HENGROVE,
        address: Address::Postal,
        dates: Dates::Weekly(&[Sat], 5),
        start: "09:30",
        minutes: 90,
        prices: &[("Family", 0)],
        ages: (Some(5), None),
    },
    Activity {
        id: 546_345,
        name: "Lunchtime Tai Chi",
        about: "Three quarters of an hour without your desk.",
        activities: &[concept::TAI_CHI],
        venue: &venues::COLLEGE_GREEN,
        address: Address::Text,
        dates: Dates::Weekly(&[Mon, Wed, Fri], 4),
        start: "12:30",
        minutes: 45,
        prices: &[("Session", 400)],
        ages: (Some(18), None),
    },
    Activity {
        id: 546_352,
        name: "Rounders in the Park",
        about: "Pick-up rounders every light evening. Bring a glove if you have one.",
        activities: &[concept::MULTISPORTS],
        venue: &venues::DOWNS,
        address: Address::Text,
        dates: Dates::Weekly(&[Tue], 6),
        start: "18:45",
        minutes: 75,
        prices: &[("Player", 200)],
        ages: (Some(16), None),
    },
    Activity {
        id: 546_359,
        name: "Junior Street Skate",
        about: "Pads and boards are lent. Coaches ride with every group.",
        activities: &[concept::SKATEBOARDING],
        venue: &venues::LAMPLIGHTERS,
        address: Address::Postal,
        dates: Dates::Weekly(&[Sun], 6),
        start: "10:00",
        minutes: 90,
        prices: &[("Child", 400), ("With own board", 300)],
        ages: (Some(7), Some(15)),
    },
    Activity {
        id: 546_366,
        name: "Boxing Fitness for Beginners",
        about: "Pads, bags and footwork. No sparring, no mirrors.",
        activities: &[concept::BOXING_FITNESS],
        venue: &venues::WINDMILL,
        address: Address::Text,
        dates: Dates::Weekly(&[Mon, Thu], 6),
        start: "19:00",
        minutes: 60,
        prices: &[("Session", 500)],
        ages: (Some(16), None),
    },
    Activity {
        id: 546_373,
        name: "Tots and Trainers",
        about: "Running, jumping and rolling for toddlers with a grown-up in tow.",
        activities: &[concept::MULTISPORTS],
        venue: &venues::MARLBOROUGH,
        address: Address::Postal,
        dates: Dates::Weekly(&[Fri], 8),
        start: "09:45",
        minutes: 45,
        prices: &[("Child", 150)],
        ages: (Some(1), Some(4)),
    },
    Activity {
        id: 546_380,
        name: "Pilates for Backs",
        about: "Small groups on mats, planned with a physiotherapist.",
        activities: &[concept::PILATES],
        venue: &venues::SAILMAKERS,
        address: Address::Postal,
        dates: Dates::Weekly(&[Tue], 8),
        start: "17:45",
        minutes: 60,
        prices: &[("Session", 800), ("Concession", 500)],
        ages: (Some(18), None),
    },
    Activity {
        id: 546_387,
        name: "Evening Table Tennis League Practice",
        about: "Practice tables for league players and the curious.",
        activities: &[concept::TABLE_TENNIS],
        venue: &venues::HILLTOP,
        address: Address::Text,
        dates: Dates::Weekly(&[Wed], 7),
        start: "19:00",
        minutes: 120,
        prices: &[("Table fee", 250)],
        ages: (Some(14), None),
    },
    Activity {
        id: 546_394,
        name: "Harbour Charity 5k",
        about: "Five flat kilometres around the water, walked, run or wheeled.",
        activities: &[concept::RUNNING],
        venue: &venues::SAILMAKERS,
        address: Address::Postal,
        dates: Dates::Once(Sun, 3),
        start: "10:00",
        minutes: 120,
        prices: &[("Entry", 1000), ("Under 16", 500)],
        ages: (Some(11), None),
    },
    Activity {
        id: 546_401,
        name: "Give It a Go Day",
        about: "Twelve sports in one afternoon, with a quiet hour from noon.",
        activities: &[concept::MULTISPORTS],
        venue: &venues::ASHTON,
        address: Address::Text,
        dates: Dates::Once(Sat, 4),
        start: "12:00",
        minutes: 240,
        prices: &[("Entry", 0)],
        ages: (Some(0), None),
    },
    Activity {
        id: 546_408,
        name: "Goalkeeper Open Morning",
        about: "Meet the coaches, try the drills and find a team.",
        activities: &[concept::FOOTBALL],
        venue: &venues::HORFIELD,
        address: Address::Postal,
        dates: Dates::Once(Sat, 2),
        start: "09:00",
        minutes: 150,
        prices: &[("Place", 200)],
        ages: (Some(8), Some(14)),
    },
    Activity {
        id: 546_415,
        name: "Dance Across Decades",
        about: "A tea dance with a live band and taxi dancers.",
        activities: &[concept::DANCE],
        venue: &venues::WINDMILL,
        address: Address::Text,
        dates: Dates::Once(Wed, 5),
        start: "14:00",
        minutes: 150,
        prices: &[("Ticket with tea", 450)],
        ages: (Some(50), None),
    },
];
