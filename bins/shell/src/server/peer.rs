//! Who asks, as far as anything beyond this module may know: a keyed hash of the network's address.

use std::fmt;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};

/// The network that a request came from, among a request's extensions: a hash of its address prefix (/24, or /48 of
/// IPv6), under a key that is drawn when the server starts and kept nowhere. It is good for counting, and for nothing else.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Peer(pub(super) u64);

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
    /// The key of an address's network.
    pub(super) fn network(&self, address: IpAddr) -> u64 {
        self.0.hash_one(prefix(address, 24, 48))
    }
}

/// The first bits of an address, so many of IPv4 and so many of IPv6.
pub(super) fn prefix(address: IpAddr, v4: u32, v6: u32) -> (bool, u128) {
    match address.to_canonical() {
        IpAddr::V4(address) => (false, u128::from(address.to_bits()) >> (32 - v4.min(32))),
        IpAddr::V6(address) => (true, Ipv6Addr::to_bits(address).checked_shr(128 - v6).unwrap_or(0)),
    }
}

#[cfg(test)]
mod tests {
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
    }

    #[test]
    fn a_peer_shows_nothing_of_itself() {
        assert_eq!(format!("{:?}", Peer(7)), "Peer");
    }
}
