//! Who does which work, where several processes share a store.

use super::FeedId;

/// How long a worker counts as alive after it last said so. What a dead one did is taken over a few
/// seconds later.
pub const LEASE_SECS: u64 = 15;

/// A worker that shares a store with others: one start of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Worker(String);

impl Worker {
    /// Makes a worker of a name that no other has.
    pub fn new(name: String) -> Self {
        Self(name)
    }

    /// Returns its name.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Work that one worker does at a time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Work {
    /// Mapping, upkeep, vocabularies, and looking at dataset sites.
    Mapping,
    /// Following a feed.
    Feed(FeedId),
}

/// The right to do some work, until another worker takes it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lease {
    /// What may be done.
    pub work: Work,
    /// Grows whenever the right goes to somebody else, or what is being done must begin anew.
    pub(super) fence: i64,
}

/// A worker's share of all work.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Share {
    /// What it is to do.
    pub leases: Vec<Lease>,
    /// What it did so far and is to give back, because others do less.
    pub surplus: Vec<Lease>,
    /// How many workers there are.
    pub workers: usize,
}

/// Something that another process did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Hint {
    /// Roots were marked.
    Marked,
    /// Services were published.
    Published,
}
