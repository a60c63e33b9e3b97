//! The items with a body that stand under a key, or belong beneath it.

use std::collections::HashMap;

use tokio_postgres::Row;

use super::bundle::grouped;
use super::connection::Session;
use super::name::text_of;
use super::read::small;
use crate::openactive::Kind;
use crate::store::FeedId;
use crate::store::HeadItem;
use crate::store::StoreError;
use crate::store::codec;

/// How many items of one root are looked at that are no occurrences.
const MAX_MEMBERS: i64 = 5_000;

/// An item whose body is packed.
pub(super) struct HeadRow {
    pub(super) feed: i64,
    pub(super) kind: Kind,
    pub(super) key: String,
    item_id: String,
    body: Vec<u8>,
}

impl HeadRow {
    /// Unpacks the body.
    pub(super) fn unpacked(self, doing: &'static str) -> Result<HeadItem, StoreError> {
        Ok(HeadItem {
            feed: FeedId(self.feed),
            item_id: self.item_id,
            kind: self.kind,
            key: self.key,
            body: codec::decompress_text(doing, &self.body)?,
        })
    }
}

/// Returns the items that are published with each of these keys, those of the feed that comes first in
/// the configuration first; none of feeds that are hidden.
pub(super) async fn heads_of(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<HashMap<i64, Vec<HeadRow>>, StoreError> {
    let rows = session
        .rows(
            "SELECT root.id, item.* FROM unnest($1::int8[]) AS root (id) CROSS JOIN LATERAL (
                 SELECT head.feed, head.kind, key.name, key.whole, head.name AS item,
                     head.whole AS whole_item, head.body
                 FROM head JOIN feed ON feed.id = head.feed JOIN key ON key.id = head.key
                 WHERE head.key = root.id AND feed.id <> ALL ($2)
                 ORDER BY feed.rank, head.name OFFSET 0) AS item",
            &[&ids, &hidden],
            head_row,
        )
        .await?;
    Ok(grouped(rows))
}

/// Returns courts published as items of their own, and events that say they are part of each of these
/// roots.
pub(super) async fn members_of(
    session: &Session<'_>,
    ids: &[i64],
    hidden: &[i64],
) -> Result<HashMap<i64, Vec<HeadRow>>, StoreError> {
    let rows = session
        .rows(
            "SELECT root.id, member.* FROM unnest($1::int8[]) AS root (id) CROSS JOIN LATERAL (
                 SELECT head.feed, head.kind, key.name, key.whole, head.name AS item,
                     head.whole AS whole_item, head.body
                 FROM link JOIN head ON head.key = link.child JOIN feed ON feed.id = head.feed
                 JOIN key ON key.id = head.key
                 WHERE link.parent = root.id AND head.key <> root.id AND feed.id <> ALL ($3)
                     AND EXISTS (SELECT 1 FROM head AS stating JOIN feed ON feed.id = stating.feed
                         WHERE stating.id = link.head AND feed.id <> ALL ($3))
                 ORDER BY feed.rank, head.name LIMIT $2) AS member",
            &[&ids, &MAX_MEMBERS, &hidden],
            head_row,
        )
        .await?;
    Ok(grouped(rows))
}

fn head_row(row: &Row) -> Result<(i64, HeadRow), tokio_postgres::Error> {
    let head = HeadRow {
        feed: row.try_get(1)?,
        kind: codec::kind_of(small(row.try_get(2)?)),
        key: text_of(row.try_get(3)?, row.try_get(4)?),
        item_id: text_of(row.try_get(5)?, row.try_get(6)?),
        body: row.try_get(7)?,
    };
    Ok((row.try_get(0)?, head))
}
