//! How values are written into columns.

use std::cell::RefCell;
use std::sync::LazyLock;

use chrono::DateTime;
use chrono::Utc;
use zstd::bulk::Compressor;
use zstd::bulk::Decompressor;
use zstd::dict::DecoderDictionary;
use zstd::dict::EncoderDictionary;

use crate::mapping::EventStatus;
use crate::openactive::Kind;
use crate::oruk::Status;
use crate::store::Relation;
use crate::store::StoreError;

/// Level 1 costs a third of level 3 and gives up a twentieth of the saving.
const LEVEL: i32 = 1;

/// The largest body that is read back, as large as a page may be (`config/fetch.rs`).
const MAX_BODY_BYTES: usize = 256 * 1024 * 1024;

/// What items and services have in common, so that each need not say it again: a body takes half the room
/// it would. Bodies name the dictionary they were written with, so one that was released stays; those
/// written with none are read as well. `scripts/dictionary.py` makes it.
const DICTIONARY: &[u8] = include_bytes!("bodies.zdict");

static WRITING: LazyLock<EncoderDictionary<'static>> =
    LazyLock::new(|| EncoderDictionary::copy(DICTIONARY, LEVEL));
static READING: LazyLock<DecoderDictionary<'static>> =
    LazyLock::new(|| DecoderDictionary::copy(DICTIONARY));

thread_local! {
    static COMPRESSOR: RefCell<Option<Compressor<'static>>> =
        RefCell::new(Compressor::with_prepared_dictionary(&WRITING).ok());
    static DECOMPRESSOR: RefCell<Option<Decompressor<'static>>> =
        RefCell::new(Decompressor::with_prepared_dictionary(&READING).ok());
}

/// Compresses a body. The context is kept by each thread: making one costs more than a small body.
pub(super) fn compress(doing: &'static str, body: &[u8]) -> Result<Vec<u8>, StoreError> {
    let compressed = COMPRESSOR.with_borrow_mut(|context| match context {
        Some(context) => context.compress(body),
        None => zstd::bulk::compress(body, LEVEL),
    });
    let mut compressed = compressed.map_err(|source| StoreError::Corrupt { doing, source })?;
    // Room was made for what cannot be compressed, and much may wait to be written.
    compressed.shrink_to_fit();
    Ok(compressed)
}

/// Decompresses a body.
pub(super) fn decompress(doing: &'static str, body: &[u8]) -> Result<Vec<u8>, StoreError> {
    let size = zstd::zstd_safe::get_frame_content_size(body).ok().flatten();
    let capacity = size.and_then(|size| usize::try_from(size).ok()).unwrap_or(MAX_BODY_BYTES);
    let capacity = capacity.min(MAX_BODY_BYTES);
    let plain = DECOMPRESSOR.with_borrow_mut(|context| match context {
        Some(context) => context.decompress(body, capacity),
        None => zstd::bulk::decompress(body, capacity),
    });
    plain.map_err(|source| StoreError::Corrupt { doing, source })
}

/// Decompresses a body that is text.
pub(super) fn decompress_text(doing: &'static str, body: &[u8]) -> Result<String, StoreError> {
    String::from_utf8(decompress(doing, body)?).map_err(|error| StoreError::Corrupt {
        doing,
        source: std::io::Error::new(std::io::ErrorKind::InvalidData, error),
    })
}

pub(super) fn hash(body: &[u8]) -> [u8; 16] {
    xxhash_rust::xxh3::xxh3_128(body).to_be_bytes()
}

/// Returns a number as a column holds it, which has room for all that comes up.
pub(super) fn number(number: impl TryInto<i64>) -> i64 {
    number.try_into().unwrap_or(i64::MAX)
}

/// Returns how many there are by a column; none is ever below 0.
pub(super) fn count(number: i64) -> u64 {
    u64::try_from(number).unwrap_or_default()
}

pub(super) fn from_millis(millis: i64) -> DateTime<Utc> {
    DateTime::from_timestamp_millis(millis).unwrap_or_default()
}

pub(super) fn from_secs(secs: i64) -> DateTime<Utc> {
    DateTime::from_timestamp(secs, 0).unwrap_or_default()
}

/// How the values of a type are written, and how they are read back. A number that was released stays what it is.
macro_rules! codes {
    ($code_of:ident, $value_of:ident: $type:ident or $other:ident {
        $($value:ident = $code:literal,)*
    }) => {
        pub(super) fn $code_of(value: $type) -> u8 {
            match value {
                $($type::$value => $code,)*
            }
        }

        pub(super) fn $value_of(code: u8) -> $type {
            let known = match code {
                $($code => Some($type::$value),)*
                _ => None,
            };
            known.unwrap_or($type::$other)
        }
    };
}

codes!(kind_code, kind_of: Kind or Event {
    SessionSeries = 0,
    ScheduledSession = 1,
    Event = 2,
    HeadlineEvent = 3,
    EventSeries = 4,
    CourseInstance = 5,
    Course = 6,
    OnDemandEvent = 7,
    FacilityUse = 8,
    IndividualFacilityUse = 9,
    Slot = 10,
});

codes!(event_status_code, event_status_of: EventStatus or Scheduled {
    Scheduled = 0,
    Cancelled = 1,
    Postponed = 2,
    Rescheduled = 3,
    MovedOnline = 4,
});

codes!(status_code, status_of: Status or Defunct {
    Active = 0,
    TemporarilyClosed = 1,
    Inactive = 2,
    Defunct = 3,
});

pub(super) fn relation_code(relation: Relation) -> u8 {
    match relation {
        Relation::PartOf => 0,
        Relation::Claims => 1,
    }
}
