//! What both stores do with the body of a service: stamp it, and leave a tombstone of it.

use chrono::DateTime;
use chrono::SecondsFormat;
use chrono::Utc;
use serde::Deserialize;

use super::codec;
use crate::oruk::Id;
use crate::oruk::Status;
use crate::quality::Finding;

/// Writes `last_modified` into a body that was serialised with an empty one. Inside JSON text the
/// sequence looked for cannot stand, because quotes are escaped there.
pub(super) fn stamp(body: &[u8], last_modified: i64) -> Vec<u8> {
    const EMPTY: &[u8] = br#""last_modified":"""#;
    let Some(at) = memchr::memmem::find(body, EMPTY) else {
        return body.to_vec();
    };
    let time = codec::from_millis(last_modified).to_rfc3339_opts(SecondsFormat::Millis, true);
    let split = at + EMPTY.len() - 1;
    let mut stamped = Vec::with_capacity(body.len() + time.len());
    stamped.extend_from_slice(&body[..split]);
    stamped.extend_from_slice(time.as_bytes());
    stamped.extend_from_slice(&body[split..]);
    stamped
}

/// Returns what is left of a service that is gone.
pub(super) fn tombstone(id: Id, name: &str, gone_at: DateTime<Utc>) -> Vec<u8> {
    let body = serde_json::json!({
        "id": id,
        "name": name,
        "status": Status::Defunct,
        "last_modified": gone_at.to_rfc3339_opts(SecondsFormat::Millis, true),
    });
    body.to_string().into_bytes()
}

/// Returns the name of the service a body is of; nothing when it cannot be read.
pub(super) fn name_in(body: &[u8]) -> String {
    #[derive(Deserialize)]
    struct Named {
        name: String,
    }
    serde_json::from_slice::<Named>(body).map(|named| named.name).unwrap_or_default()
}

/// Counts the findings kept with a service.
pub(super) fn count_of(findings: &str) -> i64 {
    serde_json::from_str::<Vec<Finding>>(findings).map_or(0, |list| codec::number(list.len()))
}
