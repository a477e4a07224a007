use wfm_core::version::Train;
use wfm_core::wire::v3::ComponentVersion;

use super::super::bodies::OldReleaseBody;
use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::VERSIONS;
use crate::dispatch::Verb::{Get, Post};
use crate::handlers::versions::Asked;

const RELEASE: &str = "/v3/versions/{train}/{component}/{version}";

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, VERSIONS, summary);
    vec![
        new(Get, "/versions/{component}", "listVersions", "Every version of a component that is offered, newest first")
            .query(Parameter::text::<Train>("train", "Those of this train; of every train where absent."))
            .gives::<Vec<String>>(200, "The versions.")
            .refuses(404, "The component was never published."),
        new(Post, "/v3/versions/latest", "latestOfEach", "The latest version of each component")
            .more(
                "One answer to each question, in their order; the same question twice has one answer, and 64 may be asked \
                 at once. A component that was never published is answered with an empty version; an absent train means \
                 stable.",
            )
            .takes::<Asked>("64 KiB")
            .gives_list::<ComponentVersion>(200, "The answers."),
        new(
            Post,
            "/v2/versions/latest",
            "latestOfEachOld",
            "The latest version of each component, in the second version",
        )
        .more("As in the third, but an absent train means beta.")
        .takes::<Asked>("64 KiB")
        .gives_list::<ComponentVersion>(200, "The answers."),
        new(Get, "/v3/versions/{train}/{component}", "listReleases", "A component's releases on a train, newest first")
            .more("Those that were withdrawn come last, with `yanked`.")
            .gives_list::<ComponentVersion>(200, "The releases.")
            .refuses(404, "Nothing of it was published there."),
        new(Get, RELEASE, "getRelease", "One release, or the latest")
            .gives::<ComponentVersion>(200, "The release.")
            .refuses(404, "It was not published there."),
        new(Post, RELEASE, "publishOldRelease", "Publish one release, as makers of 2016–2020 do")
            .query(Parameter::flag("replace", "Replace a published release that says something else."))
            .takes::<OldReleaseBody>("64 KiB")
            .gives::<ComponentVersion>(200, "As it is stored.")
            .refuses(409, "It is published with other facts; the details name them."),
    ]
}
