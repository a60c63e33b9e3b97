//! Which roots become one service together.

use super::connection::Session;
use super::read::id_of;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::Folding;
use crate::store::StoreError;

/// The number of the advisory lock under which groups are written: "fold", as letters.
const LOCK: i64 = 0x666f_6c64;

/// Writes which group each root belongs to and returns the roots of that group, the smallest key first.
/// Where that is another group than before, the first roots of both are marked dirty.
pub(super) async fn fold(
    session: &Session<'_>,
    roots: &[Folding],
) -> Result<Vec<Vec<Dirty>>, StoreError> {
    let is_used = "SELECT EXISTS (SELECT 1 FROM fold)";
    if roots.iter().all(|root| root.group.is_none())
        && session.row(is_used, &[], |row| row.try_get(0)).await? == Some(false)
    {
        return Ok(vec![Vec::new(); roots.len()]);
    }
    // One at a time: of two at once neither would see what the other brings to a group.
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    for root in roots {
        place(session, root).await?;
    }
    let mut all = Vec::with_capacity(roots.len());
    for root in roots {
        all.push(members(session, root).await?);
    }
    Ok(all)
}

async fn place(session: &Session<'_>, root: &Folding) -> Result<(), StoreError> {
    let key = root.root.key;
    let select = "SELECT grp FROM fold WHERE key = $1";
    let before: Option<Vec<u8>> = session.row(select, &[&key], |row| row.try_get(0)).await?;
    let after = root.group.map(|group| group.to_be_bytes().to_vec());
    if before == after {
        return Ok(());
    }
    match &after {
        Some(group) => {
            session
                .execute(
                    "INSERT INTO fold (key, service, grp) VALUES ($1, $2, $3)
                     ON CONFLICT (key) DO UPDATE
                         SET service = excluded.service, grp = excluded.grp",
                    &[&key, &root.service.as_bytes().as_slice(), group],
                )
                .await?
        }
        None => session.execute("DELETE FROM fold WHERE key = $1", &[&key]).await?,
    };
    for group in before.into_iter().chain(after) {
        session
            .execute(
                // The root of a group that gives it its id, this one left out.
                "INSERT INTO dirty (key)
                 SELECT fold.key FROM fold JOIN key ON key.id = fold.key
                 WHERE fold.grp = $1 AND fold.key <> $2 ORDER BY key.name LIMIT 1
                 ON CONFLICT (key) DO UPDATE SET mark = excluded.mark",
                &[&group, &key],
            )
            .await?;
    }
    Ok(())
}

async fn members(session: &Session<'_>, root: &Folding) -> Result<Vec<Dirty>, StoreError> {
    let Some(group) = root.group else { return Ok(Vec::new()) };
    session
        .rows(
            "SELECT fold.key FROM fold JOIN key ON key.id = fold.key
             WHERE fold.grp = $1 ORDER BY key.name",
            &[&group.to_be_bytes().as_slice()],
            |row| Ok(Dirty::unmarked(row.try_get(0)?)),
        )
        .await
}

/// Returns the service that stands for this one too; nothing when this one stands for itself.
pub(super) async fn folded_into(
    session: &Session<'_>,
    service: Id,
) -> Result<Option<Id>, StoreError> {
    let first = session
        .row(
            "SELECT first.service FROM fold AS first JOIN key ON key.id = first.key
             WHERE first.grp = (SELECT grp FROM fold WHERE service = $1 LIMIT 1)
             ORDER BY key.name LIMIT 1",
            &[&service.as_bytes().as_slice()],
            |row| Ok(id_of(row.try_get(0)?)),
        )
        .await?;
    Ok(first.filter(|first| *first != service))
}
