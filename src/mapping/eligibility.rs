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
use crate::openactive::QuantitativeValue;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
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
}

impl Ages {
    /// Reads an age range. No maximum is meant by 0, 99, 100 and more; a range upside down is turned.
    fn parse(value: &QuantitativeValue) -> (Option<Self>, Option<Flaw>) {
        if value.is_absent() {
            return (None, None);
        }
        let unit = Unit::parse(value.unit_code.as_str());
        let sensible = |n: &f64| *n >= 0.0 && unit.in_years(*n) < 130.0;
        let min = value.min_value.0.filter(sensible);
        let stated_max = value.max_value.0.filter(|n| *n >= 0.0);
        let max = stated_max.filter(|n| *n > 0.0 && !(unit == Unit::Years && *n >= 99.0));
        // 0 to 0 is how systems write "not filled in".
        if min == Some(0.0) && stated_max == Some(0.0) {
            return (None, Some(Flaw::Unusable));
        }
        match (min, max) {
            (None, None) if stated_max.is_some_and(|n| n > 0.0) => {
                (Some(Self { min: Some(0.0), max: None, unit }), None)
            }
            (None, None) => (None, Some(Flaw::Unusable)),
            (Some(low), Some(high)) if low > high => {
                (Some(Self { min: Some(high), max: Some(low), unit }), Some(Flaw::Swapped))
            }
            _ => (Some(Self { min, max, unit }), None),
        }
    }

    /// Reads the ages of an offer.
    pub(super) fn of_offer(value: &QuantitativeValue) -> Option<Self> {
        Self::parse(value).0
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
    let enforced = ages(cx, cx.first(|o| &o.age_restriction), "ageRestriction");
    let recommended = ages(cx, cx.first(|o| &o.age_range), "ageRange");
    let stated = cx.rules.sources(Field::Age).iter().find_map(|source| match source {
        Property::AgeRestriction => enforced,
        _ => recommended,
    });
    let is_facility = cx.bundle.head.kind.is_facility();
    let gender = gender(cx);

    let mut sentences = Vec::new();
    let in_words = || {
        let stated = [cx.first(|o| &o.age_restriction), cx.first(|o| &o.age_range)];
        let words = stated.into_iter().flatten().find_map(|ages| ages.name.get())?;
        Some(text::sentence(&format!("Ages as published: {}", cx.line(words))))
    };
    match (enforced, recommended) {
        (Some(ages), other) => {
            sentences.push(format!("{} (enforced).", ages.words()));
            if let Some(other) = other.filter(|other| other.words() != ages.words()) {
                sentences.push(format!("Recommended: {}.", uncapitalised(&other.words())));
            }
        }
        (None, Some(ages)) => sentences.push(format!("{}.", ages.words())),
        (None, None) => match in_words() {
            Some(words) => sentences.push(words),
            None if is_facility => {}
            None => {
                cx.find(Code::AgeMissing, "ageRange");
                sentences.push(cx.rules.text(Template::AgeNotStated, &[]));
            }
        },
    }
    if let Some(gender) = gender {
        sentences.push(format!("{}.", gender.words()));
    }
    sentences.extend(conditions(cx));
    sentences.retain(|sentence| !sentence.is_empty());

    let assumed =
        (stated.is_none() && !is_facility && cx.rules.options.assume_adult).then_some(18.0);
    Eligibility {
        minimum_age: stated.and_then(Ages::min_years).or(assumed),
        maximum_age: stated.and_then(Ages::max_years),
        gender,
        description: (!sentences.is_empty()).then(|| sentences.join(" ")),
    }
}

fn ages(cx: &Context<'_>, value: Option<&QuantitativeValue>, path: &str) -> Option<Ages> {
    let (ages, flaw) = Ages::parse(value?);
    match flaw {
        Some(Flaw::Unusable) => cx.find(Code::AgeUnusable, path),
        Some(Flaw::Swapped) => cx.find(Code::AgeSwapped, path),
        None => {}
    }
    ages
}

fn gender(cx: &Context<'_>) -> Option<Gender> {
    let stated = cx.first(|o| &o.gender_restriction)?;
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
    let admission = cx.first(|o| &o.additional_admission_restriction);
    let account = cx.first(|o| &o.customer_account_booking_restriction);
    let stated = admission.into_iter().flatten().chain(account.into_iter().flatten());
    stated.map(|stated| text::sentence(&cx.line(stated.as_str()))).collect()
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
            let ages = Ages::parse(&serde_json::from_str(json).unwrap()).0.unwrap();
            assert_eq!((ages.min_years(), ages.max_years()), (min, max), "{json}");
            assert_eq!(ages.words(), words, "{json}");
        }
        for json in [r#"{"minValue":0,"maxValue":0}"#, r#""16+""#, r#"{"minValue":-1}"#] {
            let (ages, flaw) = Ages::parse(&serde_json::from_str(json).unwrap());
            assert_eq!((ages, flaw), (None, Some(Flaw::Unusable)), "{json}");
        }
    }
}
