//! What one publisher's feeds came to: its services, and the items that could not be used.

use super::connection::Session;
use super::read;
use crate::oruk::Id;
use crate::store::StoreError;
use crate::store::StoredService;

/// Returns services of a publisher's feeds in the order of their ids, without tombstones; their bodies
/// are packed still.
pub(super) async fn services(
    session: &Session<'_>,
    publisher: &str,
    after: Option<Id>,
    limit: i64,
) -> Result<Vec<StoredService>, StoreError> {
    let after = after.map(|id| id.as_bytes().to_vec()).unwrap_or_default();
    session
        .rows(
            "SELECT id, seq, feed, status, body, entry, hash, last_modified, findings, due, parts
             FROM service
             WHERE id > $2 AND gone_at IS NULL
                 AND feed IN (SELECT id FROM feed WHERE publisher = $1 AND rank IS NOT NULL)
             ORDER BY id LIMIT $3",
            &[&publisher, &after, &limit],
            read::service,
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
                let count = u64::try_from(row.try_get::<_, i64>(1)?).unwrap_or_default();
                Ok((row.try_get(0)?, count))
            },
        )
        .await
}
