//! The files that were made, and when they are made again.
//!
//! A file is made again once the data has changed, but not before it was of use for some time: twenty
//! times as long as making it takes, so that no more than a twentieth of one processor goes into it,
//! however often it is asked for. One file is made at a time, in place of the one before it, which may hold what was
//! withdrawn since. The files have no names, so nothing is left of them when the program ends.

use std::fs::File;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;
use std::time::Duration;

use chrono::DateTime;
use chrono::Utc;
use moka::sync::Cache;
use serde::Serialize;
use tokio::sync::Semaphore;

use super::build;
use super::build::Export;
use super::build::ExportError;
use super::build::Written;
use crate::api::asked::view;
use crate::api::error::Problem;
use crate::api::state::ApiState;
use crate::catalogue::View;
use crate::export::Format;

/// How many files are kept at a time.
const MAX_FILES: u64 = 64;

/// How long a file is kept that nobody asks for.
const KEEP: Duration = Duration::from_hours(1);

/// How many times as long as it took to make a file, it is not made again.
const REST: u32 = 20;

/// How long a request waits for a file to be made.
const PATIENCE: Duration = Duration::from_secs(20);

/// A file that was made.
#[derive(Debug, Clone, Serialize)]
pub(super) struct Made {
    /// When.
    pub(super) created: DateTime<Utc>,
    /// Number of the latest change in it.
    change_number: u64,
    #[serde(flatten)]
    pub(super) written: Written,
    #[serde(skip)]
    pub(super) file: Arc<File>,
    /// The edition of the catalogue it shows.
    #[serde(skip)]
    edition: u64,
    /// Until when it is not made again.
    #[serde(skip)]
    rests_until: DateTime<Utc>,
}

impl Made {
    /// Returns its entity tag.
    pub(super) fn tag(&self) -> String {
        format!("\"{}\"", self.written.sha256)
    }

    /// Returns its SHA-256.
    pub(super) fn digest(&self) -> Vec<u8> {
        let digits = self.written.sha256.as_bytes().chunks(2);
        let byte = |two: &[u8]| u8::from_str_radix(std::str::from_utf8(two).ok()?, 16).ok();
        digits.filter_map(byte).collect()
    }
}

/// A place for a file.
#[derive(Debug, Default)]
struct Slot {
    made: Mutex<Option<Made>>,
    /// Held while it is made.
    making: tokio::sync::Mutex<()>,
}

/// The files that were made: by area and form.
#[derive(Clone)]
pub(crate) struct Shelf {
    slots: Cache<(Option<String>, Format), Arc<Slot>>,
    one_at_a_time: Arc<Semaphore>,
}

impl Default for Shelf {
    fn default() -> Self {
        let slots = Cache::builder().max_capacity(MAX_FILES).time_to_idle(KEEP).build();
        Self { slots, one_at_a_time: Arc::new(Semaphore::new(1)) }
    }
}

impl Shelf {
    /// Returns the file of an area as it was made last; nothing when it was not asked for lately.
    pub(super) fn made(&self, area: Option<&str>, format: Format) -> Option<Made> {
        self.slots.get(&(area.map(str::to_owned), format))?.latest()
    }

    /// Returns the file of an area, made anew where that is due. One that is being made again stands in
    /// for the new one when that takes long.
    pub(super) async fn get(
        &self,
        state: &ApiState,
        area: Option<&str>,
        format: Format,
    ) -> Result<Made, Problem> {
        let slot = self.slots.get_with((area.map(str::to_owned), format), Arc::default);
        let view = view(state, area)?;
        if let Some(made) = slot.good(&view, state.clock.now()) {
            return Ok(made);
        }
        let (all, making, state) = (self.clone(), Arc::clone(&slot), state.clone());
        let area = area.map(str::to_owned);
        let (tasks, stop) = (state.streams.tasks.clone(), state.streams.stop.clone());
        // Goes on when the client does not wait for it: the next one finds it.
        let task = tasks.spawn(async move {
            tokio::select! {
                () = stop.cancelled() => Err(ExportError::Stopping),
                made = all.make(&making, &state, area.as_deref(), format) => made,
            }
        });
        match tokio::time::timeout(PATIENCE, task).await {
            Ok(Ok(Ok(made))) => Ok(made),
            Ok(Ok(Err(error))) => {
                let cause = std::error::Error::source(&error).map(ToString::to_string);
                tracing::error!(%error, cause, "export not made");
                Err(Problem::NotMadeYet)
            }
            _ => slot.latest().ok_or(Problem::NotMadeYet),
        }
    }

    async fn make(
        &self,
        slot: &Slot,
        state: &ApiState,
        area: Option<&str>,
        format: Format,
    ) -> Result<Made, ExportError> {
        let _making = slot.making.lock().await;
        let _turn = self.one_at_a_time.acquire().await.or(Err(ExportError::Stopping))?;
        let view = view(state, area).or(Err(ExportError::Stopping))?;
        let created = state.clock.now();
        // Somebody else may have had it made meanwhile.
        if let Some(made) = slot.good(&view, created) {
            return Ok(made);
        }
        let about = build::about(state, &view, created).await.or(Err(ExportError::Stopping))?;
        let (edition, change_number) = (view.snapshot().edition(), about.change_number);
        let file = Arc::new(tempfile::tempfile()?);
        let export = Export { view, bodies: state.bodies.clone(), format, about };
        let written = export.write(file.try_clone()?, |_, _| {}).await?;
        let took = state.clock.now() - created;
        let rests_until = created + took + took * i32::try_from(REST).unwrap_or(i32::MAX);
        let made = Made { created, change_number, written, file, edition, rests_until };
        slot.put(made.clone());
        Ok(made)
    }
}

impl Slot {
    fn latest(&self) -> Option<Made> {
        self.made.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Returns the latest file where it need not be made again.
    fn good(&self, view: &View, now: DateTime<Utc>) -> Option<Made> {
        let is_good =
            |made: &Made| made.edition == view.snapshot().edition() || now < made.rests_until;
        self.latest().filter(is_good)
    }

    fn put(&self, made: Made) {
        *self.made.lock().unwrap_or_else(PoisonError::into_inner) = Some(made);
    }
}
