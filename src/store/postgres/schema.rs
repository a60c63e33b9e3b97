//! The tables, and how they came to be what they are.

use std::time::Duration;

use tokio_postgres::error::SqlState;

use super::connection::Pool;
use super::connection::Session;
use crate::store::StoreError;

const DOING: &str = "migrating its tables";

/// Migrations in order; the table `migration` says which were run. Never edit one that was released: add
/// another.
const MIGRATIONS: [&str; 9] = [
    include_str!("0001-tables.sql"),
    include_str!("0002-leases.sql"),
    include_str!("0003-days.sql"),
    include_str!("0004-marks.sql"),
    include_str!("0005-indexes.sql"),
    include_str!("0006-caught-up.sql"),
    include_str!("0007-published.sql"),
    include_str!("0008-known.sql"),
    include_str!("0009-sessions.sql"),
];

/// The number of the advisory lock under which tables are changed: "baton", as letters.
const LOCK: i64 = 0x0062_6174_6f6e;

/// How often it is tried again when another process changes the tables in the same moment.
const TRIES: u32 = 20;

/// How long to wait before that.
const WAIT: Duration = Duration::from_millis(250);

/// Brings the tables up to date. Any number of processes may do this at once: where the lock does not
/// keep them apart, the primary key of `migration` does, and the later one looks again.
pub(super) async fn migrate(pool: &Pool) -> Result<(), StoreError> {
    let mut tries = 1;
    loop {
        match pool.write(DOING, None, &(), |session, ()| Box::pin(run(session))).await {
            Err(error) if is_race(&error) && tries < TRIES => tokio::time::sleep(WAIT).await,
            done => return done,
        }
        tries += 1;
    }
}

async fn run(session: &Session<'_>) -> Result<(), StoreError> {
    if session.is_standby().await? {
        return Ok(());
    }
    session.execute("SELECT pg_advisory_xact_lock($1)", &[&LOCK]).await?;
    session.batch("CREATE TABLE IF NOT EXISTS migration (version BIGINT PRIMARY KEY)").await?;
    let found = session.row("SELECT max(version) FROM migration", &[], |row| row.try_get(0));
    let found: i64 = found.await?.flatten().unwrap_or_default();
    let found = u32::try_from(found).unwrap_or(u32::MAX);
    let known = u32::try_from(MIGRATIONS.len()).unwrap_or(u32::MAX);
    if found > known {
        return Err(StoreError::TooNew { found, known });
    }
    for (migration, version) in MIGRATIONS.iter().zip(1_u32..).skip(found as usize) {
        session.batch(migration).await?;
        let number = i64::from(version);
        session.execute("INSERT INTO migration (version) VALUES ($1)", &[&number]).await?;
        tracing::info!(version, "database migrated");
    }
    Ok(())
}

fn is_race(error: &StoreError) -> bool {
    let raced = [SqlState::UNIQUE_VIOLATION, SqlState::DUPLICATE_TABLE, SqlState::DUPLICATE_OBJECT];
    super::connection::state_of(error).is_some_and(|state| raced.contains(state))
}
