//! One process to a store: two that map into it would each miss what the other published.

use std::fs::File;
use std::fs::TryLockError;
use std::path::Path;

use anyhow::Context as _;
use anyhow::bail;

use crate::store::sqlite::IN_MEMORY;
use crate::store::sqlite::path_of;

/// The right to write to a store, held until it is dropped or the process ends.
#[derive(Debug)]
pub(super) struct StoreLock {
    _file: File,
}

impl StoreLock {
    /// Takes the lock beside the database; nothing where the store is in memory or on a server.
    pub(super) fn take(url: &str) -> anyhow::Result<Option<Self>> {
        // Several processes may share a server: leases keep them apart there.
        let Ok(path) = path_of(url) else { return Ok(None) };
        if path.as_os_str().is_empty() || path == Path::new(IN_MEMORY) {
            return Ok(None);
        }
        if let Some(folder) = missing_folder(url) {
            let (path, folder) = (path.display(), folder.display());
            bail!("the database {path} cannot be opened: there is no folder {folder}");
        }
        let path = path.display();
        let beside = format!("{path}.lock");
        let opening =
            || format!("the database {path} cannot be opened: {beside} cannot be written");
        let file = File::create(&beside).with_context(opening)?;
        match file.try_lock() {
            Ok(()) => Ok(Some(Self { _file: file })),
            Err(TryLockError::WouldBlock) => {
                bail!("another baton uses the store {path}; stop it first")
            }
            Err(TryLockError::Error(error)) => Err(error).with_context(opening),
        }
    }
}

/// Returns the folder that the file of a store is to be in, where there is none.
pub(super) fn missing_folder(url: &str) -> Option<&Path> {
    let folder = path_of(url).ok()?.parent()?;
    let is_named = !folder.as_os_str().is_empty();
    (is_named && folder.try_exists().is_ok_and(|exists| !exists)).then_some(folder)
}
