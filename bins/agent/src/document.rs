//! `report.json`: the whole page as data. Times are RFC 3339, ages are in seconds.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::Serialize;
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::collector::{Inventory, NamespaceState};
use wfm_core::diff::NotInstalled;
use wfm_core::release::Notice;
use wfm_core::report::{ClusterReport, ComponentReport, Tile};

use crate::agent::{State, View};
use crate::components::why;
use crate::page::tile_name;
use crate::self_checks::{SelfCheck, self_checks};
use crate::words::{short_id, with_short_ids};

/// Raised when the meaning of a member changes; members may be added without.
const SCHEMA_VERSION: u32 = 1;

/// The page, from top to bottom.
#[derive(Debug, Serialize)]
pub(crate) struct Document<'a> {
    schema_version: u32,
    product: &'a str,
    namespace: &'a str,
    agent_version: &'static str,
    /// Whether the namespace is there: `active`, `terminating` (since when), `absent` or `unknown`.
    namespace_state: NamespaceState,
    /// The first eight digits of the cluster's id; absent if none is known.
    id: Option<String>,
    /// Why no id is known, behind "the cluster's id is".
    id_trouble: Option<String>,
    now: Timestamp,
    state: State,
    /// When the inventory was taken.
    taken_at: Timestamp,
    age_seconds: i64,
    /// Since when the components are as they were seen then: the cluster, or a part of it, could not be read since.
    stale_since: Option<Timestamp>,
    /// Why the last collection failed, if it did: then this is what was seen before.
    failure: Option<String>,
    releases: ReleasesPart<'a>,
    /// How many components each tile counts, and how many workloads are no component. A component that several workloads run
    /// is counted once.
    summary: BTreeMap<&'static str, usize>,
    notices: Vec<NoticePart<'a>>,
    components: Vec<Component<'a>>,
    /// Components of the catalog that are rightly absent: no tile counts them.
    not_installed: Vec<Absent<'a>>,
    self_checks: Vec<SelfCheck>,
    sharing: SharingPart<'a>,
    inventory: &'a Inventory,
}

/// What is known of the published releases.
#[derive(Debug, Serialize)]
struct ReleasesPart<'a> {
    checks: bool,
    train: &'a str,
    /// When they were read last.
    checked_at: Option<Timestamp>,
    age_seconds: Option<i64>,
    stale: bool,
    /// Which issue of the list it is; absent where the list has none.
    serial: Option<u64>,
    issued: Option<Timestamp>,
    /// The SHA-256 of the list in its canonical form: the same for everyone who was sent the same list.
    sha256: Option<&'a str>,
    /// How many entries of the list were not read: they are malformed, or more than an agent keeps.
    passed_over: u64,
    /// Why the last check failed, if it did.
    failure: Option<&'a str>,
}

/// A notice.
#[derive(Debug, Serialize)]
struct NoticePart<'a> {
    #[serde(flatten)]
    notice: &'a Notice,
    /// Whether the last list that was read still has it.
    still_published: bool,
}

/// A component as its row shows it.
#[derive(Debug, Serialize)]
struct Component<'a> {
    #[serde(flatten)]
    report: &'a ComponentReport,
    /// The tile that counts it.
    tile: &'static str,
    /// Why it has its status, where that does not say it.
    why: Option<String>,
    age_seconds: Option<i64>,
}

/// A component that is rightly absent.
#[derive(Debug, Serialize)]
struct Absent<'a> {
    #[serde(flatten)]
    absent: &'a NotInstalled,
    /// The reason as a sentence has it.
    why: String,
}

/// What is shared.
#[derive(Debug, Serialize)]
struct SharingPart<'a> {
    on: bool,
    destination: Option<&'a str>,
    schema: u32,
    /// When the next of each kind is due.
    due: &'a BTreeMap<EnvelopeKind, Timestamp>,
    /// What would be sent now, byte for byte but for the end of the id.
    preview: Vec<String>,
}

impl<'a> Document<'a> {
    /// `None` before the first inventory.
    pub(crate) fn of(view: &'a View) -> Option<Self> {
        let report = view.report.as_deref()?;
        let age = |at: Timestamp| view.now.duration_since(at).as_secs();
        let learnt = &view.updates.learnt;
        let notices = learnt.notices(&view.updates.train);
        let issue = learnt.issue(&view.updates.train);
        Some(Self {
            schema_version: SCHEMA_VERSION,
            product: &view.product,
            namespace: view.namespace.as_str(),
            namespace_state: view.namespace_state(),
            agent_version: env!("CARGO_PKG_VERSION"),
            id: view.id.as_ref().ok().map(|known| short_id(known.id)),
            id_trouble: view.id_trouble(),
            now: view.now,
            state: view.state(),
            taken_at: report.taken_at,
            age_seconds: age(report.taken_at),
            stale_since: view.stale_since(),
            failure: view.failure.as_ref().map(ToString::to_string),
            releases: ReleasesPart {
                checks: view.updates.is_on,
                train: view.updates.train.as_str(),
                checked_at: learnt.checked_at,
                age_seconds: learnt.checked_at.map(age),
                stale: view.updates.is_stale(view.now),
                serial: issue.map(|issue| issue.serial),
                issued: issue.map(|issue| issue.issued),
                sha256: Some(learnt.sha256.as_str()).filter(|sha256| !sha256.is_empty()),
                passed_over: learnt.passed_over,
                failure: learnt.failure.as_ref().map(|failure| failure.message.as_str()),
            },
            summary: summary(report),
            notices: notices.map(|(notice, still_published)| NoticePart { notice, still_published }).collect(),
            components: report.components.iter().map(|component| Component::of(component, view, age)).collect(),
            not_installed: report
                .not_installed
                .iter()
                .map(|absent| Absent { why: absent.reason.to_string(), absent })
                .collect(),
            self_checks: self_checks(view),
            sharing: SharingPart {
                on: view.sharing.is_on,
                destination: view.sharing.destination.as_deref(),
                schema: view.sharing.consent.schema.sent().number(),
                due: &view.sharing.due,
                preview: view.sharing.preview.iter().map(|envelope| with_short_ids(envelope.as_str())).collect(),
            },
            inventory: &report.inventory,
        })
    }
}

impl<'a> Component<'a> {
    fn of(report: &'a ComponentReport, view: &View, age: impl Fn(Timestamp) -> i64) -> Self {
        Self {
            tile: tile_name(report.tile()),
            why: why(report, view.namespace.as_str()),
            age_seconds: report.created.map(age),
            report,
        }
    }
}

fn summary(report: &ClusterReport) -> BTreeMap<&'static str, usize> {
    let tiles = [Tile::Current, Tile::Outdated, Tile::Missing, Tile::Unhealthy, Tile::Unknown];
    let counted = tiles.into_iter().map(|tile| (tile_name(Some(tile)), report.count(tile)));
    let unmanaged = report.components.iter().filter(|row| row.tile().is_none()).count();
    counted.chain([(tile_name(None), unmanaged)]).collect()
}
