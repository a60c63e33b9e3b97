//! Which addresses are on the public internet, and a resolver that gives no others.
//!
//! Feeds name the next URL to fetch. Without this check a hostile or broken feed could have this
//! program fetch from the operator's own network, and republish what it finds. Checking a name's
//! addresses at the moment they are used leaves no gap in which the name can change its mind.
//!
//! Registries: [IPv4], [IPv6] special-purpose addresses.
//!
//! [IPv4]: https://www.iana.org/assignments/iana-ipv4-special-registry/
//! [IPv6]: https://www.iana.org/assignments/iana-ipv6-special-registry/

use std::io;
use std::net::IpAddr;
use std::net::Ipv4Addr;
use std::net::Ipv6Addr;
use std::net::SocketAddr;

use ipnet::Ipv4Net;
use ipnet::Ipv6Net;
use reqwest::dns::Addrs;
use reqwest::dns::Name;
use reqwest::dns::Resolve;
use reqwest::dns::Resolving;

/// Whether an address belongs to the public internet.
///
/// Ranges for documentation pass: nothing answers there, and tests need names for the public.
pub(super) fn is_public(address: &IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(*v4),
        IpAddr::V6(v6) => is_public_v6(*v6),
    }
}

/// Resolves names, leaving out addresses that are not public unless all are allowed.
#[derive(Debug, Clone, Copy)]
pub(super) struct PublicResolver {
    /// Whether every address may pass.
    pub(super) allow_private_networks: bool,
}

impl Resolve for PublicResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let allow_private_networks = self.allow_private_networks;
        Box::pin(async move {
            // Port 0: the client puts in the port of the URL.
            let found = tokio::net::lookup_host((name.as_str(), 0)).await;
            let found = found.map_err(ResolveError::Lookup)?;
            if allow_private_networks {
                let all: Addrs = Box::new(found.collect::<Vec<_>>().into_iter());
                return Ok(all);
            }
            Ok(Box::new(public_only(found)?.into_iter()))
        })
    }
}

/// Why a name gave no address.
#[derive(Debug, thiserror::Error)]
pub(super) enum ResolveError {
    /// The system knows no address for it.
    #[error("the name was not found")]
    Lookup(#[source] io::Error),
    /// It has addresses, but no public one.
    #[error("the name has no public address")]
    Forbidden,
}

fn public_only(
    addresses: impl Iterator<Item = SocketAddr>,
) -> Result<Vec<SocketAddr>, ResolveError> {
    let public: Vec<SocketAddr> = addresses.filter(|address| is_public(&address.ip())).collect();
    if public.is_empty() { Err(ResolveError::Forbidden) } else { Ok(public) }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    !FORBIDDEN_V4.iter().any(|net| net.contains(&address))
}

fn is_public_v6(address: Ipv6Addr) -> bool {
    // These say "::1" and "::" too, as the v4 addresses 0.0.0.1 and 0.0.0.0.
    if let Some(v4) = embedded_v4(address) {
        return is_public_v4(v4);
    }
    !FORBIDDEN_V6.iter().any(|net| net.contains(&address))
}

/// Returns the v4 address that a v6 address is only another way to reach.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let octets = address.octets();
    let offset = EMBEDDING_V6.iter().find(|(net, _)| net.contains(&address)).map(|(_, at)| *at)?;
    let v4: [u8; 4] = octets.get(offset..)?.first_chunk().copied()?;
    Some(v4.into())
}

const fn v4(a: u8, b: u8, c: u8, prefix_len: u8) -> Ipv4Net {
    Ipv4Net::new_assert(Ipv4Addr::new(a, b, c, 0), prefix_len)
}

const fn v6(start: [u16; 3], prefix_len: u8) -> Ipv6Net {
    let [a, b, c] = start;
    Ipv6Net::new_assert(Ipv6Addr::new(a, b, c, 0, 0, 0, 0, 0), prefix_len)
}

const FORBIDDEN_V4: [Ipv4Net; 11] = [
    v4(0, 0, 0, 8),      // this network
    v4(10, 0, 0, 8),     // private
    v4(100, 64, 0, 10),  // behind a carrier's NAT
    v4(127, 0, 0, 8),    // loopback
    v4(169, 254, 0, 16), // link-local, with the metadata services of clouds
    v4(172, 16, 0, 12),  // private
    v4(192, 0, 0, 24),   // protocol assignments
    v4(192, 168, 0, 16), // private
    v4(198, 18, 0, 15),  // benchmarks of network devices
    v4(224, 0, 0, 4),    // multicast
    v4(240, 0, 0, 4),    // reserved, and broadcast
];

const FORBIDDEN_V6: [Ipv6Net; 7] = [
    v6([0x64, 0xff9b, 1], 48), // NAT64 of a local network
    v6([0x100, 0, 0], 64),     // discard
    v6([0x2001, 0, 0], 32),    // Teredo: leads to a v4 host behind a NAT
    v6([0xfc00, 0, 0], 7),     // unique local
    v6([0xfe80, 0, 0], 10),    // link-local
    v6([0xfec0, 0, 0], 10),    // site-local, of old
    v6([0xff00, 0, 0], 8),     // multicast
];

/// The ranges that embed v4 addresses, and the octet they start at.
const EMBEDDING_V6: [(Ipv6Net, usize); 5] = [
    (v6([0, 0, 0], 96), 12), // compatible
    (Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0, 0xffff, 0, 0), 96), 12), // mapped
    (Ipv6Net::new_assert(Ipv6Addr::new(0, 0, 0, 0, 0xffff, 0, 0, 0), 96), 12), // translated
    (v6([0x64, 0xff9b, 0], 96), 12), // NAT64
    (v6([0x2002, 0, 0], 16), 2), // 6to4
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_the_public_internet_pass() {
        let public = "1.1.1.1 8.8.8.8 100.63.255.255 100.128.0.0 169.253.255.255 172.15.0.1 172.32.0.1 \
            192.0.2.1 198.51.100.7 203.0.113.9 223.255.255.255 2606:4700::1111 2a00:1450::1 \
            2001:db8::1 ::ffff:8.8.8.8 64:ff9b::808:808 2002:808:808::1 ::8.8.8.8";
        for address in public.split_whitespace() {
            assert!(is_public(&address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn addresses_of_own_networks_are_forbidden_in_every_spelling() {
        let forbidden = "0.0.0.0 0.1.2.3 10.0.0.1 10.255.255.255 100.64.0.1 100.127.255.255 127.0.0.1 \
            127.255.0.1 169.254.169.254 172.16.0.1 172.31.255.255 192.0.0.1 192.168.0.1 \
            198.18.0.1 198.19.255.255 224.0.0.1 239.255.255.250 240.0.0.1 255.255.255.255 :: \
            ::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1 ::ffff:169.254.169.254 ::10.0.0.1 ::7f00:1 \
            ::ffff:0:127.0.0.1 64:ff9b::10.0.0.1 64:ff9b::169.254.169.254 64:ff9b:1::1 \
            2002:7f00:1:: 2002:a00:1::1 2001::1 100::1 fc00::1 fd12:3456::1 fe80::1 febf::1 \
            fec0::1 ff02::1";
        for address in forbidden.split_whitespace() {
            assert!(!is_public(&address.parse().unwrap()), "{address}");
        }
    }

    #[test]
    fn forbidden_addresses_of_a_name_are_left_out() {
        let mixed: [SocketAddr; 3] = ["10.0.0.1", "8.8.8.8", "::1"]
            .map(|address| SocketAddr::new(address.parse().unwrap(), 0));
        let public = public_only(mixed.into_iter()).unwrap();
        assert_eq!(public, ["8.8.8.8:0".parse().unwrap()]);
        let private = mixed.into_iter().take(1);
        assert!(matches!(public_only(private), Err(ResolveError::Forbidden)));
    }

    #[tokio::test]
    async fn a_name_with_only_forbidden_addresses_is_an_error() {
        let resolve = |allow_private_networks| {
            PublicResolver { allow_private_networks }.resolve("localhost".parse().unwrap())
        };
        assert!(resolve(true).await.is_ok());
        let refusal = resolve(false).await.err().unwrap();
        assert!(matches!(refusal.downcast_ref(), Some(ResolveError::Forbidden)));
    }
}
