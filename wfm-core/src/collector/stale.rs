use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Inventory, NamespaceState, Resource, Unreadable};

/// A section that could not be read and holds what was seen before.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stale {
    /// Why it could not be read.
    pub unreadable: Unreadable,
    /// When it was seen.
    pub seen_at: Timestamp,
}

impl Inventory {
    /// Fills what could not be read this time with what was seen before, and says so in [`Inventory::stale`]: a resource
    /// that fails for a moment does not vanish from what is shown.
    #[must_use]
    pub fn or_last(mut self, last: &Self) -> Self {
        let mut stale = Vec::new();
        let mut fill = Fill { last, stale: &mut stale };
        fill.section(&mut self.deployments, &last.deployments);
        fill.section(&mut self.daemon_sets, &last.daemon_sets);
        fill.section(&mut self.stateful_sets, &last.stateful_sets);
        fill.section(&mut self.replication_controllers, &last.replication_controllers);
        fill.section(&mut self.pods, &last.pods);
        fill.section(&mut self.services, &last.services);
        if self.nodes.is_err() {
            self.nodes_read_at = last.nodes_read_at;
        }
        fill.section(&mut self.nodes, &last.nodes);
        fill.section(&mut self.events, &last.events);
        self.stale.extend(stale);
        if self.namespace == NamespaceState::Unknown {
            self.namespace = last.namespace;
        }
        self.kubernetes_version = self.kubernetes_version.or_else(|| last.kubernetes_version.clone());
        self.cluster_created = self.cluster_created.or(last.cluster_created);
        self
    }
}

struct Fill<'a> {
    last: &'a Inventory,
    stale: &'a mut Vec<Stale>,
}

impl Fill<'_> {
    fn section<T: Clone>(&mut self, now: &mut Result<T, Unreadable>, last: &Result<T, Unreadable>) {
        let (Err(unreadable), Ok(seen)) = (&*now, last) else { return };
        let before = self.last.stale.iter().find(|stale| stale.unreadable.resource == unreadable.resource);
        let earlier = self.last.nodes_read_at.filter(|_| unreadable.resource == Resource::Nodes);
        let seen_at = before.map_or(earlier.unwrap_or(self.last.taken_at), |stale| stale.seen_at);
        self.stale.push(Stale { unreadable: unreadable.clone(), seen_at });
        *now = Ok(seen.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::collector::{Resource, Service, UnreadableCause};

    fn at(minute: u8) -> Timestamp {
        format!("2026-01-01T00:{minute:02}:00Z").parse().unwrap()
    }

    fn failed() -> Unreadable {
        Unreadable { resource: Resource::Services, cause: UnreadableCause::Busy, message: "busy".into() }
    }

    #[test]
    fn what_fails_keeps_what_was_seen_and_since_when_however_often_it_fails() {
        let service = Service { name: "deis-router".into(), ..Service::default() };
        let good = Inventory {
            services: Ok(vec![service.clone()]),
            kubernetes_version: Some("v1".into()),
            ..Inventory::empty(at(0))
        };
        let mut last = good;
        for minute in 1..4 {
            last = Inventory { services: Err(failed()), ..Inventory::empty(at(minute)) }.or_last(&last);
            assert_eq!(last.services, Ok(vec![service.clone()]));
            assert_eq!(last.stale, [Stale { unreadable: failed(), seen_at: at(0) }]);
            assert_eq!(last.unreadable(), [&failed()]);
            assert_eq!(last.kubernetes_version.as_deref(), Some("v1"));
        }
        let fresh = Inventory::empty(at(4)).or_last(&last);
        assert_eq!((fresh.services, fresh.stale), (Ok(Vec::new()), Vec::new()), "what is gone is gone");
    }

    #[test]
    fn what_was_never_seen_stays_unreadable() {
        let failing = || Inventory { services: Err(failed()), ..Inventory::empty(at(0)) };
        assert_eq!(failing().or_last(&failing()).services, Err(failed()));
    }
}
