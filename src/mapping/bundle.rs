//! What the mapping looks at: one opportunity and everything that belongs to it.

use std::iter::successors;
use std::sync::Arc;

use chrono::DateTime;
use chrono::NaiveTime;
use chrono::TimeDelta;
use chrono::Utc;

use crate::openactive::Identifier;
use crate::openactive::Kind;
use crate::openactive::Moment;
use crate::openactive::Noted;
use crate::openactive::Opportunity;
use crate::openactive::Period;
use crate::openactive::lenient::Absent as _;
use crate::openactive::lenient::Text;
use crate::openactive::word_of;

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

/// Whether an occurrence goes ahead.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default)]
pub enum EventStatus {
    /// It goes ahead, also at another time than first planned.
    #[default]
    Scheduled,
    /// It is cancelled.
    Cancelled,
    /// It is postponed to a date not known.
    Postponed,
    /// It was moved to the time now given.
    Rescheduled,
    /// It goes ahead online and no longer where it was to be.
    MovedOnline,
}

impl EventStatus {
    /// Reads a schema.org `EventStatusType`, also without `Event`, in capitals or among other words; nothing for
    /// anything else. What is not the case, as in `not cancelled`, is not read, and what is off only where that comes
    /// first: one of the sessions may be meant, or what happens in bad weather.
    pub fn parse(text: &str) -> Option<Self> {
        let word = word_of(text);
        if word.is_empty() {
            return None;
        }
        if word.eq_ignore_ascii_case("EventScheduled") {
            return Some(Self::Scheduled);
        }
        let words = words_of(text);
        match Self::changed(&words) {
            Some((at, status)) if status.is_off() => {
                (is_of_whole(&words, at) && !is_answered_no(text)).then_some(status)
            }
            Some((_, status)) => Some(status),
            None => bare(word).starts_with("scheduled").then_some(Self::Scheduled),
        }
    }

    /// Finds the first words by which something is not as it was to be, and is not said not to be so.
    fn changed(words: &[String]) -> Option<(usize, Self)> {
        (0..words.len()).find_map(|at| {
            let (before, from) = words.split_at(at);
            Self::change(from).filter(|_| !is_denied(before)).map(|status| (at, status))
        })
    }

    /// Reads what words begin with by which something is not as it was to be.
    fn change(words: &[String]) -> Option<Self> {
        let at = |index: usize| words.get(index).map(String::as_str).unwrap_or_default();
        let word = at(0).strip_prefix("event").unwrap_or(at(0));
        let is_online = at(1) == "online" || (at(1) == "to" && at(2) == "online");
        if word == "moved" {
            return Some(if is_online { Self::MovedOnline } else { Self::Rescheduled });
        }
        let known = [
            ("cancelled", Self::Cancelled),
            ("canceled", Self::Cancelled),
            ("postponed", Self::Postponed),
            ("rescheduled", Self::Rescheduled),
            ("movedonline", Self::MovedOnline),
        ];
        let joined = if word == "re" { format!("re{}", at(1)) } else { word.to_owned() };
        known.into_iter().find(|(known, _)| joined.starts_with(known)).map(|(_, status)| status)
    }

    /// Tells whether a text says something that people should know and no status does: `Draft`, but not `Active`, or
    /// to where or when something was moved.
    pub fn is_telling(text: &str) -> bool {
        match Self::parse(text) {
            Some(Self::Rescheduled) => text.contains(char::is_whitespace),
            Some(_) => false,
            None => {
                let is_changed = || Self::changed(&words_of(text)).is_some();
                !text.is_empty()
                    && (!RUNNING.contains(&bare(word_of(text)).as_str()) || is_changed())
            }
        }
    }

    /// Tells whether it does not take place. What moved online does.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Cancelled | Self::Postponed)
    }
}

/// Returns the words and numbers of a status in small letters, also those of `EventMovedOnline`. The words of a web
/// address say nothing, unless it is all there is.
fn words_of(text: &str) -> Vec<String> {
    let is_address = |part: &&str| part.contains("://");
    let parts: Vec<&str> = match text.split_whitespace().collect::<Vec<_>>().as_slice() {
        [one] if is_address(one) => vec![word_of(one)],
        parts => parts.iter().filter(|part| !is_address(part)).copied().collect(),
    };
    let mut words = Vec::new();
    let mut word = String::new();
    let mut before = ' ';
    for c in parts.join(" ").chars() {
        let is_of_word = c.is_alphanumeric() || matches!(c, '\'' | '’');
        if !is_of_word || (c.is_uppercase() && (before.is_lowercase() || before.is_numeric())) {
            words.push(std::mem::take(&mut word));
        }
        if is_of_word {
            word.extend(c.to_lowercase());
        }
        before = c;
    }
    words.push(word);
    words.retain(|word| !word.is_empty());
    words
}

/// Tells whether words end by saying that something is not the case, or not as a whole: `not`, `hasn't been`,
/// `no longer`, `partially`.
fn is_denied(words: &[String]) -> bool {
    let mut words = words.iter().rev().map(String::as_str);
    match words.find(|word| !matches!(*word, "be" | "been")) {
        Some("longer") => words.next() == Some("no"),
        Some("not" | "never" | "partially" | "previously") => true,
        word => word.is_some_and(|word| word.ends_with("n't") || word.ends_with("n’t")),
    }
}

/// Tells whether the word at a place is said of all there is: nothing stands before it that may be a part of it, and
/// it hangs on nothing.
fn is_of_whole(words: &[String], at: usize) -> bool {
    let is_on_condition = matches!(words.get(at + 1).map(String::as_str), Some("if" | "unless"));
    !is_on_condition && words[..at].iter().all(|word| OF_WHOLE.contains(&word.as_str()))
}

/// Tells whether a text is the field of a form with its answer: `cancelled: no`, but not `Cancelled: no instructor`.
fn is_answered_no(text: &str) -> bool {
    let parts: Vec<&str> = text.split([':', '=']).collect();
    parts.windows(2).any(|two| {
        let answer = two[1].trim_start();
        let end = answer.find(|c: char| !c.is_alphanumeric()).unwrap_or(answer.len());
        let (word, rest) = answer.split_at(end);
        let is_all = !rest.trim_start().starts_with(char::is_alphanumeric);
        let is_no = word.eq_ignore_ascii_case("no") && is_all;
        ends_off(two[0]) && (is_no || word.eq_ignore_ascii_case("false"))
    })
}

/// Tells whether the last word of a text is one by which something is off.
pub(super) fn ends_off(text: &str) -> bool {
    let text = text.trim_end_matches(|c: char| !c.is_alphanumeric()).to_lowercase();
    ["cancelled", "canceled", "postponed"].iter().any(|word| text.ends_with(word))
}

/// Returns the letters and digits of a word in small letters, without `event` before them.
fn bare(word: &str) -> String {
    let letters = word.chars().filter(char::is_ascii_alphanumeric);
    let bare: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    bare.strip_prefix("event").unwrap_or(&bare).to_owned()
}

/// Words between which and `cancelled` nothing says that only a part is.
const OF_WHOLE: [&str; 32] = [
    "activities",
    "activity",
    "all",
    "are",
    "been",
    "class",
    "classes",
    "course",
    "courses",
    "currently",
    "event",
    "events",
    "has",
    "have",
    "is",
    "it",
    "now",
    "oa",
    "org",
    "permanently",
    "sadly",
    "schema",
    "series",
    "session",
    "sessions",
    "sorry",
    "status",
    "temporarily",
    "the",
    "this",
    "type",
    "unfortunately",
];

/// What systems have for a status that is as usual.
const RUNNING: [&str; 13] = [
    "active",
    "available",
    "bookable",
    "confirmed",
    "live",
    "ok",
    "on",
    "open",
    "published",
    "running",
    "true",
    "goingahead",
    "1",
];

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
        let start = super::context::instant(moment);
        let is_date = matches!(moment, Moment::Date(_));
        let end = Moment::parse(opportunity.end_date.as_str()).map(super::context::instant);
        let end = end.filter(|end| *end > start).map(super::context::end_of_minute).or_else(|| {
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
        let has_time = || super::local_time(self.start).time() != NaiveTime::MIN;
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
        let status = EventStatus::parse(opportunity.event_status.as_str()).unwrap_or_default();
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
