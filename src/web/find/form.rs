//! The form of the finder: what was filled in, what it asks of the catalogue, and what is wrong with it.

use url::form_urlencoded;

use crate::catalogue::Features;
use crate::catalogue::Near;
use crate::catalogue::Query;
use crate::catalogue::When;
use crate::oruk::Id;
use crate::places::District;
use crate::places::Gazetteer;
use crate::places::Postcode;

const METRES_PER_MILE: f64 = 1609.344;

/// Distances to choose among, in miles.
pub(super) const MILES: [&str; 6] = ["1", "2", "5", "10", "25", "50"];

/// How far is looked when nothing is chosen, in miles.
const USUAL_MILES: &str = "5";

pub(super) const DAYS: [&str; 7] =
    ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];

/// Times of day: value, words, from and until when a session begins, in minutes after midnight.
pub(super) const TIMES: [(&str, &str, u16, u16); 3] = [
    ("morning", "Morning, before 12", 0, 720),
    ("afternoon", "Afternoon, 12 to 5", 720, 1020),
    ("evening", "Evening, after 5", 1020, 1440),
];

/// What a service may be asked to be: name of the field, words, feature.
pub(super) const FEATURES: [(&str, &str, Features); 4] = [
    ("free", "Free", Features::FREE),
    ("accessible", "Supports disabled people", Features::ACCESSIBLE),
    ("women", "Women and girls only", Features::WOMEN_ONLY),
    ("online", "Online", Features::ONLINE),
];

/// A form as it was filled in.
#[derive(Debug)]
pub(super) struct Form {
    pub(super) search: String,
    pub(super) place: String,
    pub(super) distance: String,
    pub(super) day: String,
    pub(super) time: String,
    pub(super) age: String,
    pub(super) activity: String,
    /// Names of the features asked for.
    pub(super) features: Vec<&'static str>,
    /// From 1.
    pub(super) page: usize,
    /// Whether a map is shown beside the list.
    pub(super) is_mapped: bool,
    /// What it asks of the catalogue.
    pub(super) query: Query,
    pub(super) errors: Vec<Error>,
    /// Whether a distance can be counted from the place.
    pub(super) is_near: bool,
}

/// What is wrong with a field.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Error {
    pub(super) field: &'static str,
    pub(super) message: &'static str,
}

impl Form {
    /// Reads a query. A choice that is not offered is wrong, and the field is as if nothing were chosen.
    pub(super) fn read(query: &str, gazetteer: &Gazetteer) -> Self {
        let pairs: Vec<(String, String)> =
            form_urlencoded::parse(query.as_bytes()).into_owned().collect();
        let value = |wanted: &str| {
            let found = pairs.iter().find(|(name, _)| name == wanted);
            found.map(|(_, value)| value.trim().to_owned()).unwrap_or_default()
        };
        let mut errors = Vec::new();
        let mut choice = |field: &'static str, message, is_offered: &dyn Fn(&str) -> bool| {
            let value = value(field);
            if value.is_empty() || is_offered(&value) {
                return value;
            }
            errors.push(Error { field, message });
            String::new()
        };
        let is_time = |time: &str| TIMES.iter().any(|(value, ..)| *value == time);
        let is_miles = |miles: &str| MILES.contains(&miles);
        let distance = choice("distance", "Choose a distance from the list", &is_miles);
        let is_id = |id: &str| Id::parse(id).is_some();
        let activity = choice("activity", "Choose an activity from the list", &is_id);
        let day = choice("day", "Choose a day from the list", &|day| DAYS.contains(&day));
        let time = choice("time", "Choose a time of day from the list", &is_time);
        let features = FEATURES.iter().map(|(name, ..)| *name);
        let mut form = Self {
            search: value("search"),
            place: value("place"),
            distance: if distance.is_empty() { USUAL_MILES.to_owned() } else { distance },
            day,
            time,
            age: value("age"),
            activity,
            features: features.filter(|name| !value(name).is_empty()).collect(),
            page: value("page").parse().ok().filter(|page| *page >= 1).unwrap_or(1),
            is_mapped: !value("map").is_empty(),
            query: Query::default(),
            errors,
            is_near: false,
        };
        form.ask(gazetteer);
        form
    }

    /// Tells whether a feature is asked for.
    pub(super) fn has(&self, feature: &str) -> bool {
        self.features.contains(&feature)
    }

    /// Returns what is wrong with a field.
    pub(super) fn error(&self, field: &str) -> Option<&'static str> {
        self.errors.iter().find(|error| error.field == field).map(|error| error.message)
    }

    /// Returns the query of another page.
    pub(super) fn with_page(&self, page: usize) -> String {
        self.encode(&[], page)
    }

    /// Returns the query of the same page with a map if there is none, and the other way round.
    pub(super) fn with_map_or_not(&self) -> String {
        if self.is_mapped {
            return self.encode(&["map"], self.page);
        }
        let query = self.encode(&[], self.page);
        if query.is_empty() { "map=yes".to_owned() } else { format!("{query}&map=yes") }
    }

    /// Returns what narrows the answer, each with the query without it.
    pub(super) fn narrowed_by(&self) -> Vec<(String, String)> {
        let mut narrowed = Vec::new();
        let mut add = |field: &'static str, words: String| {
            narrowed.push((words, self.encode(&[field], 1)));
        };
        for (field, words) in [
            ("search", format!("“{}”", self.search)),
            ("place", self.place_words()),
            ("day", self.day.clone()),
            ("time", self.time.clone()),
            ("age", format!("age {}", self.age)),
            ("activity", "the activity".to_owned()),
        ] {
            if !self.value(field).is_empty() {
                add(field, words);
            }
        }
        for (field, words, _) in FEATURES {
            if self.has(field) {
                add(field, words.to_lowercase());
            }
        }
        narrowed
    }

    fn place_words(&self) -> String {
        if self.is_near {
            let plural = if self.distance == "1" { "" } else { "s" };
            format!("within {} mile{plural} of {}", self.distance, self.place)
        } else {
            format!("“{}” in the address", self.place)
        }
    }

    fn ask(&mut self, gazetteer: &Gazetteer) {
        self.query.terms = Id::parse(&self.activity).into_iter().collect();
        let day = DAYS.iter().position(|day| *day == self.day);
        let time = TIMES.iter().find(|(value, ..)| *value == self.time);
        let when = When {
            days: day.map_or(0, |day| 1 << day),
            start_time: time.map(|(.., from, _)| *from),
            starts_before: time.map(|(.., until)| *until),
            ..When::default()
        };
        self.query.when = vec![when];
        self.query.when.retain(|when| *when != When::default());
        for (name, _, feature) in FEATURES {
            if self.has(name) {
                self.query.features = self.query.features.with(feature);
            }
        }
        match self.age.parse::<f64>() {
            _ if self.age.is_empty() => {}
            Ok(age) if (0.0..=120.0).contains(&age) => self.query.age = Some(age),
            _ => self.wrong("age", "Enter an age in years, such as 8 or 65"),
        }
        self.look_around(gazetteer);
        let words = if self.is_near { "" } else { &self.place };
        let search = format!("{words} {}", self.search);
        self.query.search = Some(search.trim().to_owned()).filter(|search| !search.is_empty());
    }

    /// Looks around a postcode or the middle of a district; the words of any other place have to occur in
    /// the service.
    fn look_around(&mut self, gazetteer: &Gazetteer) {
        let spot = if let Some(postcode) = Postcode::parse(&self.place) {
            gazetteer.find(&postcode).map(|spot| (spot.latitude, spot.longitude))
        } else if District::is_name(&self.place) {
            gazetteer.district(&self.place).map(|it| (it.latitude, it.longitude))
        } else {
            return;
        };
        self.is_near = true;
        match spot {
            // What is online is nowhere, so it is as near as can be.
            Some(_) if self.has("online") => {}
            Some((latitude, longitude)) => {
                let miles: f64 = self.distance.parse().unwrap_or_default();
                let within_m = miles * METRES_PER_MILE;
                self.query.near = Some(Near { latitude, longitude, within_m });
            }
            None => self.wrong(
                "place",
                "Enter a postcode of Great Britain, or its first part, that exists, or a town",
            ),
        }
    }

    fn wrong(&mut self, field: &'static str, message: &'static str) {
        self.errors.push(Error { field, message });
    }

    fn value(&self, field: &str) -> &str {
        match field {
            "search" => &self.search,
            "place" => &self.place,
            "day" => &self.day,
            "time" => &self.time,
            "age" => &self.age,
            "activity" => &self.activity,
            _ => "",
        }
    }

    fn encode(&self, without: &[&str], page: usize) -> String {
        let mut query = form_urlencoded::Serializer::new(String::new());
        for field in ["search", "place", "day", "time", "age", "activity"] {
            let value = self.value(field);
            if !value.is_empty() && !without.contains(&field) {
                query.append_pair(field, value);
            }
        }
        if self.is_near && !without.contains(&"place") {
            query.append_pair("distance", &self.distance);
        }
        for name in self.features.iter().filter(|name| !without.contains(name)) {
            query.append_pair(name, "yes");
        }
        if self.is_mapped && !without.contains(&"map") {
            query.append_pair("map", "yes");
        }
        if page > 1 {
            query.append_pair("page", &page.to_string());
        }
        query.finish()
    }
}

/// Writes a distance in metres as people in Britain say it.
pub(super) fn miles(metres: f64) -> String {
    let miles = metres / METRES_PER_MILE;
    match miles {
        ..0.1 => "less than 0.1 miles".to_owned(),
        ..10.0 => format!("{miles:.1} miles"),
        _ => format!("{miles:.0} miles"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn form(query: &str) -> Form {
        Form::read(query, &Gazetteer::embedded().unwrap())
    }

    #[test]
    fn a_postcode_is_looked_around_and_other_places_are_words() {
        let around = form("place=bs1+5tr&distance=2&search=yoga");
        let near = around.query.near.unwrap();
        assert!((near.latitude - 51.45).abs() < 0.05 && (near.longitude + 2.6).abs() < 0.05);
        assert!((near.within_m - 3218.688).abs() < 0.001);
        assert_eq!(around.query.search.as_deref(), Some("yoga"));
        let named = form("place=Bristol&search=yoga").query;
        assert_eq!((named.near, named.search.as_deref()), (None, Some("Bristol yoga")));
        assert_eq!(form("place=BS1+5TR&online=yes").query.near, None);
        let district = form("place=bs1&search=yoga");
        let near = district.query.near.unwrap();
        assert!((near.latitude - 51.45).abs() < 0.05 && (near.longitude + 2.6).abs() < 0.05);
        assert_eq!(district.query.search.as_deref(), Some("yoga"));
        assert_eq!(district.narrowed_by()[1].0, "within 5 miles of bs1");
    }

    #[test]
    fn what_cannot_be_is_told_at_its_field() {
        for (query, field) in [
            ("age=old", "age"),
            ("age=-1", "age"),
            ("place=ZE9+9ZZ", "place"),
            ("place=ZE77", "place"),
            ("day=MO", "day"),
            ("time=night", "time"),
            ("activity=yoga", "activity"),
            ("distance=7", "distance"),
        ] {
            let form = form(query);
            assert_eq!(form.errors.len(), 1, "{query}");
            assert!(form.error(field).is_some(), "{query}");
        }
        assert_eq!(form("age=&day=&time=&activity=&distance=&page=0").errors, []);
    }

    #[test]
    fn a_query_is_written_as_it_was_read() {
        let query = "search=a%26b&day=Monday&time=evening&age=8&free=yes&women=yes";
        assert_eq!(form(query).with_page(1), query);
        assert_eq!(form(query).with_page(3), format!("{query}&page=3"));
        let without: Vec<String> = form("search=yoga&free=yes")
            .narrowed_by()
            .into_iter()
            .map(|(_, query)| query)
            .collect();
        assert_eq!(without, ["free=yes", "search=yoga"]);
        assert_eq!(form("search=yoga").with_map_or_not(), "search=yoga&map=yes");
        assert_eq!(form("").with_map_or_not(), "map=yes");
        assert_eq!(form("map=yes&search=yoga").with_map_or_not(), "search=yoga");
        assert_eq!(form("map=yes&search=yoga").with_page(2), "search=yoga&map=yes&page=2");
    }

    #[test]
    fn distances_are_told_in_miles() {
        for (metres, words) in
            [(20.0, "less than 0.1 miles"), (1609.344, "1.0 miles"), (40_000.0, "25 miles")]
        {
            assert_eq!(miles(metres), words);
        }
    }
}
