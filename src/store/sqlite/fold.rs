//! Which roots become one service together.

use rusqlite::Connection;
use rusqlite::OptionalExtension as _;
use rusqlite::Transaction;
use rusqlite::params;

use super::sql;
use crate::oruk::Id;
use crate::store::Dirty;
use crate::store::Folding;
use crate::store::StoreError;

const DOING: &str = "folding services";

/// The root of a group that gives it its id, another root left out.
const FIRST_OTHER: &str = "
    SELECT fold.key FROM fold JOIN key ON key.id = fold.key
    WHERE fold.grp = ?1 AND fold.key <> ?2 ORDER BY key.key LIMIT 1";

/// Tells whether any root belongs to a group.
pub(super) fn is_used(connection: &Connection) -> Result<bool, StoreError> {
    connection
        .query_row("SELECT EXISTS (SELECT 1 FROM fold)", [], |row| row.get(0))
        .map_err(sql(DOING))
}

/// Writes which group each root belongs to and returns the roots of that group, the smallest key first.
/// Where that is another group than before, the first roots of both are marked dirty.
pub(super) fn fold(
    connection: &mut Connection,
    roots: &[Folding],
) -> Result<Vec<Vec<Dirty>>, StoreError> {
    let transaction = connection.transaction().map_err(sql(DOING))?;
    for root in roots {
        place(&transaction, root).map_err(sql(DOING))?;
    }
    let members = roots.iter().map(|root| members(&transaction, root));
    let members = members.collect::<rusqlite::Result<_>>().map_err(sql(DOING))?;
    transaction.commit().map_err(sql(DOING))?;
    Ok(members)
}

fn place(transaction: &Transaction<'_>, root: &Folding) -> rusqlite::Result<()> {
    let key = root.root.key;
    let before: Option<[u8; 16]> = transaction
        .prepare_cached("SELECT grp FROM fold WHERE key = ?1")?
        .query_row([key], |row| row.get(0))
        .optional()?;
    let after = root.group.map(u128::to_be_bytes);
    if before == after {
        return Ok(());
    }
    match after {
        Some(group) => transaction
            .prepare_cached("INSERT OR REPLACE INTO fold (key, service, grp) VALUES (?1, ?2, ?3)")?
            .execute(params![key, root.service.as_bytes(), group])?,
        None => transaction.prepare_cached("DELETE FROM fold WHERE key = ?1")?.execute([key])?,
    };
    for group in before.into_iter().chain(after) {
        transaction
            .prepare_cached(&format!("INSERT OR REPLACE INTO dirty (key) {FIRST_OTHER}"))?
            .execute(params![group, key])?;
    }
    Ok(())
}

fn members(transaction: &Transaction<'_>, root: &Folding) -> rusqlite::Result<Vec<Dirty>> {
    let Some(group) = root.group else { return Ok(Vec::new()) };
    let mut select = transaction.prepare_cached(
        "SELECT fold.key FROM fold JOIN key ON key.id = fold.key
         WHERE fold.grp = ?1 ORDER BY key.key",
    )?;
    let rows = select.query_map([group.to_be_bytes()], |row| Ok(Dirty::unmarked(row.get(0)?)))?;
    rows.collect()
}

/// Returns the service that stands for this one too; nothing when this one stands for itself.
pub(super) fn folded_into(connection: &Connection, service: Id) -> Result<Option<Id>, StoreError> {
    let first = connection
        .prepare_cached(
            "SELECT first.service FROM fold AS first JOIN key ON key.id = first.key
             WHERE first.grp = (SELECT grp FROM fold WHERE service = ?1) ORDER BY key.key LIMIT 1",
        )
        .and_then(|mut select| select.query_row([service.as_bytes()], |row| row.get(0)).optional())
        .map_err(sql("finding what a service was folded into"))?;
    Ok(first.map(Id::from_bytes).filter(|first| *first != service))
}
