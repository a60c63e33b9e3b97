//! What one publisher's feeds came to: its services and roots, and the items that could not be used.

use super::connection::Session;
use super::name::text_of;
use super::read;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::StoreError;
use crate::store::codec;

/// Returns the ids of the services of a publisher's feeds, in their order, without tombstones.
pub(super) async fn services(
    session: &Session<'_>,
    publisher: &str,
) -> Result<Vec<Id>, StoreError> {
    session
        .rows(
            "SELECT id FROM service
             WHERE gone_at IS NULL
                 AND feed IN (SELECT id FROM feed WHERE publisher = $1 AND rank IS NOT NULL)
             ORDER BY id",
            &[&publisher],
            |row| Ok(read::id_of(row.try_get(0)?)),
        )
        .await
}

/// Returns roots that items or occurrences of these feeds belong to.
pub(super) async fn roots(
    session: &Session<'_>,
    feeds: &[FeedId],
    limit: i64,
) -> Result<Vec<Dirty>, StoreError> {
    let feeds: Vec<i64> = feeds.iter().map(|feed| feed.0).collect();
    session
        .rows(
            "SELECT key FROM head WHERE feed = ANY ($1)
             UNION SELECT parent FROM occurrence WHERE feed = ANY ($1)
             ORDER BY 1 LIMIT $2",
            &[&feeds, &limit],
            |row| Ok(Dirty::unmarked(row.try_get(0)?)),
        )
        .await
}

/// Returns how many items of a publisher's feeds could not be used, by the code of the finding.
pub(super) async fn unusable(
    session: &Session<'_>,
    publisher: &str,
) -> Result<Vec<(String, u64)>, StoreError> {
    session
        .rows(
            "SELECT code, count(*) FROM unusable
             WHERE feed IN (SELECT id FROM feed WHERE publisher = $1 AND rank IS NOT NULL)
             GROUP BY code ORDER BY code",
            &[&publisher],
            |row| {
                let count = codec::count(row.try_get(1)?);
                Ok((row.try_get(0)?, count))
            },
        )
        .await
}

/// Returns ids of items that could not be used, up to `most` of each code.
pub(super) async fn unusable_items(
    session: &Session<'_>,
    publisher: &str,
    most: u32,
) -> Result<Vec<(String, String)>, StoreError> {
    session
        .rows(
            "SELECT code, name FROM (
                 SELECT code, name,
                     row_number() OVER (PARTITION BY code ORDER BY feed, name) AS place
                 FROM unusable
                 WHERE name <> ''
                     AND feed IN (SELECT id FROM feed WHERE publisher = $1 AND rank IS NOT NULL)
             ) AS numbered WHERE place <= $2 ORDER BY code, place",
            &[&publisher, &i64::from(most)],
            |row| Ok((row.try_get(0)?, text_of(row.try_get(1)?, None))),
        )
        .await
}
