//! Writing together: what waits while something is written goes into one transaction, so that the disk is
//! waited for once and pages that all of it changes are written once.
//!
//! Each piece of work is answered only when its transaction is on the disk. One that fails takes nothing
//! from the others, unless it ends the transaction, as a full disk does: then all of them fail, and are tried again
//! by whoever asked.

use std::collections::VecDeque;
use std::sync::Mutex;
use std::sync::MutexGuard;
use std::sync::PoisonError;
use std::sync::mpsc;
use std::sync::mpsc::TryRecvError;
use std::vec::IntoIter;

use rusqlite::Connection;
use rusqlite::Transaction;
use rusqlite::ffi;

use super::sql;
use crate::store::DatabaseError;
use crate::store::StoreError;

/// How many pieces of work one transaction takes at most: whoever comes next must not wait long.
const MOST: usize = 8;

const DOING: &str = "writing what waited";

/// Work that waits for the connection that writes.
#[derive(Default)]
pub(super) struct Waiting(Mutex<VecDeque<Job>>);

impl std::fmt::Debug for Waiting {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Waiting").finish_non_exhaustive()
    }
}

/// A piece of work, and where its result goes; it is told why when it cannot be begun.
type Job = Box<dyn FnOnce(Result<&Connection, StoreError>) -> Done + Send>;

/// What became of a piece of work before its transaction ends.
struct Done {
    failure: Option<StoreError>,
    /// Answers whoever waits: with the result, or with why nothing of the transaction was kept.
    answer: Box<dyn FnOnce(Result<(), StoreError>)>,
}

/// A piece of work that was handed in.
pub(super) struct HandedIn<T>(mpsc::Receiver<Result<T, StoreError>>);

impl Waiting {
    /// Hands in a piece of work, which the next to write does.
    pub(super) fn hand_in<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> HandedIn<T> {
        let (answers, answered) = mpsc::channel();
        let job = move |connection: Result<&Connection, StoreError>| {
            let (failure, result) = match connection.and_then(work) {
                Ok(result) => (None, Some(result)),
                Err(failure) => (Some(failure), None),
            };
            let answer = move |kept: Result<(), StoreError>| {
                let answer = kept.and_then(|()| result.ok_or(StoreError::Closed));
                // Whoever waits is below, in `finish`.
                answers.send(answer).unwrap_or_default();
            };
            Done { failure, answer: Box::new(answer) }
        };
        self.jobs().push_back(Box::new(job));
        HandedIn(answered)
    }

    /// Writes what waits until this piece of work is done, by this thread or by another before it.
    pub(super) fn finish<T>(
        &self,
        connection: &mut Connection,
        HandedIn(answered): HandedIn<T>,
    ) -> Result<T, StoreError> {
        loop {
            match answered.try_recv() {
                Ok(answer) => return answer,
                // Whoever wrote it panicked, which rolled its transaction back.
                Err(TryRecvError::Disconnected) => return Err(StoreError::Closed),
                Err(TryRecvError::Empty) => {}
            }
            let jobs = {
                let mut waiting = self.jobs();
                let most = waiting.len().min(MOST);
                waiting.drain(..most).collect()
            };
            write(connection, jobs);
        }
    }

    fn jobs(&self) -> MutexGuard<'_, VecDeque<Job>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Does the work in one transaction and answers all of it.
fn write(connection: &mut Connection, jobs: Vec<Job>) {
    let mut done = Vec::with_capacity(jobs.len());
    let mut jobs = jobs.into_iter();
    let kept = keep(connection, &mut jobs, &mut done);
    if let Err(failure) = &kept {
        done.extend(jobs.map(|job| job(Err(like(failure)))));
    }
    for Done { failure, answer } in done {
        answer(match (failure, &kept) {
            (Some(failure), _) => Err(failure),
            (None, Ok(())) => Ok(()),
            (None, Err(failure)) => Err(like(failure)),
        });
    }
}

fn keep(
    connection: &mut Connection,
    jobs: &mut IntoIter<Job>,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    let mut transaction = connection.transaction().map_err(sql(DOING))?;
    if jobs.len() == 1 {
        done.extend(jobs.next().map(|job| job(Ok(&transaction))));
    }
    while jobs.len() > 0 && !transaction.is_autocommit() {
        apart(&mut transaction, jobs, done)?;
    }
    // A disk that is full, say, ends the whole transaction at once.
    if transaction.is_autocommit() {
        let failure = done.last().and_then(|done| done.failure.as_ref());
        return Err(failure.map_or(StoreError::Closed, like));
    }
    if done.iter().all(|done| done.failure.is_some()) {
        return Ok(());
    }
    transaction.commit().map_err(sql(DOING))
}

/// Does the next piece of work. Nothing of it is kept when it fails.
fn apart(
    transaction: &mut Transaction<'_>,
    jobs: &mut IntoIter<Job>,
    done: &mut Vec<Done>,
) -> Result<(), StoreError> {
    let savepoint = transaction.savepoint().map_err(sql(DOING))?;
    done.extend(jobs.next().map(|job| job(Ok(&savepoint))));
    if savepoint.is_autocommit() {
        return Ok(());
    }
    let is_done = done.last().is_some_and(|done| done.failure.is_none());
    let ended = if is_done { savepoint.commit() } else { savepoint.finish() };
    ended.map_err(sql(DOING))
}

/// Says to another who waits why nothing was kept.
fn like(failure: &StoreError) -> StoreError {
    let (doing, code, message) = match failure {
        StoreError::Sql { doing, source: DatabaseError::Sqlite(error) } => {
            let code = error.sqlite_error().copied();
            (*doing, code.map_or(ffi::SQLITE_ERROR, |error| error.extended_code), error.to_string())
        }
        other => (DOING, ffi::SQLITE_ERROR, other.to_string()),
    };
    let error = rusqlite::Error::SqliteFailure(ffi::Error::new(code), Some(message));
    StoreError::Sql { doing, source: error.into() }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::sync::atomic::AtomicUsize;
    use std::sync::atomic::Ordering;

    use super::*;

    /// A table of numbers, and how many transactions were committed since it was made.
    fn database() -> (Connection, Arc<AtomicUsize>) {
        let mut connection = Connection::open_in_memory().unwrap();
        connection.execute_batch("CREATE TABLE number (n INTEGER NOT NULL)").unwrap();
        let commits = Arc::new(AtomicUsize::new(0));
        let counted = Arc::clone(&commits);
        let hook = move || {
            counted.fetch_add(1, Ordering::Relaxed);
            false
        };
        connection.commit_hook(Some(hook)).unwrap();
        (connection, commits)
    }

    fn insert(connection: &Connection, n: i64) -> Result<i64, StoreError> {
        connection.execute("INSERT INTO number VALUES (?1)", [n]).map_err(sql("inserting"))?;
        Ok(n)
    }

    fn numbers(connection: &Connection) -> Vec<i64> {
        let mut select = connection.prepare("SELECT n FROM number ORDER BY n").unwrap();
        select.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[test]
    fn what_waits_is_written_in_one_transaction() {
        let (mut connection, commits) = database();
        let waiting = Waiting::default();
        let all = [1, 2, 3].map(|n| waiting.hand_in(move |connection| insert(connection, n)));
        let [first, second, third] = all;
        assert_eq!(waiting.finish(&mut connection, second).unwrap(), 2);
        assert_eq!((numbers(&connection), commits.load(Ordering::Relaxed)), (vec![1, 2, 3], 1));
        assert_eq!(waiting.finish(&mut connection, first).unwrap(), 1);
        assert_eq!(waiting.finish(&mut connection, third).unwrap(), 3);
        assert_eq!(commits.load(Ordering::Relaxed), 1);
    }

    #[test]
    fn more_than_one_transaction_takes_waits_for_the_next() {
        let (mut connection, commits) = database();
        let waiting = Waiting::default();
        let count = i64::try_from(MOST).unwrap() + 1;
        let mut all: Vec<_> =
            (0..count).map(|n| waiting.hand_in(move |connection| insert(connection, n))).collect();
        let last = all.pop().unwrap();
        assert_eq!(waiting.finish(&mut connection, last).unwrap(), count - 1);
        assert_eq!(commits.load(Ordering::Relaxed), 2);
        for (n, one) in (0..).zip(all) {
            assert_eq!(waiting.finish(&mut connection, one).unwrap(), n);
        }
    }

    #[test]
    fn one_that_fails_takes_nothing_from_the_others() {
        let (mut connection, _) = database();
        let waiting = Waiting::default();
        let first = waiting.hand_in(|connection| insert(connection, 1));
        let failing = waiting.hand_in(|connection| {
            insert(connection, 2)?;
            Err::<(), _>(StoreError::Lost)
        });
        let last = waiting.hand_in(|connection| insert(connection, 3));
        assert!(matches!(waiting.finish(&mut connection, failing), Err(StoreError::Lost)));
        assert_eq!(waiting.finish(&mut connection, first).unwrap(), 1);
        assert_eq!(waiting.finish(&mut connection, last).unwrap(), 3);
        assert_eq!(numbers(&connection), [1, 3]);

        let alone = waiting.hand_in(|connection| {
            insert(connection, 4)?;
            Err::<(), _>(StoreError::Lost)
        });
        assert!(matches!(waiting.finish(&mut connection, alone), Err(StoreError::Lost)));
        assert_eq!(numbers(&connection), [1, 3]);
    }

    #[test]
    fn nobody_is_told_that_it_was_kept_where_the_transaction_ends() {
        let (mut connection, _) = database();
        let waiting = Waiting::default();
        let first = waiting.hand_in(|connection| insert(connection, 1));
        // As SQLite does it where the disk is full.
        let failing = waiting.hand_in(|connection| {
            connection.execute_batch("ROLLBACK").map_err(sql("ending it"))?;
            let full = ffi::Error::new(ffi::SQLITE_FULL);
            Err::<(), _>(sql("inserting")(rusqlite::Error::SqliteFailure(full, None)))
        });
        let last = waiting.hand_in(|connection| insert(connection, 3));
        let code = |answer: Result<i64, StoreError>| match answer {
            Err(StoreError::Sql { source: DatabaseError::Sqlite(error), .. }) => {
                error.sqlite_error().map(|error| error.code)
            }
            _ => None,
        };
        assert_eq!(code(waiting.finish(&mut connection, first)), Some(ffi::ErrorCode::DiskFull));
        assert_eq!(code(waiting.finish(&mut connection, last)), Some(ffi::ErrorCode::DiskFull));
        let failed = waiting.finish(&mut connection, failing).map(|()| 0);
        assert_eq!(code(failed), Some(ffi::ErrorCode::DiskFull));
        assert_eq!(numbers(&connection), [] as [i64; 0]);

        let next = waiting.hand_in(|connection| insert(connection, 4));
        assert_eq!(waiting.finish(&mut connection, next).unwrap(), 4);
        assert_eq!(numbers(&connection), [4]);
    }

    #[test]
    fn each_is_told_where_no_transaction_can_begin() {
        let (mut connection, _) = database();
        connection.execute_batch("BEGIN").unwrap();
        let waiting = Waiting::default();
        let both = [1, 2].map(|n| waiting.hand_in(move |connection| insert(connection, n)));
        for one in both {
            let failure = waiting.finish(&mut connection, one).unwrap_err();
            assert!(matches!(failure, StoreError::Sql { .. }), "{failure:?}");
        }
        assert_eq!(numbers(&connection), [] as [i64; 0]);
    }
}
