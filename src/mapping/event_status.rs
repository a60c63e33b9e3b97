//! What `eventStatus` says, in the words of the standard or in others.

use super::text;
use crate::openactive::word_of;

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
    /// Reads a schema.org `EventStatusType`, also without `Event`, in capitals or in several words; nothing for
    /// anything else.
    pub fn parse(text: &str) -> Option<Self> {
        Some(match bare(text).as_str() {
            "scheduled" => Self::Scheduled,
            "cancelled" | "canceled" => Self::Cancelled,
            "postponed" => Self::Postponed,
            "rescheduled" => Self::Rescheduled,
            "movedonline" | "movedtoonline" => Self::MovedOnline,
            _ => return None,
        })
    }

    /// Reads a status. One that is none of the standard's is that all goes ahead, unless it says that it is off, or that
    /// it moved online. What is off in a publisher's own words is so for the time being, since only who reads them
    /// knows what is meant.
    pub fn of(text: &str) -> Self {
        Self::parse(text).unwrap_or_else(|| {
            let words = text.to_ascii_lowercase();
            if says_off(&words) {
                Self::Postponed
            } else if says_online(&words) {
                Self::MovedOnline
            } else {
                Self::Scheduled
            }
        })
    }

    /// Tells whether a text says something that people should know and no status does: `Draft`, `Cancelled - 24/12`,
    /// but not `Active`.
    pub fn is_telling(text: &str) -> bool {
        let is_usual = || RUNNING.contains(&bare(text).as_str());
        !text.is_empty() && Self::parse(text).is_none() && !is_usual()
    }

    /// Tells whether it does not take place. What moved online does.
    pub fn is_off(self) -> bool {
        matches!(self, Self::Cancelled | Self::Postponed)
    }
}

/// Returns the letters and digits of a status in small letters, without `event` before them.
fn bare(text: &str) -> String {
    let is_address = !text.contains(char::is_whitespace);
    let word = if is_address { word_of(text) } else { text };
    let letters = word.chars().filter(char::is_ascii_alphanumeric);
    let bare: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    bare.strip_prefix("event").unwrap_or(&bare).to_owned()
}

/// Tells whether words in small letters say that something is off, and do not deny it or say when it would be.
fn says_off(text: &str) -> bool {
    // What a page is called says nothing of what its address stands beside.
    let has_words = text.contains(char::is_whitespace);
    let said = text.split_whitespace().filter(|word| !has_words || !word.contains("://"));
    let said = said.collect::<Vec<_>>().join(" ");
    let clauses = said.split(|c| ",;:.()".contains(c)).flat_map(|part| part.split(" - "));
    let is_off = |clause: &str| {
        let words: Vec<&str> = text::words(clause).collect();
        let is_it = |at: &usize| OFF.iter().any(|off| words[*at].contains(off));
        let mut off = (0..words.len()).filter(is_it);
        off.any(|at| {
            let before = &words[at.saturating_sub(2)..at];
            let is_maybe = words.get(at + 1).is_some_and(|next| IF.contains(next));
            !is_maybe && !before.iter().any(|word| DENYING.contains(word) || IF.contains(word))
        })
    };
    let is_taken_back = || text::words(&said).any(|word| TAKING_BACK.contains(&word));
    clauses.into_iter().any(is_off) && !is_taken_back()
}

const OFF: [&str; 3] = ["cancelled", "canceled", "postponed"];

/// What denies it up to two words before: `hasn't been cancelled`.
const DENYING: [&str; 9] = ["not", "t", "no", "never", "longer", "un", "may", "might", "could"];

const IF: [&str; 2] = ["if", "unless"];

/// What takes it back anywhere: `isCancelled=false`.
const TAKING_BACK: [&str; 2] = ["false", "reinstated"];

/// Tells whether words in small letters say that all of it moved online, and not some dates.
fn says_online(text: &str) -> bool {
    let moved = ["moved online", "moved to online"];
    let Some((before, after)) = moved.iter().find_map(|said| text.split_once(said)) else {
        return false;
    };
    let is_of_dates = text::words(after).next().is_some_and(|next| OF_DATES.contains(&next));
    text::words(before).all(|word| OF_WHOLE.contains(&word)) && !is_of_dates
}

/// What may stand before it.
const OF_WHOLE: [&str; 13] = [
    "all", "been", "class", "classes", "event", "has", "have", "is", "now", "session", "sessions",
    "the", "this",
];

/// What follows it where only some dates are meant.
const OF_DATES: [&str; 5] = ["for", "from", "next", "on", "this"];

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
