//! Which streams of changes are open: how many at most, and how many for one client.

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

use super::client;
use super::error::Problem;

/// How many streams are open at a time.
const MAX_STREAMS: usize = 512;

/// How many of them one client may have.
const MAX_OF_CLIENT: usize = 16;

/// The streams that are open.
#[derive(Debug, Clone, Default)]
pub struct Streams {
    open: Arc<Mutex<HashMap<Option<IpAddr>, usize>>>,
    /// Ends every stream.
    pub(super) stop: CancellationToken,
    /// Runs what fills them.
    pub(super) tasks: TaskTracker,
}

/// A place among the open streams, given up when it is dropped.
#[derive(Debug)]
pub(super) struct Place {
    open: Arc<Mutex<HashMap<Option<IpAddr>, usize>>>,
    client: Option<IpAddr>,
}

impl Streams {
    /// Makes streams that end when told to stop and are filled by these tasks.
    pub fn new(stop: CancellationToken, tasks: TaskTracker) -> Self {
        Self { open: Arc::default(), stop, tasks }
    }

    /// Takes a place for a client.
    pub(super) fn enter(&self, client: Option<IpAddr>) -> Result<Place, Problem> {
        let client = client.map(client::network_of);
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        let all: usize = open.values().sum();
        let own = open.get(&client).copied().unwrap_or_default();
        if all >= MAX_STREAMS || own >= MAX_OF_CLIENT {
            return Err(Problem::TooManyStreams);
        }
        open.insert(client, own + 1);
        Ok(Place { open: Arc::clone(&self.open), client })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = self.open.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = open.get_mut(&self.client) {
            *own -= 1;
            if *own == 0 {
                open.remove(&self.client);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::net::Ipv4Addr;

    use super::*;

    #[test]
    fn nothing_is_kept_of_a_client_without_a_place() {
        let streams = Streams::default();
        let client = |number: u32| Some(IpAddr::from(Ipv4Addr::from(number)));
        let numbers = (0_u32..).take(MAX_STREAMS / MAX_OF_CLIENT);
        let all = numbers.flat_map(|number| [number; MAX_OF_CLIENT]);
        let places: Vec<Place> = all.map(|number| streams.enter(client(number)).unwrap()).collect();
        assert_eq!(places.len(), MAX_STREAMS);
        assert!(streams.enter(client(0)).is_err());
        assert!(streams.enter(client(1_000)).is_err());
        assert_eq!(streams.open.lock().unwrap().len(), MAX_STREAMS / MAX_OF_CLIENT);
        drop(places);
        assert!(streams.open.lock().unwrap().is_empty());
    }
}
