//! Manners towards one host: one request at a time, and not too many a second.
//!
//! The [OpenActive guidance on scaling feeds] has publishers limit consumers to ten requests a
//! second, and several answer a page in 3 to 8 s: what a second connection would gain them is load.
//!
//! [OpenActive guidance on scaling feeds]: https://developer.openactive.io/publishing-data/data-feeds/scaling-feeds

use std::collections::HashMap;
use std::fmt;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::Mutex;
use std::sync::PoisonError;

use governor::DefaultDirectRateLimiter;
use governor::Quota;
use governor::RateLimiter;
use tokio::sync::OwnedSemaphorePermit;
use tokio::sync::Semaphore;
use url::Host;
use url::Url;

/// Which server a URL speaks to: a host in lower case, and a port.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct HostKey {
    host: Host,
    port: u16,
}

impl HostKey {
    /// Returns the key of an http or https URL; none for any other.
    pub fn derive(url: &Url) -> Option<Self> {
        if !matches!(url.scheme(), "http" | "https") {
            return None;
        }
        let host = match url.host()? {
            // "a.example." is the same server, and two keys would mean two requests in flight.
            Host::Domain(name) => Host::Domain(name.trim_end_matches('.').to_ascii_lowercase()),
            Host::Ipv4(address) => Host::Ipv4(address),
            Host::Ipv6(address) => Host::Ipv6(address),
        };
        Some(Self { host, port: url.port_or_known_default()? })
    }

    /// Returns the address, when the host is written as one.
    pub(super) fn ip_literal(&self) -> Option<IpAddr> {
        match &self.host {
            Host::Domain(_) => None,
            Host::Ipv4(address) => Some((*address).into()),
            Host::Ipv6(address) => Some((*address).into()),
        }
    }

    fn is_loopback(&self) -> bool {
        match &self.host {
            Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
            Host::Ipv4(address) => address.is_loopback(),
            Host::Ipv6(address) => address.is_loopback(),
        }
    }
}

impl fmt::Display for HostKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.host, self.port)
    }
}

/// Who is being spoken to, and how fast.
#[derive(Debug, Default)]
pub(super) struct Manners {
    /// A std mutex because nothing awaits while it is held.
    visits: Mutex<HashMap<HostKey, Arc<Visit>>>,
}

impl Manners {
    /// Waits until a request to the host would be polite, and holds the host until the turn is
    /// dropped.
    pub(super) async fn wait_for_turn(&self, host: &HostKey) -> Turn {
        // The operator's own machine, where feeds are tried out and replayed: being gentle to it
        // protects nobody, and whoever runs a test feed wants to see how fast it can go.
        if host.is_loopback() {
            return Turn { _held: None };
        }
        let visit = self.visit(host);
        // An error would mean a closed semaphore, and nothing closes it.
        let permit = Arc::clone(&visit.turn).acquire_owned().await.ok();
        visit.pace.until_ready().await;
        Turn { _held: Some((permit, visit)) }
    }

    fn visit(&self, host: &HostKey) -> Arc<Visit> {
        let mut visits = self.visits.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(visit) = visits.get(host) {
            return Arc::clone(visit);
        }
        if visits.len() >= MAX_HOSTS {
            // Forgetting an idle host costs it one burst at most, the next time.
            visits.retain(|_, visit| Arc::strong_count(visit) > 1);
        }
        let visit = Arc::new(Visit::new());
        visits.insert(host.clone(), Arc::clone(&visit));
        visit
    }
}

/// The right to speak to a host, until it is dropped.
#[derive(Debug)]
#[must_use]
pub(super) struct Turn {
    /// The visit is held too, so that a host in use is not taken for an idle one.
    _held: Option<(Option<OwnedSemaphorePermit>, Arc<Visit>)>,
}

/// All that is known of one host.
#[derive(Debug)]
struct Visit {
    turn: Arc<Semaphore>,
    pace: DefaultDirectRateLimiter,
}

impl Visit {
    fn new() -> Self {
        let quota = Quota::per_second(REQUESTS_PER_SECOND).allow_burst(BURST);
        Self { turn: Arc::new(Semaphore::new(1)), pace: RateLimiter::direct(quota) }
    }
}

const REQUESTS_PER_SECOND: NonZeroU32 = NonZeroU32::MIN.saturating_add(9);

const BURST: NonZeroU32 = NonZeroU32::MIN.saturating_add(19);

/// Above this many hosts the idle ones are forgotten: redirects can name any number of them.
const MAX_HOSTS: usize = 4096;

#[cfg(test)]
mod tests {
    use futures_util::FutureExt as _;

    use super::*;

    fn key(url: &str) -> HostKey {
        HostKey::derive(&Url::parse(url).unwrap()).unwrap()
    }

    #[test]
    fn host_keys_are_normalised() {
        let cases = [
            ("https://Feeds.Example/a?b", "feeds.example:443"),
            ("https://feeds.example.:443/", "feeds.example:443"),
            ("http://feeds.example/", "feeds.example:80"),
            ("http://0x7f.1:8080/", "127.0.0.1:8080"),
            ("http://[::1]/", "[::1]:80"),
        ];
        for (url, expected) in cases {
            assert_eq!(key(url).to_string(), expected, "{url}");
        }
        for url in ["ftp://feeds.example/", "file:///a", "data:,a"] {
            assert_eq!(HostKey::derive(&Url::parse(url).unwrap()), None, "{url}");
        }
    }

    #[tokio::test]
    async fn one_request_at_a_time_goes_to_a_host() {
        let manners = Manners::default();
        let host = key("https://feeds.example/");
        let first = manners.wait_for_turn(&host).now_or_never();
        assert!(first.is_some(), "a free host is there at once");
        assert!(manners.wait_for_turn(&host).now_or_never().is_none(), "a busy host is waited for");
        let other = key("https://other.example/");
        assert!(manners.wait_for_turn(&other).now_or_never().is_some(), "hosts are independent");
        drop(first);
        assert!(manners.wait_for_turn(&host).now_or_never().is_some(), "the turn was given back");
    }

    #[tokio::test]
    async fn requests_after_the_burst_are_paced() {
        let manners = Manners::default();
        let host = key("https://feeds.example/");
        let polite = (0..100).take_while(|_| manners.wait_for_turn(&host).now_or_never().is_some());
        let burst = usize::try_from(BURST.get()).unwrap();
        assert!((burst..burst + 10).contains(&polite.count()));
    }

    #[tokio::test]
    async fn own_machine_is_not_limited() {
        let manners = Manners::default();
        for url in ["http://localhost:1/", "http://127.8.8.8/", "http://[::1]:3/"] {
            let turns: Vec<_> =
                (0..50).map(|_| manners.wait_for_turn(&key(url)).now_or_never()).collect();
            assert!(turns.iter().all(Option::is_some), "{url}");
        }
    }

    #[test]
    fn idle_hosts_are_forgotten_and_busy_ones_kept() {
        let manners = Manners::default();
        let busy = key("https://busy.example/");
        let turn = manners.wait_for_turn(&busy).now_or_never();
        for number in 0..2 * MAX_HOSTS {
            manners.visit(&key(&format!("https://h{number}.example/")));
        }
        assert!(manners.visits.lock().unwrap().len() <= MAX_HOSTS);
        assert!(manners.wait_for_turn(&busy).now_or_never().is_none(), "still held");
        drop(turn);
    }
}
