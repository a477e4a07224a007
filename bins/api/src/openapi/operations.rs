//! What is said of each route.

use super::Operation;

mod clusters;
mod exports;
mod fleet;
mod pages;
mod releases;
mod versions;

const RELEASES: &str = "releases";
const VERSIONS: &str = "versions";
const CLUSTERS: &str = "clusters";
const FLEET: &str = "fleet";
const EXPORTS: &str = "exports";
const DOCTOR: &str = "doctor";
const PAGES: &str = "service";

/// The groups, in the order in which a person reads them.
pub(super) const TAGS: [(&str, &str); 7] = [
    (RELEASES, "Publishing, and the document that the update check reads."),
    (VERSIONS, "Versions, as agents of 2016–2020 read them."),
    (CLUSTERS, "Check-ins, and clusters as they last reported."),
    (
        FLEET,
        "Questions about all clusters, for whoever has a token. Created is the first check-in that the service saw, \
             checked in the last; bounds are exclusive, and any may be absent.",
    ),
    (
        EXPORTS,
        "Files for pandas, DuckDB, Spark and their like. The names of the columns are the same in every format; \
             docs/DATA.md tells each of them.",
    ),
    (DOCTOR, "Reports that an operator shows to whoever helps, under a random id."),
    (PAGES, "Probes, numbers, pages and this description."),
];

/// Every operation.
pub(super) fn all() -> Vec<Operation> {
    let groups = [releases::all(), versions::all(), clusters::all(), fleet::all(), exports::all(), pages::all()];
    groups.into_iter().flatten().collect()
}
