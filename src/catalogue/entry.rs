//! What the catalogue needs to know of a service; kept beside its body, so that a start need not read
//! every body.

use chrono::NaiveDate;
use chrono::TimeDelta;
use hashbrown::HashSet;
use serde::Deserialize;
use serde::Serialize;

use super::features::Features;
use super::text;
use crate::openactive::DayRule;
use crate::openactive::parse_time;
use crate::oruk::Id;
use crate::oruk::LocationType;
use crate::oruk::Schedule;
use crate::oruk::Service;
use crate::places::Postcode;

/// What an entry that is written down begins with. Another number when its fields change.
const FORM: u8 = 1;

/// How many words most services have.
const USUAL_WORDS: usize = 200;

/// How many bytes most of them stand in outside of the description.
const USUAL_OTHER_BYTES: usize = 256;

/// A service as the index sees it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, Default)]
pub struct Entry {
    /// Name.
    #[serde(rename = "n")]
    pub name: String,
    /// Key of the publisher.
    #[serde(rename = "p")]
    pub publisher: String,
    /// The organisation.
    #[serde(rename = "o")]
    pub organization: Option<Id>,
    /// Whether only fields of the UK profile are published.
    #[serde(rename = "x", default)]
    pub is_strict: bool,
    /// In years.
    #[serde(rename = "a", default)]
    pub minimum_age: Option<f64>,
    /// In years.
    #[serde(rename = "z", default)]
    pub maximum_age: Option<f64>,
    /// What it is beside that.
    #[serde(rename = "f", default)]
    pub features: Features,
    /// Terms of the service and of its locations.
    #[serde(rename = "t", default)]
    pub terms: Vec<Id>,
    /// Where.
    #[serde(rename = "l", default)]
    pub places: Vec<PlaceEntry>,
    /// When.
    #[serde(rename = "s", default)]
    pub times: Vec<TimeEntry>,
    /// Every other word people may search for, folded, each once, with spaces between.
    #[serde(rename = "w", default)]
    pub words: String,
}

/// A place of a service.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct PlaceEntry {
    /// The service at location.
    #[serde(rename = "s")]
    pub service_at_location: Id,
    /// The location.
    #[serde(rename = "l")]
    pub location: Id,
    /// Latitude and longitude in degrees, when known.
    #[serde(rename = "g", default)]
    pub coordinates: Option<(f64, f64)>,
    /// The postcode, when it has the form of one.
    #[serde(rename = "c", default)]
    pub postcode: Option<PostcodeText>,
    /// Whether it is online.
    #[serde(rename = "v", default)]
    pub is_virtual: bool,
}

/// A postcode as it is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PostcodeText(pub Postcode);

impl TryFrom<String> for PostcodeText {
    type Error = &'static str;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        Postcode::parse(&text).map(Self).ok_or("not a postcode")
    }
}

impl From<PostcodeText> for String {
    fn from(postcode: PostcodeText) -> Self {
        postcode.0.to_string()
    }
}

/// Days and times of a schedule.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct TimeEntry {
    /// One bit for each day of the week, Monday the lowest.
    #[serde(rename = "d")]
    pub days: u8,
    /// Minutes after midnight.
    #[serde(rename = "o", default)]
    pub opens: Option<u16>,
    /// Minutes after midnight.
    #[serde(rename = "c", default)]
    pub closes: Option<u16>,
}

impl Entry {
    /// Makes the entry of a service.
    pub fn of(service: &Service, publisher: &str, is_strict: bool) -> Self {
        let of_places = service.service_at_locations.iter().flat_map(|at| {
            let accessibility = at.location.accessibility.iter().flat_map(|row| &row.attributes);
            at.location.attributes.iter().chain(accessibility)
        });
        let mut terms: Vec<Id> =
            service.attributes.iter().chain(of_places).map(|a| a.taxonomy_term_id).collect();
        terms.sort_unstable();
        terms.dedup();
        Self {
            name: service.name.clone(),
            publisher: publisher.to_owned(),
            organization: Some(service.organization_id),
            is_strict,
            minimum_age: service.minimum_age,
            maximum_age: service.maximum_age,
            features: Features::of(service),
            terms,
            places: places(service),
            times: service.schedules.iter().filter_map(time).collect(),
            words: words(service),
        }
    }

    /// Writes the entry down.
    pub fn to_bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(self.words.len() + self.name.len() + 256);
        bytes.push(FORM);
        postcard::to_extend(self, bytes).unwrap_or_default()
    }

    /// Reads an entry; nothing when another version of the program wrote it in a form unknown to this one.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes.split_first()? {
            (&FORM, entry) => postcard::from_bytes(entry).ok(),
            // The first versions wrote JSON.
            (b'{', _) => serde_json::from_slice(bytes).ok(),
            _ => None,
        }
    }
}

fn places(service: &Service) -> Vec<PlaceEntry> {
    let places = service.service_at_locations.iter().map(|at| PlaceEntry {
        service_at_location: at.id,
        location: at.location_id,
        coordinates: at.location.latitude.zip(at.location.longitude),
        postcode: at
            .location
            .addresses
            .iter()
            .find_map(|address| Postcode::parse(&address.postal_code).map(PostcodeText)),
        is_virtual: at.location.location_type == LocationType::Virtual,
    });
    places.collect()
}

fn time(schedule: &Schedule) -> Option<TimeEntry> {
    let minutes = |text: &Option<String>| {
        let time = parse_time(text.as_deref()?)?;
        u16::try_from(chrono::Timelike::num_seconds_from_midnight(&time) / 60).ok()
    };
    let days = days(schedule);
    let (opens, closes) = (minutes(&schedule.opens_at), minutes(&schedule.closes_at));
    (days != 0 || opens.is_some()).then_some(TimeEntry { days, opens, closes })
}

/// The days of the week of a rule, else of its single date, which may span several.
fn days(schedule: &Schedule) -> u8 {
    let bit = |day: chrono::Weekday| 1 << day.num_days_from_monday();
    if let Some(byday) = &schedule.byday {
        let rules = byday.split(',').filter_map(DayRule::parse);
        return rules.fold(0, |days, rule| days | bit(rule.weekday));
    }
    if schedule.freq.is_some() {
        return 0;
    }
    let date = |text: &Option<String>| crate::openactive::parse_date(text.as_deref()?);
    let Some(first) = date(&schedule.dtstart) else { return 0 };
    // What takes longer is no event of several days, but a course, of which nobody knows the days.
    let is_event = |last: &NaiveDate| *last - first <= LONGEST_EVENT;
    let last = date(&schedule.valid_to).filter(is_event).unwrap_or(first);
    let dates = first.iter_days().take_while(|day| *day == first || *day <= last);
    dates.fold(0, |days, day| days | bit(chrono::Datelike::weekday(&day)))
}

/// How long an event may take that is on each day.
const LONGEST_EVENT: TimeDelta = TimeDelta::days(14);

fn words(service: &Service) -> String {
    let name = text::fold_for_words(&service.name);
    let description = service.description.as_deref().unwrap_or_default();
    let mut all = String::with_capacity(description.len() + USUAL_OTHER_BYTES);
    let mut add = |part: &str| {
        all.push_str(&text::fold_for_words(part));
        all.push(' ');
    };
    add(description);
    add(&service.organization.name);
    for attribute in &service.attributes {
        add(&attribute.taxonomy_term.name);
    }
    for at in &service.service_at_locations {
        add(at.location.name.as_deref().unwrap_or_default());
        for address in &at.location.addresses {
            add(&address.address_1);
            add(&address.city);
            add(&address.postal_code);
        }
    }
    let mut seen: HashSet<&str> = HashSet::with_capacity(USUAL_WORDS);
    seen.extend(text::words_of(&name));
    let mut words = String::with_capacity(all.len());
    for word in text::words_of(&all).filter(|word| seen.insert(word)) {
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_are_read_in_every_form_they_were_written_in() {
        let place = PlaceEntry {
            service_at_location: Id::derive("a", &[]),
            location: Id::derive("b", &[]),
            coordinates: Some((51.45, -2.6)),
            postcode: Postcode::parse("BS1 5TR").map(PostcodeText),
            is_virtual: false,
        };
        let entry = Entry {
            name: "{Yoga}".to_owned(),
            publisher: "p".to_owned(),
            minimum_age: Some(16.5),
            terms: vec![Id::derive("c", &[])],
            places: vec![place],
            times: vec![TimeEntry { days: 3, opens: Some(540), closes: None }],
            ..Entry::default()
        };
        let bytes = entry.to_bytes();
        assert_eq!(Entry::from_bytes(&bytes), Some(entry.clone()));
        assert_eq!(Entry::from_bytes(&bytes[..bytes.len() - 1]), None);
        let json = serde_json::to_vec(&entry).unwrap();
        assert_eq!(Entry::from_bytes(&json), Some(entry));
        let first = br#"{"n":"Yoga","p":"p","w":"mat"}"#;
        assert_eq!(Entry::from_bytes(first).unwrap().words, "mat");
        assert_eq!(Entry::from_bytes(b""), None);
    }

    #[test]
    fn an_event_of_several_days_is_on_all_of_them() {
        let days_of = |more: serde_json::Value| {
            let id = Id::derive("a", &[]);
            let mut schedule = serde_json::json!({
                "id": id, "service_id": id, "description": "", "attending_type": "In person",
            });
            schedule.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            days(&serde_json::from_value(schedule).unwrap())
        };
        let of = |first: &str, last: &str| {
            days_of(serde_json::json!({ "dtstart": first, "valid_from": first, "valid_to": last }))
        };
        // The third of October 2026 is a Saturday.
        assert_eq!(of("2026-10-03", "2026-10-03"), 0b010_0000);
        assert_eq!(of("2026-10-03", "2026-10-05"), 0b110_0001);
        assert_eq!(of("2026-10-03", "2026-10-17"), 0b111_1111);
        // A course of eleven weeks.
        assert_eq!(of("2026-10-03", "2026-12-19"), 0b010_0000);
        assert_eq!(of("2026-10-03", "2026-10-01"), 0b010_0000);
        assert_eq!(days_of(serde_json::json!({ "dtstart": "2026-10-03" })), 0b010_0000);
        let rule = serde_json::json!({ "freq": "MONTHLY", "dtstart": "2026-10-03", "valid_to": "2026-12-31" });
        assert_eq!(days_of(rule), 0);
    }
}
