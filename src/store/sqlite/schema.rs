//! The tables, and how they came to be what they are.

use rusqlite::Connection;

use super::sql;
use crate::store::CopyError;
use crate::store::StoreError;

/// Migrations in order; the database's `user_version` says how many were run. Never edit one that was
/// released: add another.
const MIGRATIONS: [&str; 10] = [
    include_str!("0001-tables.sql"),
    include_str!("0002-control.sql"),
    include_str!("0003-fold.sql"),
    include_str!("0004-plans.sql"),
    include_str!("0005-days.sql"),
    include_str!("0006-indexes.sql"),
    include_str!("0007-caught-up.sql"),
    include_str!("0008-published.sql"),
    include_str!("0009-known.sql"),
    include_str!("0010-sessions.sql"),
];

/// Brings the tables up to date.
pub(super) fn migrate(connection: &mut Connection) -> Result<(), StoreError> {
    let doing = "migrating its tables";
    let found = version(connection)?;
    for (migration, version) in MIGRATIONS.iter().zip(1_u32..).skip(found as usize) {
        let transaction = connection.transaction().map_err(sql(doing))?;
        transaction.execute_batch(migration).map_err(sql(doing))?;
        transaction.pragma_update(None, "user_version", version).map_err(sql(doing))?;
        transaction.commit().map_err(sql(doing))?;
        tracing::info!(version, "database migrated");
    }
    Ok(())
}

/// Makes sure that a database is a store, of this version or an older one.
pub(super) fn check(connection: &Connection) -> Result<(), StoreError> {
    let tables = "SELECT count(*) FROM sqlite_schema WHERE name IN ('feed', 'service', 'counter')";
    let count: u32 = connection
        .query_row(tables, [], |row| row.get(0))
        .map_err(sql("looking for its tables"))?;
    if version(connection)? == 0 || count < 3 {
        return Err(CopyError::NoStore.into());
    }
    Ok(())
}

/// Returns how many migrations were run.
fn version(connection: &Connection) -> Result<u32, StoreError> {
    let found: u32 = connection
        .query_row("PRAGMA user_version", [], |row| row.get(0))
        .map_err(sql("reading the version of its tables"))?;
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    Ok(found)
}
