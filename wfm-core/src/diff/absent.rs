//! Components that are not there: missing, unknown, or rightly absent.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::{Comparison, Freshness, LeftOver, Policy, Remarks, UnknownReason};
use crate::catalog::{Catalog, CatalogEntry, Neighbour, Presence};
use crate::collector::{Inventory, Resource, Service};
use crate::component::ComponentName;
use crate::version::Version;

/// A component that is not there, and need not be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NotInstalled {
    /// The component.
    pub name: ComponentName,
    /// Why its absence is right.
    #[serde(flatten)]
    pub reason: NotInstalledReason,
}

/// Why a component's absence is right.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NotInstalledReason {
    /// The operator decided so.
    Decision,
    /// The catalog calls it optional.
    Optional,
    /// A Service in its place leads out of the cluster: its type is `ExternalName`, or it selects no pods.
    Outside {
        /// The Service.
        service: ComponentName,
    },
    /// It is expected only beside one of these, and none is there.
    Alone {
        /// What was looked for.
        with: Vec<Neighbour>,
    },
    /// Something else is there in its place.
    Replaced {
        /// What it is.
        by: Neighbour,
    },
}

impl fmt::Display for NotInstalledReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Decision => f.write_str("by decision (ABSENT)"),
            Self::Optional => f.write_str("optional"),
            Self::Outside { service } => write!(f, "the Service {service} leads out of the cluster"),
            Self::Alone { with } => {
                let names: Vec<String> = with.iter().map(|neighbour| format!("no {}", named(neighbour))).collect();
                write!(f, "there is {}", names.join(" and "))
            }
            Self::Replaced { by } => write!(f, "{} is there in its place", named(by)),
        }
    }
}

/// A neighbour as a sentence names it.
#[must_use]
pub fn named(neighbour: &Neighbour) -> String {
    match neighbour {
        Neighbour::Component(name) => name.to_string(),
        Neighbour::Service(name) => format!("Service {name}"),
    }
}

/// What the absence of a component means.
enum Absence {
    Fault,
    Doubt(UnknownReason),
    Right(NotInstalledReason),
    /// It is not worth a word: it runs on demand, or its release does not have it.
    Nothing,
}

/// An inventory as the absence of components is judged by it.
pub(super) struct Scene<'a> {
    catalog: &'a Catalog,
    policy: &'a Policy,
    inventory: &'a Inventory,
    /// The installed version of the component that dates the installation.
    release: Option<Version>,
    /// What could not be read of the workloads and Services: a component may be there unseen, and so may its neighbours.
    unread: Vec<Resource>,
}

impl<'a> Scene<'a> {
    pub(super) fn new(
        catalog: &'a Catalog,
        policy: &'a Policy,
        inventory: &'a Inventory,
        release: Option<Version>,
    ) -> Self {
        let unread = inventory.unreadable().into_iter().map(|failure| failure.resource);
        Self {
            catalog,
            policy,
            inventory,
            release,
            unread: unread.filter(|resource| resource.is_workload() || *resource == Resource::Services).collect(),
        }
    }

    /// The components that are missing, or may be.
    pub(super) fn missing<'b>(&self) -> Vec<Comparison<'b>> {
        let row = |(entry, freshness): (&CatalogEntry, Freshness)| Comparison {
            name: entry.name().to_string(),
            kind: entry.kind(),
            workload: None,
            installed: None,
            running: None,
            remarks: Remarks { alternatives: entry.without().to_vec(), ..Remarks::default() },
            freshness,
        };
        let faults = self.absent().filter_map(|(entry, absence)| match absence {
            Absence::Fault => Some((entry, Freshness::Missing)),
            Absence::Doubt(reason) => Some((entry, Freshness::Unknown { reason })),
            Absence::Right(_) | Absence::Nothing => None,
        });
        faults.map(row).collect()
    }

    /// The components that are rightly absent.
    pub(super) fn not_installed(&self) -> Vec<NotInstalled> {
        let right = self.absent().filter_map(|(entry, absence)| match absence {
            Absence::Right(reason) => Some(NotInstalled { name: entry.name().clone(), reason }),
            Absence::Fault | Absence::Doubt(_) | Absence::Nothing => None,
        });
        right.collect()
    }

    /// Since when the installed release no longer has a component that is there.
    pub(super) fn left_over(&self, name: &str) -> Option<LeftOver> {
        let until = self.catalog.get(name)?.until()?;
        let is_over = self.release.as_ref()?.precedence(until).is_ge();
        let component = self.catalog.release_component().filter(|_| is_over)?;
        Some(LeftOver { component: component.clone(), until: until.clone() })
    }

    fn absent(&self) -> impl Iterator<Item = (&'a CatalogEntry, Absence)> {
        let absent = self.catalog.iter().filter(|entry| !self.runs(entry.name()));
        absent.map(|entry| (entry, self.absence(entry)))
    }

    fn absence(&self, entry: &CatalogEntry) -> Absence {
        let is_part = entry.is_part_of(self.release.as_ref());
        if entry.presence() == Presence::OnDemand || is_part == Some(false) {
            return Absence::Nothing;
        }
        let may_run_unseen = self.unread.iter().any(|resource| resource.is_workload());
        let right = match entry.presence() {
            _ if self.policy.expects_absent(entry.name()) => Some(NotInstalledReason::Decision),
            Presence::Optional => Some(NotInstalledReason::Optional),
            _ => None,
        };
        if let Some(reason) = right {
            return if may_run_unseen { Absence::Nothing } else { Absence::Right(reason) };
        }
        if let Some(resource) = self.unread.first() {
            return Absence::Doubt(UnknownReason::Unreadable { resource: *resource });
        }
        if let Some(reason) = self.right(entry) {
            return Absence::Right(reason);
        }
        match (is_part, self.catalog.release_component()) {
            (None, Some(component)) => Absence::Doubt(UnknownReason::ReleaseUnknown { component: component.clone() }),
            _ => Absence::Fault,
        }
    }

    /// What of the neighbours makes an absence right. Everything that matters could be read.
    fn right(&self, entry: &CatalogEntry) -> Option<NotInstalledReason> {
        let named = entry.with().iter().filter_map(|neighbour| match neighbour {
            Neighbour::Service(name) => Some(name),
            Neighbour::Component(_) => None,
        });
        let leads_out = |name: &&ComponentName| self.service(name).is_some_and(Service::leads_out);
        if let Some(service) = named.chain([entry.name()]).find(leads_out) {
            return Some(NotInstalledReason::Outside { service: service.clone() });
        }
        if let Some(by) = entry.without().iter().find(|neighbour| self.is_there(neighbour)) {
            return Some(NotInstalledReason::Replaced { by: by.clone() });
        }
        let is_alone = !entry.with().is_empty() && !entry.with().iter().any(|neighbour| self.is_there(neighbour));
        is_alone.then(|| NotInstalledReason::Alone { with: entry.with().to_vec() })
    }

    fn is_there(&self, neighbour: &Neighbour) -> bool {
        match neighbour {
            Neighbour::Component(name) => self.runs(name),
            Neighbour::Service(name) => self.service(name).is_some(),
        }
    }

    fn runs(&self, name: &ComponentName) -> bool {
        self.inventory.workloads().any(|workload| workload.name == name.as_str())
    }

    fn service(&self, name: &ComponentName) -> Option<&Service> {
        self.inventory.services.as_deref().unwrap_or_default().iter().find(|service| service.name == name.as_str())
    }
}
