use wfm_core::wire::{v3, v4};

use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::RELEASES;
use crate::dispatch::Verb::{Get, Post, Put};

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, RELEASES, summary);
    vec![
        new(Get, "/v4/releases/{train}", "getTrain", "Every release of a train, in one document")
            .more("The same bytes for everybody. The tag is the SHA-256 of the body, so that a client can compute it.")
            .gives::<v4::TrainReleases>(200, "The train's components, each with its releases, the latest last.")
            .cached()
            .refuses(404, "Nothing was published on this train."),
        new(Put, "/v4/releases/{train}/{component}/{version}", "publishRelease", "Publish one release")
            .more("What the body leaves out is taken from the path; what it says must agree with the path.")
            .query(Parameter::flag("replace", "Replace a published release that says something else."))
            .takes::<v3::ComponentVersion>("64 KiB")
            .gives::<v3::ComponentVersion>(200, "It was published already, or was replaced: as it is stored.")
            .gives::<v3::ComponentVersion>(201, "It is new: as it is stored.")
            .refuses(409, "It is published with other facts; the details name them."),
        new(Post, "/v4/releases:import", "importReleases", "Publish a file of releases, whole or not at all")
            .query(Parameter::flag("dry_run", "Only say what would change."))
            .query(Parameter::flag("replace", "Replace published releases that say something else."))
            .takes::<v3::Data<v3::ComponentVersion>>("1 MiB")
            .gives::<v4::ImportOutcome>(200, "What was done, or would be.")
            .refuses(409, "Published releases differ, and nothing was kept; the details name them."),
    ]
}
