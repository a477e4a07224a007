//! What is said of each route.

use super::Operation;

mod clusters;
mod envelopes;
mod exports;
mod fleet;
mod insights;
mod pages;
mod releases;
mod versions;

const RELEASES: &str = "releases";
const VERSIONS: &str = "versions";
const ENVELOPES: &str = "envelopes";
const CLUSTERS: &str = "clusters";
const FLEET: &str = "fleet";
const EXPORTS: &str = "exports";
const INSIGHTS: &str = "insights";
const DOCTOR: &str = "doctor";
const PAGES: &str = "service";

/// The groups, in the order in which a person reads them.
pub(super) const TAGS: [(&str, &str); 9] = [
    (RELEASES, "Publishing, and the document that the update check reads."),
    (VERSIONS, "Versions, as agents of 2016–2020 read them."),
    (
        ENVELOPES,
        "What agents of today send where an operator shares it: a check-in under a random id, and at other moments, without \
             any id, what the cluster runs on. Nothing outside of their schemas is taken.",
    ),
    (CLUSTERS, "Check-ins of agents of 2016–2020, and clusters as they last reported."),
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
    (
        INSIGHTS,
        "How many clusters there are, how long they stay and what they run. An analyst's or administrator's token gets \
             exact numbers as of now. Without a token the service answers only with --insights-public aggregate, \
             and less: of days that are over, as each was counted when it ended, customers' clusters that were \
             known for 14 days and heard of within 14, rounded down to tens at steps that are secret, and `<20` below the \
             first. Summaries have no windows and no ages then.",
    ),
    (DOCTOR, "Reports that an operator shows to whoever helps, under a random id."),
    (PAGES, "Probes, numbers, pages and this description."),
];

/// Every operation.
pub(super) fn all() -> Vec<Operation> {
    let groups = [
        releases::all(),
        versions::all(),
        envelopes::all(),
        clusters::all(),
        fleet::all(),
        insights::all(),
        exports::all(),
        pages::all(),
    ];
    groups.into_iter().flatten().collect()
}
