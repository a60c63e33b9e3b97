//! A schedule before it is written down, and the dates that follow from its rule.

use chrono::Datelike as _;
use chrono::Months;
use chrono::NaiveDate;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Weekday;

use super::words;
use crate::mapping::attribute::Attendance;
use crate::mapping::context::Context;
use crate::openactive::DayRule;
use crate::oruk::Frequency;
use crate::oruk::Id;
use crate::oruk::Schedule;
use crate::oruk::ScheduleExtension;

/// A repeating rule that HSDS can say.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) frequency: Frequency,
    pub(super) interval: u32,
    /// Days of the week, Monday first; with a place in the month for monthly rules.
    pub(super) days: Vec<DayRule>,
    /// Days of the month, for monthly rules without days of the week.
    pub(super) month_days: Vec<i8>,
}

impl Rule {
    /// Tells whether no week is passed over.
    pub(super) fn is_every_week(&self) -> bool {
        self.frequency == Frequency::Weekly && self.interval == 1
    }

    /// Returns the dates of the rule from its start on, in order.
    pub(super) fn dates(&self, start: NaiveDate) -> impl Iterator<Item = NaiveDate> + '_ {
        let period = (0..).map_while(move |step| self.period(start, step));
        period.flatten().filter(move |date| *date >= start)
    }

    /// Tells whether a date is one of the rule, where weeks and months passed over are counted from the start.
    pub(super) fn has(&self, date: NaiveDate, start: Option<NaiveDate>) -> bool {
        let passed = start.map_or(0, |start| self.periods(start, date));
        let is_counted = passed.checked_rem(i64::from(self.interval)) == Some(0);
        is_counted
            && match self.frequency {
                Frequency::Weekly => self.days.iter().any(|day| day.weekday == date.weekday()),
                Frequency::Monthly => date.with_day(1).is_some_and(|first| {
                    self.days.iter().any(|day| nth_of_month(first, *day) == Some(date))
                        || self.month_days.iter().any(|day| day_of_month(first, *day) == Some(date))
                }),
            }
    }

    /// Returns how many weeks or months lie between two dates.
    fn periods(&self, from: NaiveDate, to: NaiveDate) -> i64 {
        match self.frequency {
            Frequency::Weekly => (monday_of(to) - monday_of(from)).num_weeks(),
            Frequency::Monthly => month_number(to) - month_number(from),
        }
    }

    /// Returns the dates in the `step`th week or month counted from the start.
    fn period(&self, start: NaiveDate, step: u32) -> Option<Vec<NaiveDate>> {
        let count = step.checked_mul(self.interval)?;
        let mut dates: Vec<NaiveDate> = match self.frequency {
            Frequency::Weekly => {
                let weeks = TimeDelta::weeks(count.into());
                let week = monday_of(start).checked_add_signed(weeks)?;
                let offset = |d: &DayRule| TimeDelta::days(d.weekday.num_days_from_monday().into());
                self.days.iter().map(|day| week + offset(day)).collect()
            }
            Frequency::Monthly => {
                let first = start.with_day(1)?.checked_add_months(Months::new(count))?;
                let of_week = self.days.iter().filter_map(|day| nth_of_month(first, *day));
                let of_month = self.month_days.iter().filter_map(|day| day_of_month(first, *day));
                of_week.chain(of_month).collect()
            }
        };
        dates.sort_unstable();
        dates.dedup(); // the third Friday may be the second to last as well
        Some(dates)
    }
}

fn monday_of(date: NaiveDate) -> NaiveDate {
    date - TimeDelta::days(date.weekday().num_days_from_monday().into())
}

/// Numbers the months without a break.
pub(super) fn month_number(date: NaiveDate) -> i64 {
    i64::from(date.year()) * 12 + i64::from(date.month0())
}

fn nth_of_month(first: NaiveDate, day: DayRule) -> Option<NaiveDate> {
    let nth = day.nth.unwrap_or(1);
    let month = first.month();
    let found = if nth > 0 {
        NaiveDate::from_weekday_of_month_opt(first.year(), month, day.weekday, nth.unsigned_abs())?
    } else {
        let last = first.checked_add_months(Months::new(1))?.pred_opt()?;
        let back =
            (7 + last.weekday().num_days_from_monday() - day.weekday.num_days_from_monday()) % 7;
        last - TimeDelta::days(i64::from(back))
            - TimeDelta::weeks(i64::from(nth.unsigned_abs()) - 1)
    };
    (found.month() == month).then_some(found)
}

fn day_of_month(first: NaiveDate, day: i8) -> Option<NaiveDate> {
    if day > 0 {
        return first.with_day(u32::from(day.unsigned_abs()));
    }
    let next = first.checked_add_months(Months::new(1))?;
    let found = next - TimeDelta::days(i64::from(day.unsigned_abs()));
    (found.month() == first.month()).then_some(found)
}

/// Returns which weekday of its month a date is: the fifth counts as the last.
pub(super) fn place_in_month(date: NaiveDate) -> i8 {
    match date.day0() / 7 {
        0 => 1,
        1 => 2,
        2 => 3,
        3 => 4,
        _ => -1,
    }
}

/// Tells whether a date is in one of the months, or there are none.
pub(super) fn is_in(date: NaiveDate, months: &[u32]) -> bool {
    months.is_empty() || months.contains(&date.month())
}

/// Tells whether no later day of the month falls on the same weekday.
pub(super) fn is_last_in_month(date: NaiveDate) -> bool {
    date.checked_add_signed(TimeDelta::weeks(1)).is_none_or(|next| next.month() != date.month())
}

/// Sorts days Monday first and drops repetitions.
pub(super) fn in_week_order(days: &mut Vec<DayRule>) {
    days.sort_by_key(|day| (day.nth.unwrap_or(0), day.weekday.num_days_from_monday()));
    days.dedup();
}

/// Returns a rule for these days of every week, or of each one in an interval of them.
pub(super) fn weekly(days: &[Weekday], interval: u32) -> Rule {
    let mut days: Vec<_> = days.iter().map(|&weekday| DayRule { nth: None, weekday }).collect();
    in_week_order(&mut days);
    Rule { frequency: Frequency::Weekly, interval, days, month_days: Vec::new() }
}

const PROVISIONAL: &str = "Provisional: dates are confirmed individually and may change.";

/// One schedule in the making. Times are UK wall-clock time.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Row {
    pub(super) at: Option<Id>,
    pub(super) rule: Option<Rule>,
    /// The date of a schedule without a rule.
    pub(super) date: Option<NaiveDate>,
    /// The last date of a schedule without a rule that spans several.
    pub(super) last_date: Option<NaiveDate>,
    /// What a text-only schedule is about, such as public holidays.
    pub(super) occasion: &'static str,
    /// What stands before the description, such as `Bookable: `.
    pub(super) label: &'static str,
    pub(super) opens: Option<NaiveTime>,
    pub(super) closes: Option<NaiveTime>,
    pub(super) valid_from: Option<NaiveDate>,
    pub(super) valid_to: Option<NaiveDate>,
    pub(super) dtstart: Option<NaiveDate>,
    pub(super) count: Option<u32>,
    /// Months in which it runs; every one when empty.
    pub(super) months: Vec<u32>,
    /// Dates on which it does not run.
    pub(super) except: Vec<NaiveDate>,
    /// Dates on which it is online and not at its place.
    pub(super) online: Vec<NaiveDate>,
    /// Published as a complete rule: a session follows from it on every other date.
    pub(super) is_complete: bool,
    /// Published as a partial rule that no session confirms.
    pub(super) is_provisional: bool,
    /// Further notes, before the exceptions.
    pub(super) notes: Vec<String>,
}

impl Row {
    /// Makes a schedule of one date.
    pub(super) fn dated(date: NaiveDate) -> Self {
        let date = Some(date);
        Self { date, valid_from: date, valid_to: date, dtstart: date, ..Self::default() }
    }

    /// Returns the last date on which it runs, when there is one.
    pub(super) fn last(&self) -> Option<NaiveDate> {
        self.valid_to.or(self.last_date).or(self.date)
    }

    /// Tells whether two rows of single dates are at the same time.
    pub(super) fn is_when(&self, other: &Self) -> bool {
        let when = |row: &Self| (row.date, row.last_date, row.opens, row.closes);
        when(self) == when(other)
    }

    /// Tells whether a date follows from its rule, also one that is left out.
    pub(super) fn has(&self, date: NaiveDate) -> bool {
        let firsts = [self.valid_from, self.dtstart];
        let is_within = firsts.iter().flatten().all(|first| *first <= date)
            && self.valid_to.is_none_or(|last| date <= last);
        is_within
            && is_in(date, &self.months)
            && self.rule.as_ref().is_some_and(|rule| rule.has(date, self.dtstart))
    }

    /// Returns the next date from a day on that follows from a complete rule.
    pub(super) fn next(&self, day: NaiveDate) -> Option<NaiveDate> {
        let rule = self.rule.as_ref().filter(|_| self.is_complete)?;
        let first = self.valid_from.map_or(day, |first| first.max(day));
        // From where weeks and months are counted matters only where some of them are passed over.
        let start = if rule.interval == 1 { first } else { self.dtstart.unwrap_or(first) };
        let dates = rule.dates(start).skip_while(|date| *date < first).take(MAX_TRIED);
        let mut dates = dates.take_while(|date| self.valid_to.is_none_or(|last| *date <= last));
        dates.find(|date| is_in(*date, &self.months) && !self.except.contains(date))
    }

    /// Tells whether all dates of a complete rule from a day on are left out.
    pub(super) fn is_used_up(&self, day: NaiveDate) -> bool {
        let is_left_out = |date: &NaiveDate| *date >= day && self.has(*date);
        self.is_complete && self.next(day).is_none() && self.except.iter().any(is_left_out)
    }

    /// Returns the first day from a day on of a single date: only an event whose parts are off has one
    /// beside them, its own.
    pub(super) fn ahead(&self, day: NaiveDate) -> Option<NaiveDate> {
        let first = self.date?;
        self.last().filter(|last| *last >= day).map(|_| first.max(day))
    }

    fn byday(&self) -> Option<String> {
        let rule = self.rule.as_ref()?;
        let days = rule.days.iter().map(|day| match day.nth {
            Some(nth) => format!("{nth}{}", words::code(day.weekday)),
            None => words::code(day.weekday).to_owned(),
        });
        Some(days.collect::<Vec<_>>().join(",")).filter(|text| !text.is_empty())
    }

    fn bymonthday(&self) -> Option<String> {
        let rule = self.rule.as_ref()?;
        let days: Vec<_> = rule.month_days.iter().map(ToString::to_string).collect();
        Some(days.join(",")).filter(|text| !text.is_empty())
    }

    /// Writes the schedule down.
    pub(super) fn write(
        mut self,
        cx: &Context<'_>,
        id: Id,
        attending: &str,
        link: Option<&str>,
    ) -> Schedule {
        for dates in [&mut self.except, &mut self.online] {
            dates.retain(|date| *date >= cx.today);
            dates.sort_unstable();
            dates.dedup();
        }
        let description = words::describe(&self);
        let until = if self.rule.is_some() { self.valid_to } else { None };
        let provisional = self.is_provisional.then(|| PROVISIONAL.to_owned());
        let mut notes: Vec<String> = provisional.into_iter().chain(self.notes.clone()).collect();
        notes.extend(words::not_running(&self.except));
        notes.extend(words::online(&self.online));
        let is_online = self.rule.is_none() && !self.online.is_empty();
        let attending = if is_online { Attendance::Online.words() } else { attending };
        let day = |date: Option<NaiveDate>| date.map(|date| date.to_string());
        Schedule {
            id,
            service_id: cx.service_id,
            service_at_location_id: self.at,
            valid_from: day(self.valid_from),
            valid_to: day(self.valid_to),
            dtstart: day(self.dtstart),
            freq: self.rule.as_ref().map(|rule| rule.frequency),
            interval: self.rule.as_ref().map(|rule| rule.interval),
            byday: self.byday(),
            bymonthday: self.bymonthday(),
            until: day(until),
            count: self.count,
            description,
            opens_at: self.opens.map(words::clock),
            closes_at: self.closes.map(words::clock),
            schedule_link: link.map(str::to_owned),
            attending_type: attending.to_owned(),
            notes: (!notes.is_empty()).then(|| notes.join(" ")),
            x_openactive: self.extension(cx),
        }
    }

    fn extension(&self, cx: &Context<'_>) -> Option<ScheduleExtension> {
        let is_asked = cx.rules.options.except_dates && !self.except.is_empty();
        let dates = || self.except.iter().map(ToString::to_string).collect();
        is_asked.then(|| ScheduleExtension { except_dates: dates() })
    }

    /// Returns the id: the rule's own content, so that order does not matter. Where the same rule is
    /// published for two spans of dates, the later ones carry their first date as well.
    pub(super) fn id(&self, service_id: Id, with_span: bool) -> Id {
        let mut at = [0; 36];
        let at = self.at.as_ref().map_or("", |id| id.encode(&mut at));
        let interval = self.rule.as_ref().map(|rule| rule.interval.to_string());
        let opens = self.opens.map(words::clock).unwrap_or_default();
        let closes = self.closes.map(words::clock).unwrap_or_default();
        let date = self.date.map(|date| date.to_string());
        let span = self.valid_from.map(|date| date.to_string()).unwrap_or_default();
        let byday = self.byday().unwrap_or_default();
        let bymonthday = self.bymonthday().unwrap_or_default();
        let mut keys = vec![
            at,
            self.rule.as_ref().map_or("", |rule| rule.frequency.as_str()),
            interval.as_deref().unwrap_or_default(),
            &byday,
            &bymonthday,
            &opens,
            &closes,
        ];
        keys.extend(date.as_deref());
        if self.rule.is_none() && self.date.is_none() {
            keys.push(self.occasion);
        }
        if with_span {
            keys.push(&span);
        }
        Id::derive_under("schedule", service_id, &keys)
    }
}

/// How many dates are tried for one that is not left out: more than two years of days.
const MAX_TRIED: usize = 1000;

#[cfg(test)]
mod tests {
    use super::*;

    fn date(text: &str) -> NaiveDate {
        text.parse().unwrap()
    }

    fn first(rule: &Rule, start: &str, count: usize) -> Vec<String> {
        rule.dates(date(start)).take(count).map(|d| d.to_string()).collect()
    }

    #[test]
    fn weekly_rules_count_weeks_from_the_start() {
        let rule = weekly(&[Weekday::Thu, Weekday::Tue], 2);
        assert_eq!(
            first(&rule, "2026-09-03", 4), // a Thursday
            ["2026-09-03", "2026-09-15", "2026-09-17", "2026-09-29"]
        );
    }

    #[test]
    fn a_rule_has_its_dates_and_no_others() {
        let rule = weekly(&[Weekday::Thu, Weekday::Tue], 2);
        let has = |day: &str, start: Option<&str>| rule.has(date(day), start.map(date));
        // A Thursday, from where the weeks are counted, and those after it.
        for (day, is_its) in [
            ("2026-09-03", true),
            ("2026-09-10", false),
            ("2026-09-15", true),
            ("2026-09-16", false),
        ] {
            assert_eq!(has(day, Some("2026-09-03")), is_its, "{day}");
        }
        assert!(has("2026-09-10", None));
    }

    #[test]
    fn monthly_rules_know_first_last_and_numbered_days() {
        let monthly = |days: Vec<DayRule>, month_days: Vec<i8>| Rule {
            frequency: Frequency::Monthly,
            interval: 1,
            days,
            month_days,
        };
        let last_friday = monthly(vec![DayRule { nth: Some(-1), weekday: Weekday::Fri }], vec![]);
        assert_eq!(
            first(&last_friday, "2026-01-01", 3),
            ["2026-01-30", "2026-02-27", "2026-03-27"]
        );
        let thirty_first = monthly(vec![], vec![31]);
        assert_eq!(
            first(&thirty_first, "2026-01-31", 3),
            ["2026-01-31", "2026-03-31", "2026-05-31"]
        );
        let last_day = monthly(vec![], vec![-1]);
        assert_eq!(first(&last_day, "2026-01-31", 2), ["2026-01-31", "2026-02-28"]);
    }
}
