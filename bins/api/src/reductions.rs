//! Reports that were reduced already: most of a fleet says the same, word for word, and says it again.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::{Arc, Mutex, PoisonError};

use wfm_core::anonymizer::Arrival;
use wfm_core::release::Releases;

/// How many reports are kept; past that all are forgotten and it begins anew.
const REPORTS: usize = 512;

/// What reports are reduced to, by their very text. It holds for one state of the releases: when they change, versions that
/// were custom may be listed.
#[derive(Default)]
pub(crate) struct Reductions {
    known: Mutex<Known>,
    keys: [RandomState; 2],
}

#[derive(Default)]
struct Known {
    releases: Arc<Releases>,
    arrivals: HashMap<Fingerprint, Arrival>,
}

/// Two keyed hashes of a text. The text is not kept: an old agent's holds the names of other people's workloads.
type Fingerprint = [u64; 2];

/// What of a body says the same whichever cluster sends it.
#[derive(Debug, Clone, Copy, Hash)]
pub(crate) enum Text<'a> {
    /// The components, as an old agent sends them.
    Components(&'a str),
    /// An envelope, before and after its id.
    Envelope(&'a [u8], &'a [u8]),
}

impl Reductions {
    /// The check-in that a cluster once made with this text, whichever cluster that was.
    pub(crate) fn get(&self, releases: &Arc<Releases>, text: Text<'_>) -> Option<Arrival> {
        let fingerprint = self.fingerprint(text);
        let known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        Arc::ptr_eq(&known.releases, releases).then(|| known.arrivals.get(&fingerprint).cloned()).flatten()
    }

    pub(crate) fn put(&self, releases: &Arc<Releases>, text: Text<'_>, arrival: Arrival) {
        let fingerprint = self.fingerprint(text);
        let mut known = self.known.lock().unwrap_or_else(PoisonError::into_inner);
        if !Arc::ptr_eq(&known.releases, releases) || known.arrivals.len() >= REPORTS {
            *known = Known { releases: Arc::clone(releases), arrivals: HashMap::new() };
        }
        known.arrivals.insert(fingerprint, arrival);
    }

    fn fingerprint(&self, text: Text<'_>) -> Fingerprint {
        self.keys.each_ref().map(|key| key.hash_one(text))
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
        let text = Text::Components("[]");
        reductions.put(&releases, text, arrival());
        assert_eq!(reductions.get(&releases, text), Some(arrival()));
        assert_eq!(reductions.get(&releases, Text::Components("[ ]")), None);
        assert_eq!(reductions.get(&releases, Text::Envelope(b"", b"[]")), None);
        assert_eq!(reductions.get(&Arc::new(Releases::default()), text), None);
    }

    #[test]
    fn what_is_kept_is_bounded() {
        let (reductions, releases) = (Reductions::default(), Arc::new(Releases::default()));
        for n in 0..3 * REPORTS {
            reductions.put(&releases, Text::Components(&n.to_string()), arrival());
        }
        assert!(reductions.known.lock().unwrap().arrivals.len() <= REPORTS);
    }
}
