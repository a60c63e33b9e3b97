//! Where the sample sessions take place: invented venues at real postcodes of Bristol.

use serde_json::Value;
use serde_json::json;

/// A venue.
#[derive(Debug, Clone, Copy)]
pub(super) struct Venue {
    pub(super) name: &'static str,
    street: &'static str,
    area: &'static str,
    postcode: &'static str,
    latitude: f64,
    longitude: f64,
    /// Which of the eight [`AMENITIES`] it has.
    has: &'static [&'static str],
}

impl Venue {
    /// Returns the place with its address in one string.
    pub(super) fn with_text_address(&self) -> Value {
        let address = format!("{}, {}, Bristol, {}", self.street, self.area, self.postcode);
        self.place(&json!(address))
    }

    /// Returns the place with a `PostalAddress`.
    pub(super) fn with_postal_address(&self) -> Value {
        self.place(&json!({
            "@type": "PostalAddress",
            "streetAddress": format!("{}, {}", self.street, self.area),
            "addressLocality": "Bristol",
            "addressRegion": "Bristol, City of",
            "postalCode": self.postcode,
            "addressCountry": "GB",
        }))
    }

    fn place(&self, address: &Value) -> Value {
        json!({
            "@type": "Place",
            "name": self.name,
            "address": address,
            "geo": {
                "@type": "GeoCoordinates",
                "latitude": self.latitude,
                "longitude": self.longitude,
            },
        })
    }

    /// Returns all eight amenities, present and absent.
    pub(super) fn amenities(&self) -> Value {
        let feature = |&(kind, label): &(&str, &str)| json!({ "@type": kind, "name": label, "value": self.has.contains(&kind) });
        AMENITIES.iter().map(feature).collect()
    }
}

const AMENITIES: [(&str, &str); 8] = [
    ("ChangingFacilities", "Changing Facilities"),
    ("Showers", "Showers"),
    ("Toilets", "Toilets"),
    ("Lockers", "Lockers"),
    ("Towels", "Towels"),
    ("Creche", "Creche"),
    ("Parking", "Parking"),
    ("BabyChanging", "Baby Changing"),
];

const OUTDOORS: &[&str] = &["Parking"];
const PARK: &[&str] = &["Toilets", "Parking"];
const HALL: &[&str] = &["Toilets", "BabyChanging"];
const CENTRE: &[&str] = &["ChangingFacilities", "Toilets", "Parking", "BabyChanging"];
const LEISURE: &[&str] =
    &["ChangingFacilities", "Showers", "Toilets", "Lockers", "Parking", "BabyChanging"];

pub(super) const SAILMAKERS: Venue = Venue {
    name: "The Sailmakers' Hall",
    street: "Narrow Quay",
    area: "Harbourside",
    postcode: "BS1 4QA",
    latitude: 51.4491,
    longitude: -2.5975,
    has: HALL,
};
pub(super) const COLLEGE_GREEN: Venue = Venue {
    name: "College Green Bandstand",
    street: "College Green",
    area: "City Centre",
    postcode: "BS1 5TR",
    latitude: 51.4526,
    longitude: -2.6011,
    has: &[],
};
pub(super) const DOCKSIDE: Venue = Venue {
    name: "Dockside Boat Shed",
    street: "Gas Ferry Road",
    area: "Spike Island",
    postcode: "BS1 6TY",
    latitude: 51.449,
    longitude: -2.6083,
    has: &["ChangingFacilities", "Toilets", "Lockers"],
};
pub(super) const LAMPLIGHTERS: Venue = Venue {
    name: "Lamplighters Community Centre",
    street: "Trinity Road",
    area: "Lawrence Hill",
    postcode: "BS2 0NW",
    latitude: 51.4579,
    longitude: -2.573,
    has: CENTRE,
};
pub(super) const WATERCRESS: Venue = Venue {
    name: "Watercress Yard Gardens",
    street: "Watercress Road",
    area: "St Werburghs",
    postcode: "BS2 9YJ",
    latitude: 51.4721,
    longitude: -2.5776,
    has: HALL,
};
pub(super) const MARLBOROUGH: Venue = Venue {
    name: "Marlborough Wellbeing Hub",
    street: "Marlborough Street",
    area: "Kingsdown",
    postcode: "BS2 8HW",
    latitude: 51.4584,
    longitude: -2.5964,
    has: HALL,
};
pub(super) const WINDMILL: Venue = Venue {
    name: "Windmill Terrace Hall",
    street: "Philip Street",
    area: "Bedminster",
    postcode: "BS3 4EA",
    latitude: 51.4412,
    longitude: -2.5873,
    has: HALL,
};
pub(super) const ASHTON: Venue = Venue {
    name: "Ashton Vale Sports Ground",
    street: "Ashton Road",
    area: "Ashton",
    postcode: "BS3 2EJ",
    latitude: 51.4401,
    longitude: -2.6203,
    has: CENTRE,
};
pub(super) const HILLTOP: Venue = Venue {
    name: "Knowle Hilltop Centre",
    street: "Leinster Avenue",
    area: "Knowle West",
    postcode: "BS4 1NL",
    latitude: 51.4223,
    longitude: -2.5936,
    has: CENTRE,
};
pub(super) const ARNOS: Venue = Venue {
    name: "Arnos Walled Garden",
    street: "Bath Road",
    area: "Arnos Vale",
    postcode: "BS4 3EW",
    latitude: 51.4414,
    longitude: -2.566,
    has: PARK,
};
pub(super) const EASTON: Venue = Venue {
    name: "Avonvale Easton Leisure Centre",
    street: "Thrissell Street",
    area: "Easton",
    postcode: "BS5 0SW",
    latitude: 51.4623,
    longitude: -2.5696,
    has: LEISURE,
};
pub(super) const HORFIELD: Venue = Venue {
    name: "Horfield Pavilion",
    street: "Filton Avenue",
    area: "Horfield",
    postcode: "BS7 0BF",
    latitude: 51.4861,
    longitude: -2.5833,
    has: CENTRE,
};
pub(super) const DOWNS: Venue = Venue {
    name: "Clifton Down Meadow",
    street: "Guthrie Road",
    area: "Clifton",
    postcode: "BS8 3HA",
    latitude: 51.4634,
    longitude: -2.6221,
    has: OUTDOORS,
};
pub(super) const TRIANGLE: Venue = Venue {
    name: "Avonvale Triangle Sports Hall",
    street: "Tyndall Avenue",
    area: "Tyndalls Park",
    postcode: "BS8 1TH",
    latitude: 51.4585,
    longitude: -2.6031,
    has: LEISURE,
};
pub(super) const BLAISE: Venue = Venue {
    name: "Blaise Woodland Lodge",
    street: "Henbury Road",
    area: "Henbury",
    postcode: "BS10 7QS",
    latitude: 51.506,
    longitude: -2.6338,
    has: PARK,
};
pub(super) const SOUTHMEAD: Venue = Venue {
    name: "Southmead Road Church Rooms",
    street: "Southmead Road",
    area: "Southmead",
    postcode: "BS10 5NB",
    latitude: 51.4963,
    longitude: -2.5913,
    has: HALL,
};
pub(super) const HENGROVE: Venue = Venue {
    name: "Avonvale Hengrove Leisure Centre",
    street: "Hengrove Promenade",
    area: "Hengrove",
    postcode: "BS14 0DE",
    latitude: 51.4133,
    longitude: -2.5857,
    has: LEISURE,
};
pub(super) const FROME: Venue = Venue {
    name: "Frome Valley Activity Centre",
    street: "Gill Avenue",
    area: "Fishponds",
    postcode: "BS16 2QQ",
    latitude: 51.4872,
    longitude: -2.5271,
    has: CENTRE,
};
