//! How publishers' data was on the last days.

use rusqlite::Connection;
use rusqlite::Row;
use rusqlite::params;

use super::codec;
use super::rows;
use super::sql;
use crate::store::Day;
use crate::store::StoreError;

/// Writes a day and drops those that are kept no longer.
pub(super) fn keep(
    connection: &mut Connection,
    publisher: &str,
    day: &Day,
) -> Result<(), StoreError> {
    let doing = "writing how the data of a publisher is";
    let transaction = connection.transaction().map_err(sql(doing))?;
    transaction
        .execute(
            "INSERT OR REPLACE INTO publisher_day (publisher, day, items, services, findings, score)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
            params![
                publisher,
                day.number(),
                codec::number(day.items),
                codec::number(day.services),
                codec::number(day.findings),
                day.score
            ],
        )
        .map_err(sql(doing))?;
    transaction
        .execute("DELETE FROM publisher_day WHERE day <= ?1", [day.forgotten()])
        .map_err(sql(doing))?;
    transaction.commit().map_err(sql(doing))
}

/// Returns the days of a publisher, the oldest first.
pub(super) fn list(connection: &Connection, publisher: &str) -> Result<Vec<Day>, StoreError> {
    let doing = "reading how the data of a publisher was";
    let statement = "SELECT day, items, services, findings, score FROM publisher_day
                     WHERE publisher = ?1 ORDER BY day";
    rows(connection, doing, statement, [publisher], read)
}

fn read(row: &Row<'_>) -> rusqlite::Result<Day> {
    let count = |at: usize| row.get(at).map(codec::count);
    Ok(Day {
        date: Day::date_of(row.get(0)?),
        items: count(1)?,
        services: count(2)?,
        findings: count(3)?,
        score: row.get(4)?,
    })
}
