//! Who is asking, and how often one may: a limit of requests for each client address.
//!
//! Specification: [RateLimit header fields](https://datatracker.ietf.org/doc/draft-ietf-httpapi-ratelimit-headers/)
//! and [RFC 6585, 429](https://www.rfc-editor.org/rfc/rfc6585#section-4). An address of IPv6 counts by
//! its first 64 bits, since that is what one connection is given.

use std::net::IpAddr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::sync::atomic::Ordering;
use std::time::Duration;

use axum::http::HeaderMap;
use axum::http::HeaderName;
use axum::http::HeaderValue;
use axum::http::header;
use axum::http::request::Parts;
use governor::Quota;
use governor::RateLimiter;
use governor::clock::Clock as _;
use governor::clock::DefaultClock;
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use ipnet::IpNet;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// From how many addresses on those that are idle are forgotten.
const MANY_CLIENTS: usize = 10_000;

/// After how many requests that is looked at, since it takes a look at every one.
const SWEEP_EVERY: u64 = 1_024;

/// The address of the client, as far as it can be believed.
#[derive(Debug, Clone, Copy)]
pub(super) struct Address(pub(super) IpAddr);

type Limiter =
    RateLimiter<IpAddr, DefaultKeyedStateStore<IpAddr>, DefaultClock, StateInformationMiddleware>;

/// How often one client may ask.
#[derive(Debug, Clone)]
pub(super) struct Limits(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    limiter: Limiter,
    clock: DefaultClock,
    /// How many requests were counted.
    asked: AtomicU64,
    /// What clients are told of the limit.
    policy: HeaderValue,
    trusted: Vec<IpNet>,
}

impl Limits {
    /// Makes a limit of requests a minute, all of which may come at once; the word of trusted proxies on
    /// the client's address is taken.
    pub(super) fn new(per_minute: u32, trusted: Vec<IpNet>) -> Self {
        let quota = Quota::per_minute(NonZeroU32::new(per_minute).unwrap_or(NonZeroU32::MIN));
        let limiter = RateLimiter::keyed(quota).with_middleware::<StateInformationMiddleware>();
        let policy = HeaderValue::try_from(format!("\"client\";q={per_minute};w=60"));
        Self(Arc::new(Inner {
            limiter,
            clock: DefaultClock::default(),
            asked: AtomicU64::new(0),
            policy: policy.unwrap_or_else(|_| HeaderValue::from_static("")),
            trusted,
        }))
    }

    /// Learns who asks, and whether that one may. Questions about health are not counted.
    pub(super) fn ask(&self, peer: Option<SocketAddr>, request: &Parts) -> Pass {
        let Some(peer) = peer else { return Pass { client: None, counted: None } };
        let client = self.client(peer.ip(), &request.headers);
        if matches!(request.uri.path(), "/livez" | "/readyz" | "/metrics") {
            return Pass { client: Some(client), counted: None };
        }
        Pass { client: Some(client), counted: Some(self.count(client)) }
    }

    fn count(&self, client: IpAddr) -> Counted {
        let inner = &self.0;
        if inner.asked.fetch_add(1, Ordering::Relaxed).is_multiple_of(SWEEP_EVERY)
            && inner.limiter.len() > MANY_CLIENTS
        {
            inner.limiter.retain_recent();
        }
        let (remaining, wait) = match inner.limiter.check_key(&network_of(client)) {
            Ok(state) => (state.remaining_burst_capacity(), Duration::ZERO),
            Err(refused) => {
                tracing::debug!(%client, "limited");
                // At least a second, or it would be told to try again at once.
                (0, refused.wait_time_from(inner.clock.now()).max(Duration::from_nanos(1)))
            }
        };
        let wait = wait.as_secs() + u64::from(wait.subsec_nanos() > 0);
        Counted { policy: inner.policy.clone(), remaining, wait }
    }

    fn client(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        let is_trusted = |ip: &IpAddr| self.0.trusted.iter().any(|network| network.contains(ip));
        let peer = peer.to_canonical();
        if !is_trusted(&peer) {
            return peer;
        }
        // Each proxy adds whom it heard from at the end, so the first from the end that is not one of
        // our own is the last that can be believed. What is before one that cannot be read may be made up.
        let named = headers.get_all(FORWARDED_FOR).iter().rev();
        let named = named.flat_map(|value| value.to_str().unwrap_or_default().rsplit(','));
        named.map_while(address).find(|ip| !is_trusted(ip)).unwrap_or(peer)
    }
}

/// Reads an address; some proxies write the port behind it.
fn address(text: &str) -> Option<IpAddr> {
    let text = text.trim();
    let ip = text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()));
    ip.map(|ip: IpAddr| ip.to_canonical())
}

/// What came of asking whether a client may ask: who it is, and how often it still may.
#[derive(Debug)]
pub(super) struct Pass {
    client: Option<IpAddr>,
    /// Nothing where nobody counts.
    counted: Option<Counted>,
}

#[derive(Debug)]
struct Counted {
    policy: HeaderValue,
    remaining: u32,
    /// How long a refused client is to wait, in seconds.
    wait: u64,
}

impl Pass {
    /// Returns the address of the client, as far as it can be believed.
    pub(super) fn client(&self) -> Option<IpAddr> {
        self.client
    }

    /// Tells whether the client asks too often.
    pub(super) fn is_refused(&self) -> bool {
        self.counted.as_ref().is_some_and(|counted| counted.wait > 0)
    }

    /// Tells the client how often it still may ask.
    pub(super) fn tell(self, headers: &mut HeaderMap) {
        let Some(Counted { policy, remaining, wait }) = self.counted else { return };
        headers.insert(POLICY, policy);
        let (mut left, mut until) = (itoa::Buffer::new(), itoa::Buffer::new());
        let value = ["\"client\";r=", left.format(remaining), ";t=", until.format(wait)].concat();
        if let Ok(value) = HeaderValue::try_from(value) {
            headers.insert(LIMIT, value);
        }
        if wait > 0 {
            headers.insert(header::RETRY_AFTER, wait.into());
        }
    }
}

/// Returns the part of an address that stands for one client.
pub(super) fn network_of(client: IpAddr) -> IpAddr {
    match client {
        IpAddr::V4(_) => client,
        IpAddr::V6(address) => {
            let [a, b, c, d, ..] = address.segments();
            Ipv6Addr::new(a, b, c, d, 0, 0, 0, 0).into()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_trusted_proxies_say_who_asks() {
        let limits = Limits::new(1, vec!["10.0.0.0/8".parse().unwrap()]);
        let headers = |text: &'static str| {
            HeaderMap::from_iter([(FORWARDED_FOR, HeaderValue::from_static(text))])
        };
        let ip = |text: &str| text.parse::<IpAddr>().unwrap();
        for (peer, forwarded, client) in [
            ("192.0.2.1", "198.51.100.7", "192.0.2.1"),
            ("10.1.1.1", "198.51.100.7", "198.51.100.7"),
            ("10.1.1.1", "203.0.113.9, 198.51.100.7, 10.2.2.2", "198.51.100.7"),
            ("10.1.1.1", "nobody", "10.1.1.1"),
            ("10.1.1.1", "6.6.6.6, nobody", "10.1.1.1"),
            ("10.1.1.1", "6.6.6.6, nobody, 10.2.2.2", "10.1.1.1"),
            ("10.1.1.1", "6.6.6.6, 203.0.113.9:4711", "203.0.113.9"),
            ("10.1.1.1", "6.6.6.6, [2001:db8::1]:4711", "2001:db8::1"),
            ("::ffff:10.1.1.1", "2001:db8::1", "2001:db8::1"),
        ] {
            assert_eq!(
                limits.client(ip(peer), &headers(forwarded)),
                ip(client),
                "{peer} {forwarded}"
            );
        }
    }

    #[test]
    fn neighbours_on_one_connection_count_as_one() {
        let of = |text: &str| network_of(text.parse().unwrap());
        assert_eq!(of("2001:db8:1:2::1"), of("2001:db8:1:2:ffff::9"));
        assert_ne!(of("2001:db8:1:2::1"), of("2001:db8:1:3::1"));
        assert_ne!(of("192.0.2.1"), of("192.0.2.2"));
    }
}
