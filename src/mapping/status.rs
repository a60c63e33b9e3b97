//! Whether a service can be used, what changed, and when the answer may change by itself.

use chrono::DateTime;
use chrono::NaiveDate;
use chrono::TimeDelta;
use chrono::Utc;

use super::bundle::ChildFeed;
use super::bundle::Occurrence;
use super::context::Context;
use super::event_status::EventStatus;
use super::event_status::is_of_dates;
use super::schedule::placeholder::is_end;
use super::schedule::words::day_words;
use super::text;
use super::uk_time::date_of;
use super::uk_time::local_time;
use super::uk_time::london_to_utc;
use crate::openactive::Kind;
use crate::openactive::lenient::Text;
use crate::openactive::word_of;
use crate::oruk::Status;
use crate::quality::Code;

/// How many days after its last date a service is inactive before it is defunct.
const INACTIVE_DAYS: i64 = 90;

/// How many days ahead cancelled dates are announced.
const ALERT_DAYS: i64 = 28;

/// How many dates an alert names.
const MAX_ALERTS: usize = 8;

/// How long a service lives by its dates.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Liveness {
    /// Some schedule has no end, or ends today or later, and not all of its dates are left out.
    is_running: bool,
    /// Some schedule does, and all of its dates are left out.
    is_used_up: bool,
    /// Some date or rule was published at all.
    is_scheduled: bool,
    /// The last date of all, when everything is over.
    last: Option<NaiveDate>,
    /// The next date of a complete rule, where some occurrence is off.
    next: Option<NaiveDate>,
    /// Days after which the content changes by itself.
    days: Vec<NaiveDate>,
}

impl Liveness {
    /// Judges schedules by the next date that is sure to follow from each, by when it ends, and by whether all
    /// dates until then are left out. `days` are those after which the content changes by itself.
    pub(super) fn of(
        today: NaiveDate,
        rows: impl Iterator<Item = (Option<NaiveDate>, Option<NaiveDate>, bool)>,
        days: Vec<NaiveDate>,
    ) -> Self {
        let mut lives = Self { days, ..Self::default() };
        for (next, last, is_used_up) in rows {
            let is_ahead = last.is_none_or(|last| last >= today);
            lives.is_scheduled = true;
            lives.is_running |= is_ahead && !is_used_up;
            lives.is_used_up |= is_ahead && is_used_up;
            lives.last = lives.last.max(last);
            lives.next = lives.next.into_iter().chain(next).min();
        }
        lives
    }
}

/// Whether a service can be used, and when that may change by itself.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Judgement {
    pub(super) status: Status,
    pub(super) alert: Option<String>,
    pub(super) due: Option<DateTime<Utc>>,
}

/// Judges the service.
pub(super) fn judge(cx: &Context<'_>, lives: &Liveness) -> Judgement {
    let status = status(cx, lives);
    Judgement { status, alert: alert(cx), due: due(cx, lives) }
}

fn status(cx: &Context<'_>, lives: &Liveness) -> Status {
    if let Some(stated) = stated_status(cx) {
        if EventStatus::parse(stated).is_some() {
            cx.check_term(stated, "https://schema.org/", word_of(stated), "eventStatus");
        } else {
            cx.find(Code::StatusUnknown, "eventStatus");
        }
    }
    let mut embedded = cx.head().sub_event.iter().filter_map(|event| event.event_status.get());
    if embedded.any(|stated| EventStatus::parse(stated).is_none()) {
        cx.find(Code::StatusUnknown, "subEvent.eventStatus");
    }
    // What is off in words of the publisher's own is over when its dates are.
    let running = match stated_status(cx).and_then(EventStatus::parse) {
        Some(EventStatus::Cancelled) => return Status::Defunct,
        Some(EventStatus::Postponed) => return Status::TemporarilyClosed,
        _ if head_status(cx).is_off() => Status::TemporarilyClosed,
        _ => Status::Active,
    };
    if cx.bundle.head.kind.is_facility() || cx.bundle.head.kind == Kind::OnDemandEvent {
        return running;
    }
    let mut future = cx.occurrences.iter().filter(|o| o.is_future(cx.now)).peekable();
    if future.peek().is_some() {
        let all_off = future.all(|occurrence| occurrence.status.is_off());
        // Sessions follow from a complete rule also where nobody publishes them one by one.
        let is_closed = all_off && lives.next.is_none();
        if is_closed {
            return Status::TemporarilyClosed;
        }
        // What goes ahead says that other dates are meant.
        return if is_of_some_dates(cx) { Status::Active } else { running };
    }
    if lives.is_running {
        return running;
    }
    if lives.is_used_up {
        return Status::TemporarilyClosed;
    }
    match last_date(cx, lives) {
        Some(last) if days_since(cx, last) > INACTIVE_DAYS => Status::Defunct,
        Some(last) if days_since(cx, last) > 0 => Status::Inactive,
        // A series whose last date is ahead has still no session to go to.
        last if (last.is_none() || cx.bundle.head.kind == Kind::SessionSeries)
            && cx.bundle.child_feed == ChildFeed::Complete
            && !lives.is_scheduled =>
        {
            Status::Inactive
        }
        Some(_) | None => running,
    }
}

/// Returns whether the opportunity goes ahead: as it says itself, else as what it is part of says.
pub(super) fn head_status(cx: &Context<'_>) -> EventStatus {
    stated_status(cx).map(EventStatus::of).unwrap_or_default()
}

/// Tells whether that may be said of some dates alone.
pub(super) fn is_of_some_dates(cx: &Context<'_>) -> bool {
    stated_status(cx).is_some_and(is_of_dates)
}

/// Returns the status as it is stated. A session that stands for itself is its own occurrence, and says there how
/// it is with it.
fn stated_status<'a>(cx: &Context<'a>) -> Option<&'a str> {
    let is_session = cx.bundle.head.kind == Kind::ScheduledSession;
    let mut layers = cx.layers().iter().skip(usize::from(is_session));
    layers.find_map(|layer| layer.event_status.get())
}

/// Returns the last date of the schedules, the occurrences, else of the opportunity itself.
fn last_date(cx: &Context<'_>, lives: &Liveness) -> Option<NaiveDate> {
    let ends = cx.occurrences.iter().map(|occurrence| occurrence.end.unwrap_or(occurrence.start));
    let of_occurrences = ends.max().map(|end| local_time(end).date());
    let head = cx.head();
    let start = date_of(head.start_date.as_str());
    let own = end_of(start, &head.end_date);
    if cx.bundle.head.kind == Kind::CourseInstance && own.is_some() {
        return own.max(lives.last).max(of_occurrences);
    }
    // Schedules that HSDS cannot say, all of them with an end.
    let of_schedules = || {
        let ends = head.event_schedule.iter().map(|schedule| {
            let own_start = date_of(schedule.start_date.as_str());
            end_of(own_start.or(start), &schedule.end_date)
        });
        ends.collect::<Option<Vec<NaiveDate>>>()?.into_iter().max()
    };
    lives.last.max(of_occurrences).or(own).or_else(of_schedules)
}

/// Returns an end, unless it is none or before the start: which of the two is wrong nobody knows.
fn end_of(start: Option<NaiveDate>, end: &Text) -> Option<NaiveDate> {
    let end = date_of(end.as_str()).filter(|end| is_end(*end))?;
    start.is_none_or(|start| start <= end).then_some(end)
}

fn days_since(cx: &Context<'_>, date: NaiveDate) -> i64 {
    (cx.today - date).num_days()
}

/// Says what is off in the next weeks.
fn alert(cx: &Context<'_>) -> Option<String> {
    let stated = stated_status(cx).unwrap_or_default();
    let status = head_status(cx);
    let is_unknown = EventStatus::is_telling(stated);
    let of_head = match status {
        _ if is_unknown => Some(format!("Status as published: {}", as_published(cx, stated))),
        EventStatus::Cancelled => Some("This activity is cancelled.".to_owned()),
        EventStatus::Postponed => Some("This activity is postponed.".to_owned()),
        EventStatus::Rescheduled => {
            Some("This activity has been moved to a new date or time.".to_owned())
        }
        EventStatus::MovedOnline => Some("This activity has moved online.".to_owned()),
        EventStatus::Scheduled => None,
    };
    let horizon = cx.now + TimeDelta::days(ALERT_DAYS);
    let soon = cx.occurrences.iter().filter(|o| o.is_future(cx.now) && o.start <= horizon);
    let mut news: Vec<(String, bool)> = soon.filter_map(|one| news_of(cx, one)).collect();
    news.dedup(); // embedded in the series and in a feed of its own
    news.truncate(MAX_ALERTS);
    // Whoever goes by a status that is not known should ask: it may be a draft, or full.
    let is_to_ask = is_unknown || news.iter().any(|(_, is_unknown)| *is_unknown);
    let news = news.into_iter().map(|(sentence, _)| sentence);
    let ask = is_to_ask.then(|| "Check with the provider before travelling.".to_owned());
    let sentences: Vec<String> = of_head.into_iter().chain(news).chain(ask).collect();
    (!sentences.is_empty()).then(|| sentences.join(" "))
}

/// Returns what people must know of a session before they go to it, and whether that is in the publisher's words.
fn news_of(cx: &Context<'_>, occurrence: &Occurrence) -> Option<(String, bool)> {
    let start = local_time(occurrence.start);
    let session = format!("session on {} at {}", day_words(start.date()), start.format("%H:%M"));
    if let Some(stated) = unknown_status(cx, occurrence) {
        let words = as_published(cx, stated);
        return Some((format!("Status of the {session} as published: {words}"), true));
    }
    let what = match occurrence.status {
        EventStatus::Cancelled => "is cancelled",
        EventStatus::Postponed => "is postponed",
        EventStatus::MovedOnline => "has moved online",
        EventStatus::Rescheduled | EventStatus::Scheduled => return None,
    };
    Some((format!("The {session} {what}."), false))
}

/// Returns the status of a session where only its own words tell it; of slots nothing is told but whether they are off.
fn unknown_status<'o>(cx: &Context<'_>, occurrence: &'o Occurrence) -> Option<&'o str> {
    let stated = occurrence.facts.as_deref()?.event_status.get()?;
    let is_told = EventStatus::is_telling(stated) && !cx.bundle.head.kind.is_facility();
    is_told.then_some(stated)
}

/// Returns a status in the publisher's words as a sentence.
fn as_published(cx: &Context<'_>, stated: &str) -> String {
    let is_address = stated.contains("://") && !stated.contains(char::is_whitespace);
    text::sentence(&cx.line(if is_address { word_of(stated) } else { stated }))
}

/// Returns the next moment at which time alone may change the service.
fn due(cx: &Context<'_>, lives: &Liveness) -> Option<DateTime<Utc>> {
    let ends = cx.occurrences.iter().map(|one| one.end.unwrap_or(one.start));
    let is_news = |one: &&Occurrence| {
        one.status.is_off()
            || one.status == EventStatus::MovedOnline
            || unknown_status(cx, one).is_some()
    };
    let announced = cx.occurrences.iter().filter(is_news);
    let announced = announced.map(|occurrence| occurrence.start - TimeDelta::days(ALERT_DAYS));
    let days = lives.days.iter().copied().chain(last_date(cx, lives)).chain(lives.next);
    let day_ends = days.flat_map(|date| {
        let after =
            [1, INACTIVE_DAYS + 1].map(|days| date.checked_add_signed(TimeDelta::days(days)));
        after.into_iter().flatten().map(|day| london_to_utc(day.and_time(chrono::NaiveTime::MIN)))
    });
    ends.chain(announced).chain(day_ends).filter(|time| *time > cx.now).min()
}
