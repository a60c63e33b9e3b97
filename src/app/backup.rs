//! A copy of the store in a file, and the way back; a store moved to another place.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use anyhow::bail;
use tokio_util::sync::CancellationToken;

use super::store_lock::StoreLock;
use crate::store;
use crate::store::CopyProgress;
use crate::store::sqlite;

/// Copies the store at this address to a new file, whoever uses it.
///
/// # Errors
/// When the store is not a file, the file exists, the copy is not sound, or it is to `stop`.
pub async fn backup(url: &str, file: &Path, stop: CancellationToken) -> anyhow::Result<()> {
    let from = path_of(url, BACKUP_ON_SERVER)?;
    if !from.exists() {
        bail!("there is no store {} yet", from.display());
    }
    let file = file.to_path_buf();
    let done = tokio::task::spawn_blocking(move || sqlite::backup(&from, &file, &stop)).await?;
    done.context("backing up the store")
}

/// Puts a backup where the store at this address is or shall be. A store that is there is only replaced
/// when `is_replacing`.
///
/// # Errors
/// When the store is not a file, is in use or is there already, the backup is not sound, or it is to `stop`.
pub async fn restore(
    url: &str,
    file: &Path,
    is_replacing: bool,
    stop: CancellationToken,
) -> anyhow::Result<()> {
    let to = path_of(url, RESTORE_ON_SERVER)?;
    if !file.exists() {
        bail!("there is no backup {}", file.display());
    }
    let _lock = StoreLock::take(url)?;
    let file = file.to_path_buf();
    let restoring = move || sqlite::restore(&file, &to, is_replacing, &stop);
    tokio::task::spawn_blocking(restoring).await?.context("restoring the store")
}

/// Moves a store to another place that holds nothing; the tables with their numbers of rows.
///
/// # Errors
/// When either is in use or cannot be opened, the target is not empty, or anything fails on the way. Then
/// the target is as it was.
pub async fn migrate(
    from: &str,
    to: &str,
    progress: &Arc<CopyProgress>,
) -> anyhow::Result<Vec<(&'static str, u64)>> {
    for (argument, url) in [("FROM", from), ("TO", to)] {
        store::check_address(url).context(argument)?;
    }
    if let Ok(path) = sqlite::path_of(from)
        && !path.exists()
    {
        bail!("there is no store {}", path.display());
    }
    if from == to {
        bail!("both are the same store");
    }
    let _locks = (StoreLock::take(from)?, StoreLock::take(to)?);
    store::copy(from, to, progress).await.context("copying the store")
}

fn path_of(url: &str, otherwise: &str) -> anyhow::Result<std::path::PathBuf> {
    match sqlite::path_of(url) {
        Ok(path) => Ok(path.to_path_buf()),
        Err(_) => bail!("{otherwise}"),
    }
}

const BACKUP_ON_SERVER: &str = "this store is on PostgreSQL, which has its own tools for that; back it up \
    with: pg_dump --format=custom --file=FILE DATABASE";

const RESTORE_ON_SERVER: &str = "this store is on PostgreSQL, which has its own tools for that; stop every \
    gateway and restore a pg_dump into an empty database with: pg_restore --exit-on-error \
    --single-transaction --no-owner --dbname=DATABASE FILE";
