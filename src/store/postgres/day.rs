//! How publishers' data was on the last days.

use tokio_postgres::Row;

use super::connection::Session;
use crate::store::Day;
use crate::store::StoreError;
use crate::store::codec;

/// Writes a day and drops those that are kept no longer.
pub(super) async fn keep(
    session: &Session<'_>,
    publisher: &str,
    day: &Day,
) -> Result<(), StoreError> {
    let (items, services, findings) =
        (codec::number(day.items), codec::number(day.services), codec::number(day.findings));
    session
        .execute(
            "INSERT INTO publisher_day (publisher, day, items, services, findings, score)
             VALUES ($1, $2, $3, $4, $5, $6)
             ON CONFLICT (publisher, day) DO UPDATE SET items = excluded.items,
                 services = excluded.services, findings = excluded.findings, score = excluded.score",
            &[&publisher, &day.number(), &items, &services, &findings, &i64::from(day.score)],
        )
        .await?;
    session.execute("DELETE FROM publisher_day WHERE day <= $1", &[&day.forgotten()]).await?;
    Ok(())
}

/// Returns the days of a publisher, the oldest first.
pub(super) async fn list(session: &Session<'_>, publisher: &str) -> Result<Vec<Day>, StoreError> {
    let statement = "SELECT day, items, services, findings, score FROM publisher_day
                     WHERE publisher = $1 ORDER BY day";
    session.rows(statement, &[&publisher], read).await
}

fn read(row: &Row) -> Result<Day, tokio_postgres::Error> {
    let count = |at: usize| row.try_get(at).map(codec::count);
    Ok(Day {
        date: Day::date_of(row.try_get(0)?),
        items: count(1)?,
        services: count(2)?,
        findings: count(3)?,
        score: u32::try_from(count(4)?).unwrap_or_default(),
    })
}
