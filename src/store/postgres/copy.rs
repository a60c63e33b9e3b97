//! All rows of the store, sent to another store or received from one.

use std::sync::Arc;

use rusqlite::types::Value;
use tokio::sync::Mutex;
use tokio::sync::mpsc::Receiver;
use tokio::sync::mpsc::Sender;
use tokio_postgres::Row;
use tokio_postgres::types::ToSql;

use super::PostgresStore;
use super::connection::Session;
use super::lease;
use super::marked;
use super::name;
use super::name::text_of;
use crate::store::CopyError;
use crate::store::CopyProgress;
use crate::store::StoreError;
use crate::store::codec;
use crate::store::copy::BATCH;
use crate::store::copy::Kind;
use crate::store::copy::Parcel;
use crate::store::copy::TABLES;
use crate::store::copy::Table;
use crate::store::copy::compare;

/// Columns that number rows, which go on behind the largest number copied.
const NUMBERED: [(&str, &str); 5] =
    [("feed", "id"), ("key", "id"), ("head", "id"), ("facts", "id"), ("dirty", "mark")];

impl PostgresStore {
    /// Sends everything, as it is at one moment.
    pub(in crate::store) async fn send_all(&self, to: Sender<Parcel>) -> Result<(), StoreError> {
        let doing = "reading what is to be copied";
        // The embedded store has no such rows.
        let mut is_more =
            self.pool.read(doing, &(), |session, ()| Box::pin(marked::is_any(session))).await?;
        while is_more {
            let work = self.pool.write_once(doing, &(), |session, ()| {
                Box::pin(async move {
                    refuse_workers(session).await?;
                    marked::take_over(session).await
                })
            });
            is_more = work.await?;
        }
        self.pool.read_at_once(doing, &to, |session, to| Box::pin(send(session, to))).await
    }

    /// Receives everything in one transaction; returns how many rows each table has.
    pub(in crate::store) async fn receive_all(
        &self,
        from: Receiver<Parcel>,
        progress: &Arc<CopyProgress>,
    ) -> Result<Vec<u64>, StoreError> {
        let given = (Mutex::new(from), Arc::clone(progress));
        let work = self.pool.write_once("writing a copy", &given, |session, (from, progress)| {
            Box::pin(async move { receive(session, &mut *from.lock().await, progress).await })
        });
        work.await
    }
}

async fn send(session: &Session<'_>, to: &Sender<Parcel>) -> Result<(), StoreError> {
    refuse_workers(session).await?;
    let broke_off = || StoreError::from(CopyError::BrokeOff);
    to.send(Parcel::Counts(counts(session).await?)).await.or(Err(broke_off()))?;
    for table in TABLES {
        let columns = table.names().collect::<Vec<_>>().join(", ");
        let (name, filter) = (table.name, table.filter());
        session
            .batch(&format!("DECLARE copy_{name} CURSOR FOR SELECT {columns} FROM {name} {filter}"))
            .await?;
        let fetch = format!("FETCH {BATCH} FROM copy_{name}");
        loop {
            let rows = session.rows(&fetch, &[], |row| values(row, table)).await?;
            let rows: Option<Vec<Vec<Value>>> = rows.into_iter().collect();
            let rows = rows.ok_or(CopyError::LongName { table: name })?;
            if rows.is_empty() {
                break;
            }
            to.send(Parcel::Rows(table, rows)).await.or(Err(broke_off()))?;
        }
        session.batch(&format!("CLOSE copy_{name}")).await?;
    }
    to.send(Parcel::End).await.or(Err(broke_off()))
}

/// Returns the values of a row as the embedded store has them; nothing when it lacks the whole of a name.
fn values(row: &Row, table: &Table) -> Result<Option<Vec<Value>>, tokio_postgres::Error> {
    let mut values = Vec::with_capacity(table.columns.len());
    let mut at = 0;
    for (_, kind) in table.columns {
        let value = match kind {
            Kind::Number => row.try_get::<_, Option<i64>>(at)?.into(),
            Kind::Small => row.try_get::<_, Option<i16>>(at)?.into(),
            Kind::Flag => row.try_get::<_, Option<bool>>(at)?.into(),
            Kind::Text => row.try_get::<_, Option<String>>(at)?.into(),
            Kind::Bytes => row.try_get::<_, Option<Vec<u8>>>(at)?.into(),
            Kind::Name => {
                let name: &[u8] = row.try_get(at)?;
                if name::is_cut(name) {
                    return Ok(None);
                }
                Value::Text(text_of(name, None))
            }
            Kind::WholeName => {
                at += 1;
                Value::Text(text_of(row.try_get(at - 1)?, row.try_get(at)?))
            }
        };
        at += 1;
        values.push(value);
    }
    Ok(Some(values))
}

async fn receive(
    session: &Session<'_>,
    from: &mut Receiver<Parcel>,
    progress: &CopyProgress,
) -> Result<Vec<u64>, StoreError> {
    refuse_workers(session).await?;
    refuse_rows(session).await?;
    session.execute("DELETE FROM counter WHERE name <> 'links'", &[]).await?;
    let mut expected = Vec::new();
    loop {
        match from.recv().await.ok_or(CopyError::BrokeOff)? {
            Parcel::Counts(counts) => {
                progress.begin(&counts);
                expected = counts;
            }
            Parcel::Rows(table, rows) => {
                progress.advance(rows.len());
                insert(session, table, rows).await?;
            }
            Parcel::End => break,
        }
    }
    for (table, column) in NUMBERED {
        let statement = format!(
            "SELECT setval(pg_get_serial_sequence('{table}', '{column}'),
                 (SELECT coalesce(max({column}), 0) + 1 FROM {table}), false)"
        );
        session.execute(&statement, &[]).await?;
    }
    let copied = counts(session).await?;
    compare(&expected, &copied)?;
    Ok(copied)
}

async fn refuse_workers(session: &Session<'_>) -> Result<(), StoreError> {
    if lease::is_anybody_there(session).await? { Err(CopyError::InUse.into()) } else { Ok(()) }
}

async fn refuse_rows(session: &Session<'_>) -> Result<(), StoreError> {
    for (table, count) in TABLES.iter().zip(counts(session).await?) {
        if count > 0 && !table.is_never_empty() {
            return Err(CopyError::NotEmpty { table: table.name }.into());
        }
    }
    Ok(())
}

/// Counts the rows of each table.
async fn counts(session: &Session<'_>) -> Result<Vec<u64>, StoreError> {
    let mut counts = Vec::with_capacity(TABLES.len());
    for table in TABLES {
        let statement = format!("SELECT count(*) FROM {} {}", table.name, table.filter());
        let count = session.row(&statement, &[], |row| row.try_get::<_, i64>(0)).await?;
        counts.push(codec::count(count.unwrap_or_default()));
    }
    Ok(counts)
}

async fn insert(
    session: &Session<'_>,
    table: &Table,
    rows: Vec<Vec<Value>>,
) -> Result<(), StoreError> {
    if rows.is_empty() {
        return Ok(());
    }
    let mut arrays = Vec::new();
    let mut rows: Vec<_> = rows.into_iter().map(Vec::into_iter).collect();
    for (_, kind) in table.columns {
        let column = rows.iter_mut().map(|row| row.next().unwrap_or(Value::Null)).collect();
        arrays.extend(column_arrays(*kind, column));
    }
    let columns = table.names().collect::<Vec<_>>().join(", ");
    let types = arrays.iter().enumerate().map(|(at, (kind, _))| format!("${}::{kind}[]", at + 1));
    let types = types.collect::<Vec<_>>().join(", ");
    let statement = format!("INSERT INTO {} ({columns}) SELECT * FROM unnest({types})", table.name);
    let values: Vec<&(dyn ToSql + Sync)> =
        arrays.iter().map(|(_, array)| array.as_ref() as _).collect();
    session.execute(&statement, &values).await?;
    Ok(())
}

/// The type of an array's elements, and the array.
type Array = (&'static str, Box<dyn ToSql + Sync + Send>);

/// Returns what is written of a column: two arrays for names that have a whole.
fn column_arrays(kind: Kind, values: Vec<Value>) -> Vec<Array> {
    let mut values = values.into_iter();
    match kind {
        Kind::Number => {
            vec![("int8", Box::new(values.map(|value| number(&value)).collect::<Vec<_>>()))]
        }
        Kind::Small => {
            let small = |value| number(&value).and_then(|code| i16::try_from(code).ok());
            vec![("int2", Box::new(values.map(small).collect::<Vec<_>>()))]
        }
        Kind::Flag => {
            let flag = |value| number(&value).map(|flag| flag != 0);
            vec![("bool", Box::new(values.map(flag).collect::<Vec<_>>()))]
        }
        Kind::Text => {
            let clean = |value| text(value).map(|text| name::text(&text).into_owned());
            vec![("text", Box::new(values.map(clean).collect::<Vec<_>>()))]
        }
        Kind::Bytes => vec![("bytea", Box::new(values.map(bytes).collect::<Vec<_>>()))],
        Kind::Name => {
            let name = |value| text(value).map(|text| name::name(&text));
            vec![("bytea", Box::new(values.map(name).collect::<Vec<_>>()))]
        }
        Kind::WholeName => {
            let (mut names, mut wholes) = (Vec::new(), Vec::new());
            for text in values.by_ref().map(|value| text(value).unwrap_or_default()) {
                names.push(name::name(&text));
                wholes.push(name::whole(&text).map(<[u8]>::to_vec));
            }
            vec![("bytea", Box::new(names)), ("bytea", Box::new(wholes))]
        }
    }
}

fn number(value: &Value) -> Option<i64> {
    if let Value::Integer(number) = value { Some(*number) } else { None }
}

fn text(value: Value) -> Option<String> {
    if let Value::Text(text) = value { Some(text) } else { None }
}

fn bytes(value: Value) -> Option<Vec<u8>> {
    if let Value::Blob(bytes) = value { Some(bytes) } else { None }
}
