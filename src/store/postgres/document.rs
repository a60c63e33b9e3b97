//! Documents kept whole, by name.

use super::connection::Session;
use crate::store::StoreError;

pub(super) async fn find(session: &Session<'_>, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let statement = "SELECT body FROM document WHERE name = $1";
    session.row(statement, &[&name], |row| row.try_get::<_, Vec<u8>>(0)).await
}

pub(super) async fn keep(session: &Session<'_>, name: &str, body: &[u8]) -> Result<(), StoreError> {
    session
        .execute(
            "INSERT INTO document (name, body) VALUES ($1, $2)
             ON CONFLICT (name) DO UPDATE SET body = excluded.body",
            &[&name, &body],
        )
        .await?;
    Ok(())
}
