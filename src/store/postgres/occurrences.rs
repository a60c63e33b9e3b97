//! The occurrences of roots, and what they say for themselves.

use std::collections::HashMap;

use super::bundle::grouped;
use super::connection::Session;
use super::read::small;
use crate::mapping::EventStatus;
use crate::openactive::Kind;
use crate::store::Relation;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::limits::MAX_OCCURRENCES;

/// An occurrence as its columns have it.
pub(super) struct OccurrenceColumns {
    pub(super) feed: i64,
    pub(super) start: i64,
    pub(super) length: Option<i64>,
    pub(super) status: EventStatus,
    pub(super) facts: Option<i64>,
}

/// Returns the occurrences of roots of these kinds; those of a facility's courts are its own, and those
/// of a facility that is not published are its only court's.
pub(super) async fn occurrences_of(
    session: &Session<'_>,
    ids: &[i64],
    kinds: &[Option<Kind>],
    hidden: &[i64],
) -> Result<HashMap<i64, Vec<OccurrenceColumns>>, StoreError> {
    let claims = i16::from(codec::relation_code(Relation::Claims));
    let claims_of = |of: Kind| -> Vec<Option<i16>> {
        kinds.iter().map(|kind| (*kind == Some(of)).then_some(claims)).collect()
    };
    let (down, up) = (claims_of(Kind::FacilityUse), claims_of(Kind::IndividualFacilityUse));
    let rows = session
        .rows(
            "SELECT root.id, o.feed, o.start, o.length, o.status, o.facts
             FROM unnest($1::int8[], $2::int2[], $3::int2[]) AS root (id, down, up)
             CROSS JOIN LATERAL (
                 SELECT occurrence.* FROM (
                     SELECT root.id AS key
                     UNION ALL SELECT child FROM link WHERE parent = root.id
                         AND relation = root.down AND child <> root.id
                         AND EXISTS (SELECT 1 FROM head AS stating JOIN feed ON feed.id = stating.feed
                             WHERE stating.id = link.head AND feed.id <> ALL ($5))
                     UNION ALL SELECT DISTINCT parent FROM link WHERE child = root.id
                         AND relation = root.up
                         AND EXISTS (SELECT 1 FROM head AS stating JOIN feed ON feed.id = stating.feed
                             WHERE stating.id = link.head AND feed.id <> ALL ($5))
                         AND NOT EXISTS (SELECT 1 FROM head JOIN feed ON feed.id = head.feed
                             WHERE head.key = link.parent AND feed.id <> ALL ($5))
                         AND NOT EXISTS (SELECT 1 FROM link AS other
                             WHERE other.parent = link.parent AND other.relation = root.up
                             AND other.child <> root.id)
                 ) AS source JOIN occurrence ON occurrence.parent = source.key
                 JOIN feed ON feed.id = occurrence.feed
                 WHERE feed.id <> ALL ($5)
                 ORDER BY occurrence.start DESC, occurrence.feed, occurrence.name LIMIT $4) AS o
             ORDER BY root.id, o.start DESC, o.feed, o.name",
            &[&ids, &down, &up, &MAX_OCCURRENCES, &hidden],
            |row| {
                let occurrence = OccurrenceColumns {
                    feed: row.try_get(1)?,
                    start: row.try_get(2)?,
                    length: row.try_get(3)?,
                    status: codec::event_status_of(small(row.try_get(4)?)),
                    facts: row.try_get(5)?,
                };
                Ok((row.try_get(0)?, occurrence))
            },
        )
        .await?;
    Ok(grouped(rows))
}

/// Returns packed facts by their numbers.
pub(super) async fn facts_of(
    session: &Session<'_>,
    ids: Vec<i64>,
) -> Result<HashMap<i64, Vec<u8>>, StoreError> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let statement = "SELECT id, body FROM facts WHERE id = ANY ($1)";
    let rows =
        session.rows(statement, &[&ids], |row| Ok((row.try_get(0)?, row.try_get(1)?))).await?;
    Ok(rows.into_iter().collect())
}
