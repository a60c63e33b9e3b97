//! What goes into the store and comes out of it.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;

use crate::mapping::EventStatus;
use crate::openactive::Kind;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::quality::Finding;

/// Number of a feed in this store.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FeedId(pub(super) i64);

/// A feed as configured.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FeedSpec {
    /// Key of the publisher.
    pub publisher: String,
    /// First page.
    pub url: String,
}

/// A feed as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "a row, and each of them a column")]
pub struct FeedRecord {
    /// Its number.
    pub id: FeedId,
    /// Key of the publisher.
    pub publisher: String,
    /// First page.
    pub url: String,
    /// The page to read next; nothing before the first.
    pub cursor: Option<String>,
    /// Whether the last page was read at least once.
    pub at_end: bool,
    /// Licence of the last page that named one.
    pub license: Option<String>,
    /// Live items.
    pub items: u64,
    /// Whether there are occurrences among them.
    pub has_occurrences: bool,
    /// Tombstones received.
    pub deleted: u64,
    /// Pages read.
    pub pages: u64,
    /// Occurrences whose parent was not published.
    pub orphans: u64,
    /// Findings on its live items.
    pub findings: u64,
    /// When a page was last read.
    pub last_success: Option<DateTime<Utc>>,
    /// When a page last brought a change.
    pub last_change: Option<DateTime<Utc>>,
    /// What went wrong last, when nothing went right since.
    pub last_error: Option<String>,
    /// Failures since the last success.
    pub failures: u32,
    /// Why the feed is stopped for good, when it is.
    pub stopped: Option<String>,
    /// Why the feed is paused, when it is.
    pub paused: Option<String>,
    /// Whether the drop guard paused it, and not the operator.
    pub is_guarded: bool,
    /// Whether it is being read again from its first page, to find what vanished.
    pub is_resyncing: bool,
    /// Whether the page read last was the last there was.
    pub is_caught_up: bool,
    /// Whether it is known to lead on from one page without an item to the next for ever.
    pub leads_on: bool,
    /// When it was last begun to be read again from its first page.
    pub resynced_at: Option<DateTime<Utc>>,
    /// Whether it is to be read again from its first page once it may be.
    pub owes_resync: bool,
    /// Services about to be lost that wait for the drop guard's judgement.
    pub held: u64,
}

/// How a feed is doing, apart from its pages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FeedUpdate {
    /// A page could not be had.
    Failed {
        /// What went wrong.
        error: String,
        /// Set when the feed must not be asked again.
        stopped: Option<String>,
    },
    /// The last page was asked for again and has not changed.
    Unchanged {
        /// When.
        at: DateTime<Utc>,
    },
    /// Ask it no more until it is resumed.
    Paused {
        /// Why.
        reason: String,
        /// Whether the drop guard decided that.
        is_guarded: bool,
    },
    /// Ask it again, also when it was stopped.
    Resumed,
    /// Tombstones may have been missed, and it is too soon to read the feed again from its first page.
    OwesResync,
    /// Read the feed again from its first page. What is not read again has vanished: it is dropped when
    /// the last page is reached, and so is the licence where none of the pages names one.
    Resync {
        /// When.
        at: DateTime<Utc>,
    },
}

impl FeedUpdate {
    /// Tells whether whoever follows the feed must begin anew from what is stored of it.
    pub(super) fn begins_anew(&self) -> bool {
        matches!(self, Self::Resumed | Self::Resync { .. })
    }
}

/// Services of a feed that are about to be lost, and what was lost lately.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Held {
    /// The feed of the services.
    pub feed: FeedId,
    /// How many wait.
    pub held: u64,
    /// How many went since the window began.
    pub lost: u64,
    /// How many usable services the feed had before the first of them was to be lost, and those that went before.
    pub services: u64,
}

/// A service as it is published just now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    /// The feed it comes from.
    pub feed: FeedId,
    /// Whether what comes through that feed may still be served: whose items are looked at, its are among them.
    pub is_served: bool,
    /// Whether it can be used.
    pub is_active: bool,
    /// Which parts it has, opaque here.
    pub parts: u8,
    /// When time alone may have changed it.
    pub due: Option<DateTime<Utc>>,
    /// Whether losing it was judged well.
    pub is_let_through: bool,
}

/// One page of a feed, ready to be written.
#[derive(Debug, Clone)]
pub struct PageCommit {
    /// The feed.
    pub feed: FeedId,
    /// The page to read next.
    pub cursor: String,
    /// Licence the page names.
    pub license: Option<String>,
    /// Whether this is the end of the feed: its last page, or one without an item where the feed leads on.
    pub is_last: bool,
    /// Whether the feed is known to lead on from one page without an item to the next for ever.
    pub leads_on: bool,
    /// When it was read.
    pub now: DateTime<Utc>,
    /// Its items, each id once, but that one that cannot be used may follow one that can.
    pub changes: Vec<ItemChange>,
}

/// What an item of a page asks for.
#[derive(Debug, Clone)]
pub enum ItemChange {
    /// An opportunity that may become a service, or lends its values to one.
    Head(StoredHead),
    /// A dated occurrence of one.
    Occurrence(StoredOccurrence),
    /// An item that is gone.
    Deleted {
        /// RPDE id.
        item_id: String,
        /// `modified`, when it is a plausible time.
        modified: Option<DateTime<Utc>>,
    },
    /// An item that could not be used: what is stored of it stays as it is.
    Unusable {
        /// RPDE id, when it could be read.
        item_id: Option<String>,
        /// Why.
        finding: Finding,
    },
}

/// An opportunity as stored.
#[derive(Debug, Clone)]
pub struct StoredHead {
    /// RPDE id.
    pub item_id: String,
    /// What it is.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// Links to other keys.
    pub links: Vec<Link>,
    /// The body, JSON.
    pub body: String,
    /// `modified`, when it is a plausible time.
    pub modified: Option<DateTime<Utc>>,
    /// What was found while reading it.
    pub findings: Vec<Finding>,
}

/// A link from one key to another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// What the link says.
    pub relation: Relation,
    /// The narrower end.
    pub child: String,
    /// The wider end.
    pub parent: String,
}

/// What a link says.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Relation {
    /// The child takes values from the parent: a series from its series of series, a run from its
    /// course, an event from its headline event.
    PartOf,
    /// What belongs to the child belongs to the parent: a court to its facility.
    Claims,
}

/// A dated occurrence as stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredOccurrence {
    /// RPDE id.
    pub item_id: String,
    /// Key of what it is an occurrence of.
    pub parent: String,
    /// Start.
    pub start: DateTime<Utc>,
    /// End.
    pub end: Option<DateTime<Utc>>,
    /// Whether it is a slot of a facility, and no session.
    pub is_slot: bool,
    /// Whether it goes ahead.
    pub status: EventStatus,
    /// What it says for itself, JSON; the same text for all that say the same.
    pub facts: Option<String>,
    /// `modified`, when it is a plausible time.
    pub modified: Option<DateTime<Utc>>,
}

/// What a committed page changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct PageOutcome {
    /// Items new or changed.
    pub changed: u64,
    /// Items gone.
    pub deleted: u64,
    /// Items the same as before.
    pub unchanged: u64,
    /// Items that could not be used.
    pub unusable: u64,
    /// Items that could not be used and could be before: what was stored of them stays.
    pub spoiled: u64,
    /// Live items of the feed after the page.
    pub items: u64,
    /// Items dropped because a resync that ended with this page did not bring them again.
    pub vanished: u64,
}

/// A root to be mapped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Dirty {
    pub(super) key: i64,
    /// When it was marked, a number that grows.
    pub(super) mark: i64,
}

impl Dirty {
    /// Returns a root that is looked at without being dirty: no mark of the list is ever 0.
    pub(super) fn unmarked(key: i64) -> Self {
        Self { key, mark: 0 }
    }

    /// Tells whether both are the same root, whenever they were marked.
    pub fn is_same(self, other: Self) -> bool {
        self.key == other.key
    }
}

/// The feeds whose items may be served. What comes through others is harvested and told of, and no more.
#[derive(Debug, Clone, Default)]
pub struct Served {
    /// Their numbers.
    pub feeds: HashSet<FeedId>,
    /// Those of them that may be only while they state a licence.
    pub if_licensed: HashSet<FeedId>,
}

impl Served {
    /// Tells whether the items of a feed may be served.
    fn has(&self, feed: FeedId, has_license: bool) -> bool {
        self.feeds.contains(&feed) && (has_license || !self.if_licensed.contains(&feed))
    }
}

/// Whose items are looked at.
#[derive(Debug, Clone)]
pub enum Whose {
    /// Those of every feed in the store, also of those that are not configured any more.
    All,
    /// Those of the configured feeds.
    Configured,
    /// Those of configured feeds that may be served.
    Served(Arc<Served>),
}

impl Whose {
    /// Tells whether the items of a feed are among them.
    pub(super) fn has(&self, feed: FeedId, is_configured: bool, has_license: bool) -> bool {
        match self {
            Self::All => true,
            Self::Configured => is_configured,
            Self::Served(served) => is_configured && served.has(feed, has_license),
        }
    }
}

/// Everything that belongs to one root.
#[derive(Debug, Clone)]
pub struct Bundle {
    /// The root.
    pub root: Dirty,
    /// Its key.
    pub key: String,
    /// Items with this key, those of the feed that comes first in the configuration first.
    pub heads: Vec<HeadItem>,
    /// What the first of them is part of, nearest first.
    pub parents: Vec<ParentItem>,
    /// Items that claim this key for another root.
    pub claimed_by: Vec<String>,
    /// Items whose values come from this root: courts, and events that are its occurrences.
    pub members: Vec<HeadItem>,
    /// Its occurrences and those of what it claims.
    pub occurrences: Vec<OccurrenceRow>,
    /// What occurrences say for themselves: JSON by number.
    pub facts: Vec<String>,
    /// The largest plausible `modified` seen; nothing when one was not plausible.
    pub modified: Option<DateTime<Utc>>,
    /// When something of it last changed.
    pub changed_at: DateTime<Utc>,
    /// Whether every feed of its publisher was read to the end, where some hold occurrences.
    pub is_complete: bool,
    /// Licence of the feed that it comes from.
    pub license: Option<String>,
    /// Its service as it is published just now, when it is.
    pub standing: Option<Standing>,
    /// Whether there are feeds whose items are left out.
    pub is_partial: bool,
}

/// An item with a body.
#[derive(Debug, Clone)]
pub struct HeadItem {
    /// The feed.
    pub feed: FeedId,
    /// RPDE id.
    pub item_id: String,
    /// What it is.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// The body, JSON.
    pub body: String,
}

/// Something a root is part of.
#[derive(Debug, Clone)]
pub struct ParentItem {
    /// What it is.
    pub kind: Kind,
    /// Its key.
    pub key: String,
    /// The body, JSON.
    pub body: String,
}

/// An occurrence of a root.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct OccurrenceRow {
    /// The feed.
    pub feed: FeedId,
    /// Start.
    pub start: DateTime<Utc>,
    /// End.
    pub end: Option<DateTime<Utc>>,
    /// Whether it goes ahead.
    pub status: EventStatus,
    /// What it says for itself: an index into [`Bundle::facts`].
    pub facts: Option<usize>,
}

/// What became of a dirty root.
#[derive(Debug, Clone)]
pub struct Publication {
    /// The root.
    pub root: Dirty,
    /// Its service's id.
    pub id: Id,
    /// What that has in common with the services it is to be one with; nothing when it stands for itself.
    pub group: Option<u128>,
    /// What became of it.
    pub outcome: Outcome,
    /// When.
    pub now: DateTime<Utc>,
}

#[cfg(test)]
impl Publication {
    /// A service by this name that changed at a time in milliseconds.
    pub(super) fn sample(name: &str, last_modified: i64) -> Self {
        let id = Id::derive("service", &["sample"]);
        let record = ServiceRecord {
            id,
            feed: None,
            status: Status::Active,
            body: format!(r#"{{"name":"{name}","last_modified":""}}"#).into_bytes(),
            entry: Vec::new(),
            hash: xxhash_rust::xxh3::xxh3_128(name.as_bytes()),
            last_modified: DateTime::from_timestamp_millis(last_modified).unwrap(),
            findings: Vec::new(),
            due: None,
            parts: 0,
        };
        let outcome = Outcome::Service(Box::new(record));
        Self { root: Dirty::unmarked(1), id, group: None, outcome, now: DateTime::UNIX_EPOCH }
    }
}

/// Which services a root's is to be one with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Folding {
    /// The root.
    pub root: Dirty,
    /// The id of its own service.
    pub service: Id,
    /// What the services of its group have in common; nothing when it stands for itself.
    pub group: Option<u128>,
}

/// What became of a root.
#[derive(Debug, Clone)]
pub enum Outcome {
    /// It is a service.
    Service(Box<ServiceRecord>),
    /// It is not, or no longer, a service of its own.
    Nothing,
    /// It has occurrences and no parent: how many, by feed.
    Orphans(Vec<(FeedId, u64)>),
    /// It belongs to other roots, which must be mapped.
    Delegated(Delegation),
    /// Its service stays as it is until the drop guard has judged what this feed loses.
    Held(FeedId),
}

/// Roots that stand in for another.
#[derive(Debug, Clone)]
pub struct Delegation {
    /// Their keys.
    pub to: Vec<String>,
    /// Occurrences that no root takes, by feed.
    pub orphans: Vec<(FeedId, u64)>,
}

/// A service as stored.
#[derive(Debug, Clone, PartialEq)]
pub struct ServiceRecord {
    /// Its id.
    pub id: Id,
    /// The feed of its head.
    pub feed: Option<FeedId>,
    /// Whether it can be used.
    pub status: Status,
    /// The full 3.0 body, JSON.
    pub body: Vec<u8>,
    /// What the catalogue needs to know, opaque here.
    pub entry: Vec<u8>,
    /// Hash of the content without `last_modified`.
    pub hash: u128,
    /// When the content last changed.
    pub last_modified: DateTime<Utc>,
    /// What was found.
    pub findings: Vec<Finding>,
    /// When time alone may change it.
    pub due: Option<DateTime<Utc>>,
    /// Which parts it has, opaque here.
    pub parts: u8,
}

/// A service read back.
#[derive(Debug, Clone, PartialEq)]
pub struct StoredService {
    /// Number of its latest change.
    pub seq: u64,
    /// Whether it is only a tombstone.
    pub is_gone: bool,
    /// What was published, or what is left of it.
    pub record: ServiceRecord,
}

/// The body of a service read back, without what is kept beside it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StoredBody {
    /// Number of its latest change.
    pub seq: u64,
    /// Whether it is only a tombstone.
    pub is_gone: bool,
    /// The full 3.0 body, JSON.
    pub bytes: Vec<u8>,
}

/// A service as the catalogue follows it.
#[derive(Debug, Clone, PartialEq)]
pub struct ChangedService {
    /// Number of its latest change.
    pub seq: u64,
    /// Its id.
    pub id: Id,
    /// Whether it can be used.
    pub status: Status,
    /// When the content last changed.
    pub last_modified: DateTime<Utc>,
    /// When that was published here, which may be long after its publisher says that it changed.
    pub published_at: DateTime<Utc>,
    /// What the catalogue needs to know; nothing for a tombstone.
    pub entry: Option<Vec<u8>>,
}
