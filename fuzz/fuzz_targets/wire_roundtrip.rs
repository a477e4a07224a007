//! Any bytes as a body of either API: no panic, and what is read is written and read again as the same.

#![no_main]

use libfuzzer_sys::fuzz_target;
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::release::{Release, Releases};
use wfm_core::wire::{v3, v4};

fuzz_target!(|body: &[u8]| {
    if let Ok(cluster) = serde_json::from_slice::<v3::Cluster>(body) {
        let again = serde_json::to_vec(&cluster).expect("it has a JSON form");
        assert_eq!(serde_json::from_slice::<v3::Cluster>(&again).expect("it was just written"), cluster);
        let (catalog, releases) = (Catalog::workflow(), Releases::default());
        if let Ok(arrival) = Arrival::reduce(&cluster, Vocabulary::new(&catalog, &releases)) {
            assert!(arrival.components().keys().all(|name| catalog.get(name.as_str()).is_some()));
        }
    }
    if let Ok(document) = serde_json::from_slice::<v4::TrainReleases>(body) {
        let train = document.train.clone();
        let releases = Releases::from(document);
        let again = v4::TrainReleases::of(&releases, &train);
        assert_eq!(Releases::from(again), releases);
    }
    if let Ok(entry) = serde_json::from_slice::<v3::ComponentVersion>(body)
        && let Ok(release) = Release::try_from(&entry)
    {
        let again = Release::try_from(&v3::ComponentVersion::from(&release)).expect("it was a release");
        assert_eq!(again, release);
    }
});
