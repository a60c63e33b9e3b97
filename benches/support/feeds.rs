//! Made-up feeds of any size, told apart by number alone: what an item says follows from its number, so
//! nothing of them has to be kept.

use std::sync::LazyLock;

use baton::places::Gazetteer;
use baton::places::Postcode;
use baton::places::Spot;
use chrono::Days;
use chrono::NaiveDate;

/// How many items a page holds.
pub(crate) const PAGE: usize = 500;

/// The first Monday of sessions, and from when until when clocks are an hour ahead.
const MONDAY: NaiveDate = date(1, 4);
const SUMMER: NaiveDate = date(3, 28);
const WINTER: NaiveDate = date(10, 31);

const fn date(month: u32, day: u32) -> NaiveDate {
    NaiveDate::from_ymd_opt(2027, month, day).unwrap()
}

const LICENSE: &str = "https://creativecommons.org/licenses/by/4.0/";

/// Where leisure centres are: at postcodes from all parts of the table.
static SPOTS: LazyLock<Vec<(Postcode, Spot)>> = LazyLock::new(|| {
    let gazetteer = Gazetteer::embedded().unwrap();
    gazetteer.iter().step_by(gazetteer.len() / CENTRES).take(CENTRES).collect()
});

const CENTRES: usize = 500;

/// What the items of a feed are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// Series with a weekly rule, about 2.5 KB each, as large operators publish them.
    Series,
    /// Dated sessions of the series.
    Sessions,
    /// Facilities with opening hours.
    Facilities,
    /// Half-hour slots of the facilities.
    Slots,
    /// Single events.
    Events,
}

impl Kind {
    /// Reads the name that is part of a feed's address.
    pub(crate) fn named(name: &str) -> Option<Self> {
        match name {
            "series" => Some(Self::Series),
            "sessions" => Some(Self::Sessions),
            "facilities" => Some(Self::Facilities),
            "slots" => Some(Self::Slots),
            "events" => Some(Self::Events),
            _ => None,
        }
    }
}

/// A feed.
#[derive(Debug, Clone)]
pub(crate) struct Feed {
    /// Address of the publisher's folder; ids of items begin with it.
    pub(crate) base: String,
    /// Name in the address.
    pub(crate) name: String,
    /// What the items are.
    pub(crate) kind: Kind,
    /// How many items there are.
    pub(crate) count: usize,
    /// How many parents they have.
    pub(crate) parents: usize,
    /// Every so many-th item is a tombstone; none when 0.
    pub(crate) deleted_every: usize,
    /// How many of them change once more, at the end.
    pub(crate) changed: usize,
}

impl Feed {
    /// Writes a page, from 0; the one after the last is empty and leads to itself.
    pub(crate) fn page(&self, number: usize) -> String {
        // What changes begins a page of its own: those before it were read to their end.
        let pages = self.count.div_ceil(PAGE);
        let (begin, end) = match number.checked_sub(pages) {
            None => (number * PAGE, self.count),
            Some(again) => (self.count + again * PAGE, self.count + self.changed),
        };
        let next = (number + 1).min(pages + self.changed.div_ceil(PAGE));
        let items = (begin.min(end)..(begin + PAGE).min(end)).map(|at| self.item(at));
        let items = items.collect::<Vec<_>>().join(",");
        let (base, name) = (&self.base, &self.name);
        format!(
            r#"{{"next":"{base}/{name}?after={next}","items":[{items}],"license":"{LICENSE}"}}"#
        )
    }

    fn item(&self, at: usize) -> String {
        // What changes is spread over all of them.
        let again = (at + PAGE).saturating_sub(self.count) / PAGE;
        let n = if at >= self.count {
            (at - self.count) * (self.count / self.changed.max(1)).max(1) % self.count
        } else {
            at
        };
        let modified = 1_790_000_000 + at;
        let is_deleted = self.deleted_every > 0 && n % self.deleted_every == self.deleted_every - 1;
        let kind = match self.kind {
            Kind::Series => "SessionSeries",
            Kind::Sessions => "ScheduledSession",
            Kind::Facilities => "FacilityUse",
            Kind::Slots => "FacilityUse/Slot",
            Kind::Events => "Event",
        };
        if is_deleted {
            return format!(
                r#"{{"state":"deleted","kind":"{kind}","id":"{n}","modified":{modified}}}"#
            );
        }
        let data = match self.kind {
            Kind::Series => self.series(n, again),
            Kind::Sessions => self.session(n, again),
            Kind::Facilities => self.facility(n),
            Kind::Slots => self.slot(n, again),
            Kind::Events => self.event(n),
        };
        format!(
            r#"{{"state":"updated","kind":"{kind}","id":"{n}","modified":{modified},"data":{data}}}"#
        )
    }

    fn series(&self, n: usize, again: usize) -> String {
        let pounds = 5 + again;
        let day = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"][n % 5];
        let name = ["Yoga", "Aqua Aerobics", "Walking Football", "Spin"][n % 4];
        let words =
            "A friendly session for everyone who wants to move more, meet people and feel better. "
                .repeat(8);
        let base = &self.base;
        format!(
            r#"{{"@context":["https://openactive.io/","https://openactive.io/ns-beta"],"@type":"SessionSeries","@id":"{base}/api/session-series/{n}","identifier":{n},"name":"{name} {n}","description":"{words}","url":"{base}/book/{n}","activity":[{{"@type":"Concept","prefLabel":"Yoga","inScheme":"https://openactive.io/activity-list","@id":"https://openactive.io/activity-list#bf1a5e00-cdcf-465d-8c5a-6f57040b7f7e"}}],{who_and_where},"ageRange":{{"@type":"QuantitativeValue","minValue":16}},"genderRestriction":"https://openactive.io/NoRestriction","level":["Beginner"],"eventSchedule":[{{"@type":"Schedule","repeatFrequency":"P1W","byDay":["https://schema.org/{day}"],"startDate":"2026-01-05","startTime":"18:30","endTime":"19:30","scheduleTimezone":"Europe/London","scheduledEventType":"ScheduledSession"}}],"offers":[{{"@type":"Offer","@id":"{base}/api/session-series/{n}#/offers/1","name":"Adult","price":{pounds}.5,"priceCurrency":"GBP"}}]}}"#,
            who_and_where = self.who_and_where(n),
        )
    }

    fn who_and_where(&self, n: usize) -> String {
        let (base, trust, centre) = (&self.base, n % 50, n % CENTRES);
        let is_even = n.is_multiple_of(2);
        let (postcode, Spot { latitude, longitude, .. }) = SPOTS[centre];
        format!(
            r#""organizer":{{"@type":"Organization","@id":"{base}/api/o/{trust}","name":"Leisure Trust {trust}","url":"{base}","telephone":"01632 960 100","email":"hello@bench.example.org"}},"location":{{"@type":"Place","@id":"{base}/api/places/{centre}","name":"Leisure Centre {centre}","address":{{"@type":"PostalAddress","streetAddress":"Mill Lane","addressLocality":"Anytown","addressRegion":"Oxfordshire","postalCode":"{postcode}","addressCountry":"GB"}},"geo":{{"@type":"GeoCoordinates","latitude":{latitude:.4},"longitude":{longitude:.4}}},"amenityFeature":[{{"@type":"Showers","name":"Showers","value":true}},{{"@type":"Parking","name":"Parking","value":{is_even}}}]}}"#
        )
    }

    fn session(&self, n: usize, again: usize) -> String {
        let (base, parents) = (&self.base, self.parents.max(1));
        let (parent, places) = (n % parents, (n + again) % 20);
        // On the days of the schedule of its series, week after week.
        let date = MONDAY + Days::new((parent % 5 + n / parents % 52 * 7) as u64);
        let offset = if (SUMMER..WINTER).contains(&date) { "+01:00" } else { "Z" };
        format!(
            r#"{{"@context":"https://openactive.io/","@type":"ScheduledSession","@id":"{base}/api/scheduled-sessions/{n}","superEvent":"{base}/api/session-series/{parent}","startDate":"{date}T18:30:00{offset}","endDate":"{date}T19:30:00{offset}","duration":"PT1H","maximumAttendeeCapacity":20,"remainingAttendeeCapacity":{places}}}"#,
        )
    }

    fn facility(&self, n: usize) -> String {
        let base = &self.base;
        format!(
            r#"{{"@context":["https://openactive.io/","https://openactive.io/ns-beta"],"@type":"FacilityUse","@id":"{base}/api/facility-uses/{n}","identifier":{n},"name":"Badminton court {n}","description":"Bring your own racket, or hire one at the desk.","url":"{base}/courts/{n}","activity":[{{"@type":"Concept","prefLabel":"Badminton","inScheme":"https://openactive.io/activity-list","@id":"https://openactive.io/activity-list#02a28bb8-fb7e-4cf6-8a83-5a0e2a0d6c3f"}}],{who_and_where}}}"#,
            who_and_where = self.who_and_where(n),
        )
    }

    fn slot(&self, n: usize, again: usize) -> String {
        let (base, parents) = (&self.base, self.parents.max(1));
        let nth = n / parents;
        let (hour, half, day) = (8 + nth / 2 % 12, nth % 2 * 30, 1 + nth / 24 % 28);
        let month = 1 + nth / 672 % 12;
        let uses = (n + again) % 2;
        format!(
            r#"{{"@context":["https://openactive.io/","https://openactive.io/ns-beta"],"@type":"Slot","@id":"{base}/api/slots/{n}","facilityUse":"{base}/api/facility-uses/{parent}","identifier":"slot-{n}","startDate":"2027-{month:02}-{day:02}T{hour:02}:{half:02}:00Z","endDate":"2027-{month:02}-{day:02}T{hour:02}:{end:02}:00Z","duration":"PT29M","remainingUses":{uses},"maximumUses":1,"offers":[{{"@type":"Offer","@id":"{base}/api/facility-uses/{parent}#/offers/1","name":"30 minutes","price":9.5,"priceCurrency":"GBP","openBookingInAdvance":"https://openactive.io/Required","url":"{base}/courts/{parent}/book"}}]}}"#,
            parent = n % parents,
            end = half + 29,
        )
    }

    fn event(&self, n: usize) -> String {
        let base = &self.base;
        let (month, day) = (1 + n / 28 % 12, 1 + n % 28);
        format!(
            r#"{{"@context":["https://openactive.io/","https://openactive.io/ns-beta"],"@type":"Event","@id":"{base}/api/events/{n}","identifier":{n},"name":"Group run {n}","description":"An easy run around the park, for all paces.","url":"{base}/events/{n}","startDate":"2027-{month:02}-{day:02}T09:00:00Z","endDate":"2027-{month:02}-{day:02}T10:00:00Z","isAccessibleForFree":true,"activity":[{{"@type":"Concept","prefLabel":"Running","inScheme":"https://openactive.io/activity-list","@id":"https://openactive.io/activity-list#72ddb2dc-7d75-424e-880a-d90eabe91381"}}],{who_and_where}}}"#,
            who_and_where = self.who_and_where(n),
        )
    }
}
