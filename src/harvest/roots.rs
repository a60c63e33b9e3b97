//! Roots read, mapped, and judged by what may be published of them.

use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use tokio::task::JoinError;
use tracing::error;

use super::assemble::Assembled;
use super::assemble::assemble;
use super::gate::Gate;
use super::worker::Sources;
use super::worker::publication;
use crate::store::Bundle;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::Store;
use crate::store::StoreError;

/// A root that was mapped.
#[derive(Debug)]
pub struct MappedRoot {
    /// Its key.
    pub key: String,
    /// Whether it is a service already.
    pub is_service: bool,
    /// What the store is to write.
    pub publication: Publication,
}

/// A root that was mapped, and what remains to be judged.
struct Judged {
    root: MappedRoot,
    /// The feed whose service would be lost.
    loss: Option<FeedId>,
    /// Items of some feeds were hidden.
    is_partial: bool,
}

/// Maps roots with what may be served, and holds what may not be lost.
///
/// # Errors
/// When the store cannot be read, or with [`StoreError::Closed`] when mapping was broken off.
pub async fn map_roots(
    store: &Arc<dyn Store>,
    roots: Vec<Dirty>,
    sources: &Arc<Sources>,
    gate: &Gate,
    now: DateTime<Utc>,
) -> Result<Vec<MappedRoot>, StoreError> {
    let bundles = store.bundles_of(roots, Some(gate.served(sources))).await?;
    let known = Arc::clone(sources);
    let mut mapped = in_background(move || {
        let judged = |bundle: Bundle| {
            let publication = publication(&bundle, &known, now);
            Judged {
                loss: Gate::loss(&bundle, &publication),
                is_partial: bundle.is_partial,
                root: MappedRoot {
                    is_service: bundle.standing.is_some(),
                    key: bundle.key,
                    publication,
                },
            }
        };
        bundles.into_iter().map(judged).collect::<Vec<_>>()
    })
    .await?;
    look_at_the_whole(store, &mut mapped, sources, now).await?;
    let mapped = mapped.into_iter().map(|Judged { mut root, loss, .. }| {
        if let Some(feed) = loss {
            root.publication.outcome = Outcome::Held(feed);
        }
        root
    });
    Ok(mapped.collect())
}

/// Looks once more, with nothing hidden, at what would be lost and at what became nothing. What is lost because it
/// may not be served any more is no loss of the feed that may; and occurrences are orphans if nobody published
/// their parent, served or not.
async fn look_at_the_whole(
    store: &Arc<dyn Store>,
    mapped: &mut [Judged],
    sources: &Arc<Sources>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let is_nothing = |outcome: &Outcome| matches!(outcome, Outcome::Nothing | Outcome::Orphans(_));
    let is_doubtful = |judged: &&mut Judged| {
        judged.is_partial && (judged.loss.is_some() || is_nothing(&judged.root.publication.outcome))
    };
    let doubtful: Vec<_> = mapped.iter_mut().filter(is_doubtful).collect();
    if doubtful.is_empty() {
        return Ok(());
    }
    let roots = doubtful.iter().map(|judged| judged.root.publication.root).collect();
    let bundles = store.bundles(roots).await?;
    let sources = Arc::clone(sources);
    let whole = in_background(move || {
        let whole = |bundle: &Bundle| {
            let is_loss = Gate::loss(bundle, &publication(bundle, &sources, now)).is_some();
            (is_loss, assemble(bundle, |_| None, now))
        };
        bundles.iter().map(whole).collect::<Vec<_>>()
    });
    for (judged, (is_loss, assembled)) in doubtful.into_iter().zip(whole.await?) {
        judged.loss = judged.loss.filter(|_| is_loss);
        let outcome = &mut judged.root.publication.outcome;
        if is_nothing(outcome) {
            *outcome = match assembled {
                Assembled::Orphans(counts) => Outcome::Orphans(counts),
                _ => Outcome::Nothing,
            };
        }
    }
    Ok(())
}

async fn in_background<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work).await.map_err(|error| broken_off(&error))
}

/// Tells why a task has no answer: the program stops, or has a defect, which is not the store's fault.
pub(super) fn broken_off(error: &JoinError) -> StoreError {
    if error.is_panic() {
        error!("mapping failed by a defect of this program; it is tried again");
    }
    StoreError::Closed
}
