//! Who asks, as far as anything beyond this module may know: a keyed hash of the network's address.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};

use http::{HeaderMap, HeaderName};

/// What proxies write of whom they speak for. Nothing beyond the server sees it.
const FORWARDED: [&str; 7] = [
    "x-forwarded-for",
    "forwarded",
    "x-real-ip",
    "true-client-ip",
    "cf-connecting-ip",
    "x-client-ip",
    "x-original-forwarded-for",
];

/// The network that a request came from, among a request's extensions: a hash of its address prefix (/24, or /48 of
/// IPv6), under a key that is drawn when the server starts and kept nowhere. It is good for counting, and for nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(u64);

impl Peer {
    /// The hash, as a key to count under.
    #[must_use]
    pub fn key(self) -> u64 {
        self.0
    }
}

impl fmt::Debug for Peer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Peer")
    }
}

/// Among the extensions of a request that came over loopback: from this machine, or forwarded to it by kubectl.
#[derive(Debug, Clone, Copy)]
pub struct FromLoopback;

/// The key of the hashes.
#[derive(Clone, Default)]
pub(super) struct Keys(RandomState);

impl Keys {
    pub(super) fn network(&self, address: IpAddr) -> Peer {
        Peer(self.0.hash_one(prefix(address, 24, 48)))
    }

    /// One address; one /64 of IPv6, which is as much as one machine has.
    pub(super) fn address(&self, address: IpAddr) -> u64 {
        self.0.hash_one(prefix(address, 32, 64))
    }
}

fn prefix(address: IpAddr, v4: u32, v6: u32) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (false, u128::from(address.to_bits()) >> (32 - v4)),
        IpAddr::V6(address) => (true, Ipv6Addr::to_bits(address) >> (128 - v6)),
    }
}

/// The last address that a proxy wrote down: the one that it saw itself, whatever the client sent before.
pub(super) fn forwarded(headers: &HeaderMap) -> Option<IpAddr> {
    let last = headers.get_all(FORWARDED[0]).iter().next_back()?.to_str().ok()?;
    last.rsplit(',').next()?.trim().parse().ok()
}

/// Takes away whatever says where a request came from.
pub(super) fn forget(headers: &mut HeaderMap) {
    for name in FORWARDED {
        headers.remove(HeaderName::from_static(name));
    }
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn neighbours_are_one_network_and_no_two_servers_agree_on_its_name() {
        let keys = Keys::default();
        let network = |text: &str| keys.network(text.parse().unwrap());
        assert_eq!(network("10.1.2.3"), network("10.1.2.200"));
        assert_eq!(network("10.1.2.3"), network("::ffff:10.1.2.3"));
        assert_ne!(network("10.1.2.3"), network("10.1.3.3"));
        assert_eq!(network("2001:db8:1::1"), network("2001:db8:1:ffff::2"));
        assert_ne!(network("2001:db8:1::1"), network("2001:db8:2::1"));
        assert_ne!(Keys::default().network("10.1.2.3".parse().unwrap()), network("10.1.2.3"));
        assert_ne!(keys.address("10.1.2.3".parse().unwrap()), keys.address("10.1.2.4".parse().unwrap()));
    }

    #[test]
    fn a_peer_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Peer(7)), "Peer");
    }

    #[test]
    fn what_the_nearest_proxy_saw_counts_and_is_then_forgotten() {
        let mut headers = HeaderMap::new();
        headers.append("x-forwarded-for", HeaderValue::from_static("1.1.1.1"));
        headers.append("x-forwarded-for", HeaderValue::from_static("2.2.2.2, 3.3.3.3"));
        headers.insert("forwarded", HeaderValue::from_static("for=1.1.1.1"));
        assert_eq!(forwarded(&headers), "3.3.3.3".parse().ok());
        forget(&mut headers);
        assert!(headers.is_empty());
        assert_eq!(forwarded(&headers), None);
    }
}
