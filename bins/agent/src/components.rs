//! `/components`: the JSON that agents of 2016 served, with each component's status beside it.

use serde::Serialize;
use wfm_core::diff::{Freshness, Held, LeftOver, Remarks, Stopover, named};
use wfm_core::health::Health;
use wfm_core::release::Releases;
use wfm_core::report::ComponentReport;
use wfm_core::version::Train;
use wfm_core::wire::v3;

use crate::agent::View;
use crate::words::short_id;

/// A cluster in the old form: `id` is empty where the cluster has none yet.
#[derive(Debug, Serialize)]
pub(crate) struct Components {
    id: String,
    components: Vec<Component>,
}

/// A component in the old form, and what is new: status, reasons and health.
#[derive(Debug, Serialize)]
struct Component {
    #[serde(flatten)]
    legacy: v3::ComponentVersion,
    status: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    reason: Option<String>,
    health: Health,
}

impl Components {
    /// `None` before the first inventory.
    pub(crate) fn of(view: &View) -> Option<Self> {
        let report = view.report.as_deref()?;
        let (releases, train) = (view.updates.learnt.releases.as_deref(), &view.updates.train);
        let namespace = view.namespace.as_str();
        Some(Self {
            id: view.id.as_ref().map(|known| short_id(known.id)).unwrap_or_default(),
            components: report.components.iter().map(|c| component(c, releases, train, namespace)).collect(),
        })
    }
}

fn component(report: &ComponentReport, releases: Option<&Releases>, train: &Train, namespace: &str) -> Component {
    let version = report.installed.as_ref().map(|installed| &installed.version);
    let release = releases.zip(version).and_then(|(releases, version)| {
        let name = report.name.parse().ok()?;
        releases.find(train, &name, version)
    });
    let update_available = match &report.freshness {
        Freshness::Outdated { latest, .. } => Some(latest.to_string()),
        _ => None,
    };
    Component {
        legacy: v3::ComponentVersion {
            component: v3::Component {
                name: report.name.clone(),
                description: None,
                workload_type: Some(report.kind.legacy_type().to_owned()),
            },
            version: v3::Version {
                train: Some(train.to_string()),
                version: report.version_text().unwrap_or_default(),
                released: release.map(|release| release.released().to_string()),
                data: report.image().map(|image| v3::VersionData {
                    image: Some(image.to_owned()),
                    ..release.map(notes).unwrap_or_default()
                }),
                yanked: release.and_then(|release| release.yanked().cloned()),
            },
            update_available,
        },
        status: report.freshness.status(),
        reason: why(report, namespace),
        health: report.health.clone(),
    }
}

fn notes(release: &wfm_core::release::Release) -> v3::VersionData {
    let notes = release.notes().clone();
    v3::VersionData { description: notes.description, fixes: notes.fixes, image: notes.image, minimum: None }
}

/// Why a component has its status, where the status alone does not say it.
fn reason(freshness: &Freshness, namespace: &str) -> Option<String> {
    match freshness {
        Freshness::Unknown { reason } => Some(format!("unknown: {reason}")),
        Freshness::Missing => Some(format!(
            "expected, but no Deployment, DaemonSet, StatefulSet or ReplicationController of this name is in the namespace {namespace}"
        )),
        Freshness::Unmanaged => Some("not a component of the product".to_owned()),
        Freshness::Ahead { latest } => Some(format!("newer than {latest}, the latest published")),
        Freshness::Ignored { .. } => Some("its lag is not counted (IGNORE)".to_owned()),
        Freshness::Outdated { .. } | Freshness::Current => None,
    }
}

/// The same, with pods that run the component all the same.
pub(crate) fn why(component: &ComponentReport, namespace: &str) -> Option<String> {
    let reason = reason(&component.freshness, namespace)?;
    Some(match unowned_pods(component) {
        Some(pods) => format!("{reason}; {pods}"),
        None => reason,
    })
}

/// Pods that run a component without any of the workloads that are looked for.
fn unowned_pods(component: &ComponentReport) -> Option<String> {
    match component.unowned_pods.as_slice() {
        [] => None,
        [pod] => Some(format!("the pod {pod}, which none of these owns, carries its name as a label")),
        pods => Some(format!("the pods {}, which none of these owns, carry its name as a label", pods.join(", "))),
    }
}

/// What there is to say of a component's version beside its status, a sentence each.
pub(crate) fn remarks(remarks: &Remarks) -> impl Iterator<Item = String> {
    let Remarks { yanked, stopover, held, left_over, alternatives, variant_of, overruled } = remarks;
    let yanked = yanked.as_ref().map(|yank| format!("the installed version was withdrawn: {}", yank.reason));
    let stopover = stopover.as_ref().map(|Stopover { minimum, first }| match first {
        Some(first) => format!("upgrade to {first} first: the latest needs {minimum} or newer"),
        None => format!("the latest needs {minimum} or newer, and no release that counts leads there"),
    });
    let held = held.as_ref().map(|Held { pin, latest, releases }| {
        let more = if *releases > 1 { format!(" and {} more", releases - 1) } else { String::new() };
        format!("pinned to {pin}; newer, and not counted: {latest}{more}")
    });
    let variant = variant_of.as_ref().map(|base| format!("a variant of {base}"));
    let overruled = overruled.as_ref().map(ToString::to_string);
    let left_over = left_over.as_ref().map(|LeftOver { component, until }| {
        format!("left over: the product no longer has it since {component} {until}")
    });
    let others: Vec<String> = alternatives.iter().map(named).collect();
    let others = (!others.is_empty()).then(|| format!("it or one of these must be there: {}", others.join(", ")));
    [overruled, variant, yanked, stopover, held, left_over, others].into_iter().flatten()
}
