//! Repairs that are the same wherever an item is read: shapes the reader put up with, and odd times.

use super::bundle::Occurrence;
use super::uk_time::end_of_minute;
use super::uk_time::instant;
use crate::openactive::Moment;
use crate::openactive::Oddity;
use crate::openactive::Opportunity;
use crate::quality::Code;

/// Returns the code of what a reader put up with.
pub fn code_of(oddity: Oddity) -> Code {
    match oddity {
        Oddity::KeywordUnprefixed => Code::KeywordUnprefixed,
        Oddity::NamePrefixed => Code::TermPrefixed,
        Oddity::TextForObject => Code::TextForObject,
        Oddity::SingleForList => Code::SingleForList,
        Oddity::NumberInText => Code::NumberInText,
        Oddity::ValueEmpty => Code::ValueEmpty,
    }
}

/// Returns what is repaired in the times of an event, with the property it is found in.
pub fn repairs_of_times(event: &Opportunity) -> impl Iterator<Item = (Code, &'static str)> + use<> {
    let is_implausible = Occurrence::has_implausible_duration(event);
    let moments = [&event.start_date, &event.end_date].map(|text| Moment::parse(text.as_str()));
    let is_local = moments.iter().any(|moment| matches!(moment, Some(Moment::Local(_))));
    let [start, end] = moments.map(|moment| moment.map(instant));
    let is_reversed = end.is_some_and(|end| start.is_some_and(|start| end < start));
    let is_early = !is_reversed && end.is_some_and(|end| end_of_minute(end) != end);
    let found = [
        (is_implausible, Code::DurationImplausible, "duration"),
        (is_local, Code::OffsetMissing, "startDate"),
        (is_reversed, Code::EndBeforeStart, "endDate"),
        (is_early, Code::EndRounded, "endDate"),
    ];
    found.into_iter().filter_map(|(is_so, code, path)| is_so.then_some((code, path)))
}
