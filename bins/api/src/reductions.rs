//! Reports that were reduced already: most of a fleet says the same, word for word, and says it again.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

use wfm_core::anonymizer::Arrival;
use wfm_core::release::Releases;

/// How many reports are kept; past that all are forgotten and it begins anew.
const REPORTS: usize = 512;

/// What reports are reduced to, by the very text of their components. It holds for one state of the releases: when they
/// change, versions that were custom may be listed.
#[derive(Default)]
pub(crate) struct Reductions(Mutex<Known>);

#[derive(Default)]
struct Known {
    releases: Arc<Releases>,
    arrivals: HashMap<Box<str>, Arrival>,
}

impl Reductions {
    /// The check-in that a cluster with these components once made, whichever cluster that was.
    pub(crate) fn get(&self, releases: &Arc<Releases>, components: &str) -> Option<Arrival> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::ptr_eq(&known.releases, releases).then(|| known.arrivals.get(components).cloned()).flatten()
    }

    pub(crate) fn put(&self, releases: &Arc<Releases>, components: &str, arrival: Arrival) {
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&known.releases, releases) || known.arrivals.len() >= REPORTS {
            *known = Known { releases: Arc::clone(releases), arrivals: HashMap::new() };
        }
        known.arrivals.insert(components.into(), arrival);
    }
}

#[cfg(test)]
mod tests {
    use wfm_core::anonymizer::Vocabulary;
    use wfm_core::catalog::Catalog;
    use wfm_core::wire::v3;

    use super::*;

    fn arrival() -> Arrival {
        let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".to_owned();
        let body = v3::Cluster { id, components: Vec::new(), first_seen: None, last_seen: None };
        Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &Releases::default())).unwrap()
    }

    #[test]
    fn a_reduction_does_not_outlive_the_releases_it_was_made_with() {
        let (reductions, releases) = (Reductions::default(), Arc::new(Releases::default()));
        reductions.put(&releases, "[]", arrival());
        assert_eq!(reductions.get(&releases, "[]"), Some(arrival()));
        assert_eq!(reductions.get(&releases, "[ ]"), None);
        assert_eq!(reductions.get(&Arc::new(Releases::default()), "[]"), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (reductions, releases) = (Reductions::default(), Arc::new(Releases::default()));
        for n in 0..3 * REPORTS {
            reductions.put(&releases, &n.to_string(), arrival());
        }
        assert!(reductions.0.lock().unwrap().arrivals.len() <= REPORTS);
    }
}
