//! When an opportunity takes place.
//!
//! Times are UK wall-clock time. A published schedule gives the rule and occurrences its exceptions;
//! without one the rule is worked out from the occurrences; facilities have hours instead.
//!
//! Specification: <https://openactive.io/modelling-opportunity-data/#describing-schedules>.

mod derive;
mod exception;
mod hours;
pub(super) mod placeholder;
mod row;
mod rule;
#[cfg(test)]
mod tests;
pub(super) mod words;
mod zone;

use std::collections::HashMap;
use std::collections::HashSet;

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Weekday;

use self::derive::Dated;
use self::placeholder::is_end;
use self::placeholder::is_real;
use self::row::Row;
use self::row::weekly;
use super::attribute::Attendance;
use super::bundle::ChildFeed;
use super::bundle::Occurrence;
use super::context::Context;
use super::event_status::EventStatus;
use super::location::Places;
use super::location::is_online;
use super::status::Liveness;
use super::uk_time::date_of;
use super::uk_time::instant;
use super::uk_time::is_midnight;
use super::uk_time::local_time;
use crate::openactive::Kind;
use crate::openactive::Moment;
use crate::openactive::lenient::Absent as _;
use crate::openactive::stamp_in;
use crate::oruk::Frequency;
use crate::oruk::Id;
use crate::oruk::Schedule;
use crate::quality::Code;

/// Maps the schedules of the service, and tells how long it lives by them.
pub(super) fn schedules(
    cx: &Context<'_>,
    places: &Places<'_>,
    link: Option<&str>,
) -> (Vec<Schedule>, Liveness) {
    let kind = cx.bundle.head.kind;
    let mut rows = if kind.is_facility() {
        hours::rows(cx, places)
    } else if kind == Kind::OnDemandEvent {
        Vec::new()
    } else {
        event_rows(cx, places)
    };
    // Whether a rule runs on beside what is cancelled is asked only where something is.
    let off = cx.occurrences.iter().filter(|o| o.status.is_off() && o.is_future(cx.now)).count();
    let next = |row: &Row| {
        // An event goes ahead without one of its parts, but not where all of several are off.
        let own = || row.ahead(cx.today).filter(|_| off == 1 && !is_off(cx, row));
        if off > 0 { row.next(cx.today).or_else(own) } else { None }
    };
    let lives: Vec<_> =
        rows.iter().map(|row| (next(row), row.last(), row.is_used_up(cx.today))).collect();
    let is_past = |row: &Row| row.last().is_some_and(|last| last < cx.today);
    if rows.iter().any(|row| !is_past(row)) {
        rows.retain(|row| !is_past(row));
    }
    let told = rows.iter().flat_map(|row| row.except.iter().chain(&row.online).copied());
    // A pattern stops saying when it begins once that is less than a week ahead.
    let begins = rows.iter().filter_map(|row| row.valid_from);
    let begins = begins.filter_map(|date| date.checked_sub_signed(TimeDelta::days(7)));
    let days = rows.iter().filter_map(Row::last).chain(told).chain(begins).collect();
    let liveness = Liveness::of(cx.today, lives.into_iter(), days);
    (write(cx, rows, places.attendance.words(), link), liveness)
}

fn write(cx: &Context<'_>, rows: Vec<Row>, attending: &str, link: Option<&str>) -> Vec<Schedule> {
    let mut seen: HashSet<Id> = HashSet::new();
    let mut taken: Vec<(Id, Row)> = Vec::with_capacity(rows.len());
    for row in rows {
        let mut id = row.id(cx.service_id, false);
        if !seen.insert(id) {
            let is_known = taken.iter().any(|(_, known)| *known == row);
            id = row.id(cx.service_id, true);
            if is_known || !seen.insert(id) {
                continue; // published twice
            }
        }
        taken.push((id, row));
    }
    taken.into_iter().map(|(id, row)| row.write(cx, id, attending, link)).collect()
}

fn event_rows(cx: &Context<'_>, places: &Places<'_>) -> Vec<Row> {
    let dated = future_occurrences(cx, places);
    let left: Vec<Planned> = cx.occurrences.iter().filter_map(|one| Planned::of(cx, one)).collect();
    let mut rows = published_rows(cx);
    if !dated.is_empty() && rows.iter().all(|row| row.last().is_some_and(|last| last < cx.today)) {
        rows.clear(); // the schedule ran out, the dates go on
    }
    let mut rows: Vec<Row> =
        rows.into_iter().flat_map(|row| by_place(row, &dated, places)).collect();
    let mut elsewhere: Vec<Row> = Vec::new();
    let others = of_none(&rows, &dated);
    rows.retain_mut(|row| {
        if !row.is_complete && !confirm(cx, row, &dated, &others) {
            cx.find(Code::ScheduleUnusable, "eventSchedule");
            return false;
        }
        elsewhere.extend(leave_out(row, &dated, &left));
        true
    });
    let others = of_none(&rows, &dated);
    let is_event = matches!(cx.bundle.head.kind, Kind::Event | Kind::HeadlineEvent);
    let mut derived = derived(cx, others, is_event, &rows, last_usual(&dated));
    for row in derived.iter_mut().filter(|row| row.rule.is_some()) {
        let is_here = |one: &&Dated| !one.is_off && (one.at == row.at || one.is_online);
        let on = dated.iter().filter(is_here).filter(|one| is_of(row, one));
        let on: HashSet<NaiveDate> = on.map(|one| one.date).collect();
        // What is cancelled at another place may be what would follow at this one.
        let off = dated.iter().filter(|one| one.is_off && is_of(row, one)).map(|one| one.date);
        let left = left.iter().filter(|planned| planned.is_of(row)).map(|planned| planned.date);
        let off: Vec<NaiveDate> = off.chain(left).filter(|date| !on.contains(date)).collect();
        row.except.extend(off);
    }
    rows.extend(elsewhere);
    rows.extend(derived);
    let has_rule = rows.iter().any(|row| row.rule.is_some());
    if (is_event || cx.occurrences.is_empty())
        && !has_rule
        && let Some(own) = own_dates(cx, places)
        && !rows.iter().any(|row| row.is_when(&own))
    {
        rows.insert(0, own);
    }
    set_course_dates(cx, &mut rows);
    if rows.is_empty() && cx.occurrences.is_empty() {
        cx.find(Code::ScheduleMissing, "eventSchedule");
    }
    rows
}

/// Holds a partial rule against its sessions, which confirm its dates one by one: up to the last of them, and a year
/// ahead, a date without one is left out. Returns false for a rule that none of the sessions follows, though `others`,
/// which follow from no rule, go ahead on its days at another time, or in place of its own, and several of its dates
/// lie before the last of them.
fn confirm(cx: &Context<'_>, row: &mut Row, dated: &[Dated], others: &[Dated]) -> bool {
    let passes_over = row.rule.as_ref().is_some_and(|rule| rule.interval > 1);
    let mut of_row: Vec<&Dated> = dated.iter().filter(|one| is_of(row, one)).collect();
    if passes_over && row.dtstart.is_none() {
        // The sessions say which weeks or months are passed over.
        row.dtstart = of_row.iter().find(|one| !one.is_moved).map(|one| one.date);
        of_row.retain(|one| row.has(one.date));
    }
    let is_confirmed = of_row.iter().any(|one| !one.is_off);
    // Days of the rule are those of the weeks or months that it passes over as well: they may be the right ones.
    let days = Row { dtstart: None, ..row.clone() };
    let is_on = |date: NaiveDate| days.has(date) && !days.except.contains(&date);
    let stands_for = |one: &&Dated| !one.is_off && (!of_row.is_empty() || is_on(one.date));
    let others: Vec<&Dated> = others.iter().filter(|_| !is_confirmed).filter(stands_for).collect();
    let Some(last) = of_row.iter().chain(&others).map(|one| one.date).max() else {
        row.is_provisional = true;
        return true;
    };
    let starts = cx.occurrences.iter().map(|one| local_time(one.start));
    let starts = starts.filter(|start| Some(start.time()) == row.opens);
    let known: HashSet<NaiveDate> = starts.map(|start| start.date()).collect();
    let days = cx.today.iter_days().take(366).take_while(|date| *date <= last);
    let missing = days.filter(|date| row.has(*date) && !known.contains(date));
    let missing: Vec<NaiveDate> = missing.collect();
    if !is_confirmed {
        // One date alone may be the exception, and the sessions after it not be published yet.
        if missing.len() > 1 && !others.is_empty() {
            return false;
        }
        row.is_provisional = true;
    }
    row.except.extend(missing);
    true
}

/// Takes out of a rule what is cancelled, was moved away or takes place elsewhere, which is returned.
fn leave_out(row: &mut Row, dated: &[Dated], left: &[Planned]) -> Vec<Row> {
    let of_row: Vec<&Dated> = dated.iter().filter(|one| is_of(row, one)).collect();
    let is_here = |one: &Dated| one.at == row.at || one.is_online || row.at.is_none();
    let is_on = |one: &&&Dated| !one.is_off && is_here(one);
    let on: HashSet<NaiveDate> = of_row.iter().filter(is_on).map(|one| one.date).collect();
    let moved = of_row.iter().filter(|one| !one.is_off && !is_here(one));
    let elsewhere = moved.map(|one| derive::single(one)).collect();
    // What is cancelled, or takes place elsewhere, stands for what would follow from the rule.
    let not_here = of_row.iter().map(|one| one.date);
    let left = left.iter().filter(|planned| planned.is_of(row)).map(|planned| planned.date);
    let off: Vec<NaiveDate> = not_here.chain(left).filter(|date| !on.contains(date)).collect();
    row.except.retain(|date| !on.contains(date));
    row.except.extend(off);
    row.online = of_row.iter().filter(|one| one.is_online).map(|one| one.date).collect();
    row.except.retain(|date| !row.online.contains(date));
    elsewhere
}

/// Makes rows of the sessions that follow from no published rule. Beside published rules those that were moved are no
/// pattern, and what is off is none either. Beside one that is certain a pattern has ended of which no session is
/// published, though usual ones are `until` later.
fn derived(
    cx: &Context<'_>,
    sessions: Vec<Dated>,
    is_event: bool,
    rules: &[Row],
    until: Option<NaiveDate>,
) -> Vec<Row> {
    let has_rules = !rules.is_empty();
    // The parts of an event are its programme: they do not go on beyond it.
    let is_single = |one: &Dated| is_event || (has_rules && one.is_moved);
    let (singles, mut regular): (Vec<Dated>, Vec<Dated>) =
        sessions.into_iter().partition(is_single);
    if has_rules && regular.iter().all(|one| one.is_off) {
        regular.clear();
    }
    let end = |row: &Row, last| end_beside(rules, until, row, last);
    let (mut rows, is_cut) = derive::derive(&regular, local_time(cx.now), end);
    let (dates, are_cut) = derive::dates(singles);
    if is_cut || are_cut {
        cx.find(Code::DatesCut, "subEvent");
    }
    if rows.iter().any(|row| row.rule.is_some()) {
        cx.find(Code::ScheduleDerived, "eventSchedule");
    }
    rows.extend(dates);
    rows
}

/// Returns how far ahead sessions are published that are no specials: others go ahead on their day of the week at their
/// time.
fn last_usual(dated: &[Dated]) -> Option<NaiveDate> {
    let mut known: HashMap<(Weekday, NaiveTime), (usize, NaiveDate)> = HashMap::new();
    for one in dated.iter().filter(|one| !one.is_off) {
        let usual = known.entry((one.date.weekday(), one.opens)).or_insert((0, one.date));
        *usual = (usual.0 + 1, usual.1.max(one.date));
    }
    known.into_values().filter(|(count, _)| *count > 1).map(|(_, last)| last).max()
}

/// Returns when a pattern ends that stands beside rules, and of which the last session is at a date. Beside a rule that
/// is certain it ended with that one, where its next date is past while usual sessions go on `until` later, or where
/// the rule says what comes. None goes on beyond all rules, unless it has sessions there.
fn end_beside(
    rules: &[Row],
    until: Option<NaiveDate>,
    row: &Row,
    last: NaiveDate,
) -> Option<NaiveDate> {
    let certain: Vec<&Row> = rules.iter().filter(|rule| !rule.is_provisional).collect();
    let dates = row.rule.iter().flat_map(|rule| rule.dates(last));
    let mut next = dates.filter(|date| *date > last).take(MAX_AHEAD);
    let is_said =
        |date: &NaiveDate| certain.iter().any(|rule| rule.opens == row.opens && rule.has(*date));
    let has_ended = |date: NaiveDate| Some(date) <= until || is_said(&date);
    if !certain.is_empty()
        && (next.next().is_some_and(has_ended) || next.any(|date| is_said(&date)))
    {
        return Some(last);
    }
    let ends: Vec<NaiveDate> = rules.iter().map(Row::last).collect::<Option<_>>()?;
    ends.into_iter().max().filter(|end| *end >= last)
}

/// How many dates of a pattern are held against rules: those of a year, of a weekly one.
const MAX_AHEAD: usize = 53;

/// Tells whether what is off is the whole of a single date.
fn is_off(cx: &Context<'_>, row: &Row) -> bool {
    let off = cx.occurrences.iter().filter(|occurrence| occurrence.status.is_off());
    let times = off.map(|one| (local_time(one.start), one.end.map(|end| local_time(end).time())));
    let mut times = times.map(|(start, end)| (Some(start.date()), Some(start.time()), end));
    times.any(|when| when == (row.date, row.opens, row.closes))
}

/// Rules of the head alone: a schedule is never inherited.
fn published_rows(cx: &Context<'_>) -> Vec<Row> {
    let head = cx.head();
    let rows = head.event_schedule.iter().flat_map(|schedule| rule::rows_of(cx, head, schedule));
    rows.collect()
}

/// Gives a rule its place, and makes several of a weekly one whose days of the week are each at another.
fn by_place(mut row: Row, dated: &[Dated], places: &Places<'_>) -> Vec<Row> {
    row.at = place_of(&row, dated, places);
    let Some(rule) = row.rule.as_ref().filter(|rule| rule.frequency == Frequency::Weekly) else {
        return vec![row];
    };
    let mut by_place: Vec<(Option<Id>, Vec<Weekday>)> = Vec::new();
    for day in rule.days.iter().map(|day| day.weekday) {
        let of_day: Vec<Dated> =
            dated.iter().filter(|one| one.date.weekday() == day).copied().collect();
        let shown = of_day.iter().filter(|one| !one.is_off && is_of(&row, one));
        // One session alone may be the exception.
        let at = if shown.count() > 1 { place_of(&row, &of_day, places) } else { row.at };
        match by_place.iter_mut().find(|(known, _)| *known == at) {
            Some((_, days)) => days.push(day),
            None => by_place.push((at, vec![day])),
        }
    }
    if let [(at, _)] = by_place.as_slice() {
        row.at = *at;
        return vec![row];
    }
    let interval = rule.interval;
    let parts = by_place.into_iter().map(|(at, days)| {
        let mut part = Row { at, count: None, ..row.clone() };
        part.except.retain(|date| days.contains(&date.weekday()));
        part.rule = Some(weekly(&days, interval));
        part
    });
    parts.collect()
}

/// Returns the place of a rule. It is where the series is: occurrences elsewhere are the exception, as long as they
/// are few beside others that are there, or it is one of a complete rule. Else it is the place of the occurrences
/// that follow it, when they all share one; that of the series when there are none.
fn place_of(row: &Row, dated: &[Dated], places: &Places<'_>) -> Option<Id> {
    let of_series = places.usual();
    let shows_place = |one: &&Dated| is_of(row, one) && !one.is_off && !one.is_online;
    let of_dates = dated.iter().filter(shows_place).map(|one| one.at);
    let elsewhere = of_dates.clone().filter(|at| *at != of_series).count();
    let is_here = of_dates.clone().any(|at| at == of_series);
    let is_exception =
        (row.is_complete && elsewhere <= 1) || (is_here && elsewhere <= derive::MAX_DATES);
    if of_series.is_some() && is_exception {
        return of_series;
    }
    let mut of_dates = of_dates;
    let Some(first) = of_dates.next() else { return of_series };
    first.filter(|_| of_dates.all(|at| at == first))
}

/// Tells whether an occurrence follows a rule: same start, and a date of the rule.
fn is_of(row: &Row, one: &Dated) -> bool {
    row.opens == Some(one.opens) && row.has(one.date)
}

/// Returns the occurrences that follow from no rule.
fn of_none(rows: &[Row], dated: &[Dated]) -> Vec<Dated> {
    dated.iter().filter(|one| !rows.iter().any(|row| is_of(row, one))).copied().collect()
}

/// When an occurrence that was moved was to begin.
struct Planned {
    date: NaiveDate,
    time: Option<NaiveTime>,
}

impl Planned {
    /// Reads it as the occurrence says, else as its id does by the template of a schedule. Nothing for one
    /// that was not moved.
    fn of(cx: &Context<'_>, one: &Occurrence) -> Option<Self> {
        let facts = one.facts.as_deref()?;
        let said = Moment::parse(facts.previous_start_date.as_str());
        let in_id = || {
            let id = facts.id.get()?;
            let templates = cx.head().event_schedule.iter().map(|schedule| &schedule.id_template);
            let before = templates.filter_map(|text| Some(text.as_str().split_once(START)?.0));
            before
                .filter_map(|before| id.strip_prefix(before))
                .find_map(stamp_in)
                .map(Moment::Instant)
        };
        let planned = said.or_else(in_id)?;
        let local = local_time(instant(planned));
        let (date, start) = (local.date(), local_time(one.start));
        let time = (!matches!(planned, Moment::Date(_))).then(|| local.time());
        let is_moved = date != start.date() || time.is_some_and(|time| time != start.time());
        is_moved.then_some(Self { date, time })
    }

    /// Tells whether it follows from a rule.
    fn is_of(&self, row: &Row) -> bool {
        self.time.is_none_or(|time| row.opens == Some(time)) && row.has(self.date)
    }
}

/// Where the template of ids has the start.
const START: &str = "{startDate}";

fn future_occurrences(cx: &Context<'_>, places: &Places<'_>) -> Vec<Dated> {
    let future = cx.occurrences.iter().filter(|occurrence| occurrence.is_future(cx.now));
    let dated = future.map(|occurrence| {
        let start = local_time(occurrence.start);
        let end = occurrence.end.map(local_time);
        let own_place = occurrence.facts.as_deref().filter(|facts| !facts.location.is_absent());
        let own_place = own_place.and_then(|facts| places.at_place(cx, facts.location.first()?));
        let last_date = end.map_or(start.date(), |end| end.date());
        let spans_days = end.is_some_and(|end| end - start > TimeDelta::hours(16));
        let own_mode = || occurrence.facts.as_deref().is_some_and(|o| is_online(cx, o));
        Dated {
            at: own_place.or_else(|| places.usual()),
            date: start.date(),
            opens: start.time(),
            closes: end.map(|end| end.time()),
            last_date: if spans_days { last_date } else { start.date() },
            is_off: occurrence.status.is_off(),
            is_online: places.attendance != Attendance::Online
                && (occurrence.status == EventStatus::MovedOnline || own_mode()),
            is_moved: occurrence.status == EventStatus::Rescheduled
                || Planned::of(cx, occurrence).is_some(),
        }
    });
    dated.collect()
}

/// The dates of an event, of a course without occurrences, or of a series that gives the times of its only
/// session as its own.
fn own_dates(cx: &Context<'_>, places: &Places<'_>) -> Option<Row> {
    let head = cx.head();
    if cx.bundle.head.kind == Kind::SessionSeries && !has_one_session(cx) {
        return None;
    }
    let Some((start, end)) = Occurrence::times(head) else {
        if !head.start_date.is_absent() {
            cx.find(Code::StartMissing, "startDate");
        }
        return None;
    };
    cx.check_times(head, "");
    let is_date = |text: &str| matches!(Moment::parse(text), Some(Moment::Date(_)));
    let (first, last) = (head.start_date.as_str(), head.end_date.as_str());
    // Whole days end with the midnight after the last of them, unless that is named itself. A course has a
    // first and a last date, also where they are written as midnights.
    let is_course = cx.bundle.head.kind == Kind::CourseInstance;
    let ends_on_date = is_date(last) || (is_course && is_midnight(last));
    let length = end.map(|end| end - start);
    let is_whole = |length: TimeDelta| length.num_seconds() % DAY_SECS == 0;
    let ends_with_day = !ends_on_date && (is_midnight(last) || length.is_some_and(is_whole));
    // Midnight stands for a date only where days follow; else it is when something begins.
    let lasts_days = length.is_none() || ends_on_date || ends_with_day;
    let has_time = !(is_date(first) || (is_midnight(first) && lasts_days));
    let usual = Occurrence::length_of_sessions(cx.layers().iter().copied());
    let end = end.or_else(|| Some(start + usual.filter(|_| has_time)?));
    let (start, end) = (local_time(start), end.map(local_time));
    let mut row = Row::dated(start.date());
    row.at = places.only();
    row.opens = has_time.then(|| start.time());
    let closes = end.filter(|end| has_time && !(ends_on_date && end.time() == NaiveTime::MIN));
    row.closes = closes.map(|end| end.time());
    let of_days = || {
        let days = (length? + CLOCK_CHANGE).num_days();
        start.date().checked_add_signed(TimeDelta::days(days - 1))
    };
    let last = if !has_time && ends_with_day { of_days() } else { end.map(|end| end.date()) };
    let last = last.filter(|last| *last > start.date());
    let overnight = end.is_some_and(|end| end - start <= TimeDelta::hours(16));
    if let Some(last) = last.filter(|_| !overnight) {
        row.last_date = Some(last);
        row.valid_to = Some(last);
    }
    Some(row)
}

const DAY_SECS: i64 = 24 * 60 * 60;

/// By how much days may be shorter than they should.
const CLOCK_CHANGE: TimeDelta = TimeDelta::hours(2);

/// Tells whether a series begins and ends at times of one day, and its sessions may be in no feed.
fn has_one_session(cx: &Context<'_>) -> bool {
    let date = |text: &str| match Moment::parse(text)? {
        Moment::Date(_) => None,
        Moment::Instant(_) | Moment::Local(_) => date_of(text).filter(|date| is_real(*date)),
    };
    let first = date(cx.head().start_date.as_str());
    first.is_some()
        && first == date(cx.head().end_date.as_str())
        && cx.bundle.child_feed != ChildFeed::Complete
}

/// No schedule of a course runs before its first date or after its last; one without dates of its own runs from
/// the one to the other, one that has none of its dates is dropped beside others. From where it counts the weeks or
/// months that it passes over stays as it says itself. Of a course that ends before it begins nothing is promised
/// beyond what is known: the end of the schedule, else the first date and those of sessions.
fn set_course_dates(cx: &Context<'_>, rows: &mut Vec<Row>) {
    let Some((first, last)) = course_dates(cx) else { return };
    let is_reversed = last.is_none() && date_of(cx.head().end_date.as_str()).is_some_and(is_end);
    let of_sessions = cx.occurrences.iter().map(|one| local_time(one.start).date());
    let latest = first.into_iter().chain(of_sessions).max().filter(|_| is_reversed);
    // What takes place is in the course, whatever its own dates are.
    let on = cx.occurrences.iter().filter(|one| !one.status.is_off());
    let on: Vec<NaiveDate> = on.map(|one| local_time(one.start).date()).collect();
    let first = first.map(|first| on.iter().copied().fold(first, NaiveDate::min));
    let last = last.map(|last| on.iter().copied().fold(last, NaiveDate::max));
    let as_published = rows.clone();
    for row in rows.iter_mut().filter(|row| row.rule.is_some()) {
        let own = (row.dtstart, row.valid_to);
        row.valid_from = row.valid_from.max(first);
        let is_counted = row.rule.as_ref().is_some_and(|rule| rule.interval > 1);
        let own_start = row.dtstart.or(row.valid_from.filter(|_| !is_counted));
        row.dtstart = if is_counted { own_start.or(first) } else { own_start.max(first) };
        row.valid_to = row.valid_to.into_iter().chain(last).min().or(latest);
        if own != (row.dtstart, row.valid_to) {
            row.count = None; // of other dates
        }
    }
    rows.retain(|row| {
        row.valid_to.is_none_or(|last| row.valid_from.is_none_or(|from| from <= last))
    });
    if rows.is_empty() && !as_published.is_empty() {
        // None of the schedules is within the course, so its dates are not theirs, unless they are all over.
        cx.find(Code::EndBeforeStart, "eventSchedule");
        *rows = as_published;
        let are_over = rows.iter().all(|row| row.last().is_some_and(|last| last < cx.today));
        if let Some((first, last)) = first.zip(last.or(latest)).filter(|_| are_over) {
            for row in rows {
                // They may be of the last time that it was given.
                (row.valid_from, row.dtstart) = (Some(first), Some(first));
                (row.valid_to, row.count) = (Some(last), None);
            }
        }
    }
}

/// Returns the first and the last date of a course; nothing for anything else.
pub(super) fn course_dates(cx: &Context<'_>) -> Option<(Option<NaiveDate>, Option<NaiveDate>)> {
    if cx.bundle.head.kind != Kind::CourseInstance {
        return None;
    }
    let head = cx.head();
    let [first, last] = [&head.start_date, &head.end_date]
        .map(|text| date_of(text.as_str()).filter(|date| is_real(*date)));
    let is_reversed = last.is_some_and(|last| first.is_some_and(|first| last < first));
    if is_reversed {
        cx.find(Code::EndBeforeStart, "endDate");
    }
    Some((first, last.filter(|last| !is_reversed && is_end(*last))))
}
