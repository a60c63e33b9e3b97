//! Bodies: from memory when they were asked for lately, else from the store.

use std::sync::Arc;

use bytes::Bytes;
use moka::sync::Cache;

use super::query::Hit;
use crate::oruk::Id;
use crate::store::Store;
use crate::store::StoreError;
use crate::store::StoredBody;

/// What is kept for one body beside its bytes.
const OVERHEAD_BYTES: usize = 120;

/// The body of a service.
///
/// The store may be a moment ahead of the present snapshot. Then this is what the store says now, since that is true:
/// a class that was cancelled this second is not shown once more. A service that was found in an earlier snapshot
/// is looked up in the present one before its body is asked for, or memory may still have that of then.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Body {
    /// JSON.
    pub bytes: Bytes,
    /// Whether it is only a tombstone.
    pub is_gone: bool,
}

/// Bodies of services, kept by weight.
///
/// The number of a service's latest change is part of what it is kept under, so that nothing ever has to
/// be thrown out because it is stale.
#[derive(Debug, Clone)]
pub struct Bodies {
    store: Arc<dyn Store>,
    cache: Cache<(Id, u64), Body>,
}

impl Bodies {
    /// Makes a cache of at most this many bytes over a store.
    pub fn new(store: Arc<dyn Store>, max_bytes: u64) -> Self {
        let weigh = |_: &(Id, u64), body: &Body| {
            u32::try_from(body.bytes.len() + OVERHEAD_BYTES).unwrap_or(u32::MAX)
        };
        let cache = Cache::builder().max_capacity(max_bytes).weigher(weigh).build();
        Self { store, cache }
    }

    /// Returns the store that bodies are read from.
    pub fn store(&self) -> &Arc<dyn Store> {
        &self.store
    }

    /// Returns the body of a service; nothing when it is not kept any more.
    pub async fn one(&self, hit: Hit) -> Result<Option<Body>, StoreError> {
        Ok(self.many(&[hit]).await?.pop().flatten())
    }

    /// Returns the service that a service was folded into; nothing when it was not.
    pub async fn folded_into(&self, service: Id) -> Result<Option<Id>, StoreError> {
        self.store.folded_into(service).await
    }

    /// Returns the bodies of services in the same order, from the store, and leaves those in memory as
    /// they are: whoever reads all would push out what others ask for.
    pub async fn past_memory(&self, hits: &[Hit]) -> Result<Vec<Option<Body>>, StoreError> {
        let stored = self.store.bodies(hits.iter().map(|hit| hit.id).collect()).await?;
        let body =
            |stored: StoredBody| Body { bytes: Bytes::from(stored.bytes), is_gone: stored.is_gone };
        Ok(stored.into_iter().map(|stored| stored.map(body)).collect())
    }

    /// Returns the bodies of services in the same order.
    pub async fn many(&self, hits: &[Hit]) -> Result<Vec<Option<Body>>, StoreError> {
        let mut bodies: Vec<Option<Body>> =
            hits.iter().map(|hit| self.cache.get(&(hit.id, hit.seq))).collect();
        let missing: Vec<usize> =
            (0..hits.len()).filter(|index| bodies[*index].is_none()).collect();
        if missing.is_empty() {
            return Ok(bodies);
        }
        let ids = missing.iter().map(|index| hits[*index].id).collect();
        let stored = self.store.bodies(ids).await?;
        for (index, stored) in missing.into_iter().zip(stored) {
            let Some(stored) = stored else { continue };
            let body = Body { bytes: Bytes::from(stored.bytes), is_gone: stored.is_gone };
            self.cache.insert((hits[index].id, stored.seq), body.clone());
            bodies[index] = Some(body);
        }
        Ok(bodies)
    }
}
