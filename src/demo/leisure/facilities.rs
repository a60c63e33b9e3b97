//! Courts, pitches and rooms for hire, and the times they can be booked.

use chrono::NaiveDate;
use chrono::TimeDelta;
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

pub(in crate::demo) const FACILITY_USES: &str = "/leisure/facility-uses";
pub(in crate::demo) const SLOTS: &str = "/leisure/slots";

/// Returns the facilities the feed starts with; one was demolished.
pub(in crate::demo) fn facility_drafts(_: Calendar) -> Vec<Draft> {
    let live = FACILITIES.iter().map(Facility::draft);
    let gone = Draft { kind: "FacilityUse", id: "trampoline-hall".to_owned(), data: None };
    live.chain([gone]).collect()
}

/// Returns the slots of the next two weeks; three were taken off the books.
pub(in crate::demo) fn slot_drafts(calendar: Calendar) -> Vec<Draft> {
    let mut drafts = Vec::new();
    for ahead in 1..=DAYS_AHEAD {
        for facility in &FACILITIES {
            facility.add_slots(calendar.day(ahead), &mut drafts);
        }
    }
    let gone = ["trampoline-hall-1", "trampoline-hall-2", "trampoline-hall-3"];
    drafts.extend(gone.map(|id| Draft { kind: "FacilityUse/Slot", id: id.to_owned(), data: None }));
    drafts
}

struct Facility {
    slug: &'static str,
    name: &'static str,
    about: &'static str,
    facility_type: &'static [Concept],
    venue: &'static Venue,
    /// The word before the number of a court; none when the facility is booked as one.
    unit: Option<&'static str>,
    /// How many courts, or how many bookings the whole facility takes at a time.
    count: usize,
    hours: &'static [&'static str],
    minutes: i64,
    prices: &'static [Price],
    /// States when it can be used, rather than leaving that to the slots.
    states_hours: bool,
}

impl Facility {
    fn draft(&self) -> Draft {
        let page = format!("https://avonvale.example.org/book/{}", self.slug);
        let body = json!({
            "@type": "FacilityUse",
            "@id": self.uri(),
            "identifier": self.slug,
            "name": self.name,
            "description": self.about,
            "url": page,
            "facilityType": concepts(self.facility_type),
            "provider": super::operator(),
            "location": super::centre(self.venue),
            "offers": opportunity::offers(self.prices, Some(&page)),
            "hoursAvailable": self.states_hours.then(super::opening_hours),
            "individualFacilityUse": self.units(),
        });
        let data = Some(opportunity::item(body));
        Draft { kind: "FacilityUse", id: self.slug.to_owned(), data }
    }

    fn units(&self) -> Vec<Value> {
        let Some(word) = self.unit else { return Vec::new() };
        let unit = |number: usize| {
            json!({
                "@type": "IndividualFacilityUse",
                "@id": self.unit_uri(number),
                "name": format!("{word} {number}"),
            })
        };
        (1..=self.count).map(unit).collect()
    }

    fn add_slots(&self, date: NaiveDate, drafts: &mut Vec<Draft>) {
        for start in self.hours {
            if self.unit.is_none() {
                drafts.push(self.slot(date, start, None));
                continue;
            }
            drafts.extend((1..=self.count).map(|number| self.slot(date, start, Some(number))));
        }
    }

    /// Returns a bookable time of one court, or of the facility as a whole.
    fn slot(&self, date: NaiveDate, start: &str, unit: Option<usize>) -> Draft {
        let begin = calendar::at(date, start);
        let stamp = begin.format("%Y%m%d%H%M");
        let id = format!("{}-{}-{stamp}", self.slug, unit.unwrap_or(0));
        let (kind, facility, most) = match unit {
            Some(number) => ("IndividualFacilityUse/Slot", self.unit_uri(number), 1),
            None => ("FacilityUse/Slot", self.uri(), self.count),
        };
        let body = json!({
            "@type": "Slot",
            "@id": format!("https://avonvale.example.org/api/slots/{id}"),
            "facilityUse": facility,
            "startDate": calendar::utc(begin),
            "endDate": calendar::utc(begin + TimeDelta::minutes(self.minutes)),
            "duration": calendar::duration(self.minutes),
            "remainingUses": remaining(&id, most),
            "maximumUses": most,
            "offers": opportunity::offers(self.prices, None),
        });
        Draft { kind, id, data: Some(opportunity::item(body)) }
    }

    fn uri(&self) -> String {
        format!("https://avonvale.example.org/api/facility-uses/{}", self.slug)
    }

    fn unit_uri(&self, number: usize) -> String {
        format!("{}/individual-facility-uses/{number}", self.uri())
    }
}

/// Returns how many bookings are left: invented, but the same for the same slot.
fn remaining(id: &str, most: usize) -> usize {
    id.bytes().map(usize::from).sum::<usize>() % (most + 1)
}

const DAYS_AHEAD: i64 = 14;

const FACILITIES: [Facility; 9] = [
    Facility {
        slug: "easton-badminton",
        name: "Badminton Courts",
        about: "Four marked courts with a sprung floor. Rackets and shuttles at reception.",
        facility_type: &[concept::BADMINTON_COURT],
        venue: &venues::EASTON,
        unit: Some("Court"),
        count: 4,
        hours: &["10:00", "18:00", "19:00"],
        minutes: 60,
        prices: &[("Peak", 1250), ("Concession", 800)],
        states_hours: false,
    },
    Facility {
        slug: "triangle-squash",
        name: "Squash Courts",
        about: "Two glass-backed courts.",
        facility_type: &[concept::SQUASH_COURT],
        venue: &venues::TRIANGLE,
        unit: Some("Court"),
        count: 2,
        hours: &["07:00", "12:00", "17:40"],
        minutes: 40,
        prices: &[("Court", 950)],
        states_hours: false,
    },
    Facility {
        slug: "hengrove-tennis",
        name: "Outdoor Tennis Courts",
        about: "Floodlit hard courts, resurfaced recently. One court has a wheelchair-width gate.",
        facility_type: &[concept::TENNIS_COURT],
        venue: &venues::HENGROVE,
        unit: Some("Court"),
        count: 3,
        hours: &["09:00", "17:00"],
        minutes: 60,
        prices: &[("Court", 700), ("Under 16", 350)],
        states_hours: true,
    },
    Facility {
        slug: "hengrove-padel",
        name: "Padel Courts",
        about: "Two covered courts. Bats are included in the price.",
        facility_type: &[concept::PADEL_TENNIS_COURT],
        venue: &venues::HENGROVE,
        unit: Some("Padel"),
        count: 2,
        hours: &["11:00", "19:30"],
        minutes: 90,
        prices: &[("Court", 3200)],
        states_hours: false,
    },
    Facility {
        slug: "hengrove-3g",
        name: "3G Football Pitch",
        about: "Full-size artificial pitch that splits in three.",
        facility_type: &[concept::FOOTBALL_PITCH],
        venue: &venues::HENGROVE,
        unit: Some("Third"),
        count: 3,
        hours: &["18:00", "20:00"],
        minutes: 60,
        prices: &[("One third", 4200)],
        states_hours: false,
    },
    Facility {
        slug: "easton-table-tennis",
        name: "Table Tennis Tables",
        about: "Six tables in the upper hall, bats included.",
        facility_type: &[concept::TABLE_TENNIS_TABLE],
        venue: &venues::EASTON,
        unit: None,
        count: 6,
        hours: &["10:00", "14:00"],
        minutes: 60,
        prices: &[("Table", 450), ("Concession", 250)],
        states_hours: true,
    },
    Facility {
        slug: "triangle-sports-hall",
        name: "Sports Hall",
        about: "The whole hall for clubs and parties, with seats for two hundred.",
        facility_type: &[concept::SPORTS_HALL],
        venue: &venues::TRIANGLE,
        unit: None,
        count: 1,
        hours: &["15:00", "20:00"],
        minutes: 60,
        prices: &[("Whole hall", 5500)],
        states_hours: false,
    },
    Facility {
        slug: "easton-dance-studio",
        name: "Mirror Studio",
        about: "A studio with mirrors, barres and a sound desk.",
        facility_type: &[concept::DANCE_STUDIO, concept::MULTI_PURPOSE_ROOM],
        venue: &venues::EASTON,
        unit: None,
        count: 1,
        hours: &["13:00", "16:00"],
        minutes: 60,
        prices: &[("Community group", 1600), ("Commercial", 2800)],
        states_hours: false,
    },
    Facility {
        slug: "triangle-cricket-nets",
        name: "Indoor Cricket Nets",
        about: "Two lanes with a bowling machine for adults.",
        facility_type: &[concept::CRICKET_NET],
        venue: &venues::TRIANGLE,
        unit: None,
        count: 2,
        hours: &["18:30"],
        minutes: 60,
        prices: &[("Lane", 1800)],
        states_hours: false,
    },
];
