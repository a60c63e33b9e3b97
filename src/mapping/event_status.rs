//! What `eventStatus` says, in the words of the standard or in others.

use super::text;
use crate::openactive::DayRule;
use crate::openactive::month_of;
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
    let said = text.split_inclusive(char::is_whitespace);
    let said: String = said.filter(|word| !has_words || !word.contains("://")).collect();
    let mut clauses =
        said.split(|c| ",;:.()!?/–—\n".contains(c)).flat_map(|part| part.split(" - "));
    let is_off = |clause: &str| {
        let words: Vec<&str> = text::words(clause).collect();
        let mut off = (0..words.len()).filter(|at| is_word_off(words[*at]));
        off.any(|at| {
            let is_maybe = words.get(at + 1).is_some_and(|next| IF.contains(next));
            !is_maybe && !denies(&words[..at])
        })
    };
    clauses.any(is_off) && !is_taken_back(&said)
}

fn is_word_off(word: &str) -> bool {
    let off = ["cancelled", "canceled", "postponed"];
    !word.starts_with("un") && off.iter().any(|off| word.contains(off))
}

/// Tells whether words deny what follows them: `hasn't been`, `may be`.
fn denies(words: &[&str]) -> bool {
    match words {
        [.., last] if DENYING.contains(last) || IF.contains(last) => true,
        [.., first, last] if LINKING.contains(last) => {
            DENYING.contains(first) || MAYBE.contains(first)
        }
        _ => false,
    }
}

const DENYING: [&str; 6] = ["longer", "never", "not", "previously", "t", "un"];

const MAYBE: [&str; 3] = ["could", "may", "might"];

const LINKING: [&str; 4] = ["be", "been", "being", "yet"];

const IF: [&str; 2] = ["if", "unless"];

/// Tells whether it is said that it is not so after all: `isCancelled=false`, `Reinstated (was cancelled)`.
fn is_taken_back(said: &str) -> bool {
    let words: Vec<&str> = text::words(said).collect();
    let is_answered_no = matches!(
        words.as_slice(),
        [.., off, "false" | "no" | "0"] if is_word_off(off)
    );
    let reinstated = words.iter().position(|word| *word == "reinstated");
    is_answered_no || reinstated.is_some_and(|at| !words[..at].ends_with(&["be"]))
}

/// Tells whether words in small letters say that something moved online.
fn says_online(text: &str) -> bool {
    let moved = ["moved online", "moved to online"];
    let before = moved.iter().find_map(|said| Some(text.split_once(said)?.0));
    before.is_some_and(|before| !denies(&text::words(before).collect::<Vec<_>>()))
}

/// Tells whether words of a publisher's own may mean some dates alone: `Cancelled 24/12`, `Week 3 moved online`.
pub(super) fn is_of_dates(stated: &str) -> bool {
    let is_date = |word: &str| {
        let word = word.to_lowercase();
        let name = word.strip_suffix('s').unwrap_or(&word);
        let is_named =
            name.len() >= 3 && (DayRule::parse(name).is_some() || month_of(name).is_some());
        is_named || word.contains(|c: char| c.is_ascii_digit()) || TIMES.contains(&name)
    };
    EventStatus::parse(stated).is_none() && text::words(stated).any(is_date)
}

const TIMES: [&str; 8] =
    ["christmas", "easter", "holiday", "term", "today", "tomorrow", "tonight", "week"];

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
