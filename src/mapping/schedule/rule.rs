//! Rules from a published `Schedule` or `PartialSchedule`.

use chrono::Datelike as _;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Weekday;

use super::exception;
use super::placeholder;
use super::placeholder::is_end;
use super::placeholder::is_nothing;
use super::placeholder::is_real;
use super::row::Row;
use super::row::Rule;
use super::row::in_week_order;
use super::row::is_in;
use super::row::place_in_month;
use super::row::weekly;
use super::words;
use super::zone;
use crate::mapping::bundle::LONGEST_SESSION;
use crate::mapping::context::Context;
use crate::mapping::uk_time::date_of;
use crate::mapping::uk_time::time_of;
use crate::mapping::uk_time::to_whole_minute;
use crate::openactive::DayRule;
use crate::openactive::Figure;
use crate::openactive::Opportunity;
use crate::openactive::Period;
use crate::openactive::Schedule;
use crate::openactive::is_word;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Text;
use crate::openactive::month_of;
use crate::openactive::parse_time;
use crate::openactive::parse_written_date;
use crate::openactive::parts;
use crate::oruk::Frequency;
use crate::quality::Code;

/// Longest session past midnight that is believed, in hours: a longer one has its end before its start.
const MAX_HOURS: i64 = 12;

/// How many dates are gone through to find the last: for a thousand in one month of each year.
const MAX_COUNTED: usize = 12_500;

/// Reads a published schedule; nothing when it has no start time or no rule HSDS can say, several rows
/// when it was made for another time zone.
pub(super) fn rows_of(cx: &Context<'_>, head: &Opportunity, schedule: &Schedule) -> Vec<Row> {
    let row = read(cx, head, schedule);
    let rows = row.map(|row| zone::in_uk_time(cx, schedule, row));
    let rows = rows.and_then(|rows| if rows.is_empty() { Err(PATH) } else { Ok(rows) });
    rows.unwrap_or_else(|path| {
        cx.find(Code::ScheduleUnusable, path);
        Vec::new()
    })
}

/// Reads a schedule, else returns what of it makes it unusable: a restriction that cannot be read is not
/// passed over, or people would come on days it leaves out.
fn read(cx: &Context<'_>, head: &Opportunity, schedule: &Schedule) -> Result<Row, &'static str> {
    let (start_date, end_date) = (&schedule.start_date, &schedule.end_date);
    let own_start = stated_date(cx, start_date, placeholder::NO_START, "eventSchedule.startDate")?;
    let of_series = date_of(head.start_date.as_str()).filter(|date| is_real(*date));
    let start = own_start.or(of_series);
    // Where sessions are published, they say when they begin; the series does for all only without any.
    let of_head = || time_of(head.start_date.as_str()).filter(|_| cx.occurrences.is_empty());
    let opens = parse_time(schedule.start_time.as_str())
        .or_else(|| time_of(schedule.start_date.as_str()))
        .or_else(of_head)
        .ok_or(PATH)?;
    let rule = rule_of(cx, schedule, start).ok_or(PATH)?;
    let count_path = "eventSchedule.repeatCount";
    let stated_count = &schedule.repeat_count;
    let is_open = is_empty(cx, [stated_count], placeholder::NO_END, count_path);
    if !is_open && stated_count.number.is_none() {
        return Err(count_path);
    }
    let count = positive(schedule.repeat_count.number);
    let months = months(cx, schedule).ok_or("eventSchedule.byMonth")?;
    let counted = || {
        let count = usize::try_from(count?).ok().filter(|count| *count <= 1000)?;
        let mut dates = rule.dates(start?).take(MAX_COUNTED).filter(|date| is_in(*date, &months));
        dates.nth(count - 1)
    };
    // An end on the first day is the end of the first session, not of the series.
    let firsts = [start, date_of(head.start_date.as_str())];
    let is_later =
        |end: &NaiveDate| is_end(*end) && firsts.iter().flatten().all(|first| end > first);
    let own_end = || date_of(head.end_date.as_str()).filter(is_later);
    let stated_end = stated_date(cx, end_date, placeholder::NO_END, "eventSchedule.endDate")?;
    let end = stated_end.filter(|end| is_end(*end));
    if end != stated_end {
        cx.find(Code::ValueEmpty, "eventSchedule.endDate");
    }
    if end.is_some_and(|end| start.is_some_and(|start| end < start)) {
        cx.find(Code::EndBeforeStart, "eventSchedule.endDate");
        return Err("eventSchedule.endDate"); // nobody knows which of the two is wrong
    }
    // A count that ran out before an end to come was not meant: forms send a repeatCount of 1.
    let ran_out = |last: &NaiveDate| *last < cx.today && end.is_some_and(|end| end >= cx.today);
    let last_counted = counted();
    let count = count.filter(|_| !last_counted.as_ref().is_some_and(ran_out));
    let last_counted = last_counted.filter(|last| !ran_out(last));
    let valid_to = end.into_iter().chain(last_counted).min().or_else(own_end);
    let (except, unread) = exception::dates(cx, schedule, &rule);
    let mut notes = notes(schedule, &months);
    notes.extend(words::not_running_as_published(&unread));
    Ok(Row {
        opens: Some(opens),
        closes: closes(cx, schedule, opens, session_end(head, opens)),
        valid_from: start,
        valid_to,
        dtstart: start,
        count,
        except,
        notes,
        months,
        rule: Some(rule),
        is_complete: !schedule.is_partial(),
        ..Row::default()
    })
}

/// Returns the date of a text; nothing where there is none, an error where it cannot be read.
fn stated_date<'p>(
    cx: &Context<'_>,
    text: &Text,
    words: &[&str],
    path: &'p str,
) -> Result<Option<NaiveDate>, &'p str> {
    let Some(text) = text.get() else { return Ok(None) };
    let date = placeholder::bound(text, words, any_date(cx, text, path)).map_err(|()| path)?;
    if date.is_none() {
        cx.find(Code::ValueEmpty, path);
    }
    Ok(date)
}

/// Tells whether figures restrict nothing, and takes note where some are stated.
fn is_empty<'f>(
    cx: &Context<'_>,
    figures: impl IntoIterator<Item = &'f Figure>,
    words: &[&str],
    path: &str,
) -> bool {
    let mut stated = figures.into_iter().filter(|figure| !figure.is_absent()).peekable();
    let is_stated = stated.peek().is_some();
    let is_empty = stated.all(|figure| is_nothing(&figure.to_string(), words));
    if is_stated && is_empty {
        cx.find(Code::ValueEmpty, path);
    }
    is_empty
}

/// Reads a date, also one written as people do.
pub(super) fn any_date(cx: &Context<'_>, text: &str, path: &str) -> Option<NaiveDate> {
    date_of(text).or_else(|| {
        let date = parse_written_date(text)?;
        cx.find(Code::DateRepaired, path);
        Some(date)
    })
}

/// Returns when sessions that begin at this time end, where the series gives the times of one as its own.
fn session_end(head: &Opportunity, opens: NaiveTime) -> Option<NaiveTime> {
    let (start, end) = (head.start_date.as_str(), head.end_date.as_str());
    let is_of_session = time_of(start) == Some(opens) && date_of(start) == date_of(end);
    time_of(end).filter(|end| is_of_session && *end > opens)
}

fn rule_of(cx: &Context<'_>, schedule: &Schedule, start: Option<NaiveDate>) -> Option<Rule> {
    let is_stated = |day: &Text| !is_nothing(day.as_str(), &[]);
    let has_days = schedule.by_day.iter().any(is_stated);
    let mut days = if has_days { days(cx, schedule) } else { Vec::new() };
    if days.is_empty() && has_days {
        return None; // on days that have no code, such as public holidays: not on every day
    }
    in_week_order(&mut days);
    let month_days = month_days(cx, schedule)?;
    let has_ordinals = days.iter().any(|day| day.nth.is_some());
    let stated = schedule.repeat_frequency.get().or_else(|| schedule.frequency.get());
    let Some(period) = stated.and_then(frequency) else {
        if stated.is_some() {
            return None;
        }
        if !days.is_empty() && !has_ordinals && month_days.is_empty() {
            cx.find(Code::ScheduleGuessedWeekly, "eventSchedule.repeatFrequency");
            return Some(every_week(&days, 1));
        }
        return monthly(days, month_days, 1, None);
    };
    if period.months > 0 && period.days == 0 && period.secs == 0 {
        return (period.months < 12).then(|| monthly(days, month_days, period.months, start))?;
    }
    // Nobody knows which weeks "the second Tuesday" of a weekly rule leaves out.
    if period.months > 0 || period.secs > 0 || has_ordinals {
        return None;
    }
    if !month_days.is_empty() {
        // Every day that is the first of a month is a month's rule; HSDS cannot say less or more.
        let is_monthly = period.days == 1 && days.is_empty();
        return is_monthly.then(|| monthly(days, month_days, 1, start))?;
    }
    match (period.days, start) {
        (1, _) if days.is_empty() => Some(weekly(&ALL_DAYS, 1)),
        (1, _) => Some(every_week(&days, 1)),
        (n, _) if n % 7 == 0 && !days.is_empty() => Some(every_week(&days, n / 7)),
        (n, Some(start)) if n % 7 == 0 => Some(weekly(&[start.weekday()], n / 7)),
        _ => None,
    }
}

/// Returns the values of a list, also those that stand in one text with commas between them.
pub(super) fn split<'s>(
    cx: &Context<'_>,
    texts: impl Iterator<Item = &'s str>,
    path: &str,
) -> Vec<&'s str> {
    let mut all = Vec::new();
    for text in texts {
        let before = all.len();
        all.extend(parts(text));
        if all.len() > before + 1 {
            cx.find(Code::SingleForList, path);
        }
    }
    all
}

fn days(cx: &Context<'_>, schedule: &Schedule) -> Vec<DayRule> {
    let path = "eventSchedule.byDay";
    let mut days = Vec::new();
    for name in split(cx, schedule.by_day.iter().map(Text::as_str), path) {
        // The slashes of an address stand between no days.
        let is_address = name.contains(':') || name.contains('.');
        let names: Vec<&str> = if is_address { vec![name] } else { name.split('/').collect() };
        let read: Vec<DayRule> = names.iter().copied().filter_map(DayRule::parse).collect();
        if read.len() < names.len() && !is_word(name, PUBLIC_HOLIDAYS) {
            cx.find(Code::ScheduleUnusable, path);
        }
        days.extend(read);
    }
    days
}

fn every_week(days: &[DayRule], interval: u32) -> Rule {
    weekly(&days.iter().map(|day| day.weekday).collect::<Vec<_>>(), interval)
}

fn monthly(
    mut days: Vec<DayRule>,
    month_days: Vec<i8>,
    interval: u32,
    start: Option<NaiveDate>,
) -> Option<Rule> {
    // Where both are stated, both limit the rule.
    let is_limited = !days.is_empty() && !month_days.is_empty();
    if is_limited && days.iter().any(|day| day.nth.is_some()) {
        return None;
    }
    let nth = if is_limited { Some(week_of(&month_days)?) } else { start.map(place_in_month) };
    for day in &mut days {
        day.nth = Some(day.nth.or(nth)?);
    }
    in_week_order(&mut days);
    let month_days = match (days.is_empty(), month_days.is_empty(), start) {
        (false, _, _) => Vec::new(),
        (true, false, _) => month_days,
        (true, true, Some(start)) => vec![i8::try_from(start.day()).ok()?],
        (true, true, None) => return None,
    };
    Some(Rule { frequency: Frequency::Monthly, interval, days, month_days })
}

/// Returns which of its weekday in the month a day is that is among these: those from the 1st to the 7th hold the
/// first of each. Nothing for days that hold no other of the kind.
fn week_of(month_days: &[i8]) -> Option<i8> {
    let first = *month_days.first()?;
    let nth = match first {
        1 | 8 | 15 | 22 => (first + 6) / 7,
        -14 | -7 => first / 7,
        _ => return None,
    };
    month_days.iter().copied().eq(first..first + 7).then_some(nth)
}

fn frequency(text: &str) -> Option<Period> {
    Period::parse(text).or_else(|| {
        let days = |days| Some(Period { days, ..Period::default() });
        match text.to_lowercase().as_str() {
            "daily" => days(1),
            "weekly" => days(7),
            "fortnightly" => days(14),
            "monthly" => Some(Period { months: 1, ..Period::default() }),
            _ => None,
        }
    })
}

/// Returns the days of the month; nothing where one cannot be read.
#[expect(clippy::cast_possible_truncation, reason = "range checked")]
fn month_days(cx: &Context<'_>, schedule: &Schedule) -> Option<Vec<i8>> {
    if is_empty(cx, &schedule.by_month_day, placeholder::EVERY, "eventSchedule.byMonthDay") {
        return Some(Vec::new());
    }
    let is_day = |day: &f64| day.fract() == 0.0 && (1.0..=31.0).contains(&day.abs());
    let days = schedule.by_month_day.iter().map(|day| Some(day.number.filter(is_day)? as i8));
    let mut days: Vec<i8> = days.collect::<Option<_>>()?;
    days.sort_unstable();
    days.dedup();
    Some(days)
}

#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "range checked")]
fn positive(number: Option<f64>) -> Option<u32> {
    number.filter(|n| n.fract() == 0.0 && (1.0..=100_000.0).contains(n)).map(|n| n as u32)
}

/// Returns the end: as published, else that of the session whose times the series has, else start plus
/// duration. An end before the start, by which the session would last more than half a day, is an error and is
/// dropped.
fn closes(
    cx: &Context<'_>,
    schedule: &Schedule,
    opens: NaiveTime,
    session_end: Option<NaiveTime>,
) -> Option<NaiveTime> {
    if let Some(end) = parse_time(schedule.end_time.as_str()) {
        let length = (end - opens).num_minutes().rem_euclid(24 * 60);
        if length > 0 && (end > opens || length <= MAX_HOURS * 60) {
            let whole = to_whole_minute(end);
            if whole != end {
                cx.find(Code::EndRounded, "eventSchedule.endTime");
            }
            return Some(whole);
        }
        cx.find(Code::EndBeforeStart, "eventSchedule.endTime");
    }
    if let Some(end) = session_end.filter(|_| schedule.duration.is_absent()) {
        return Some(to_whole_minute(end));
    }
    let stated = [&schedule.duration].into_iter().chain(cx.layers().iter().map(|l| &l.duration));
    let period = stated.into_iter().find_map(|text| Period::parse(text.as_str()))?;
    let secs = i64::try_from(period.fixed_secs()?).ok()?;
    if secs > LONGEST_SESSION.num_seconds() {
        cx.find(Code::DurationImplausible, "eventSchedule.duration");
        return None;
    }
    Some(opens.overflowing_add_signed(TimeDelta::seconds(secs)).0)
}

/// Returns the months in which it runs, all of them where none is stated; nothing where one cannot be read.
fn months(cx: &Context<'_>, schedule: &Schedule) -> Option<Vec<u32>> {
    if is_empty(cx, &schedule.by_month, placeholder::EVERY, "eventSchedule.byMonth") {
        return Some(Vec::new());
    }
    let numbers = schedule.by_month.iter().filter_map(|month| month.number);
    let numbers = numbers.map(|number| positive(Some(number)).filter(|month| *month <= 12));
    let words = schedule.by_month.iter().map(|month| month.words.as_str());
    let words = split(cx, words, "eventSchedule.byMonth").into_iter().map(month_of);
    let mut months: Vec<u32> = numbers.chain(words).collect::<Option<_>>()?;
    months.sort_unstable();
    months.dedup();
    Some(months)
}

fn notes(schedule: &Schedule, months: &[u32]) -> Vec<String> {
    let mut notes = Vec::new();
    notes.extend(words::only_in(months));
    let mut days = schedule.by_day.iter().flat_map(|text| parts(text.as_str()));
    if days.any(|day| is_word(day, PUBLIC_HOLIDAYS)) {
        notes.push("Also on public holidays.".to_owned());
    }
    notes
}

const PATH: &str = "eventSchedule";

pub(super) const PUBLIC_HOLIDAYS: &str = "PublicHolidays";

const ALL_DAYS: [Weekday; 7] = [
    Weekday::Mon,
    Weekday::Tue,
    Weekday::Wed,
    Weekday::Thu,
    Weekday::Fri,
    Weekday::Sat,
    Weekday::Sun,
];
