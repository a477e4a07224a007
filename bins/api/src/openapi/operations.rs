//! What is said of each route.

use super::Operation;

mod clusters;
mod pages;
mod releases;
mod versions;

const RELEASES: &str = "releases";
const VERSIONS: &str = "versions";
const CLUSTERS: &str = "clusters";
const PAGES: &str = "service";

/// The groups, in the order in which a person reads them.
pub(super) const TAGS: [(&str, &str); 4] = [
    (RELEASES, "Publishing, and the document that the update check reads."),
    (VERSIONS, "Versions, as agents of 2016–2020 read them."),
    (CLUSTERS, "Check-ins, and clusters as they last reported."),
    (PAGES, "Probes, pages and this description."),
];

/// Every operation.
pub(super) fn all() -> Vec<Operation> {
    [releases::all(), versions::all(), clusters::all(), pages::all()].into_iter().flatten().collect()
}
