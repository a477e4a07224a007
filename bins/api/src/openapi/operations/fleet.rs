use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::component::ComponentName;
use wfm_core::store::{AuditEntry, VersionQuery};
use wfm_core::wire::v3::{Cluster, ClusterCheckins, DoctorInfo};
use wfm_core::wire::v4;

use super::super::operation::Operation;
use super::super::parameters::Parameter;
use super::{DOCTOR, FLEET, PAGES};
use crate::dispatch::Verb::{Get, Post, Put};
use crate::handlers::doctor::Said as DoctorBody;
use crate::handlers::listing::Decision;

pub(super) fn all() -> Vec<Operation> {
    let new = |verb, path, id, summary| Operation::new(verb, path, id, FLEET, summary);
    vec![
        new(Get, "/v4/clusters", "listClusters", "Clusters by what they run and whose they are, page by page")
            .query(Parameter::text::<ComponentName>("component", "Those that last reported this component."))
            .query(Parameter::text::<VersionQuery>("version", "In one of these versions, or in a custom one; needs a component."))
            .query(Parameter::text::<Cohort>("cohort", "Those of this cohort."))
            .query(Parameter::time("seen_after", "Those that last checked in later than this."))
            .query(Parameter::limit())
            .query(Parameter::text::<ClusterId>("cursor", "Where the page begins: taken from the link to it."))
            .gives_list::<v4::Cluster>(200, "A page, by ascending id.")
            .paged(),
        new(Put, "/v4/clusters/{id}/cohort", "setCohort", "Decide whose cluster it is, or take the decision back")
            .takes::<Decision>("1 KiB")
            .gives::<v4::Cluster>(200, "The cluster as it is now.")
            .refuses(404, "No cluster with this id has checked in."),
        new(Get, "/v3/clusters/age", "clustersByAge", "Clusters by their first and last check-in")
            .query(Parameter::time("checked_in_before", "Last check-in earlier than this."))
            .query(Parameter::time("checked_in_after", "Last check-in later than this."))
            .query(Parameter::time("created_before", "First check-in earlier than this."))
            .query(Parameter::time("created_after", "First check-in later than this."))
            .gives_list::<Cluster>(200, "All of them."),
        new(Get, "/v3/clusters/checkins", "checkIns", "How often clusters checked in")
            .query(Parameter::time("created_before", "First check-in earlier than this."))
            .query(Parameter::time("created_after", "First check-in later than this."))
            .gives::<ClusterCheckins>(200, "All of them."),
        new(Get, "/v3/clusters/persistent", "persistentClusters", "Clusters that had come to stay at a moment")
            .more("Two check-ins or more, the first later than the epoch, the last within 24 hours before the moment.")
            .query(Parameter::time("epoch", "First check-in later than this."))
            .query(Parameter::time("timestamp", "The moment; now where absent. Later check-ins do not count."))
            .gives::<ClusterCheckins>(200, "All of them."),
        Operation::new(Post, "/v3/doctor/{id}", "keepReport", DOCTOR, "Send a doctor report")
            .more(
                "Only the components are read and kept, as of a check-in: 256 at most. A report is kept for 14 days and is \
                 never replaced; of more than 10,000 reports the oldest go. A service takes them only if its operator wants \
                 so. Agents of 2016–2020 look at the status alone.",
            )
            .takes::<DoctorBody>("64 KiB")
            .gives::<DoctorInfo>(200, "The report as it is kept.")
            .refuses(404, "This service takes no doctor reports.")
            .refuses(409, "There is another report with this id."),
        Operation::new(Get, "/v3/doctor/{id}", "getReport", DOCTOR, "Read a doctor report")
            .gives::<DoctorInfo>(200, "The report.")
            .refuses(404, "There is no report with this id."),
        Operation::new(Get, "/v4/audit", "readAudit", PAGES, "Who changed what, and who read ids of clusters, oldest first")
            .more("Erasures and reads are counted: one line for an hour, which grows while the hour lasts.")
            .query(Parameter::number("after", "Lines with a higher number."))
            .query(Parameter::limit())
            .gives_list::<AuditEntry>(200, "A page of the log.")
            .paged(),
        Operation::new(Get, "/v4/backup", "backup", PAGES, "Everything there is, as it is at one moment").gives_text(
            200,
            "A record a line, in JSON.",
            "application/x-ndjson",
        ),
    ]
}
