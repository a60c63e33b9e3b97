//! Numbers that hold for every store.

/// How long tombstones of services are kept, in days.
pub(super) const TOMBSTONE_DAYS: i64 = 30;

/// How long past occurrences are kept, in days: until the service they belonged to is defunct.
pub(super) const OCCURRENCE_DAYS: i64 = 91;

/// How many occurrences are dropped at a time.
pub(super) const BATCH: i64 = 5_000;

/// Clocks are put right by seconds all the time; by this much, something was wrong.
pub(super) const MAX_STEP_BACK_MILLIS: i64 = 60 * 60 * 1000;

/// How many steps up from a root are looked at.
pub(super) const MAX_PARENTS: usize = 6;

/// How many occurrences of one root are looked at, the latest first.
pub(super) const MAX_OCCURRENCES: i64 = 20_000;
