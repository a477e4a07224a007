use wfm_core::release::{Notice, PlainText};
use wfm_core::wire::{v3, v4};

use super::super::bodies::{ReleaseBody, ReleaseEntry};
use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::RELEASES;
use crate::dispatch::Verb::{Delete, Get, Post, Put};
use crate::handlers::notices::Said as NoticeBody;

const RELEASE: &str = "/v4/releases/{train}/{component}/{version}";
const NOTICE: &str = "/v4/notices/{train}/{notice}";

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, RELEASES, summary);
    vec![
        new(Get, "/v4/releases/{train}", "getTrain", "Every release of a train, in one document")
            .more("The same bytes for everybody; on beta the releases of stable too. The tag is the SHA-256 of the body, so that a client can compute it.")
            .gives::<v4::TrainReleases>(200, "The train's components, each with its releases, the latest last.")
            .cached()
            .refuses(404, "Nothing was published on this train."),
        new(Put, RELEASE, "publishRelease", "Publish one release")
            .more("What the body leaves out is taken from the path; what it says must agree with the path.")
            .query(Parameter::flag("replace", "Replace a published release that says something else."))
            .takes::<ReleaseBody>("64 KiB")
            .gives::<v3::ComponentVersion>(200, "It was published already, or was replaced: as it is stored.")
            .gives::<v3::ComponentVersion>(201, "It is new: as it is stored.")
            .refuses(409, "It is published with other facts; the details name them."),
        new(Delete, RELEASE, "yankRelease", "Withdraw a release")
            .more("It stays published with the reason, and is offered to nobody. Doing it again changes the reason.")
            .query(Parameter::text::<PlainText>("reason", "Why, for people to read.").required())
            .gives::<v3::ComponentVersion>(200, "The release.")
            .refuses(404, "It was not published there."),
        new(
            Post,
            "/v4/releases/{train}/{component}/{version}/restore",
            "restoreRelease",
            "Offer a withdrawn release again",
        )
        .gives::<v3::ComponentVersion>(200, "The release.")
        .refuses(404, "It was not published there."),
        new(Put, NOTICE, "putNotice", "Publish a notice to operators, or replace the one of its name")
            .takes::<NoticeBody>("16 KiB")
            .gives::<Notice>(200, "It replaced the notice of its name.")
            .gives::<Notice>(201, "It is new.")
            .refuses(404, "Nothing was published on this train, so no one would read it."),
        new(Delete, NOTICE, "removeNotice", "Take a notice back")
            .gives::<Notice>(200, "The notice that was taken back.")
            .refuses(404, "There is no notice of this name on this train."),
        new(Post, "/v4/releases:import", "importReleases", "Publish a file of releases, whole or not at all")
            .query(Parameter::flag("dry_run", "Only say what would change."))
            .query(Parameter::flag("replace", "Replace published releases that say something else."))
            .takes_list::<ReleaseEntry>("1 MiB")
            .or_takes("application/yaml")
            .or_takes("text/csv")
            .gives::<v4::ImportOutcome>(200, "What was done, or would be.")
            .refuses(409, "Published releases differ, and nothing was kept; the details name them."),
    ]
}
