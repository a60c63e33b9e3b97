//! What the mapping looks at: one opportunity and everything that belongs to it.

use std::collections::HashMap;
use std::iter::successors;
use std::sync::Arc;

use chrono::DateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Utc;

use super::event_status::EventStatus;
use super::uk_time::end_of_minute;
use super::uk_time::instant;
use super::uk_time::local_time;
use crate::openactive::Identifier;
use crate::openactive::Kind;
use crate::openactive::Moment;
use crate::openactive::Noted;
use crate::openactive::Opportunity;
use crate::openactive::Period;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Text;

/// Where an opportunity comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Source {
    /// Slug of the publisher, fixed in the configuration: part of ids.
    pub key: String,
    /// Name of the publisher.
    pub publisher: String,
    /// Dataset site.
    pub dataset: Option<String>,
    /// Licence of the data.
    pub license: Option<String>,
}

/// The opportunity that becomes the service.
#[derive(Debug, Clone)]
pub struct Head {
    /// What it is.
    pub kind: Kind,
    /// Its key: see [`Opportunity::key`].
    pub key: String,
    /// RPDE id of its item, when it has one of its own.
    pub item_id: Option<String>,
    /// The opportunity.
    pub opportunity: Opportunity,
    /// What its reader put up with.
    pub oddities: Vec<Noted>,
}

/// One dated occurrence of an opportunity: a session or a slot.
#[derive(Debug, Clone)]
pub struct Occurrence {
    /// Start.
    pub start: DateTime<Utc>,
    /// End, when published or computed from a duration.
    pub end: Option<DateTime<Utc>>,
    /// Whether it goes ahead.
    pub status: EventStatus,
    /// What the occurrence says for itself, shared among those that say the same.
    pub facts: Option<Arc<Opportunity>>,
}

impl Occurrence {
    /// Reads the times and the status of an occurrence; nothing when it has no readable start.
    ///
    /// Local times are taken as UK time. A date alone starts at midnight, and lasts no part of a day.
    pub fn times(opportunity: &Opportunity) -> Option<(DateTime<Utc>, Option<DateTime<Utc>>)> {
        let moment = Moment::parse(opportunity.start_date.as_str())?;
        let start = instant(moment);
        let is_date = matches!(moment, Moment::Date(_));
        let end = Moment::parse(opportunity.end_date.as_str()).map(instant);
        let end = end.filter(|end| *end > start).map(end_of_minute).or_else(|| {
            let own = Self::duration(opportunity).filter(|length| !is_implausible(*length));
            let parent = || opportunity.super_event.get().into_iter();
            let parents = || parent().flat_map(|o| successors(Some(o), |o| o.super_event.get()));
            let length = own.or_else(|| {
                Self::length_of_sessions(parents().take(super::context::MAX_PARENTS))
            })?;
            (!is_date || length >= TimeDelta::days(1)).then(|| start + length)
        });
        Some((start, end))
    }

    /// Returns how long sessions last: as the first of what they are part of says. An event and a course
    /// say how long the whole lasts, and so does more than a session can last.
    pub(super) fn length_of_sessions<'a>(
        mut parents: impl Iterator<Item = &'a Opportunity>,
    ) -> Option<TimeDelta> {
        let is_whole =
            |one: &Opportunity| Kind::of(&one.type_name, None).is_some_and(Kind::is_whole);
        parents.find_map(|parent| {
            let length = Self::duration(parent).filter(|length| *length <= LONGEST_SESSION)?;
            (!is_whole(parent)).then_some(length)
        })
    }

    /// Returns the end, after the usual length where it is not said. What begins at midnight has no time,
    /// as far as is known.
    pub(super) fn end_after(&self, usual: Option<TimeDelta>) -> Option<DateTime<Utc>> {
        let has_time = || local_time(self.start).time() != NaiveTime::MIN;
        self.end.or_else(|| Some(self.start + usual.filter(|_| has_time())?))
    }

    /// Tells whether the end was to come from a duration that nobody can mean.
    pub(super) fn has_implausible_duration(opportunity: &Opportunity) -> bool {
        opportunity.end_date.is_absent() && Self::duration(opportunity).is_some_and(is_implausible)
    }

    fn duration(opportunity: &Opportunity) -> Option<TimeDelta> {
        let secs = Period::parse(opportunity.duration.as_str())?.fixed_secs()?;
        Some(TimeDelta::seconds(i64::try_from(secs).ok()?))
    }

    /// Makes an occurrence of an embedded sub-event.
    pub fn embedded(opportunity: &Opportunity) -> Option<Self> {
        let (start, end) = Self::times(opportunity)?;
        let status = EventStatus::of(opportunity.event_status.as_str());
        let facts = Some(Arc::new(facts_of(opportunity)));
        Some(Self { start, end, status, facts })
    }

    /// Tells whether the occurrence is not over yet.
    pub fn is_future(&self, now: DateTime<Utc>) -> bool {
        self.end.unwrap_or(self.start) > now
    }
}

/// An end time written as a duration gives nearly a day: `PT15H30M` for a class until half past three.
/// Whole days and more are events that last so long.
fn is_implausible(length: TimeDelta) -> bool {
    length > LONGEST_SESSION && length < TimeDelta::days(1)
}

/// Longest session that is believed.
pub(super) const LONGEST_SESSION: TimeDelta = TimeDelta::hours(14);

/// Returns an occurrence without what is its own alone: names and times. Its id may tell for when it was
/// planned, and a status that is none of the standard's something that people should know.
fn facts_of(opportunity: &Opportunity) -> Opportunity {
    let status = &opportunity.event_status;
    let is_telling = EventStatus::is_telling(status.as_str());
    Opportunity {
        identifier: Identifier::None,
        start_date: Text::default(),
        end_date: Text::default(),
        duration: Text::default(),
        event_status: if is_telling { status.clone() } else { Text::default() },
        url: Text::default(),
        ..opportunity.clone()
    }
}

/// Returns what occurrences say for themselves, each distinct text once, and how many say it.
pub(super) fn distinct_facts<'o>(
    occurrences: impl Iterator<Item = &'o Occurrence>,
) -> Vec<(&'o Arc<Opportunity>, usize)> {
    let mut distinct: Vec<(&Arc<Opportunity>, usize)> = Vec::new();
    let mut known: HashMap<*const Opportunity, usize> = HashMap::new();
    for facts in occurrences.filter_map(|occurrence| occurrence.facts.as_ref()) {
        let at = *known.entry(Arc::as_ptr(facts)).or_insert(distinct.len());
        match distinct.get_mut(at) {
            Some((_, count)) => *count += 1,
            None => distinct.push((facts, 1)),
        }
    }
    distinct
}

/// How far the feed of the occurrences has been read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum ChildFeed {
    /// There is none, or its end was not reached: silence means nothing.
    #[default]
    Unknown,
    /// Read to its end: what it does not hold does not exist.
    Complete,
}

/// One opportunity and everything that belongs to it.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// Where it comes from.
    pub source: Arc<Source>,
    /// The opportunity itself.
    pub head: Head,
    /// What it is part of, nearest first: series of series, course. Embedded parents of the head are
    /// found in the head itself.
    pub parents: Vec<Opportunity>,
    /// Its courts or pitches published as items of their own.
    pub members: Vec<Opportunity>,
    /// Its sessions or slots published as items of their own.
    pub occurrences: Vec<Occurrence>,
    /// How far their feed has been read.
    pub child_feed: ChildFeed,
    /// The largest `modified` among everything above, when all of them are plausible times.
    pub modified: Option<DateTime<Utc>>,
    /// When the opportunity was first seen.
    pub first_seen: DateTime<Utc>,
}
