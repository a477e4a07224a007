use wfm_core::wire::v3;

use super::super::operation::Operation;
use super::CLUSTERS;
use crate::dispatch::Verb::{Delete, Get, Post};
use crate::handlers::clusters::{Said, SaidWithoutId};

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, CLUSTERS, summary);
    vec![
        new(Post, "/v3/clusters", "checkIn", "Check in")
            .more(
                "Only names of the catalogue and published versions are kept; anything else in the body is not even \
                 read. It is answered once it is durable, with the service's own times.",
            )
            .takes::<Said>("16 KiB")
            .gives::<v3::Cluster>(200, "The cluster as it is kept."),
        new(Post, "/v2/clusters/{id}", "checkInOld", "Check in, in the second version")
            .more("As in the third; the id is in the path, and the body may leave it out.")
            .takes::<SaidWithoutId>("16 KiB")
            .gives::<v3::Cluster>(200, "The cluster as it is kept."),
        new(Get, "/v3/clusters/count", "countClusters", "How many clusters ever checked in")
            .more("Exact with a reader's token; else as the public is shown it, or not at all.")
            .gives::<u64>(200, "A bare number."),
        new(Get, "/v3/clusters/{id}", "getCluster", "A cluster as it last reported")
            .gives::<v3::Cluster>(200, "The cluster.")
            .refuses(404, "No cluster with this id has checked in."),
        new(Delete, "/v4/clusters/{id}", "eraseCluster", "Erase a cluster")
            .more(
                "Whoever knows the random id may. What the cluster said and when is gone, it leaves all counts, those of \
                 past days too, but for rounded ones that are public, and the audit log does not name it. It is answered once it is durable. A cluster that \
                 checks in again is a new one, so switch sharing off first. Backups that were taken before still hold it.",
            )
            .gives_nothing(204, "It was erased.")
            .refuses(404, "No cluster with this id has checked in."),
    ]
}
