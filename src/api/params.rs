//! Query parameters: read strictly, each error naming the parameter and what would be right.
//!
//! Different parameters narrow a query. Days, ids and vocabularies given several times widen it; whatever else has
//! more than one value is refused, since none of them is more meant than the others. Parameters this API does not
//! know are passed over, as links often carry some of their own.

use std::num::IntErrorKind;

use chrono::DateTime;
use chrono::Utc;

use super::error::Problem;
use crate::catalogue::Features;
use crate::catalogue::Near;
use crate::catalogue::Query;
use crate::catalogue::When;
use crate::openactive::DayRule;
use crate::openactive::parse_date;
use crate::openactive::parse_time;
use crate::oruk::Id;
use crate::places::BoundingBox;
use crate::places::Gazetteer;
use crate::places::Postcode;

/// How many items a page holds unless asked otherwise.
const DEFAULT_PER_PAGE: usize = 50;

/// How many items a page may hold.
pub(super) const MAX_PER_PAGE: u32 = 1_000;

/// The last page that may be asked for.
pub(super) const MAX_PAGE: u32 = 1_000_000;

/// How far `proximity` may reach: farther than Great Britain is long.
const MAX_PROXIMITY_M: f64 = 1_500_000.0;

/// How old anybody may be asked for, in years.
const MAX_AGE: f64 = 150.0;

/// What `day` takes.
const DAY: &str = "a day such as MO";

/// What `start_time` takes.
const START_TIME: &str = "a time such as 18:30";

/// What `end_time` takes.
const END_TIME: &str = "a time such as 20:00";

/// What `modified_after` takes.
const INSTANT: &str =
    "a date, or a date and time with `Z` or an offset, such as 2026-11-29T13:00:00Z";

/// The parameters of a request.
#[derive(Debug, Default)]
pub(super) struct Params(Vec<(String, String)>);

/// Which page is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Paging {
    /// From 1.
    pub(super) page: usize,
    pub(super) per_page: usize,
}

impl Paging {
    /// Returns how many items come before the page.
    pub(super) fn offset(self) -> usize {
        (self.page - 1).saturating_mul(self.per_page)
    }

    /// Returns the number of the last page of so many items.
    pub(super) fn last(self, total: usize) -> usize {
        total.div_ceil(self.per_page).max(1)
    }
}

impl Params {
    /// Reads the query of a request.
    pub(super) fn parse(query: Option<&str>) -> Self {
        let query = query.unwrap_or_default();
        Self(url::form_urlencoded::parse(query.as_bytes()).into_owned().collect())
    }

    /// Returns the values of a parameter that are not empty.
    pub(super) fn all(&self, name: &str) -> impl Iterator<Item = &str> {
        self.given(name).filter(|value| !value.is_empty())
    }

    /// Returns the values of a parameter, also empty ones.
    fn given(&self, name: &str) -> impl Iterator<Item = &str> {
        let named = self.0.iter().filter(move |(key, _)| name_of(key) == name);
        named.map(|(_, value)| value.trim())
    }

    /// Returns the value of a parameter that has no more than one.
    pub(super) fn one(&self, parameter: &'static str) -> Result<Option<&str>, Problem> {
        let mut values = self.all(parameter);
        let value = values.next();
        match values.next() {
            None => Ok(value),
            Some(_) => Err(Problem::Unreadable { parameter, expected: "it once, with one value" }),
        }
    }

    fn read<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Option<T>, Problem> {
        read_value(self.one(parameter)?, parameter, expected, parse)
    }

    /// Reads a parameter of which several values widen the query.
    pub(super) fn read_all<T>(
        &self,
        parameter: &'static str,
        expected: &'static str,
        parse: impl Fn(&str) -> Option<T>,
    ) -> Result<Vec<T>, Problem> {
        let values = self.all(parameter).flat_map(|value| value.split(',')).map(str::trim);
        let read = |value: &str| parse(value).ok_or(Problem::Unreadable { parameter, expected });
        values.filter(|value| !value.is_empty()).map(read).collect()
    }

    /// Reads `page` and `per_page`.
    pub(super) fn paging(&self) -> Result<Paging, Problem> {
        Ok(Paging {
            page: self.whole("page", MAX_PAGE)?.unwrap_or(1),
            per_page: self.whole("per_page", MAX_PER_PAGE)?.unwrap_or(DEFAULT_PER_PAGE),
        })
    }

    /// Reads a whole number from 1 on; one too large to be held is out of range like others.
    fn whole(&self, parameter: &'static str, most: u32) -> Result<Option<usize>, Problem> {
        let whole = |text: &str| match text.parse::<i64>() {
            Ok(number) => Some(u32::try_from(number).ok()),
            Err(error) => match error.kind() {
                IntErrorKind::PosOverflow | IntErrorKind::NegOverflow => Some(None),
                _ => None,
            },
        };
        let Some(number) = self.read(parameter, "a whole number", whole)? else { return Ok(None) };
        let number = number.filter(|number| (1..=most).contains(number));
        let number = number.and_then(|number| usize::try_from(number).ok());
        let out_of_range =
            || Problem::OutOfRange { parameter, expected: format!("a number from 1 to {most}") };
        number.ok_or_else(out_of_range).map(Some)
    }

    /// Reads the filters of services, as 3.0 has them.
    pub(super) fn query(&self) -> Result<Query, Problem> {
        self.query_of("search")
    }

    /// `words` is what the words to be found are given with.
    fn query_of(&self, words: &'static str) -> Result<Query, Problem> {
        let when = When {
            days: self.read_all("day", DAY, days_of)?.into_iter().fold(0, |all, days| all | days),
            start_time: self.read("start_time", START_TIME, minutes)?,
            end_time: self.read("end_time", END_TIME, minutes)?,
            ..When::default()
        };
        self.query_at(words, [when])
    }

    /// Reads the filters of services as 1.0 has them: `day`, `start_time` and `end_time` may come several
    /// times. The first of each are a set, the second of each another, and a session is at one of them.
    /// An empty one leaves its part of the set open, and a set that is all open is none.
    /// Without several times the days are those of one set.
    ///
    /// # Errors
    /// When the sets are not all of the same parameters.
    pub(super) fn query_by_sets(&self) -> Result<Query, Problem> {
        const NAMES: [&str; 3] = ["day", "start_time", "end_time"];
        let words = "text";
        let [days, starts, ends] = NAMES.map(|name| {
            let is_said = self.all(name).next().is_some();
            self.given(name).filter(|_| is_said).collect::<Vec<_>>()
        });
        let sets = starts.len().max(ends.len());
        if sets <= 1 {
            return self.query_of(words);
        }
        for (parameter, values) in NAMES.into_iter().zip([&days, &starts, &ends]) {
            if !values.is_empty() && values.len() != sets {
                let expected = "one for each set of `day`, `start_time` and `end_time`";
                return Err(Problem::Unreadable { parameter, expected });
            }
        }
        let set = |set| {
            Ok(When {
                days: read_value(value_at(&days, set), "day", DAY, days_of)?.unwrap_or_default(),
                start_time: read_value(value_at(&starts, set), "start_time", START_TIME, minutes)?,
                end_time: read_value(value_at(&ends, set), "end_time", END_TIME, minutes)?,
                ..When::default()
            })
        };
        self.query_at(words, (0..sets).map(set).collect::<Result<Vec<_>, Problem>>()?)
    }

    /// Reads the filters that do not tell when; a time that says nothing is none.
    fn query_at(
        &self,
        words: &'static str,
        when: impl IntoIterator<Item = When>,
    ) -> Result<Query, Problem> {
        Ok(Query {
            when: when.into_iter().filter(|when| *when != When::default()).collect(),
            search: self.one(words)?.map(str::to_owned),
            terms: self.ids("taxonomy_term_id")?,
            taxonomies: Vec::new(),
            minimum_age: self.age("minimum_age")?,
            maximum_age: self.age("maximum_age")?,
            open_ages: false,
            near: None,
            bounds: self.bounds()?,
            organizations: self.ids("organization_id")?,
            locations: Vec::new(),
            age: None,
            features: Features::default(),
            modified_after: self.read("modified_after", INSTANT, instant)?,
            without_gone: false,
        })
    }

    /// Reads an age in years.
    fn age(&self, parameter: &'static str) -> Result<Option<f64>, Problem> {
        let age = self.read(parameter, "an age in years", number)?;
        if age.is_some_and(|age| !(0.0..=MAX_AGE).contains(&age)) {
            let expected = format!("0 to {MAX_AGE} years");
            return Err(Problem::OutOfRange { parameter, expected });
        }
        Ok(age)
    }

    /// Reads a point and how far from it: `postcode` or `latitude` and `longitude`, with `proximity`.
    ///
    /// A postcode alone asks in 3.0 whose service area covers it, and no service here has one; in 1.0 it asks
    /// nothing. So it does not narrow the query, and need not be one that the gazetteer knows.
    pub(super) fn near(&self, gazetteer: &Gazetteer) -> Result<Option<Near>, Problem> {
        let postcode = self.postcode("postcode")?;
        let latitude = self.read("latitude", "degrees north", number)?;
        let longitude = self.read("longitude", "degrees east", number)?;
        let within_m = self.read("proximity", "a number of metres", number)?;
        let lacks = |parameter, other: &str| Problem::OutOfRange {
            parameter,
            expected: format!("{other} beside it"),
        };
        let point = match (latitude, longitude) {
            (Some(latitude), Some(longitude)) => Some((latitude, longitude)),
            (Some(_), None) => return Err(lacks("latitude", "`longitude`")),
            (None, Some(_)) => return Err(lacks("longitude", "`latitude`")),
            (None, None) => None,
        };
        let Some(within_m) = within_m else {
            return point.map_or(Ok(None), |_| Err(lacks("latitude", "`proximity`")));
        };
        if !(0.0..=MAX_PROXIMITY_M).contains(&within_m) {
            let expected = format!("0 to {MAX_PROXIMITY_M} metres");
            return Err(Problem::OutOfRange { parameter: "proximity", expected });
        }
        let spot = postcode.map(|postcode| {
            gazetteer.find(&postcode).ok_or_else(|| Problem::OutOfRange {
                parameter: "postcode",
                expected: "a postcode of Great Britain; this one is not known".to_owned(),
            })
        });
        let spot = spot.transpose()?.map(|spot| (spot.latitude, spot.longitude));
        let (latitude, longitude) = spot
            .or(point)
            .ok_or_else(|| lacks("proximity", "`postcode`, or `latitude` and `longitude`,"))?;
        for (parameter, degrees, most) in
            [("latitude", latitude, 90.0), ("longitude", longitude, 180.0)]
        {
            if !(-most..=most).contains(&degrees) {
                let expected = format!("-{most} to {most} degrees");
                return Err(Problem::OutOfRange { parameter, expected });
            }
        }
        Ok(Some(Near { latitude, longitude, within_m }))
    }

    /// Reads a postcode, whether or not there is one of this name.
    pub(super) fn postcode(&self, parameter: &'static str) -> Result<Option<Postcode>, Problem> {
        self.read(parameter, "a postcode such as BS1 5TR", Postcode::parse)
    }

    /// Reads `bbox`: west, south, east and north in degrees, as GeoJSON has it
    /// ([RFC 7946](https://www.rfc-editor.org/rfc/rfc7946#section-5)).
    pub(super) fn bounds(&self) -> Result<Option<BoundingBox>, Problem> {
        let numbers = |text: &str| {
            let edges: Option<Vec<f64>> = text.split(',').map(number).collect();
            <[f64; 4]>::try_from(edges?).ok()
        };
        let expected = "west,south,east,north in degrees, such as -2.7,51.4,-2.5,51.5";
        let Some([west, south, east, north]) = self.read("bbox", expected, numbers)? else {
            return Ok(None);
        };
        let is_on_earth = (-180.0..=180.0).contains(&west)
            && (-180.0..=180.0).contains(&east)
            && (-90.0..=90.0).contains(&south)
            && (-90.0..=90.0).contains(&north);
        if !is_on_earth || west > east || south > north {
            let expected = "west up to east within -180 to 180, south up to north within -90 to 90";
            return Err(Problem::OutOfRange { parameter: "bbox", expected: expected.to_owned() });
        }
        Ok(Some(BoundingBox {
            min_latitude: south,
            min_longitude: west,
            max_latitude: north,
            max_longitude: east,
        }))
    }

    /// Tells whether an answer is asked for as lines of JSON.
    pub(super) fn is_ndjson(&self) -> Result<bool, Problem> {
        let format = |text: &str| match text.to_ascii_lowercase().as_str() {
            "json" => Some(false),
            "ndjson" => Some(true),
            _ => None,
        };
        Ok(self.read("format", "json or ndjson", format)?.unwrap_or(false))
    }

    /// Returns the query for another page.
    pub(super) fn with_page(&self, page: usize) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.0.iter().filter(|(key, _)| name_of(key) != "page"));
        query.append_pair("page", &page.to_string()).finish()
    }

    /// Reads `taxonomy_id` as ids.
    pub(super) fn taxonomies(&self) -> Result<Vec<Id>, Problem> {
        self.ids("taxonomy_id")
    }

    /// Reads a parameter that holds ids.
    pub(super) fn ids(&self, name: &'static str) -> Result<Vec<Id>, Problem> {
        self.read_all(name, "an id (a UUID)", Id::parse)
    }

    /// Reads the number of a change.
    pub(super) fn change_number(&self, name: &'static str) -> Result<Option<u64>, Problem> {
        self.read(name, "the number of a change", |text| text.parse().ok())
    }

    /// Reads a switch.
    pub(super) fn flag(&self, name: &'static str) -> Result<bool, Problem> {
        let parse = |text: &str| match text.to_ascii_lowercase().as_str() {
            "true" | "1" | "yes" => Some(true),
            "false" | "0" | "no" => Some(false),
            _ => None,
        };
        Ok(self.read(name, "true or false", parse)?.unwrap_or(false))
    }

    /// Returns a name for the query that is the same for queries that ask the same.
    pub(super) fn name(&self, path: &str) -> String {
        self.named(path, |_| true)
    }

    /// Returns a name for the query that is the same for all its pages.
    pub(super) fn name_without_page(&self, path: &str) -> String {
        self.named(path, |name| name != "page")
    }

    fn named(&self, path: &str, is_named: impl Fn(&str) -> bool) -> String {
        let pairs = self.0.iter().map(|(key, value)| (name_of(key), value));
        let mut pairs: Vec<_> = pairs.filter(|(name, _)| is_named(name)).collect();
        // The values of a parameter stay in their order, which is that of the sets of 1.0.
        pairs.sort_by_key(|(name, _)| *name);
        // Escaped, so that no value looks like another parameter.
        let mut name =
            url::form_urlencoded::Serializer::for_suffix(format!("{path}?"), path.len() + 1);
        name.extend_pairs(pairs).finish()
    }
}

/// Returns the name of a parameter, which may have brackets behind to say that it comes several times.
fn name_of(key: &str) -> &str {
    key.trim_end_matches("[]")
}

/// Returns a value by its place; one that is empty is none.
fn value_at<'a>(values: &[&'a str], place: usize) -> Option<&'a str> {
    values.get(place).copied().filter(|value| !value.is_empty())
}

fn read_value<T>(
    value: Option<&str>,
    parameter: &'static str,
    expected: &'static str,
    parse: impl Fn(&str) -> Option<T>,
) -> Result<Option<T>, Problem> {
    let unreadable = Problem::Unreadable { parameter, expected };
    value.map(|value| parse(value).ok_or(unreadable)).transpose()
}

fn number(text: &str) -> Option<f64> {
    text.trim().parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Publishers write the end of a day as 24:00, which is read as the beginning of the next: for a filter that
/// would be the other end of the day.
fn minutes(text: &str) -> Option<u16> {
    let time =
        parse_time(text).filter(|_| !text.trim_start_matches(['T', 't']).starts_with("24"))?;
    u16::try_from(chrono::Timelike::num_seconds_from_midnight(&time) / 60).ok()
}

/// Reads days with commas between.
fn days_of(text: &str) -> Option<u8> {
    let days = text.split(',').map(str::trim).filter(|day| !day.is_empty());
    let mut days = days.map(|day| Some(1 << DayRule::parse(day)?.weekday.num_days_from_monday()));
    days.try_fold(0, |all, day| Some(all | day?))
}

fn instant(text: &str) -> Option<DateTime<Utc>> {
    // A plus sign that was not escaped arrives as a space.
    let text = text.replace(' ', "+");
    let instant = DateTime::parse_from_rfc3339(&text).ok().map(|time| time.to_utc());
    instant.or_else(|| {
        let is_date = text.len() == 10;
        let date = parse_date(&text).filter(|_| is_date)?;
        Some(date.and_time(chrono::NaiveTime::MIN).and_utc())
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn params(query: &str) -> Params {
        Params::parse(Some(query))
    }

    fn when(days: u8, start_time: Option<u16>, end_time: Option<u16>) -> When {
        When { days, start_time, end_time, ..When::default() }
    }

    #[test]
    fn parameters_are_read() {
        let query =
            params("search=yoga&day=TU,TH&day=Saturday&minimum_age=50&start_time=18:30&x=1");
        let query = query.query().unwrap();
        assert_eq!(query.search.as_deref(), Some("yoga"));
        assert_eq!(query.when, [when(0b10_1010, Some(1110), None)]);
        assert_eq!(query.minimum_age, Some(50.0));
        assert_eq!(params("page=3&per_page=20").paging().unwrap().offset(), 40);
    }

    #[test]
    fn only_days_and_ids_have_several_values() {
        for name in [
            "search",
            "text",
            "minimum_age",
            "maximum_age",
            "start_time",
            "end_time",
            "modified_after",
        ] {
            let query = |query: &str| match name {
                "text" => params(query).query_by_sets(),
                _ => params(query).query(),
            };
            // Nothing is no value.
            assert!(query(&format!("{name}=&{name}=")).is_ok(), "{name}");
            let problem = query(&format!("{name}=10:00&{name}=11:00")).unwrap_err();
            let once = "it once, with one value";
            assert!(
                matches!(problem, Problem::Unreadable { parameter, expected }
                    if parameter == name && expected == once),
                "{name}"
            );
        }
        assert!(params("bbox=0,50,1,51&bbox=1,50,2,51").bounds().is_err());
        assert!(params("page=1&page=2").paging().is_err());
        let several = format!("day=MO&day=TU,WE&organization_id={0}&organization_id={0}", Id::NIL);
        let query = params(&several).query().unwrap();
        assert_eq!(query.when, [when(0b111, None, None)]);
        assert_eq!(query.organizations.len(), 2);
    }

    #[test]
    fn sets_of_1_0_are_read_in_their_order() {
        let sets = |query: &str| params(query).query_by_sets().map(|query| query.when);
        let monday_or_tuesday = "day=MO&start_time=10:00&end_time=12:00\
            &day=TU&start_time=18:00&end_time=20:00";
        let read = sets(monday_or_tuesday).unwrap();
        assert_eq!(read, [when(1, Some(600), Some(720)), when(2, Some(1080), Some(1200))]);
        let read = sets("start_time[]=10:00&start_time[]=18:00").unwrap();
        assert_eq!(read, [when(0, Some(600), None), when(0, Some(1080), None)]);
        // What is empty is open in its set alone, and keeps the others in theirs.
        let read = sets("day=MO&start_time=10:00&day=TU&start_time=").unwrap();
        assert_eq!(read, [when(1, Some(600), None), when(2, None, None)]);
        let read = sets("start_time=&end_time=12:00&start_time=18:00&end_time=").unwrap();
        assert_eq!(read, [when(0, None, Some(720)), when(0, Some(1080), None)]);
        let read = sets("day=&start_time=&day=TU&start_time=18:00&end_time=").unwrap();
        assert_eq!(read, [when(2, Some(1080), None)]);
        assert_eq!(sets("start_time=&start_time=").unwrap(), []);
        let read = sets("day=MO&start_time=&start_time=&end_time=12:00").unwrap();
        assert_eq!(read, [when(1, None, Some(720))]);
        let read = sets("day=MO&day=TU,WE&start_time=10:00").unwrap();
        assert_eq!(read, [when(0b111, Some(600), None)]);
        for (query, name) in [
            ("day=MO&start_time=10:00&start_time=18:00", "day"),
            ("day=MO&start_time=10:00&start_time=", "day"),
            ("start_time=10:00&end_time=11:00&end_time=12:00", "start_time"),
            ("day=MO&day=XX&start_time=10:00&start_time=18:00", "day"),
            ("end_time=10:00&end_time=24:00", "end_time"),
        ] {
            let problem = sets(query).unwrap_err();
            assert!(
                matches!(problem, Problem::Unreadable { parameter, .. } if parameter == name),
                "{query}: {problem:?}"
            );
        }
    }

    #[test]
    fn each_version_reads_words_of_its_own_parameter() {
        let both = params("search=yoga&text=bowls");
        assert_eq!(both.query().unwrap().search.as_deref(), Some("yoga"));
        assert_eq!(both.query_by_sets().unwrap().search.as_deref(), Some("bowls"));
        let sets = params("search=yoga&start_time=10:00&start_time=18:00");
        assert_eq!(sets.query_by_sets().unwrap().search, None);
    }

    #[test]
    fn another_page_is_the_only_one_that_is_asked_for() {
        for query in ["page=2&day[]=MO", "page[]=2&day[]=MO", "day[]=MO&page%5B%5D=2"] {
            let next = params(query).with_page(3);
            assert_eq!(next, "day%5B%5D=MO&page=3", "{query}");
            assert_eq!(params(query).name_without_page("/"), "/?day=MO", "{query}");
        }
    }

    #[test]
    fn only_queries_that_ask_the_same_have_one_name() {
        for (one, other, is_same) in [
            ("search=yoga&day=MO", "day[]=MO&search=yoga", true),
            ("day=MO&start_time=18:00", "start_time=18%3A00&day=MO", true),
            ("day=MO&day=TU", "day=TU&day=MO", false),
            ("day=MO&day[]=TU", "day[]=TU&day=MO", false),
            ("start_time=&start_time=18:00", "start_time=18:00&start_time=", false),
            ("day%3DMO%0Asearch=yoga", "day=MO&search=yoga", false),
            ("day=MO%0Asearch%3Dyoga", "day=MO&search=yoga", false),
            ("day=MO%26search%3Dyoga", "day=MO&search=yoga", false),
        ] {
            let names = [one, other].map(|query| params(query).name("/v1/services"));
            assert_eq!(names[0] == names[1], is_same, "{one} {other}");
        }
    }

    #[test]
    fn what_cannot_be_read_names_the_parameter() {
        for (query, name) in [
            ("minimum_age=old", "minimum_age"),
            ("day=XX", "day"),
            ("start_time=25:00", "start_time"),
            ("start_time=24:00", "start_time"),
            ("end_time=24:00:00", "end_time"),
            ("taxonomy_term_id=1", "taxonomy_term_id"),
            ("modified_after=now", "modified_after"),
        ] {
            let problem = params(query).query().unwrap_err();
            assert!(
                matches!(problem, Problem::Unreadable { parameter, .. } if parameter == name),
                "{query}"
            );
        }
        // Whose midday it is is not said.
        let problem = params("modified_after=2026-11-29T12:00:00").query().unwrap_err();
        assert!(problem.detail().contains("with `Z` or an offset"), "{problem:?}");
        assert!(matches!(params("page=x").paging(), Err(Problem::Unreadable { .. })));
        assert_eq!(params("page=1000000&per_page=1000").paging().unwrap().page, 1_000_000);
        for query in [
            "page=0",
            "page=-1",
            "page=1000001",
            "page=99999999999999999999",
            "page=-99999999999999999999",
            "per_page=0",
            "per_page=1001",
        ] {
            assert!(matches!(params(query).paging(), Err(Problem::OutOfRange { .. })), "{query}");
        }
        for (query, name) in [
            ("minimum_age=-1", "minimum_age"),
            ("maximum_age=151", "maximum_age"),
            ("minimum_age=1e300", "minimum_age"),
        ] {
            let problem = params(query).query().unwrap_err();
            assert!(
                matches!(problem, Problem::OutOfRange { parameter, .. } if parameter == name),
                "{query}"
            );
        }
    }
}
