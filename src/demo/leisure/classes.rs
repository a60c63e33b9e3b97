//! The class timetable: series in one feed, their dated sessions in another.

use chrono::NaiveDate;
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

use crate::demo::calendar;
use crate::demo::calendar::Calendar;
use crate::demo::concept;
use crate::demo::concept::Concept;
use crate::demo::concept::concepts;
use crate::demo::feed::Draft;
use crate::demo::opportunity;
use crate::demo::opportunity::Price;
use crate::demo::venues;
use crate::demo::venues::Venue;

pub(in crate::demo) const SERIES: &str = "/leisure/session-series";
pub(in crate::demo) const SESSIONS: &str = "/leisure/scheduled-sessions";

/// Returns the series the feed starts with; one class was dropped from the timetable.
pub(in crate::demo) fn series_drafts(calendar: Calendar) -> Vec<Draft> {
    let live = TIMETABLE.iter().map(|class| class.series(calendar));
    let gone = Draft { kind: "SessionSeries", id: "EAS-STEP-MON".to_owned(), data: None };
    live.chain([gone]).collect()
}

/// Returns the sessions of the coming weeks; those of the dropped class are gone.
pub(in crate::demo) fn session_drafts(calendar: Calendar) -> Vec<Draft> {
    let live = TIMETABLE.iter().flat_map(|class| class.sessions(calendar));
    let gone = ["EAS-STEP-MON-1", "EAS-STEP-MON-2"].map(|id| Draft {
        kind: "ScheduledSession",
        id: id.to_owned(),
        data: None,
    });
    live.chain(gone).collect()
}

/// Returns the id of a series of the timetable, counted round and round.
pub(in crate::demo) fn series_id(index: usize) -> String {
    TIMETABLE[index % CLASS_COUNT].code.to_owned()
}

/// Returns the id of the session of a series with that number, counted from 1.
pub(in crate::demo) fn session_id(index: usize, number: usize) -> String {
    format!("{}-{number}", TIMETABLE[index % CLASS_COUNT].code)
}

pub(in crate::demo) const CLASS_COUNT: usize = TIMETABLE.len();

struct Class {
    code: &'static str,
    name: &'static str,
    about: &'static str,
    activities: &'static [Concept],
    category: &'static str,
    venue: &'static Venue,
    room: &'static str,
    days: &'static [Weekday],
    start: &'static str,
    minutes: i64,
    prices: &'static [Price],
    min_age: u8,
    level: &'static str,
    places: usize,
    /// Names its activity on an `EventSeries` above it, as Gladstone systems do.
    has_event_series: bool,
    /// Gives a `PartialSchedule` besides its dates.
    has_schedule: bool,
    /// Its first session is cancelled from the start.
    first_is_cancelled: bool,
}

impl Class {
    fn series(&self, calendar: Calendar) -> Draft {
        let page = format!("https://avonvale.example.org/classes/{}", self.code);
        let mut body = json!({
            "@type": "SessionSeries",
            "@id": self.uri(),
            "identifier": self.code,
            "name": self.name,
            "url": page,
            "category": [self.category],
            "duration": calendar::duration(self.minutes),
            "genderRestriction": opportunity::NO_RESTRICTION,
            "organizer": super::operator(),
            "location": super::centre(self.venue),
            "offers": opportunity::offers(self.prices, Some(&page)),
            "eventSchedule": self.has_schedule.then(|| vec![self.schedule(calendar)]),
        });
        self.describe(&mut body);
        let data = Some(opportunity::item(body));
        Draft { kind: "SessionSeries", id: self.code.to_owned(), data }
    }

    /// Says what the class is, on the series itself or on an `EventSeries` above it.
    fn describe(&self, body: &mut Value) {
        let about = json!({
            "description": self.about,
            "activity": concepts(self.activities),
            "ageRange": opportunity::age_range((Some(self.min_age), None)),
            "level": [self.level],
        });
        let (Some(fields), Value::Object(mut about)) = (body.as_object_mut(), about) else {
            return;
        };
        if self.has_event_series {
            about.insert("@type".to_owned(), json!("EventSeries"));
            about.insert("name".to_owned(), json!(self.name));
            fields.insert("superEvent".to_owned(), Value::Object(about));
        } else {
            fields.extend(about);
        }
    }

    fn schedule(&self, calendar: Calendar) -> Value {
        let days: Vec<&str> = self.days.iter().map(|&day| calendar::day_uri(day)).collect();
        json!({
            "@type": "PartialSchedule",
            "startDate": self.dates(calendar).first(),
            "startTime": self.start,
            "endTime": calendar::later(self.start, self.minutes),
            "repeatFrequency": "P1W",
            "byDay": days,
            "scheduleTimezone": "Europe/London",
        })
    }

    fn sessions(&self, calendar: Calendar) -> Vec<Draft> {
        let dates = self.dates(calendar).into_iter();
        dates.enumerate().map(|(index, date)| self.session(index + 1, date)).collect()
    }

    fn session(&self, number: usize, date: NaiveDate) -> Draft {
        let id = format!("{}-{number}", self.code);
        let begin = calendar::at(date, self.start);
        let is_cancelled = self.first_is_cancelled && number == 1;
        let status = if is_cancelled { "EventCancelled" } else { "EventScheduled" };
        let body = json!({
            "@type": "ScheduledSession",
            "@id": format!("https://avonvale.example.org/api/scheduled-sessions/{id}"),
            "superEvent": self.uri(),
            "startDate": calendar::utc(begin),
            "endDate": calendar::utc(begin + TimeDelta::minutes(self.minutes)),
            "duration": calendar::duration(self.minutes),
            "eventStatus": format!("https://schema.org/{status}"),
            "maximumAttendeeCapacity": self.places,
            "remainingAttendeeCapacity": (number * 5) % (self.places + 1),
            "beta:sportsActivityLocation": [
                { "@type": "SportsActivityLocation", "name": self.room },
            ],
        });
        Draft { kind: "ScheduledSession", id, data: Some(opportunity::item(body)) }
    }

    fn dates(&self, calendar: Calendar) -> Vec<NaiveDate> {
        let mut dates = Vec::new();
        for week in 0..WEEKS_AHEAD {
            dates.extend(self.days.iter().map(|&day| calendar.next(day, week)));
        }
        dates.sort_unstable();
        dates
    }

    fn uri(&self) -> String {
        format!("https://avonvale.example.org/api/session-series/{}", self.code)
    }
}

const WEEKS_AHEAD: i64 = 4;

const TIMETABLE: [Class; 13] = [
    Class {
        code: "EAS-AQUA",
        name: "Aqua Aerobics",
        about: "Shallow-water aerobics to music. You do not have to swim.",
        activities: &[concept::AQUA_AEROBICS],
        category: "Swimming",
        venue: &venues::EASTON,
        room: "Teaching Pool",
        days: &[Mon, Wed],
        start: "10:00",
        minutes: 45,
        prices: &[("Adult", 620), ("Concession", 410)],
        min_age: 16,
        level: "All levels",
        places: 24,
        has_event_series: false,
        has_schedule: true,
        first_is_cancelled: false,
    },
    Class {
        code: "EAS-CYCLE",
        name: "Group Cycle",
        about: "Forty-five minutes of hills and sprints on a bike that goes nowhere.",
        activities: &[concept::INDOOR_CYCLING],
        category: "Fitness Classes",
        venue: &venues::EASTON,
        room: "Cycle Studio",
        days: &[Tue, Thu],
        start: "18:15",
        minutes: 45,
        prices: &[("Adult", 720)],
        min_age: 16,
        level: "Intermediate",
        places: 20,
        has_event_series: true,
        has_schedule: false,
        first_is_cancelled: false,
    },
    Class {
        code: "EAS-ZEN",
        name: "Early Yoga",
        about: "A calm hour before work.",
        activities: &[concept::YOGA],
        category: "Mind and Body",
        venue: &venues::EASTON,
        room: "Mirror Studio",
        days: &[Wed],
        start: "06:45",
        minutes: 60,
        prices: &[("Adult", 700), ("Concession", 450)],
        min_age: 16,
        level: "Beginner",
        places: 18,
        has_event_series: false,
        has_schedule: false,
        first_is_cancelled: false,
    },
    Class {
        code: "TRI-HIIT",
        name: "Half Hour HIIT",
        about: "Short, sharp and scaled to you.",
        activities: &[concept::HIIT],
        category: "Fitness Classes",
        venue: &venues::TRIANGLE,
        room: "Studio 1",
        days: &[Mon, Thu],
        start: "12:15",
        minutes: 30,
        prices: &[("Adult", 550)],
        min_age: 16,
        level: "Advanced",
        places: 16,
        has_event_series: false,
        has_schedule: false,
        first_is_cancelled: true,
    },
    Class {
        code: "TRI-PIL",
        name: "Mat Pilates",
        about: "Core strength and posture with small equipment.",
        activities: &[concept::PILATES],
        category: "Mind and Body",
        venue: &venues::TRIANGLE,
        room: "Studio 2",
        days: &[Tue, Fri],
        start: "17:30",
        minutes: 60,
        prices: &[("Adult", 720), ("Concession", 480)],
        min_age: 16,
        level: "All levels",
        places: 16,
        has_event_series: true,
        has_schedule: true,
        first_is_cancelled: false,
    },
    Class {
        code: "TRI-BADM",
        name: "Badminton Coaching",
        about: "Group coaching for improvers, four to a court.",
        activities: &[concept::BADMINTON],
        category: "Racket Sports",
        venue: &venues::TRIANGLE,
        room: "Sports Hall",
        days: &[Sun],
        start: "15:00",
        minutes: 90,
        prices: &[("Adult", 850), ("Under 18", 500)],
        min_age: 11,
        level: "Intermediate",
        places: 16,
        has_event_series: false,
        has_schedule: false,
        first_is_cancelled: false,
    },
    Class {
        code: "HEN-SPLASH",
        name: "Family Splash",
        about: "Floats, slides and a shallow end for the smallest.",
        activities: &[concept::SWIMMING],
        category: "Swimming",
        venue: &venues::HENGROVE,
        room: "Leisure Pool",
        days: &[Sat, Sun],
        start: "13:00",
        minutes: 60,
        prices: &[("Adult", 580), ("Child", 390), ("Family of four", 1600)],
        min_age: 0,
        level: "All levels",
        places: 80,
        has_event_series: false,
        has_schedule: true,
        first_is_cancelled: false,
    },
    Class {
        code: "HEN-LESSON",
        name: "Swimming Lessons Stage 1",
        about: "First lessons for children from school age, term by term.",
        activities: &[concept::SWIMMING_LESSONS],
        category: "Swimming Lessons",
        venue: &venues::HENGROVE,
        room: "Teaching Pool",
        days: &[Sat],
        start: "09:00",
        minutes: 30,
        prices: &[("Lesson", 780)],
        min_age: 5,
        level: "Beginner",
        places: 8,
        has_event_series: true,
        has_schedule: true,
        first_is_cancelled: false,
    },
    Class {
        code: "HEN-OVER60",
        name: "Sixty Plus Circuit",
        about: "A circuit with a chair at every station, then coffee.",
        activities: &[concept::CIRCUIT_TRAINING],
        category: "Active Ageing",
        venue: &venues::HENGROVE,
        room: "Studio",
        days: &[Tue, Thu],
        start: "10:30",
        minutes: 60,
        prices: &[("Session with coffee", 420)],
        min_age: 60,
        level: "Beginner",
        places: 20,
        has_event_series: false,
        has_schedule: false,
        first_is_cancelled: false,
    },
    Class {
        code: "HEN-DANCE",
        name: "Dance Fitness",
        about: "Latin, pop and disco with an easy warm-up.",
        activities: &[concept::DANCE_FITNESS],
        category: "Fitness Classes",
        venue: &venues::HENGROVE,
        room: "Studio",
        days: &[Wed],
        start: "19:00",
        minutes: 60,
        prices: &[("Adult", 650), ("Concession", 420)],
        min_age: 14,
        level: "All levels",
        places: 30,
        has_event_series: true,
        has_schedule: false,
        first_is_cancelled: false,
    },
    Class {
        code: "EAS-BUMP",
        name: "Bump and Beyond",
        about: "Strength and stretching in pregnancy and the first year after. Bring your baby.",
        activities: &[concept::FLEXIBILITY_STRETCHING],
        category: "Mind and Body",
        venue: &venues::EASTON,
        room: "Mirror Studio",
        days: &[Fri],
        start: "11:00",
        minutes: 60,
        prices: &[("Adult", 600)],
        min_age: 16,
        level: "Beginner",
        places: 12,
        has_event_series: false,
        has_schedule: true,
        first_is_cancelled: false,
    },
    Class {
        code: "TRI-TEEN",
        name: "Teen Gym Induction",
        about: "A coach shows you the machines and writes a first plan.",
        activities: &[concept::STRENGTH_AND_CONDITIONING],
        category: "Gym",
        venue: &venues::TRIANGLE,
        room: "Gym",
        days: &[Thu],
        start: "16:00",
        minutes: 60,
        prices: &[("Session", 400)],
        min_age: 13,
        level: "Beginner",
        places: 10,
        has_event_series: false,
        has_schedule: false,
        first_is_cancelled: true,
    },
    Class {
        code: "HEN-PICKLE",
        name: "Pickleball Club Night",
        about: "Six courts, lent bats and a ladder on the wall.",
        activities: &[concept::PICKLEBALL],
        category: "Racket Sports",
        venue: &venues::HENGROVE,
        room: "Sports Hall",
        days: &[Fri],
        start: "19:30",
        minutes: 120,
        prices: &[("Adult", 600), ("Concession", 400)],
        min_age: 16,
        level: "All levels",
        places: 36,
        has_event_series: false,
        has_schedule: true,
        first_is_cancelled: false,
    },
];
