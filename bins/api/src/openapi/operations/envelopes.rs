use wfm_core::wire::{paths, v4};

use super::super::envelopes;
use super::super::operation::Operation;
use super::ENVELOPES;
use crate::dispatch::Verb::{Get, Post};

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, ENVELOPES, summary);
    vec![
        new(Post, paths::V4_REPORTS, "report", "Check in")
            .more(
                "What departs from the schema in anything is refused whole; the message names the member and repeats no \
                 value.",
            )
            .takes_as(envelopes::check_in, "16 KiB")
            .gives_nothing(204, "It is durable.")
            .refuses(422, "It departs from the schema; the message says where."),
        new(Post, paths::V4_FACETS, "reportFacets", "Report one part of what a cluster is, without any id")
            .more("What it runs on, how large it is, in which week it was created, or how many other workloads run beside. It is \
                 added to the counters of the week in which it arrives, and then gone.")
            .takes_as(envelopes::facets, "4 KiB")
            .gives_nothing(204, "It is counted, and that is durable.")
            .refuses(422, "It departs from the schema; the message says where."),
        new(Get, paths::V4_SCHEMAS, "listSchemas", "Which envelopes there are")
            .gives_list::<v4::EnvelopeSchema>(200, "All of them."),
        new(Get, "/v4/schemas/{envelope}", "getSchema", "What an envelope may say, word by word")
            .more("It changes with the releases: a check-in may name those that are published.")
            .gives_as(200, "A JSON Schema.", "application/schema+json", envelopes::any)
            .cached()
            .refuses(404, "There is no such envelope; the message names those that there are."),
    ]
}
