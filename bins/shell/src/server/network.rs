//! What each network holds: connections, requests, bytes of bodies and of answers.

use std::collections::HashMap;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};
use std::sync::{Arc, Mutex, PoisonError, Weak};

use super::limits::{Limits, Share};

/// What there is a limited amount of.
#[derive(Debug, Clone, Copy)]
pub(super) enum Resource {
    Connections,
    Requests,
    Bodies,
    Answers,
}

/// Why there is no more of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Full {
    /// All networks together hold what there is.
    All,
    /// This network holds as much as one may.
    Network,
}

/// How much is held of each [`Resource`].
type Used = [AtomicUsize; 4];

/// Every network that holds something now.
pub(super) struct Networks {
    shares: [Share; 4],
    used: Used,
    known: Mutex<HashMap<u64, Weak<Network>>>,
}

/// A network, for as long as anything of it is under way.
pub(super) struct Network {
    key: u64,
    /// A proxy's own connections are those of many networks.
    is_proxy: bool,
    used: Used,
    all: Arc<Networks>,
}

/// A part of a resource; dropping it gives it back.
pub(super) struct Held {
    network: Arc<Network>,
    resource: Resource,
    amount: usize,
}

impl Networks {
    pub(super) fn new(limits: &Limits) -> Arc<Self> {
        let shares = [limits.connections, limits.requests, limits.bodies, limits.answers];
        Arc::new(Self { shares, used: Used::default(), known: Mutex::default() })
    }

    /// The network with this key.
    pub(super) fn network(self: &Arc<Self>, key: u64) -> Arc<Network> {
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        let entry = known.entry(key).or_default();
        entry.upgrade().unwrap_or_else(|| {
            let network = Arc::new(self.new_network(key, false));
            *entry = Arc::downgrade(&network);
            network
        })
    }

    /// A proxy, which holds things for many networks.
    pub(super) fn proxy(self: &Arc<Self>) -> Arc<Network> {
        Arc::new(self.new_network(0, true))
    }

    fn new_network(self: &Arc<Self>, key: u64, is_proxy: bool) -> Network {
        Network { key, is_proxy, used: Used::default(), all: Arc::clone(self) }
    }
}

impl Network {
    /// The hash of its addresses' prefix.
    pub(super) fn key(&self) -> u64 {
        self.key
    }

    pub(super) fn is_proxy(&self) -> bool {
        self.is_proxy
    }

    /// Whether more than half of what there is of something is taken, by this network or by all.
    pub(super) fn is_crowded(&self, resource: Resource) -> bool {
        let (at, share) = (resource as usize, self.all.shares[resource as usize]);
        let is_short = |used: &Used, limit: usize| used[at].load(Relaxed) > limit / 2;
        is_short(&self.all.used, share.all) || (!self.is_proxy && is_short(&self.used, share.network))
    }

    pub(super) fn take(self: &Arc<Self>, resource: Resource, amount: usize) -> Result<Held, Full> {
        let mut held = Held { network: Arc::clone(self), resource, amount: 0 };
        held.grow(amount)?;
        Ok(held)
    }
}

impl Held {
    /// Takes more of the same.
    pub(super) fn grow(&mut self, amount: usize) -> Result<(), Full> {
        let (at, network) = (self.resource as usize, &self.network);
        let share = network.all.shares[at];
        if !network.is_proxy {
            add(&network.used[at], amount, share.network).ok_or(Full::Network)?;
        }
        if add(&network.all.used[at], amount, share.all).is_none() {
            if !network.is_proxy {
                network.used[at].fetch_sub(amount, Relaxed);
            }
            return Err(Full::All);
        }
        self.amount += amount;
        Ok(())
    }
}

/// Adds within a limit. What is larger than the limit fits where nothing else is held, or it would never fit.
fn add(used: &AtomicUsize, amount: usize, limit: usize) -> Option<()> {
    let before = used.fetch_add(amount, Relaxed);
    if before == 0 || before.saturating_add(amount) <= limit {
        return Some(());
    }
    used.fetch_sub(amount, Relaxed);
    None
}

impl Drop for Held {
    fn drop(&mut self) {
        let (at, network) = (self.resource as usize, &self.network);
        if !network.is_proxy {
            network.used[at].fetch_sub(self.amount, Relaxed);
        }
        network.all.used[at].fetch_sub(self.amount, Relaxed);
    }
}

impl Drop for Network {
    fn drop(&mut self) {
        if self.is_proxy {
            return;
        }
        let mut known = self.all.known.lock().unwrap_or_else(PoisonError::into_inner);
        // Another one of the same key may have come in between.
        if known.get(&self.key).is_some_and(|network| network.strong_count() == 0) {
            known.remove(&self.key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn networks(all: usize, network: usize) -> Arc<Networks> {
        Networks::new(&Limits { connections: Share { all, network }, ..Limits::default() })
    }

    #[test]
    fn what_is_given_back_is_free_and_nothing_is_remembered() {
        let networks = networks(3, 2);
        let take = |key| networks.network(key).take(Resource::Connections, 1);
        let (a, b) = (take(1).ok(), take(1).ok());
        assert_eq!(take(1).err(), Some(Full::Network));
        let c = take(2).ok();
        assert!(a.is_some() && b.is_some() && c.is_some());
        assert_eq!(take(3).err(), Some(Full::All));
        assert_eq!(networks.network(3).used[0].load(Relaxed), 0, "what was refused is not held");
        drop(a);
        assert!(take(1).is_ok());
        drop((b, c));
        assert!(networks.known.lock().unwrap().is_empty());
        assert_eq!(networks.used[0].load(Relaxed), 0);
    }

    #[test]
    fn a_proxy_is_limited_by_the_whole_alone() {
        let networks = networks(3, 1);
        let proxy = networks.proxy();
        let held: Vec<_> = (0..3).map(|_| proxy.take(Resource::Connections, 1).ok().unwrap()).collect();
        assert_eq!(proxy.take(Resource::Connections, 1).err(), Some(Full::All));
        drop(held);
        assert!(proxy.take(Resource::Connections, 3).is_ok());
    }

    #[test]
    fn what_is_larger_than_the_limit_fits_alone() {
        let networks = networks(10, 5);
        let network = networks.network(1);
        let large = network.take(Resource::Connections, 100).ok().unwrap();
        assert_eq!(network.take(Resource::Connections, 1).err(), Some(Full::Network));
        assert_eq!(networks.network(2).take(Resource::Connections, 1).err(), Some(Full::All));
        drop(large);
        assert!(networks.network(2).take(Resource::Connections, 1).is_ok());
    }
}
