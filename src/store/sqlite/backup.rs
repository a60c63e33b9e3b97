//! A copy of the database, made while it is in use, and the way back.
//!
//! `VACUUM INTO` reads at one moment and writes a file without gaps; whoever writes to the database goes
//! on. A file is written under another name, so that what has the right name is whole.

use std::fs;
use std::fs::File;
use std::fs::Permissions;
use std::io;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::path::PathBuf;

use rusqlite::Connection;
use rusqlite::ErrorCode;
use rusqlite::OpenFlags;
use tempfile::NamedTempFile;
use tokio_util::sync::CancellationToken;

use super::connection::Pool;
use super::schema;
use super::sql;
use crate::store::CopyError;
use crate::store::DatabaseError;
use crate::store::StoreError;

/// How far the numbers of changes go ahead when a backup is restored: farther than they can have gone
/// since it was made, at a thousand changes a second for eleven days.
const AHEAD: i64 = 1_000_000_000;

/// After how many steps of SQLite's it is looked whether to stop: some fractions of a millisecond.
const STEPS: i32 = 1_000;

/// Copies the database `from` to the new file `to`, as it is at one moment.
///
/// # Errors
/// When `to` exists, `from` is no store or is damaged, the copy cannot be written, or it is to `stop`.
pub fn backup(from: &Path, to: &Path, stop: &CancellationToken) -> Result<(), StoreError> {
    refuse_existing(to)?;
    let part = begin(to)?;
    copy(from, part.path(), stop)?;
    finish_new(part, to)
}

/// Puts the backup `from` where the database `to` is or shall be. Nobody may have `to` open.
///
/// Numbers of changes go on far ahead, so that none is used twice: readers who were told of changes that
/// the backup does not know are told of all that come.
///
/// # Errors
/// When `to` exists, unless `is_replacing`; when `from` is no store or is damaged, it cannot be written, or
/// it is to `stop`. Then `to` is as it was.
pub fn restore(
    from: &Path,
    to: &Path,
    is_replacing: bool,
    stop: &CancellationToken,
) -> Result<(), StoreError> {
    if !is_replacing {
        refuse_existing(to)?;
    }
    let part = begin(to)?;
    copy(from, part.path(), stop)?;
    go_ahead(part.path())?;
    if !is_replacing {
        return finish_new(part, to);
    }
    settle(to);
    // What they hold belongs to the database that goes, and would be read into the one that comes.
    for beside in ["-wal", "-shm"] {
        remove(&with_suffix(to, beside)).map_err(file_error(to))?;
    }
    part.as_file().sync_all().map_err(file_error(to))?;
    part.persist(to).map_err(|error| file_error(to)(error.error))?;
    sync_folder(to).map_err(file_error(to))
}

/// Takes the log beside a database over into it, so that it is whole without: what is to take its place may not come.
/// A database that is damaged is left as it is.
fn settle(path: &Path) {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    if let Ok(connection) = Connection::open_with_flags(path, flags) {
        drop(Pool::settle(&connection));
    }
}

fn copy(from: &Path, to: &Path, stop: &CancellationToken) -> Result<(), StoreError> {
    let place = from.display().to_string();
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let mut source = Connection::open_with_flags(from, flags)
        .map_err(|source| StoreError::Open { place: place.clone(), source: source.into() })?;
    interrupt_on(stop, &mut source)?;
    let target = to.to_str().ok_or(StoreError::Url)?;
    schema::check(&source)
        .and_then(|()| source.execute("VACUUM INTO ?1", [target]).map_err(sql("copying itself")))
        .and_then(|_| check(to, stop))
        .map_err(|error| match damage(&error) {
            _ if stop.is_cancelled() => CopyError::Stopped.into(),
            Some(said) => CopyError::Damaged { place, said }.into(),
            None => error,
        })
}

/// Reads the whole copy: most damage of what was copied is found in it too.
fn check(copy: &Path, stop: &CancellationToken) -> Result<(), StoreError> {
    let doing = "checking a copy";
    let place = copy.display().to_string();
    let mut copy = Connection::open(copy).map_err(sql(doing))?;
    interrupt_on(stop, &mut copy)?;
    let said: String =
        copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(sql(doing))?;
    if said == "ok" { Ok(()) } else { Err(CopyError::Damaged { place, said }.into()) }
}

/// Has what a connection does end with an error when it is to stop.
fn interrupt_on(stop: &CancellationToken, connection: &mut Connection) -> Result<(), StoreError> {
    let stop = stop.clone();
    let is_stopped = move || stop.is_cancelled();
    connection.progress_handler(STEPS, Some(is_stopped)).map_err(sql("watching what it does"))
}

/// Returns what an error says of damage, if that is what it is about.
fn damage(error: &StoreError) -> Option<String> {
    match error {
        StoreError::Copy(CopyError::Damaged { said, .. }) => Some(said.clone()),
        StoreError::Sql { source: DatabaseError::Sqlite(error), .. } => {
            let code = error.sqlite_error_code();
            let is_damage =
                matches!(code, Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase));
            is_damage.then(|| error.to_string())
        }
        _ => None,
    }
}

fn go_ahead(copy: &Path) -> Result<(), StoreError> {
    let doing = "numbering changes anew";
    let copy = Connection::open(copy).map_err(sql(doing))?;
    copy.execute("UPDATE counter SET value = value + ?1 WHERE name = 'seq'", [AHEAD])
        .map(|_| ())
        .map_err(sql(doing))
}

/// Says that there is something already.
pub(super) fn refuse_existing(path: &Path) -> Result<(), StoreError> {
    let is_there = path.try_exists().map_err(file_error(path))?;
    if is_there { Err(exists(path)) } else { Ok(()) }
}

/// Begins a database beside where it will stand; it is removed unless it is finished.
pub(super) fn begin(to: &Path) -> Result<NamedTempFile, StoreError> {
    // As readable as SQLite makes its files.
    tempfile::Builder::new()
        .prefix(".baton-")
        .suffix(".part")
        .permissions(Permissions::from_mode(0o644))
        .tempfile_in(folder_of(to))
        .map_err(file_error(to))
}

/// Puts a database where nothing may be yet, once the disk has all of it.
pub(super) fn finish_new(part: NamedTempFile, to: &Path) -> Result<(), StoreError> {
    part.as_file().sync_all().map_err(file_error(to))?;
    part.persist_noclobber(to).map_err(|error| match error.error.kind() {
        io::ErrorKind::AlreadyExists => exists(to),
        _ => file_error(to)(error.error),
    })?;
    sync_folder(to).map_err(file_error(to))
}

fn sync_folder(path: &Path) -> io::Result<()> {
    File::open(folder_of(path))?.sync_all()
}

fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn exists(path: &Path) -> StoreError {
    CopyError::Exists { place: path.display().to_string() }.into()
}

fn file_error(path: &Path) -> impl Fn(io::Error) -> StoreError {
    move |source| CopyError::File { place: path.display().to_string(), source }.into()
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(suffix);
    PathBuf::from(name)
}

fn remove(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_database_that_is_to_be_replaced_is_whole_without_its_log() {
        let folder = tempfile::tempdir().unwrap();
        let (used, left) = (folder.path().join("used.db"), folder.path().join("left.db"));
        let connection = Connection::open(&used).unwrap();
        connection
            .execute_batch(
                "PRAGMA journal_mode = WAL; CREATE TABLE word (word TEXT);
                 INSERT INTO word VALUES ('kept');",
            )
            .unwrap();
        // As a program leaves it that is killed: all there is stands in the log.
        fs::copy(&used, &left).unwrap();
        fs::copy(with_suffix(&used, "-wal"), with_suffix(&left, "-wal")).unwrap();
        settle(&left);
        for beside in ["-wal", "-shm"] {
            remove(&with_suffix(&left, beside)).unwrap();
        }
        let connection = Connection::open(&left).unwrap();
        let word: String =
            connection.query_row("SELECT word FROM word", [], |row| row.get(0)).unwrap();
        assert_eq!(word, "kept");
    }

    #[test]
    fn nothing_is_made_where_there_is_no_database() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("none.db");
        settle(&path);
        assert!(!path.exists());
    }
}
