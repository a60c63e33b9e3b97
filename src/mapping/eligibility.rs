//! Who an opportunity is for: ages, gender and other conditions.
//!
//! Specification: [age ranges] and [gender restrictions]. Where no age is published none is made up: the
//! standard's advice to assume adults is passed on in words.
//!
//! [age ranges]: https://openactive.io/modelling-opportunity-data/#describing-age-ranges
//! [gender restrictions]: https://openactive.io/modelling-opportunity-data/#describing-gender-restrictions

use super::context::Context;
use super::precedence::Field;
use super::precedence::Property;
use super::template::Text as Template;
use super::text;
use crate::openactive::Figure;
use crate::openactive::QuantitativeValue;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Many;
use crate::quality::Code;

/// The unit in which ages were published.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Unit {
    Years,
    Months,
    Weeks,
    Days,
}

impl Unit {
    fn parse(code: &str) -> Self {
        match code.to_ascii_uppercase().as_str() {
            "MON" | "MONTH" | "MONTHS" => Self::Months,
            "WEE" | "WK" | "WEEK" | "WEEKS" => Self::Weeks,
            "DAY" | "DAYS" => Self::Days,
            _ => Self::Years,
        }
    }

    fn in_years(self, value: f64) -> f64 {
        let years = match self {
            Self::Years => value,
            Self::Months => value / 12.0,
            Self::Weeks => value / 52.0,
            Self::Days => value / 365.25,
        };
        (years * 100.0).round() / 100.0
    }

    fn words(self, value: f64) -> String {
        match self {
            Self::Years => format!("{value}"),
            Self::Months => format!("{value} months"),
            Self::Weeks => format!("{value} weeks"),
            Self::Days => format!("{value} days"),
        }
    }
}

/// An age range, at least one end of it known.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Ages {
    min: Option<f64>,
    max: Option<f64>,
    unit: Unit,
}

/// What is wrong with a published age range.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flaw {
    Unusable,
    Swapped,
    /// A number was read from words.
    InWords,
}

/// What is known of published ages.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Stated {
    /// What is certain.
    pub(super) ages: Option<Ages>,
    /// How they are written, where the numbers do not say it all.
    pub(super) words: Option<String>,
    flaw: Option<Flaw>,
}

impl Stated {
    /// Reads the ages of several ranges: those they span, or words where something lies between them.
    pub(super) fn of(values: &[QuantitativeValue]) -> Self {
        let mut all: Vec<Self> = values.iter().map(Ages::parse).collect();
        if all.len() < 2 {
            return all.pop().unwrap_or_default();
        }
        let is_read = all.iter().all(|one| one.words.is_none());
        let ages: Option<Vec<Ages>> = all.iter().map(|one| one.ages).collect();
        if let Some(spanned) = ages.filter(|_| is_read).and_then(Ages::spanning) {
            let flaw = all.iter().find_map(|one| one.flaw);
            return Self { ages: Some(spanned), words: None, flaw };
        }
        let numbers = |ages: Ages| ages.words().trim_start_matches("Ages ").to_owned();
        let say = |one: &Self| one.words.clone().or_else(|| one.ages.map(numbers));
        let words: Vec<String> = all.iter().filter_map(say).collect();
        let words = (!words.is_empty()).then(|| words.join("; "));
        Self { ages: None, words, flaw: Some(Flaw::Unusable) }
    }

    /// Returns `Ages 4 to 7`, or the words of the publisher.
    pub(super) fn in_words(&self) -> Option<String> {
        let published = self.words.as_ref().map(|words| format!("Ages as published: {words}"));
        published.or_else(|| self.ages.map(Ages::words))
    }
}

impl Ages {
    /// Reads an age range. No maximum is meant by 0, 99, 100 and more; a range upside down is turned.
    fn parse(value: &QuantitativeValue) -> Stated {
        let coded = Unit::parse(value.unit_code.as_str());
        let (low, high) = (Bound::of(&value.min_value, coded), Bound::of(&value.max_value, coded));
        let unit = low.unit.or(high.unit).unwrap_or(coded);
        let unusable = |ages| Stated { ages, words: written(value), flaw: Some(Flaw::Unusable) };
        // `16+` is where ages begin and never where they end.
        if !low.is_read
            || !high.is_read
            || high.is_open
            || high.unit.is_some_and(|other| other != unit)
        {
            let (min, max) = (low.in_years(), high.in_years().filter(|_| !high.is_open));
            let is_known = min.or(max).is_some() && (max.is_none() || min <= max);
            return unusable(is_known.then_some(Self { min, max, unit: Unit::Years }));
        }
        let sensible = |n: &f64| *n >= 0.0 && unit.in_years(*n) < 130.0;
        let min = low.number.filter(sensible);
        let stated_max = high.number.filter(|n| *n >= 0.0);
        let max = stated_max.filter(|n| *n > 0.0 && !(unit == Unit::Years && *n >= 99.0));
        let flaw = (low.is_in_words || high.is_in_words).then_some(Flaw::InWords);
        let read = |min, max| Stated { ages: Some(Self { min, max, unit }), words: None, flaw };
        // 0 to 0 is how systems write "not filled in".
        if min == Some(0.0) && stated_max == Some(0.0) {
            return unusable(None);
        }
        match (min, max) {
            (None, None) if stated_max.is_some_and(|n| n > 0.0) => read(Some(0.0), None),
            (None, None) => unusable(None),
            (Some(low), Some(high)) if low > high => {
                Stated { flaw: Some(Flaw::Swapped), ..read(Some(high), Some(low)) }
            }
            _ => read(min, max),
        }
    }

    /// Reads an age range as if there were no words in it.
    pub(super) fn in_numbers(value: &QuantitativeValue) -> Option<Self> {
        let plain = |bound: &Figure| Figure { number: bound.number, ..Figure::default() };
        let (min_value, max_value) = (plain(&value.min_value), plain(&value.max_value));
        Self::parse(&QuantitativeValue { min_value, max_value, ..value.clone() }).ages
    }

    /// Joins ranges that overlap or go on where another ends; nothing where ages between them are left out.
    fn spanning(mut all: Vec<Self>) -> Option<Self> {
        all.sort_by(|a, b| a.min_years().unwrap_or(0.0).total_cmp(&b.min_years().unwrap_or(0.0)));
        let same_unit = all.iter().all(|one| one.unit == all[0].unit);
        let mut ranges = all.into_iter().map(|one| {
            if same_unit {
                one
            } else {
                Self { min: one.min_years(), max: one.max_years(), unit: Unit::Years }
            }
        });
        let mut whole = ranges.next()?;
        for next in ranges {
            // From 5 to 8 means until the ninth birthday.
            if whole
                .max_years()
                .is_some_and(|max| next.min_years().is_some_and(|min| min > max + 1.0))
            {
                return None;
            }
            let max = whole.max.and_then(|max| Some(max.max(next.max?)));
            whole = Self { max, ..whole };
        }
        Some(whole)
    }

    pub(super) fn min_years(self) -> Option<f64> {
        self.min.map(|n| self.unit.in_years(n))
    }

    pub(super) fn max_years(self) -> Option<f64> {
        self.max.map(|n| self.unit.in_years(n))
    }

    /// Returns `Ages 4 to 7`, `Ages 50 and over`, `Ages up to 15` or `All ages`.
    pub(super) fn words(self) -> String {
        let say = |n| self.unit.words(n);
        match (self.min, self.max) {
            (Some(0.0) | None, None) => "All ages".to_owned(),
            (Some(min), None) => format!("Ages {} and over", say(min)),
            (None, Some(max)) => format!("Ages up to {}", say(max)),
            (Some(min), Some(max)) if min.total_cmp(&max).is_eq() => format!("Age {}", say(min)),
            (Some(min), Some(max)) => format!("Ages {} to {}", say(min), say(max)),
        }
    }
}

/// One end of an age range.
#[derive(Default)]
struct Bound {
    number: Option<f64>,
    /// The unit that stands beside it.
    unit: Option<Unit>,
    /// It is absent, or was read.
    is_read: bool,
    is_in_words: bool,
    /// It has a plus behind it.
    is_open: bool,
}

impl Bound {
    /// Reads a number, also `5 years` and `16+`.
    fn of(figure: &Figure, coded: Unit) -> Self {
        let words = figure.words.get();
        let Some(words) = words.filter(|words| !NONE.contains(&&*words.to_ascii_lowercase()))
        else {
            let number = figure.number;
            return Self { number, unit: number.map(|_| coded), is_read: true, ..Self::default() };
        };
        let digits_end =
            words.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(words.len());
        let (number, rest) = words.split_at(digits_end);
        let (is_open, rest) =
            rest.trim().strip_suffix('+').map_or((false, rest), |rest| (true, rest));
        let unit = match rest.trim().to_ascii_lowercase().as_str() {
            "" => Some(coded),
            "y" | "yr" | "yrs" | "year" | "years" | "years old" => Some(Unit::Years),
            "month" | "months" => Some(Unit::Months),
            "week" | "weeks" => Some(Unit::Weeks),
            _ => None,
        };
        let number = number.parse().ok().filter(|_| unit.is_some());
        Self { number, unit, is_read: number.is_some(), is_in_words: true, is_open }
    }

    fn in_years(&self) -> Option<f64> {
        Some(self.unit?.in_years(self.number?))
    }
}

/// What stands for no bound.
const NONE: [&str; 7] = ["n/a", "na", "none", "any", "no limit", "no maximum", "no minimum"];

/// Returns ages as they are written: `Reception to Year 6`.
fn written(value: &QuantitativeValue) -> Option<String> {
    let (low, high) = (value.min_value.to_string(), value.max_value.to_string());
    let is_in_words = !value.min_value.words.is_absent() || !value.max_value.words.is_absent();
    match (low.as_str(), high.as_str()) {
        _ if !is_in_words => value.name.get().map(str::to_owned),
        (low, "") => Some(low.to_owned()),
        ("", high) => Some(format!("up to {high}")),
        (low, high) => Some(format!("{low} to {high}")),
    }
}

/// Who may take part.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Eligibility {
    /// In years.
    pub(super) minimum_age: Option<f64>,
    /// In years.
    pub(super) maximum_age: Option<f64>,
    /// Restriction by gender.
    pub(super) gender: Option<Gender>,
    /// Everything in words.
    pub(super) description: Option<String>,
}

/// A restriction to one gender.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Gender {
    Female,
    Male,
}

impl Gender {
    /// Returns the words people read.
    pub(super) fn words(self) -> &'static str {
        match self {
            Self::Female => "Women and girls only",
            Self::Male => "Men and boys only",
        }
    }

    /// Returns the URI of the restriction.
    pub(super) fn uri(self) -> &'static str {
        match self {
            Self::Female => "https://openactive.io/FemaleOnly",
            Self::Male => "https://openactive.io/MaleOnly",
        }
    }
}

/// Maps who may take part.
pub(super) fn eligibility(cx: &Context<'_>) -> Eligibility {
    let enforced = ages(cx, cx.first_of_most(|o| &o.age_restriction), "ageRestriction");
    let recommended = ages(cx, cx.first_of_most(|o| &o.age_range), "ageRange");
    let stated = cx.rules.sources(Field::Age).iter().find_map(|source| match source {
        Property::AgeRestriction => enforced.ages,
        _ => recommended.ages,
    });
    let is_facility = cx.bundle.head.kind.is_facility();
    let gender = gender(cx);

    let mut sentences = Vec::new();
    let say = |stated: &Stated| stated.in_words().map(|words| cx.line(&words));
    let said = (say(&enforced), say(&recommended));
    let assumes_adult = cx.rules.options.assume_adult && !is_facility && said == (None, None);
    match said {
        (Some(ages), other) => {
            sentences.push(format!("{ages} (enforced)."));
            if let Some(other) = other.filter(|other| *other != ages) {
                sentences.push(format!("Recommended: {}.", uncapitalised(&other)));
            }
        }
        (None, Some(ages)) => sentences.push(text::sentence(&ages)),
        (None, None) if is_facility => {}
        (None, None) => {
            cx.find(Code::AgeMissing, "ageRange");
            sentences.push(cx.rules.text(Template::AgeNotStated, &[]));
        }
    }
    if let Some(gender) = gender {
        sentences.push(format!("{}.", gender.words()));
    }
    sentences.extend(conditions(cx));
    sentences.retain(|sentence| !sentence.is_empty());

    let assumed = assumes_adult.then_some(18.0);
    Eligibility {
        minimum_age: stated.and_then(Ages::min_years).or(assumed),
        maximum_age: stated.and_then(Ages::max_years),
        gender,
        description: (!sentences.is_empty()).then(|| sentences.join(" ")),
    }
}

fn ages(cx: &Context<'_>, values: Option<&Many<QuantitativeValue>>, path: &str) -> Stated {
    let stated = values.map(|values| Stated::of(values)).unwrap_or_default();
    match stated.flaw {
        Some(Flaw::Unusable) => cx.find(Code::AgeUnusable, path),
        Some(Flaw::Swapped) => cx.find(Code::AgeSwapped, path),
        Some(Flaw::InWords) => cx.find(Code::NumberInText, path),
        None => {}
    }
    stated
}

fn gender(cx: &Context<'_>) -> Option<Gender> {
    let stated = cx.first_of_most(|o| &o.gender_restriction)?;
    let path = "genderRestriction";
    let known = [
        ("FemaleOnly", Some(Gender::Female)),
        ("MaleOnly", Some(Gender::Male)),
        ("NoRestriction", None),
    ];
    let Some((word, gender)) = known.into_iter().find(|(word, _)| is_word(stated.as_str(), word))
    else {
        cx.find(Code::GenderUnknown, path);
        return None;
    };
    cx.check_term(stated.as_str(), "https://openactive.io/", word, path);
    gender
}

fn conditions(cx: &Context<'_>) -> Vec<String> {
    let restrictions = [
        (cx.first(|o| &o.additional_admission_restriction), "additionalAdmissionRestriction"),
        (
            cx.first(|o| &o.customer_account_booking_restriction),
            "customerAccountBookingRestriction",
        ),
    ];
    let mut sentences = Vec::new();
    for (stated, path) in restrictions {
        for words in stated.into_iter().flatten() {
            sentences.push(text::sentence(&cx.stated_line(words.as_str(), path)));
        }
    }
    sentences
}

fn uncapitalised(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_lowercase().chain(letters).collect()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn age_ranges_are_read_from_every_shape_seen() {
        for (json, min, max, words) in [
            (r#"{"minValue":50}"#, Some(50.0), None, "Ages 50 and over"),
            (r#"{"minValue":"50","maxValue":"0"}"#, Some(50.0), None, "Ages 50 and over"),
            (r#"{"minValue":0}"#, Some(0.0), None, "All ages"),
            (
                r#"{"minValue":0.0,"maxValue":11.0,"unitCode":"ANN"}"#,
                Some(0.0),
                Some(11.0),
                "Ages 0 to 11",
            ),
            (r#"{"maxValue":15}"#, None, Some(15.0), "Ages up to 15"),
            (r#"{"minValue":18,"maxValue":14}"#, Some(14.0), Some(18.0), "Ages 14 to 18"),
            (r#"{"minValue":50,"maxValue":100}"#, Some(50.0), None, "Ages 50 and over"),
            (
                r#"{"minValue":3,"maxValue":18,"unitCode":"MON"}"#,
                Some(0.25),
                Some(1.5),
                "Ages 3 months to 18 months",
            ),
            (r#"{"minValue":6,"unitCode":"WEE"}"#, Some(0.12), None, "Ages 6 weeks and over"),
            (r#"{"minValue":16,"maxValue":16}"#, Some(16.0), Some(16.0), "Age 16"),
        ] {
            let ages = read(json).ages.unwrap();
            assert_eq!((ages.min_years(), ages.max_years()), (min, max), "{json}");
            assert_eq!(ages.words(), words, "{json}");
        }
        for json in [r#"{"minValue":0,"maxValue":0}"#, r#""16+""#, r#"{"minValue":-1}"#] {
            let stated = read(json);
            assert_eq!((stated.ages, stated.flaw), (None, Some(Flaw::Unusable)), "{json}");
        }
    }

    fn read(json: &str) -> Stated {
        Stated::of(&serde_json::from_str::<Many<QuantitativeValue>>(json).unwrap())
    }

    #[test]
    fn what_of_ages_in_words_is_certain_is_read_and_the_rest_is_told() {
        for (json, min, max, words, flaw) in [
            (
                r#"{"minValue":"5 years","maxValue":"11 years"}"#,
                Some(5.0),
                Some(11.0),
                "Ages 5 to 11",
                Flaw::InWords,
            ),
            (r#"{"minValue":"16+"}"#, Some(16.0), None, "Ages 16 and over", Flaw::InWords),
            (
                r#"{"minValue":"16 yrs","maxValue":"N/A"}"#,
                Some(16.0),
                None,
                "Ages 16 and over",
                Flaw::InWords,
            ),
            (
                r#"{"minValue":"6 months","maxValue":"2 years"}"#,
                Some(0.5),
                Some(2.0),
                "Ages as published: 6 months to 2 years",
                Flaw::Unusable,
            ),
            (
                r#"{"minValue":8,"maxValue":"18+"}"#,
                Some(8.0),
                None,
                "Ages as published: 8 to 18+",
                Flaw::Unusable,
            ),
            (
                r#"{"minValue":"Reception","maxValue":11}"#,
                None,
                Some(11.0),
                "Ages as published: Reception to 11",
                Flaw::Unusable,
            ),
            (
                r#"{"minValue":"Reception"}"#,
                None,
                None,
                "Ages as published: Reception",
                Flaw::Unusable,
            ),
            (
                r#"{"maxValue":"Year 6"}"#,
                None,
                None,
                "Ages as published: up to Year 6",
                Flaw::Unusable,
            ),
            ("18", None, None, "Ages as published: 18", Flaw::Unusable),
            (r#"{"value":16}"#, None, None, "Ages as published: 16", Flaw::Unusable),
        ] {
            let stated = read(json);
            let years =
                (stated.ages.and_then(Ages::min_years), stated.ages.and_then(Ages::max_years));
            let said = (years, stated.in_words(), stated.flaw);
            assert_eq!(said, ((min, max), Some(words.to_owned()), Some(flaw)), "{json}");
        }
    }

    #[test]
    fn several_ranges_are_one_unless_ages_between_them_are_left_out() {
        for (json, min, max, words) in [
            (
                r#"[{"minValue":9,"maxValue":11},{"minValue":5,"maxValue":8}]"#,
                Some(5.0),
                Some(11.0),
                "Ages 5 to 11",
            ),
            (
                r#"[{"minValue":5,"maxValue":12},{"minValue":8}]"#,
                Some(5.0),
                None,
                "Ages 5 and over",
            ),
            (r#"[{"maxValue":8},{"minValue":7,"maxValue":7}]"#, None, Some(8.0), "Ages up to 8"),
            (
                r#"[{"minValue":6,"maxValue":18,"unitCode":"MON"},{"minValue":2,"maxValue":4}]"#,
                Some(0.5),
                Some(4.0),
                "Ages 0.5 to 4",
            ),
            (
                r#"[{"minValue":5,"maxValue":8},{"minValue":14}]"#,
                None,
                None,
                "Ages as published: 5 to 8; 14 and over",
            ),
            (
                r#"[{"minValue":5,"maxValue":8},{"name":"Adults"}]"#,
                None,
                None,
                "Ages as published: 5 to 8; Adults",
            ),
        ] {
            let stated = read(json);
            let years =
                (stated.ages.and_then(Ages::min_years), stated.ages.and_then(Ages::max_years));
            assert_eq!(years, (min, max), "{json}");
            assert_eq!(stated.in_words().as_deref(), Some(words), "{json}");
            assert_eq!(stated.flaw == Some(Flaw::Unusable), years == (None, None), "{json}");
        }
    }
}
