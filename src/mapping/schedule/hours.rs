//! When a facility can be used: published hours, else what its slots show, else the venue's hours.

use std::collections::BTreeMap;
use std::collections::HashSet;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Timelike as _;
use chrono::Weekday;

use super::placeholder;
use super::placeholder::is_end;
use super::row::Row;
use super::row::weekly;
use super::rule::PUBLIC_HOLIDAYS;
use crate::mapping::context::Context;
use crate::mapping::location::Places;
use crate::mapping::uk_time::local_time;
use crate::openactive::DayRule;
use crate::openactive::OpeningHours;
use crate::openactive::Opportunity;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Many;
use crate::openactive::lenient::Text;
use crate::openactive::parse_date;
use crate::openactive::parse_time;
use crate::openactive::parse_written_date;
use crate::openactive::parts;
use crate::quality::Code;

/// Maps the hours of a facility.
pub(super) fn rows(cx: &Context<'_>, places: &Places<'_>) -> Vec<Row> {
    let at = places.only();
    let stated = cx.first(|o| &o.hours_available).into_iter();
    check(cx, stated.chain(courts(cx).map(|court| &court.hours_available)), "hoursAvailable");
    let published = published_hours(cx);
    let lists = published.iter().map(|hours| of_hours(hours, "Available: ", cx.today));
    let lists: Vec<Vec<Row>> = lists.collect();
    let mut rows = if lists.len() > 1 { of_any(&lists) } else { lists.concat() };
    rows.retain(|row| row.last().is_none_or(|last| last >= cx.today));
    let is_open = |row: &Row| row.label != CLOSED;
    if !rows.iter().any(is_open) && !is_shut(cx, &published) {
        rows.extend(of_slots(cx));
    }
    if rows.is_empty() && published.is_empty() {
        let hours = places.venues.iter().map(|venue| &venue.opening_hours_specification);
        check(cx, hours.clone(), "location.openingHoursSpecification");
        rows.extend(hours.flat_map(|hours| of_hours(hours, "Venue open: ", cx.today)));
    }
    let special = places.venues.iter().map(|venue| &venue.special_opening_hours_specification);
    check(cx, special.clone(), "location.specialOpeningHoursSpecification");
    let special = special.flat_map(|hours| of_special(hours, cx.today));
    rows.extend(special.filter(|row| row.last().is_none_or(|last| last >= cx.today)));
    for row in &mut rows {
        row.at = at;
    }
    rows
}

/// Returns when a venue opens and closes; nothing when that cannot be read. 00:00 to 00:00 means closed,
/// 00:00 to 24:00 all day, which the standard writes as 23:59.
fn times(hours: &OpeningHours) -> Option<(NaiveTime, NaiveTime)> {
    let (opens, closes) = (parse_time(hours.opens.as_str())?, parse_time(hours.closes.as_str())?);
    let is_all_day = opens == closes && hours.closes.as_str().starts_with("24");
    Some((opens, if is_all_day { LAST_MINUTE } else { closes }))
}

fn weekdays(hours: &OpeningHours) -> Vec<Weekday> {
    let days = named_days(hours).filter_map(DayRule::parse);
    days.map(|day| day.weekday).collect()
}

fn named_days(hours: &OpeningHours) -> impl Iterator<Item = &str> {
    hours.day_of_week.iter().flat_map(|text| parts(text.as_str()))
}

/// Takes note of hours or days that cannot be read.
fn check<'h>(cx: &Context<'_>, hours: impl Iterator<Item = &'h Many<OpeningHours>>, path: &str) {
    let is_day = |name: &str| DayRule::parse(name).is_some() || is_word(name, PUBLIC_HOLIDAYS);
    let is_read = |entry: &OpeningHours| {
        times(entry).is_some() && dates(entry).is_some() && named_days(entry).all(is_day)
    };
    let is_empty = |entry: &OpeningHours| {
        let is_none = |text: &Text, date: Option<NaiveDate>| !text.is_absent() && date.is_none();
        dates(entry).is_some_and(|(from, to)| {
            is_none(&entry.valid_from, from) || is_none(&entry.valid_through, to)
        })
    };
    for entry in hours.flatten() {
        if !is_read(entry) {
            cx.find(Code::ScheduleUnusable, path);
        }
        if is_empty(entry) {
            cx.find(Code::ValueEmpty, path);
        }
    }
}

/// Returns between which dates hours apply; nothing where one of them cannot be read.
fn dates(hours: &OpeningHours) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
    let bounds =
        [(&hours.valid_from, placeholder::NO_START), (&hours.valid_through, placeholder::NO_END)];
    let [from, to] = bounds.map(|(text, words)| {
        let date = |text| parse_date(text).or_else(|| parse_written_date(text));
        text.get().map_or(Ok(None), |text| placeholder::bound(text, words, date(text)))
    });
    Some((from.ok()?, to.ok()?))
}

/// Tells whether hours say that something is shut on all days of the week, from now on or before: of the facility, or of
/// each of its courts.
fn is_shut(cx: &Context<'_>, published: &[&Many<OpeningHours>]) -> bool {
    let is_told = |court: &Opportunity| {
        // One that is named in its facility may say more as an item.
        let same = courts(cx).filter(|other| !other.id.is_absent() && other.id == court.id);
        same.chain([court]).any(|court| is_readable(&court.hours_available))
    };
    let is_of_facility = cx.first(|o| &o.hours_available).is_some_and(is_readable);
    if !is_of_facility && !courts(cx).all(is_told) {
        return false;
    }
    let entries = || published.iter().flat_map(|hours| hours.iter());
    let is_never_open = |hours: &OpeningHours| {
        let is_shut = times(hours).is_some_and(|(opens, closes)| opens == closes);
        let has_begun = |from: Option<NaiveDate>| from.is_none_or(|from| from <= cx.today);
        is_shut && dates(hours).is_some_and(|(from, to)| has_begun(from) && !to.is_some_and(is_end))
    };
    let days: HashSet<Weekday> = entries().flat_map(weekdays).collect();
    let is_of_all = days.len() == 7 || entries().any(|hours| named_days(hours).next().is_none());
    is_of_all && entries().all(is_never_open)
}

/// Returns the hours of the facility, else those of its courts, each once; none where none can be read.
fn published_hours<'a>(cx: &'a Context<'_>) -> Vec<&'a Many<OpeningHours>> {
    if let Some(hours) = cx.first(|o| &o.hours_available).filter(|hours| is_readable(hours)) {
        return vec![hours];
    }
    let mut all: Vec<&Many<OpeningHours>> = Vec::new();
    for hours in courts(cx).map(|court| &court.hours_available).filter(|hours| is_readable(hours)) {
        if !all.contains(&hours) {
            all.push(hours);
        }
    }
    all
}

fn courts<'a>(cx: &'a Context<'_>) -> impl Iterator<Item = &'a Opportunity> {
    cx.head().individual_facility_use.iter().chain(&cx.bundle.members)
}

fn is_readable(hours: &Many<OpeningHours>) -> bool {
    hours.iter().any(|hours| times(hours).is_some())
}

/// Joins the hours of courts that differ: something can be used whenever one of them can.
fn of_any(lists: &[Vec<Row>]) -> Vec<Row> {
    let rows = lists.iter().flatten().cloned();
    let (open, others): (Vec<Row>, Vec<Row>) =
        rows.partition(|row| row.rule.is_some() && row.label != CLOSED);
    // Those that last come first.
    let mut by_bounds: BTreeMap<Bounds, Vec<Row>> = BTreeMap::new();
    for row in open {
        by_bounds.entry((row.valid_from, row.valid_to)).or_default().push(row);
    }
    let mut all: Vec<Row> = Vec::new();
    for (bounds, rows) in by_bounds {
        for row in union(&rows, bounds) {
            let is_within = all.iter().any(|lasting| is_within(&row, lasting));
            if !is_within {
                all.push(row);
            }
        }
    }
    // Where one of them is shut, others may be open.
    let is_shut = |rows: &Vec<Row>, row: &Row| {
        let mut closures = rows.iter().filter(|row| row.label == CLOSED);
        closures.any(|shut| shut.valid_from <= row.valid_from && row.valid_to <= shut.valid_to)
    };
    for row in others {
        let is_told = row.label != CLOSED || lists.iter().all(|rows| is_shut(rows, &row));
        if is_told && !all.contains(&row) {
            all.push(row);
        }
    }
    all
}

/// Tells whether hours are part of others that last.
fn is_within(row: &Row, lasting: &Row) -> bool {
    let days = |row: &Row| row.rule.as_ref().map(|rule| rule.days.clone()).unwrap_or_default();
    let is_in = row.opens >= lasting.opens && row.closes <= lasting.closes;
    let is_of_day = |row: &Row| row.opens < row.closes;
    let is_same = (row.opens, row.closes) == (lasting.opens, lasting.closes);
    let known = days(lasting);
    lasting.valid_from.or(lasting.valid_to).is_none()
        && days(row).iter().all(|day| known.contains(day))
        && (is_same || (is_in && is_of_day(row) && is_of_day(lasting)))
}

/// Joins hours that apply between the same dates.
fn union(rows: &[Row], (valid_from, valid_to): Bounds) -> Vec<Row> {
    let mut by_day = Spans::new();
    for row in rows {
        let (Some(rule), Some(opens), Some(closes)) = (&row.rule, row.opens, row.closes) else {
            continue;
        };
        let minutes = |time: NaiveTime| time.hour() * 60 + time.minute();
        let (from, to) = (minutes(opens), minutes(closes));
        let to = if to > from { to } else { to + DAY_MINUTES };
        for day in &rule.days {
            let day = day.weekday.num_days_from_monday();
            by_day.entry(day).or_default().push((from, to));
        }
    }
    let notes = rows.first().map(|row| row.notes.clone());
    let notes = notes.filter(|notes| rows.iter().all(|row| row.notes == *notes));
    let mut joined = of_spans(by_day);
    for row in &mut joined {
        row.label = "Available: ";
        row.notes = notes.clone().unwrap_or_default();
        (row.valid_from, row.valid_to) = (valid_from, valid_to);
    }
    joined
}

fn of_hours(hours: &Many<OpeningHours>, label: &'static str, today: NaiveDate) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    let mut shut: Vec<(Bounds, Vec<Weekday>)> = Vec::new();
    let mut holidays: Vec<(NaiveTime, NaiveTime)> = Vec::new();
    for entry in hours {
        let (Some((opens, closes)), Some((valid_from, valid_to))) = (times(entry), dates(entry))
        else {
            continue;
        };
        let is_closed = opens == closes;
        let on_holidays = named_days(entry).any(|name| is_word(name, PUBLIC_HOLIDAYS));
        if on_holidays {
            holidays.push((opens, closes));
        }
        let days = weekdays(entry);
        let is_of_days = !days.is_empty() || named_days(entry).next().is_none();
        if is_closed && is_of_days {
            shut.push(((valid_from, valid_to), days.clone()));
        }
        if is_closed || days.is_empty() {
            continue;
        }
        rows.push(Row {
            rule: Some(weekly(&days, 1)),
            label,
            opens: Some(opens),
            closes: Some(closes),
            valid_from,
            valid_to,
            ..Row::default()
        });
    }
    for (bounds, days) in &shut {
        rows = rows.into_iter().flat_map(|row| outside(row, *bounds, days)).collect();
    }
    // Between two dates it is shut on days on which it is open else: on others it never is.
    let open_days = rows.iter().flat_map(|row| &row.rule).flat_map(|rule| &rule.days);
    let open_days: HashSet<Weekday> = open_days.map(|day| day.weekday).collect();
    let is_open = |day: &Weekday| open_days.is_empty() || open_days.contains(day);
    let is_told = |days: &[Weekday]| days.is_empty() || days.iter().any(is_open);
    let shut = shut.iter().filter(|(_, days)| is_told(days));
    let shut = shut.filter_map(|((from, to), days)| Some(closures((*from)?, (*to)?, days, today)));
    let shut: Vec<Row> = shut.flatten().collect();
    let (never, open): (Vec<_>, Vec<_>) = holidays.into_iter().partition(|(from, to)| from == to);
    if open.is_empty() && !never.is_empty() {
        for row in &mut rows {
            row.notes.push("Closed on public holidays.".to_owned());
        }
    }
    rows.extend(shut);
    rows.extend(open.into_iter().map(|(opens, closes)| Row {
        label,
        occasion: "Public holidays",
        opens: Some(opens),
        closes: Some(closes),
        ..Row::default()
    }));
    rows
}

/// Between which dates something applies, where it has a first or a last one.
type Bounds = (Option<NaiveDate>, Option<NaiveDate>);

/// Ends hours, or has them begin, where something is shut from one date on, or until one: on some days of the week,
/// or on all where none is named. Hours that begin later than that, or end earlier, stay.
fn outside(row: Row, (from, through): Bounds, days: &[Weekday]) -> Vec<Row> {
    let is_half_open = from.is_some() != through.is_some();
    let Some(rule) = row.rule.as_ref().filter(|_| is_half_open) else { return vec![row] };
    let all = rule.days.iter().map(|day| day.weekday);
    let (shut, open): (Vec<Weekday>, Vec<Weekday>) =
        all.partition(|day| days.is_empty() || days.contains(day));
    let mut part = Row { rule: Some(weekly(&shut, 1)), ..row.clone() };
    if let Some(from) = from.filter(|from| row.valid_from.is_none_or(|first| first < *from)) {
        part.valid_to = part.valid_to.into_iter().chain(from.pred_opt()).min();
    }
    if let Some(last) = through.filter(|last| row.valid_to.is_none_or(|to| to > *last)) {
        part.valid_from = part.valid_from.max(last.succ_opt());
    }
    let rest = Row { rule: Some(weekly(&open, 1)), ..row };
    let is_some = |row: &Row| {
        row.rule.as_ref().is_some_and(|rule| !rule.days.is_empty())
            && row.valid_from.is_none_or(|first| first.year() <= LAST_YEAR)
    };
    [rest, part].into_iter().filter(is_some).collect()
}

/// What is shut until the end of this year does not open again.
const LAST_YEAR: i32 = 9999;

/// Hours on special dates. Some days of the week between two dates are a rule with an end; where the venue
/// is shut on them, they are told as they follow on one another. One date alone is that of a day.
fn of_special(hours: &Many<OpeningHours>, today: NaiveDate) -> Vec<Row> {
    let mut rows = Vec::new();
    for entry in hours {
        let Some((first, last)) = dates(entry) else { continue };
        let Some((first, last)) = first.or(last).zip(last.or(first)) else { continue };
        let Some((opens, closes)) = times(entry) else { continue };
        let days = weekdays(entry);
        let is_closed = opens == closes;
        let is_range = first < last;
        if is_range && is_closed && !days.is_empty() {
            rows.extend(closures(first, last, &days, today));
        } else if is_closed {
            rows.push(closed(first, last));
        } else {
            let (opens, closes) = (Some(opens), Some(closes));
            let mut row = Row { label: "Venue open: ", opens, closes, ..Row::dated(first) };
            row.valid_to = Some(last);
            if is_range && !days.is_empty() {
                row.rule = Some(weekly(&days, 1));
                (row.date, row.dtstart) = (None, None);
            } else {
                row.last_date = is_range.then_some(last);
            }
            rows.push(row);
        }
    }
    rows
}

/// Tells on which days of the week something is shut between two dates, days that follow on one another in one row;
/// on every day where none is named.
fn closures(first: NaiveDate, last: NaiveDate, days: &[Weekday], today: NaiveDate) -> Vec<Row> {
    let days: HashSet<Weekday> = days.iter().copied().collect();
    if days.is_empty() || days.len() == 7 || first >= last {
        return if first <= last { vec![closed(first, last)] } else { Vec::new() };
    }
    let mut runs: Vec<(NaiveDate, NaiveDate)> = Vec::new();
    // What began a week ago is over.
    for date in first.max(today - TimeDelta::days(7)).iter_days() {
        if date > last || runs.len() > MAX_CLOSURES {
            break;
        }
        if days.contains(&date.weekday()) {
            match runs.last_mut() {
                Some((_, end)) if end.succ_opt() == Some(date) => *end = date,
                _ => runs.push((date, date)),
            }
        }
    }
    let to_come = runs.into_iter().filter(|(_, end)| *end >= today).take(MAX_CLOSURES);
    to_come.map(|(first, last)| closed(first, last)).collect()
}

/// How many times a venue is told to be shut: a year of Sundays.
const MAX_CLOSURES: usize = 53;

/// A venue that is shut; nothing starts, so that who asks for what is on that day is not shown it.
fn closed(first: NaiveDate, last: NaiveDate) -> Row {
    Row {
        label: CLOSED,
        valid_to: Some(last),
        last_date: (last > first).then_some(last),
        dtstart: None,
        ..Row::dated(first)
    }
}

const CLOSED: &str = "Venue closed: ";

/// The hours in which slots are offered: per weekday the union of all future slots, adjoining ones
/// joined; weekdays with the same hours share a row.
fn of_slots(cx: &Context<'_>) -> Vec<Row> {
    let mut by_day = Spans::new();
    for slot in cx.occurrences.iter().filter(|slot| slot.is_future(cx.now) && !slot.status.is_off())
    {
        let start = local_time(slot.start);
        let minutes = slot.end.map_or(0, |end| (end - slot.start).num_minutes());
        let Ok(minutes) = u32::try_from(minutes) else { continue };
        if minutes == 0 || minutes > DAY_MINUTES {
            continue;
        }
        let from = start.hour() * 60 + start.minute();
        let day = start.weekday().num_days_from_monday();
        by_day.entry(day).or_default().push((from, from + minutes));
    }
    let mut rows = of_spans(by_day);
    for row in &mut rows {
        row.label = "Bookable: ";
        row.notes = vec![FROM_SLOTS.to_owned()];
    }
    rows
}

/// Minutes of the day from and to which something is open, by the day of the week.
type Spans = BTreeMap<u32, Vec<(u32, u32)>>;

/// Makes a row of each span, adjoining ones joined, for all weekdays that have it.
fn of_spans(by_day: Spans) -> Vec<Row> {
    let mut by_hours: BTreeMap<(u32, u32), Vec<Weekday>> = BTreeMap::new();
    for (day, spans) in by_day {
        let Ok(weekday) = Weekday::try_from(u8::try_from(day).unwrap_or_default()) else {
            continue;
        };
        for (from, to) in joined(spans) {
            // Round the clock is all day, until its last minute.
            let to = if to - from >= DAY_MINUTES { DAY_MINUTES - 1 } else { to };
            by_hours.entry((from, to)).or_default().push(weekday);
        }
    }
    let mut rows: Vec<_> = by_hours.into_iter().collect();
    rows.sort_by_key(|(span, days)| (days[0].num_days_from_monday(), *span));
    rows.into_iter()
        .map(|((from, to), days)| Row {
            rule: Some(weekly(&days, 1)),
            opens: clock_of(from),
            closes: clock_of(to),
            ..Row::default()
        })
        .collect()
}

fn joined(mut spans: Vec<(u32, u32)>) -> Vec<(u32, u32)> {
    spans.sort_unstable();
    let mut all: Vec<(u32, u32)> = Vec::new();
    for (from, to) in spans {
        match all.last_mut() {
            Some((_, end)) if from <= *end => *end = (*end).max(to),
            _ => all.push((from, to)),
        }
    }
    all
}

fn clock_of(minutes: u32) -> Option<NaiveTime> {
    let minutes = minutes % DAY_MINUTES;
    NaiveTime::from_hms_opt(minutes / 60, minutes % 60, 0)
}

const DAY_MINUTES: u32 = 24 * 60;

/// The last minute of a day.
const LAST_MINUTE: NaiveTime = match NaiveTime::from_hms_opt(23, 59, 0) {
    Some(time) => time,
    None => NaiveTime::MIN,
};

const FROM_SLOTS: &str = "Worked out from the bookable slots published by the provider; availability changes, check before travelling.";
