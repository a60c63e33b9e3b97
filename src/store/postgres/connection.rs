//! Connections: a pool of them, and work done on one.

use std::time::Duration;

use deadpool_postgres::Client;
use deadpool_postgres::Hook;
use deadpool_postgres::Manager;
use deadpool_postgres::ManagerConfig;
use deadpool_postgres::PoolError;
use deadpool_postgres::RecyclingMethod;
use deadpool_postgres::Runtime;
use deadpool_postgres::Transaction;
use futures_util::future::BoxFuture;
use tokio_postgres::IsolationLevel;
use tokio_postgres::Row;
use tokio_postgres::error::SqlState;
use tokio_postgres::types::ToSql;

use super::address::Address;
use super::lease;
use super::sql;
use crate::store::DatabaseError;
use crate::store::Lease;
use crate::store::StoreError;

/// How many connections a process opens at most.
const MAX_CONNECTIONS: usize = 16;

/// How long work waits for a connection.
const PATIENCE: Duration = Duration::from_secs(20);

/// How often work is done again that could not be done beside other work.
const TRIES: u32 = 10;

/// How long to wait before that, times the number of the try.
const WAIT: Duration = Duration::from_millis(20);

/// Plans are made for the values at hand: a plan made while a table was empty is a disaster once it is
/// not. Compiling them takes longer than running them.
const SETTINGS: &str = "SET plan_cache_mode = force_custom_plan; SET jit = off";

/// The connections to one database.
#[derive(Debug)]
pub(super) struct Pool {
    pool: deadpool_postgres::Pool,
}

/// What a statement is given.
pub(super) type Values<'a> = &'a [&'a (dyn ToSql + Sync)];

/// Work on a connection with what it is given, done again from the start when it met other work.
pub(super) type Work<'a, T> = BoxFuture<'a, Result<T, StoreError>>;

impl Pool {
    /// Makes a pool; nothing is connected yet.
    pub(super) fn new(address: Address) -> Result<Self, StoreError> {
        let recycling_method = RecyclingMethod::Fast;
        let config = ManagerConfig { recycling_method };
        let manager = Manager::from_config(address.config, address.tls, config);
        let pool = deadpool_postgres::Pool::builder(manager)
            .max_size(MAX_CONNECTIONS)
            .wait_timeout(Some(PATIENCE))
            .create_timeout(Some(PATIENCE))
            .runtime(Runtime::Tokio1)
            .post_create(Hook::async_fn(|client, _| {
                Box::pin(async move {
                    // Nothing depends on it, so a server that knows neither setting will do too.
                    if let Err(error) = client.batch_execute(SETTINGS).await {
                        tracing::debug!(%error, "the server does not know a setting");
                    }
                    Ok(())
                })
            }))
            .build();
        Ok(Self { pool: pool.or(Err(StoreError::Closed))? })
    }

    /// Does work in a transaction, whole or not at all, and only as long as a lease is what it was.
    pub(super) async fn write<G: Sync, T>(
        &self,
        doing: &'static str,
        lease: Option<&Lease>,
        given: &G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let mut tries = 1;
        loop {
            let done = self.transaction(doing, Kind::Write(lease), given, &work).await;
            if tries == TRIES || !done.as_ref().is_err_and(is_conflict) {
                return done;
            }
            tracing::debug!(doing, tries, "met other work in the database; doing it again");
            tokio::time::sleep(WAIT * tries).await;
            tries += 1;
        }
    }

    /// Does work in a transaction, once: what it is given is used up.
    pub(super) async fn write_once<G: Sync, T>(
        &self,
        doing: &'static str,
        given: &G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.transaction(doing, Kind::Write(None), given, &work).await
    }

    /// Reads at one moment, however many statements that takes.
    pub(super) async fn read_at_once<G: Sync, T>(
        &self,
        doing: &'static str,
        given: &G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync,
    ) -> Result<T, StoreError> {
        self.transaction(doing, Kind::Read, given, &work).await
    }

    /// Reads; each statement sees what was committed when it began.
    pub(super) async fn read<G: Sync, T>(
        &self,
        doing: &'static str,
        given: &G,
        work: impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync,
    ) -> Result<T, StoreError> {
        let client = self.client(doing).await?;
        let session = Session { line: Line::Client(&client), doing };
        work(&session, given).await
    }

    async fn transaction<G: Sync, T>(
        &self,
        doing: &'static str,
        kind: Kind<'_>,
        given: &G,
        work: &(impl for<'a> Fn(&'a Session<'a>, &'a G) -> Work<'a, T> + Send + Sync),
    ) -> Result<T, StoreError> {
        let mut client = self.client(doing).await?;
        let mut builder = client.build_transaction();
        if matches!(kind, Kind::Read) {
            builder = builder.isolation_level(IsolationLevel::RepeatableRead).read_only(true);
        }
        let transaction = builder.start().await.map_err(sql(doing))?;
        let session = Session { line: Line::Transaction(&transaction), doing };
        if let Kind::Write(Some(lease)) = kind {
            lease::check(&session, lease).await?;
        }
        let done = work(&session, given).await?;
        transaction.commit().await.map_err(sql(doing))?;
        Ok(done)
    }

    async fn client(&self, doing: &'static str) -> Result<Client, StoreError> {
        let because = |source| StoreError::Sql { doing, source };
        self.pool.get().await.map_err(|error| match error {
            PoolError::Backend(error) => because(error.into()),
            PoolError::Closed => StoreError::Closed,
            _ => because(DatabaseError::Busy),
        })
    }
}

/// What a transaction is for.
enum Kind<'a> {
    /// Reading at one moment.
    Read,
    /// Writing, perhaps for a lease.
    Write(Option<&'a Lease>),
}

/// A connection that work is done on.
pub(super) struct Session<'a> {
    line: Line<'a>,
    doing: &'static str,
}

enum Line<'a> {
    Client(&'a Client),
    Transaction(&'a Transaction<'a>),
}

impl Session<'_> {
    /// Returns what becomes of each row.
    pub(super) async fn rows<T>(
        &self,
        statement: &str,
        values: Values<'_>,
        read: impl Fn(&Row) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Vec<T>, StoreError> {
        let rows = match self.line {
            Line::Client(client) => {
                let prepared = client.prepare_cached(statement).await.map_err(sql(self.doing))?;
                client.query(&prepared, values).await
            }
            Line::Transaction(transaction) => {
                let prepared = transaction.prepare_cached(statement).await;
                transaction.query(&prepared.map_err(sql(self.doing))?, values).await
            }
        };
        let rows = rows.map_err(sql(self.doing))?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(sql(self.doing))
    }

    /// Returns what becomes of the first row.
    pub(super) async fn row<T>(
        &self,
        statement: &str,
        values: Values<'_>,
        read: impl Fn(&Row) -> Result<T, tokio_postgres::Error>,
    ) -> Result<Option<T>, StoreError> {
        Ok(self.rows(statement, values, read).await?.into_iter().next())
    }

    /// Returns how many rows were written.
    pub(super) async fn execute(
        &self,
        statement: &str,
        values: Values<'_>,
    ) -> Result<u64, StoreError> {
        let count = match self.line {
            Line::Client(client) => {
                let prepared = client.prepare_cached(statement).await.map_err(sql(self.doing))?;
                client.execute(&prepared, values).await
            }
            Line::Transaction(transaction) => {
                let prepared = transaction.prepare_cached(statement).await;
                transaction.execute(&prepared.map_err(sql(self.doing))?, values).await
            }
        };
        count.map_err(sql(self.doing))
    }

    /// Tells whether this is a standby, which only follows another server.
    pub(super) async fn is_standby(&self) -> Result<bool, StoreError> {
        let answer = self.row("SELECT pg_is_in_recovery()", &[], |row| row.try_get(0)).await?;
        Ok(answer.unwrap_or_default())
    }

    /// Runs several statements.
    pub(super) async fn batch(&self, statements: &str) -> Result<(), StoreError> {
        let done = match self.line {
            Line::Client(client) => client.batch_execute(statements).await,
            Line::Transaction(transaction) => transaction.batch_execute(statements).await,
        };
        done.map_err(sql(self.doing))
    }
}

/// Returns the code of what the server said.
pub(super) fn state_of(error: &StoreError) -> Option<&SqlState> {
    match error {
        StoreError::Sql { source: DatabaseError::Postgres(error), .. } => error.code(),
        _ => None,
    }
}

/// Tells whether work met other work, so that doing it again may succeed.
fn is_conflict(error: &StoreError) -> bool {
    let state = state_of(error);
    state == Some(&SqlState::T_R_SERIALIZATION_FAILURE)
        || state == Some(&SqlState::T_R_DEADLOCK_DETECTED)
}
