//! Roots read, mapped, and judged by what may be published of them.

use std::collections::HashSet;
use std::sync::Arc;

use chrono::DateTime;
use chrono::Utc;
use tokio::task::JoinError;
use tracing::error;

use super::assemble::Assembled;
use super::assemble::assemble;
use super::gate::Gate;
use super::publication::Sources;
use super::publication::publication;
use super::shown::shown_feeds;
use super::shown::withheld_since;
use crate::store::Bundle;
use crate::store::Dirty;
use crate::store::FeedId;
use crate::store::Outcome;
use crate::store::Publication;
use crate::store::Served;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::Whose;

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
    /// How much there was to map.
    size: usize,
}

/// Returns how many items belong to a root.
fn size(bundle: &Bundle) -> usize {
    let Bundle { heads, parents, members, occurrences, .. } = bundle;
    heads.len() + parents.len() + members.len() + occurrences.len()
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
    let bundles = store.bundles_of(roots, Whose::Served(gate.served(sources))).await?;
    let known = Arc::clone(sources);
    let mut mapped = in_background(move || {
        let judged = |bundle: Bundle| {
            let publication = publication(&bundle, &known, now);
            Judged {
                loss: Gate::loss(&bundle, &publication),
                is_partial: bundle.is_partial,
                size: size(&bundle),
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
    look_again(store, &mut mapped, (sources, gate), now).await?;
    let mapped = mapped.into_iter().map(|Judged { mut root, loss, .. }| {
        if let Some(feed) = loss {
            root.publication.outcome = Outcome::Held(feed);
            root.publication.group = None;
        }
        root
    });
    Ok(mapped.collect())
}

/// Looks once more at what would be lost and at what became nothing, where items were hidden. One of them that was
/// hidden since may be in the service as it stands, which must not be held then; and occurrences are orphans if nobody
/// published their parent, served or not.
async fn look_again(
    store: &Arc<dyn Store>,
    mapped: &mut [Judged],
    (sources, gate): (&Sources, &Gate),
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let of = |doubtful: &[&mut Judged]| {
        doubtful.iter().map(|judged| judged.root.publication.root).collect::<Vec<_>>()
    };
    let partial = mapped.iter_mut().filter(|judged| judged.is_partial);
    let mut lost: Vec<_> = partial.filter(|judged| judged.loss.is_some()).collect();
    if !lost.is_empty() {
        let whose = hidden_since(store.as_ref(), sources, gate).await?;
        let bundles = store.bundles_of(of(&lost), whose).await?;
        for (judged, bundle) in lost.iter_mut().zip(&bundles) {
            judged.loss = judged.loss.filter(|_| size(bundle) == judged.size);
        }
    }
    let partial = mapped.iter_mut().filter(|judged| judged.is_partial);
    let is_nothing = |judged: &&mut Judged| {
        matches!(judged.root.publication.outcome, Outcome::Nothing | Outcome::Orphans(_))
    };
    let nothing: Vec<_> = partial.filter(is_nothing).collect();
    if nothing.is_empty() {
        return Ok(());
    }
    let bundles = store.bundles(of(&nothing)).await?;
    let assembled = in_background(move || {
        bundles.iter().map(|bundle| assemble(bundle, |_| None, now)).collect::<Vec<_>>()
    });
    for (judged, assembled) in nothing.into_iter().zip(assembled.await?) {
        judged.root.publication.outcome = match assembled {
            Assembled::Orphans(counts) => Outcome::Orphans(counts),
            _ => Outcome::Nothing,
        };
    }
    Ok(())
}

/// Returns of which feeds items may have been part of services that stand: of all, as long as some are withheld since
/// of which services in the store may be made; then of those that are served while they state a licence, which they may
/// have done.
async fn hidden_since(
    store: &dyn Store,
    sources: &Sources,
    gate: &Gate,
) -> Result<Whose, StoreError> {
    let records = store.feeds().await?;
    let withheld = withheld_since(store, &records, &shown_feeds(&records, sources, gate)).await?;
    if !withheld.is_empty() {
        return Ok(Whose::All);
    }
    let feeds = sources.0.keys().copied().collect();
    Ok(Whose::Served(Arc::new(Served { feeds, if_licensed: HashSet::new() })))
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
