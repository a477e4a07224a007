//! Any text in every text of an inventory: what becomes of it is taken by the service, is short, and holds no canary.
//!
//! Input: lines, which are put into one leaf after the other, again and again; a `*` in them is the canary.

use std::sync::{Arc, LazyLock};

use jiff::{Timestamp, civil::date};
use wfm_core::anonymizer::testing::{World, envelopes};
use wfm_core::anonymizer::{Arrival, Consent, Envelope};
use wfm_core::cluster::ClusterId;
use wfm_core::collector::{
    Capacity, Container, ContainerStatus, Event, Inventory, InvolvedObject, Node, Owner, Pod, Resource, Rollout,
    Service, Unreadable, UnreadableCause, Workload,
};
use wfm_core::component::WorkloadKind;
use wfm_core::facets::FacetReport;

/// None of the vocabulary's words holds these letters in a row.
const CANARY: &str = "QXJZ";
/// What no check-in of this vocabulary is longer than, and so no envelope.
const LONGEST: usize = 2048;

static WORLD: LazyLock<World> = LazyLock::new(World::workflow);

/// Makes an inventory of the lines and looks at its envelopes.
pub fn run(bytes: &[u8]) {
    let text = String::from_utf8_lossy(bytes).replace('*', CANARY);
    let lines: Vec<&str> = text.split('\n').take(300).collect();
    let inventory = Leaves { lines: &lines, next: 0 }.inventory();
    let id = ClusterId::new(uuid::Uuid::from_u128(0x8c6da034_c8b1_489a_a55d_a2215d93f934));
    let made = envelopes(id, Consent::default(), &inventory, WORLD.vocabulary());
    for envelope in made.iter().flatten() {
        assert!(!envelope.as_str().contains(CANARY), "{}", envelope.as_str());
        assert!(envelope.as_bytes().len() <= LONGEST, "{}", envelope.as_str());
    }
    let [check_in, facets @ ..] = made;
    let body = |envelope: Option<Envelope>| envelope.map(|envelope| envelope.as_bytes().to_vec());
    let check_in = body(check_in).expect("there is always a check-in");
    Arrival::accept(&check_in, WORLD.vocabulary()).expect("the service takes what is made");
    for facets in facets.into_iter().filter_map(body) {
        // In the last week in which a cluster can have been created.
        FacetReport::accept(&facets, date(2100, 12, 27)).expect("the service takes what is made");
    }
}

struct Leaves<'a> {
    lines: &'a [&'a str],
    next: usize,
}

impl Leaves<'_> {
    fn text(&mut self) -> String {
        self.next += 1;
        self.lines[(self.next - 1) % self.lines.len()].to_owned()
    }

    fn maybe(&mut self) -> Option<String> {
        Some(self.text()).filter(|text| text != "-")
    }

    fn shared(&mut self) -> Option<Arc<str>> {
        self.maybe().map(Into::into)
    }

    fn inventory(mut self) -> Inventory {
        let mut inventory = Inventory::empty(Timestamp::UNIX_EPOCH);
        inventory.kubernetes_version = self.maybe();
        inventory.cluster_created = self.text().parse().ok();
        let (mut workloads, mut nodes) = (Vec::new(), Vec::new());
        loop {
            workloads.push(self.workload());
            nodes.push(self.node());
            if self.next >= self.lines.len() {
                break;
            }
        }
        inventory.deployments = Ok(workloads);
        inventory.nodes = Ok(nodes.into());
        inventory.pods = Ok(vec![self.pod()]);
        inventory.services = Ok(vec![Service {
            name: self.text(),
            service_type: self.text(),
            external_name: self.maybe(),
            ..Service::default()
        }]);
        inventory.events = Ok(vec![Event {
            involved_object: InvolvedObject { kind: self.text(), name: self.text() },
            reason: self.text(),
            message: self.text(),
            count: 1,
            last_seen: None,
        }]);
        let (resource, cause) = (Resource::DaemonSets, UnreadableCause::BadAnswer);
        let unreadable = Unreadable { resource, cause, message: self.text() };
        // Other workloads are reported only if all workloads can be read.
        if self.next % 2 == 0 {
            inventory.daemon_sets = Err(unreadable);
        }
        inventory
    }

    fn workload(&mut self) -> Workload {
        let container = Container { name: self.text(), image: self.text(), init: false };
        Workload {
            version_annotation: self.maybe(),
            version_label: self.maybe(),
            rollout: Rollout { replica_failure: self.maybe(), ..Rollout::default() },
            containers: vec![container],
            ready: 1,
            created: self.text().parse().ok(),
            ..Workload::new(self.text(), WorkloadKind::Deployment)
        }
    }

    fn node(&mut self) -> Node {
        Node {
            name: self.text(),
            ready: true,
            capacity: Capacity { cpu: self.shared(), memory: self.shared(), ephemeral_storage: self.shared() },
            provider: self.shared(),
            kubelet_version: self.text().into(),
            os_image: self.text().into(),
            kernel_version: self.text().into(),
            container_runtime: self.text().into(),
            architecture: self.text().into(),
            pressures: vec![self.text().into()],
            ..Node::default()
        }
    }

    fn pod(&mut self) -> Pod {
        let owner = Owner { kind: WorkloadKind::Deployment, name: self.text().into() };
        let status = ContainerStatus {
            name: self.text().into(),
            image: self.text().into(),
            restarts: 1,
            trouble: self.shared(),
            message: self.shared(),
            last_ended: self.shared(),
            ..ContainerStatus::default()
        };
        Pod {
            name: self.text(),
            owner: Some(owner),
            app: self.shared(),
            phase: self.text().into(),
            reason: self.shared(),
            unschedulable: self.shared(),
            unready: self.shared(),
            containers: [status].into(),
            ..Pod::default()
        }
    }
}
