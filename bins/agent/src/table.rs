//! `report.csv`: the table of components. Ages are in seconds; what is not known is empty.

use wfm_core::diff::Freshness;
use wfm_core::health::Health;
use wfm_core::installed::VersionOrigin;
use wfm_core::report::ComponentReport;
use wfm_core::text::printable;
use wfm_core::version::Step;

use crate::agent::View;
use crate::page::tile_name;

const COLUMNS: [&str; 17] = [
    "name",
    "kind",
    "status",
    "tile",
    "health",
    "reasons",
    "installed",
    "installed_source",
    "available",
    "behind_step",
    "behind_releases",
    "behind_days",
    "desired",
    "ready",
    "image",
    "age_seconds",
    "runs",
];

/// The table with its header (RFC 4180), or `None` before the first inventory.
pub(crate) fn csv(view: &View) -> Option<String> {
    let report = view.report.as_deref()?;
    let mut writer = csv::WriterBuilder::new().terminator(csv::Terminator::CRLF).from_writer(Vec::new());
    let rows = report.components.iter().map(|component| cells(component, view).map(|cell| as_text(&cell)));
    for row in std::iter::once(COLUMNS.map(str::to_owned)).chain(rows) {
        // Memory takes everything, and every row has as many cells.
        writer.write_record(row).ok()?;
    }
    String::from_utf8(writer.into_inner().ok()?).ok()
}

fn cells(component: &ComponentReport, view: &View) -> [String; 17] {
    let health = match &component.health {
        Health::Healthy { .. } => "healthy",
        Health::Stopped { .. } => "stopped",
        Health::Unhealthy { .. } => "unhealthy",
        Health::Unknown { .. } => "unknown",
    };
    let reasons = component.health.sentences().join("; ");
    let (available, behind) = match &component.freshness {
        Freshness::Outdated { latest, behind } | Freshness::Ignored { latest, behind } => {
            (latest.to_string(), Some(behind))
        }
        Freshness::Ahead { latest } => (latest.to_string(), None),
        _ => (String::new(), None),
    };
    let source = component.installed.as_ref().map(|installed| match installed.source {
        VersionOrigin::Annotation => "annotation",
        VersionOrigin::Label => "label",
        VersionOrigin::ImageTag => "image_tag",
    });
    let step = behind.map(|behind| match behind.step {
        Step::Major => "major",
        Step::Minor => "minor",
        Step::Patch => "patch",
        Step::PreRelease => "pre_release",
    });
    [
        component.name.clone(),
        component.kind.to_string(),
        component.freshness.status().to_owned(),
        tile_name(component.tile()).to_owned(),
        health.to_owned(),
        reasons,
        component.version_text().unwrap_or_default(),
        source.unwrap_or_default().to_owned(),
        available,
        step.unwrap_or_default().to_owned(),
        behind.map(|behind| behind.releases.to_string()).unwrap_or_default(),
        behind.and_then(|behind| behind.days).map(|days| days.to_string()).unwrap_or_default(),
        component.desired.to_string(),
        component.ready.to_string(),
        component.image().unwrap_or_default().to_owned(),
        component.created.map(|at| view.now.duration_since(at).as_secs().to_string()).unwrap_or_default(),
        component.runs.clone().unwrap_or_default(),
    ]
}

/// What is not printable is dropped. A spreadsheet takes what begins like a formula for one: that is text with an apostrophe
/// before it.
fn as_text(cell: &str) -> String {
    let cell = printable(cell).into_owned();
    if cell.trim_start().starts_with(['=', '+', '-', '@']) { format!("'{cell}") } else { cell }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_looks_like_a_formula_is_text() {
        for (cell, written) in [("deis-router", "deis-router"), ("=1+1", "'=1+1"), ("@sum(a)", "'@sum(a)"), ("", "")] {
            assert_eq!(as_text(cell), written);
        }
    }

    #[test]
    fn what_is_not_seen_is_no_part_of_a_cell() {
        for (cell, written) in [("a\u{202e}b\u{1b}[31m", "ab[31m"), ("\u{200b}=1+1", "'=1+1"), ("\t=1+1", "' =1+1")] {
            assert_eq!(as_text(cell), written);
        }
    }
}
