//! The sample of Open Sessions: community groups that list a weekly rule and no dates.
//!
//! Shape: `SessionSeries` with `eventSchedule` only, the address in one string, a public contact and
//! eight amenities. The people in it are invented; they are here so that privacy can be watched.

mod organisers;
mod programme;

use chrono::NaiveDate;
use chrono::Weekday;
use serde_json::Value;
use serde_json::json;

use self::organisers::Organiser;
use self::programme::NEWCOMERS;
use self::programme::PROGRAMME;
use super::calendar;
use super::calendar::Calendar;
use super::concept::Concept;
use super::concept::concepts;
use super::feed::Draft;
use super::opportunity;
use super::opportunity::Ages;
use super::opportunity::Price;
use super::venues::Venue;

pub(super) const SERIES: &str = "/open-sessions/session-series";

/// Returns the items the feed starts with; three groups have already left.
pub(super) fn drafts(calendar: Calendar) -> Vec<Draft> {
    let live = PROGRAMME.iter().map(|session| session.draft(calendar));
    let gone = [20_903_u32, 20_917, 20_951].into_iter().map(|id| Draft {
        kind: KIND,
        id: id.to_string(),
        data: None,
    });
    live.chain(gone).collect()
}

/// Returns the id of a series of the programme, counted round and round.
pub(super) fn series_id(index: usize) -> String {
    PROGRAMME[index % SERIES_COUNT].id.to_string()
}

/// Returns a group that is not listed at first, counted round and round.
pub(super) fn newcomer(index: usize, calendar: Calendar) -> Draft {
    NEWCOMERS[index % NEWCOMER_COUNT].draft(calendar)
}

pub(super) const SERIES_COUNT: usize = PROGRAMME.len();
pub(super) const NEWCOMER_COUNT: usize = NEWCOMERS.len();

/// One row of the programme.
#[derive(Debug, Clone, Copy)]
struct Session {
    id: u32,
    name: &'static str,
    about: &'static str,
    activities: &'static [Concept],
    venue: &'static Venue,
    organiser: &'static Organiser,
    contact: Option<Contact>,
    days: &'static [Weekday],
    every: Every,
    start: &'static str,
    minutes: i64,
    /// Nothing to pay when empty.
    prices: &'static [Price],
    ages: Ages,
    gender: &'static str,
    levels: &'static [&'static str],
    support: &'static [Concept],
    leader: Option<Leader>,
    bring: Option<&'static str>,
    meet: Option<&'static str>,
    coached: bool,
    first_free: bool,
    /// Does not run next time.
    skips_next: bool,
}

#[derive(Debug, Clone, Copy)]
enum Every {
    Week,
    Fortnight,
    /// On the nth such weekday of a month.
    Month(u8),
}

/// Name, e-mail address and telephone number of whoever answers questions.
type Contact = (&'static str, &'static str, &'static str);

/// Name, private e-mail address and private telephone number of a session leader.
type Leader = (&'static str, &'static str, &'static str);

impl Session {
    fn draft(&self, calendar: Calendar) -> Draft {
        let mut body = self.description();
        if let (Some(fields), Value::Object(practical)) =
            (body.as_object_mut(), self.practicalities(calendar))
        {
            fields.extend(practical);
        }
        Draft { kind: KIND, id: self.id.to_string(), data: Some(opportunity::item(body)) }
    }

    fn description(&self) -> Value {
        json!({
            "@type": KIND,
            "@id": self.uri(),
            "name": self.name,
            "description": self.about,
            "url": self.page(),
            "activity": concepts(self.activities),
            "ageRange": opportunity::age_range(self.ages),
            "genderRestriction": self.gender,
            "level": self.levels,
            "accessibilitySupport": concepts(self.support),
            "isCoached": self.coached,
            "isAccessibleForFree": self.prices.is_empty(),
            "beta:isFirstSessionAccessibleForFree": self.first_free.then_some(true),
            "eventAttendanceMode": opportunity::OFFLINE,
            "meetingPoint": self.meet,
            "attendeeInstructions": self.bring,
        })
    }

    fn practicalities(&self, calendar: Calendar) -> Value {
        let first = self.first_date(calendar);
        let last = calendar.day(DAYS_AHEAD);
        json!({
            "startDate": first,
            "endDate": last,
            "duration": calendar::duration(self.minutes),
            "organizer": self.organiser.to_json(),
            "beta:contactPoint": self.contact.map(contact_point),
            "leader": self.leader.map(leader),
            "location": self.location(),
            "offers": self.offers(),
            "eventSchedule": [self.schedule(calendar, first, last)],
        })
    }

    fn location(&self) -> Value {
        let mut place = self.venue.with_text_address();
        if let Some(fields) = place.as_object_mut() {
            fields.insert("amenityFeature".to_owned(), self.venue.amenities());
        }
        place
    }

    fn offers(&self) -> Value {
        let free: &[Price] = &[("Free", 0)];
        let prices = if self.prices.is_empty() { free } else { self.prices };
        opportunity::offers(prices, Some(&self.page()))
    }

    fn schedule(&self, calendar: Calendar, first: NaiveDate, last: NaiveDate) -> Value {
        let (frequency, days) = self.rule();
        json!({
            "@type": "Schedule",
            "startDate": first,
            "endDate": last,
            "startTime": self.start,
            "endTime": calendar::later(self.start, self.minutes),
            "duration": calendar::duration(self.minutes),
            "repeatFrequency": frequency,
            "byDay": days,
            "exceptDate": self.skipped(calendar),
            "scheduleTimezone": "Europe/London",
            "scheduledEventType": "ScheduledSession",
            "idTemplate": format!("{}/{{startDate}}", self.uri()),
            "urlTemplate": format!("{}/{{startDate}}", self.page()),
        })
    }

    fn rule(&self) -> (&'static str, Vec<String>) {
        let day_uris = || self.days.iter().map(|&day| calendar::day_uri(day).to_owned()).collect();
        match self.every {
            Every::Week => ("P1W", day_uris()),
            Every::Fortnight => ("P2W", day_uris()),
            Every::Month(nth) => {
                ("P1M", self.days.iter().map(|day| format!("{nth}{}", two_letters(*day))).collect())
            }
        }
    }

    fn first_date(&self, calendar: Calendar) -> NaiveDate {
        let weekdays = self.days.iter();
        let dates = weekdays.map(|&day| match self.every {
            Every::Week | Every::Fortnight => calendar.next(day, -WEEKS_RUNNING),
            Every::Month(nth) => calendar.month_rule_start(day, nth),
        });
        dates.min().unwrap_or_else(|| calendar.day(0))
    }

    fn skipped(&self, calendar: Calendar) -> Vec<String> {
        let days = if self.skips_next { self.days } else { &[] };
        let next = |&day: &Weekday| calendar::at(calendar.next(day, 0), self.start);
        days.iter().map(|day| calendar::utc(next(day))).collect()
    }

    fn uri(&self) -> String {
        format!("https://avonmeet.example.org/api/session-series/{}", self.id)
    }

    fn page(&self) -> String {
        format!("https://avonmeet.example.org/session/{}", self.id)
    }
}

fn contact_point((name, email, telephone): Contact) -> Value {
    json!({ "@type": "ContactPoint", "name": name, "email": email, "telephone": telephone })
}

fn leader((name, email, telephone): Leader) -> Value {
    json!([{ "@type": "Person", "name": name, "email": email, "telephone": telephone }])
}

/// Returns the day as iCalendar writes it.
fn two_letters(day: Weekday) -> String {
    day.to_string().chars().take(2).collect::<String>().to_uppercase()
}

const KIND: &str = "SessionSeries";

const DAYS_AHEAD: i64 = 210;

/// Even, so that fortnightly groups meet in the coming week.
const WEEKS_RUNNING: i64 = 10;
