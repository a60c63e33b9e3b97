//! Making an export: services in the order of their ids, a handful in memory at a time.

use std::fs::File;
use std::os::unix::fs::FileExt as _;

use chrono::DateTime;
use chrono::Utc;
use serde::Serialize;
use sha2::Digest as _;
use sha2::Sha256;

use crate::api::error::Problem;
use crate::api::records;
use crate::api::state::ApiState;
use crate::catalogue::Bodies;
use crate::catalogue::Body;
use crate::catalogue::Hit;
use crate::catalogue::Query;
use crate::catalogue::View;
use crate::export::About;
use crate::export::Format;
use crate::export::Source;
use crate::export::Writer;
use crate::store::StoreError;

/// How many services are read from the store at a time.
const HANDFUL: usize = 200;

/// How much of a file is read at a time.
const BLOCK_BYTES: usize = 256 * 1024;

/// Why an export was not made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum ExportError {
    /// The services could not be read.
    #[error("the services could not be read")]
    Store(#[from] StoreError),
    /// The file could not be written.
    #[error("the file could not be written")]
    File(#[from] std::io::Error),
    /// A service could not be read.
    #[error("a service could not be read")]
    Service(#[from] serde_json::Error),
    /// The program is stopping.
    #[error("the program is stopping")]
    Stopping,
}

/// What is to be exported.
#[derive(Debug)]
pub struct Export {
    /// The services: those that lists of this view show.
    pub view: View,
    /// Where their bodies are.
    pub bodies: Bodies,
    /// In which form.
    pub format: Format,
    /// What it says of itself.
    pub about: About,
}

/// A finished export.
#[derive(Debug, Clone, Serialize)]
pub struct Written {
    /// How many services are in it.
    pub services: usize,
    /// How long it is.
    pub bytes: u64,
    /// SHA-256 of it, in hexadecimal digits.
    pub sha256: String,
}

impl Export {
    /// Returns what an export of a view says of itself.
    pub fn about(view: &View, created: DateTime<Utc>, sources: Vec<Source>) -> About {
        let title = "Sport and physical activity";
        let title = view.area().map_or(title.to_owned(), |area| format!("{title}: {}", area.name));
        let change_number = view.snapshot().generation();
        About::new(title, created, change_number, sources, view.terms_in_use())
    }

    /// Writes the export into an empty file. `progress` gets how many services were written, and of how
    /// many.
    ///
    /// # Errors
    /// When services cannot be read or the file cannot be written; it is of no use then.
    pub async fn write(
        self,
        file: File,
        mut progress: impl FnMut(usize, usize),
    ) -> Result<Written, ExportError> {
        let copy = file.try_clone()?;
        // The first service that names an organisation or a place is the one that is believed.
        let mut hits = self.view.find(&Query::default(), 0, usize::MAX).page;
        hits.sort_unstable_by_key(|hit| hit.id);
        let (format, about) = (self.format, self.about);
        let mut writer = blocking(move || Ok(format.writer(file, about)?)).await?;
        let mut services = 0;
        for (handful, from) in hits.chunks(HANDFUL).zip((0..).step_by(HANDFUL)) {
            progress(from, hits.len());
            let bodies = self.bodies.past_memory(handful).await?;
            let written;
            let pairs: Vec<(Hit, Option<Body>)> = handful.iter().copied().zip(bodies).collect();
            (writer, written) = blocking(move || put(writer, &pairs)).await?;
            services += written;
        }
        progress(hits.len(), hits.len());
        blocking(move || Ok(writer.finish()?)).await?;
        let (bytes, sha256) = blocking(move || Ok(digest(&copy)?)).await?;
        Ok(Written { services, bytes, sha256 })
    }
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, ExportError> + Send + 'static,
) -> Result<T, ExportError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(ExportError::Stopping))
}

/// Writes services; one that went a moment ago is left out.
fn put(
    mut writer: Box<dyn Writer>,
    services: &[(Hit, Option<Body>)],
) -> Result<(Box<dyn Writer>, usize), ExportError> {
    let mut written = 0;
    for (hit, body) in services {
        let Some(body) = body.as_ref().filter(|body| !body.is_gone) else { continue };
        writer.write(records::as_shown(*hit, body)?.get())?;
        written += 1;
    }
    Ok((writer, written))
}

/// Returns the length of a file and the SHA-256 of it.
fn digest(file: &File) -> std::io::Result<(u64, String)> {
    let (mut hash, mut at) = (Sha256::new(), 0_u64);
    let mut block = vec![0; BLOCK_BYTES];
    loop {
        let read = file.read_at(&mut block, at)?;
        if read == 0 {
            let halves = hash.finalize();
            let halves = halves.iter().flat_map(|byte| [byte >> 4, byte & 15]);
            let digits = halves.filter_map(|half| char::from_digit(u32::from(half), 16));
            return Ok((at, digits.collect()));
        }
        hash.update(&block[..read]);
        at += read as u64;
    }
}

/// Returns what an export of a view says of itself; `created` is when it was made, or its view.
pub(super) async fn about(
    state: &ApiState,
    view: &View,
    created: DateTime<Utc>,
) -> Result<About, Problem> {
    let feeds = state.status.report().await?.feeds.into_iter();
    let sources =
        feeds.filter(|feed| feed.withheld.is_none() && feed.pages > 0).map(|feed| Source {
            publisher: feed.publisher,
            name: feed.publisher_name,
            url: feed.url,
            license: feed.license,
            last_read: feed.last_success,
        });
    Ok(Export::about(view, created, sources.collect()))
}
