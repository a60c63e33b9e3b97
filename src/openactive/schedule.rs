//! `Schedule` and `PartialSchedule`: rules from which occurrences follow.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-schedules>.

use chrono::Weekday;

use super::figure::Figure;
use super::lenient::Many;
use super::lenient::Text;
use super::lenient::lenient_object;
use super::vocabulary::is_word;
use super::vocabulary::word_of;

lenient_object! {
    /// A [`Schedule`](https://openactive.io/Schedule) or
    /// [`PartialSchedule`](https://openactive.io/PartialSchedule).
    pub struct Schedule {
        /// `Schedule` or `PartialSchedule`.
        type_name: Text = "@type" | "type",
        /// How often, an ISO 8601 duration.
        repeat_frequency: Text = "repeatFrequency",
        /// How often, in a word of older data: `fortnightly`.
        frequency: Text = "frequency",
        /// On which days of the week.
        by_day: Many<Text> = "byDay",
        /// In which months, 1 to 12.
        by_month: Many<Figure> = "byMonth",
        /// On which days of the month, 1 to 31.
        by_month_day: Many<Figure> = "byMonthDay",
        /// How many times.
        repeat_count: Figure = "repeatCount",
        /// First date.
        start_date: Text = "startDate",
        /// Last date.
        end_date: Text = "endDate",
        /// Start, local time.
        start_time: Text = "startTime",
        /// End, local time.
        end_time: Text = "endTime",
        /// Length, an ISO 8601 duration.
        duration: Text = "duration",
        /// Dates or date-times that are left out.
        except_date: Many<Text> = "exceptDate",
        /// What the URIs of its sessions look like: an RFC 6570 template of `startDate` and `endDate`.
        id_template: Text = "idTemplate",
        /// IANA time zone of the local times.
        schedule_timezone: Text = "scheduleTimezone" | "beta:timeZone" | "timeZone",
    }
    text => repeat_frequency
}

impl Schedule {
    /// Tells whether dates may change and are confirmed one by one.
    pub fn is_partial(&self) -> bool {
        is_word(self.type_name.as_str(), "PartialSchedule")
    }
}

/// Returns the values of a text that stands for several: `MO,WE`, `September and October`.
pub fn parts(text: &str) -> impl Iterator<Item = &str> {
    let parts = text.split([',', ';', '&']).flat_map(|part| part.split(" and "));
    parts.map(str::trim).filter(|part| !part.is_empty())
}

/// A day of the week, with its place in the month for monthly rules (`2TU`, `-1FR`).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DayRule {
    /// Place in the month: 1 to 5 from the start, -1 to -5 from the end; nothing for every one.
    pub nth: Option<i8>,
    /// The day of the week.
    pub weekday: Weekday,
}

impl DayRule {
    /// Reads `https://schema.org/Tuesday`, `schema:Monday`, `Tuesday`, `Tues`, `TU`, `2TU`.
    ///
    /// Returns nothing for anything else, such as `PublicHolidays`.
    pub fn parse(text: &str) -> Option<Self> {
        let word = word_of(text);
        let digits_end = word.find(|c: char| c.is_ascii_alphabetic())?;
        let (ordinal, day) = word.split_at(digits_end);
        let nth = match ordinal.trim_start_matches('+') {
            "" => None,
            digits => Some(digits.parse::<i8>().ok().filter(|n| (1..=5).contains(&n.abs()))?),
        };
        Some(Self { nth, weekday: weekday(day)? })
    }
}

fn weekday(word: &str) -> Option<Weekday> {
    const NAMES: [(&str, Weekday); 7] = [
        ("monday", Weekday::Mon),
        ("tuesday", Weekday::Tue),
        ("wednesday", Weekday::Wed),
        ("thursday", Weekday::Thu),
        ("friday", Weekday::Fri),
        ("saturday", Weekday::Sat),
        ("sunday", Weekday::Sun),
    ];
    let word = word.trim_end_matches('.').to_ascii_lowercase();
    let word = if word.len() > 3 { word.strip_suffix('s').unwrap_or(&word) } else { &word };
    if word.len() < 2 {
        return None;
    }
    NAMES.iter().find(|(name, _)| name.starts_with(word)).map(|&(_, day)| day)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_rules_are_read_from_every_spelling_seen() {
        let day = |weekday| Some(DayRule { nth: None, weekday });
        for (text, expected) in [
            ("https://schema.org/Tuesday", day(Weekday::Tue)),
            ("http://schema.org/Monday", day(Weekday::Mon)),
            ("schema:Monday", day(Weekday::Mon)),
            ("Fri", day(Weekday::Fri)),
            ("Tues", day(Weekday::Tue)),
            ("Tuesdays", day(Weekday::Tue)),
            ("SU", day(Weekday::Sun)),
            ("2TU", Some(DayRule { nth: Some(2), weekday: Weekday::Tue })),
            ("-1FR", Some(DayRule { nth: Some(-1), weekday: Weekday::Fri })),
            ("6TU", None),
            ("https://schema.org/PublicHolidays", None),
            ("T", None),
            ("", None),
        ] {
            assert_eq!(DayRule::parse(text), expected, "{text}");
        }
    }
}
