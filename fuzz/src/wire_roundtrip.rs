//! Any bytes as a body of either API: no panic, and what is read is written and read again as the same.

use std::sync::LazyLock;

use jiff::civil::{Date, date};
use serde_json::{Value, json};
use wfm_core::anonymizer::testing::World;
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::facets::{FacetReport, FacetValue};
use wfm_core::release::{Release, Releases};
use wfm_core::wire::{v3, v4};

const MONDAY: Date = date(2026, 11, 16);
static WORLD: LazyLock<World> = LazyLock::new(World::workflow);

/// Reads the bytes as each kind of body.
pub fn run(body: &[u8]) {
    releases(body);
    if let Ok(arrival) = Arrival::accept(body, WORLD.vocabulary()) {
        let again = Arrival::accept(written(&arrival).to_string().as_bytes(), WORLD.vocabulary());
        assert_eq!(again.as_ref(), Ok(&arrival));
    }
    if let Ok(report) = FacetReport::accept(body, MONDAY) {
        let again = FacetReport::accept(told(&report).to_string().as_bytes(), MONDAY);
        assert_eq!(again.as_ref(), Ok(&report));
    }
}

fn releases(body: &[u8]) {
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
}

/// An arrival as a check-in.
fn written(arrival: &Arrival) -> Value {
    let component = |(name, version): (_, &_)| json!({"name": name, "version": version});
    let mut body = json!({
        "schema": 1,
        "id": arrival.cluster(),
        "components": arrival.components().iter().map(component).collect::<Vec<_>>(),
    });
    if let Some(cohort) = arrival.cohort() {
        body["cohort"] = json!(cohort);
    }
    body
}

/// A report of facets as an envelope.
fn told(report: &FacetReport) -> Value {
    let mut body = json!({"schema": 1, "cohort": report.cohort()});
    for value in report.counted() {
        let (name, said) = match value {
            FacetValue::Nodes(nodes) => ("nodes", json!(nodes.first())),
            FacetValue::Cpu(cores) => ("cpu", json!(cores.first())),
            FacetValue::Memory(bytes) => ("memoryMiB", json!(bytes.first_mebibytes())),
            FacetValue::Disk(bytes) => ("diskMiB", json!(bytes.first_mebibytes())),
            FacetValue::Creation(week) => ("created", json!({"year": week.year(), "week": week.week()})),
            FacetValue::OtherWorkloads(workloads) => ("workloads", json!(workloads.first())),
            FacetValue::Part(part) => ("part", json!(part.as_str())),
            other => (other.facet().as_str(), json!(other.to_string())),
        };
        body[name] = said;
    }
    body
}
