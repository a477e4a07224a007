//! What the maker says beside the releases: advisories, flaws and ends of life that concern what is installed.

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::release::{Notice, NoticeLevel};
use wfm_core::report::{ClusterReport, ComponentReport};
use wfm_core::text::one_line;

use crate::agent::View;
use crate::words::ago;

/// So many flaws are repeated in a component's row, and so many characters of each: the whole text is above.
const FLAWS: usize = 5;
const FLAW: usize = 200;

/// Those of security first, then newest first; nothing where there is nothing to say.
pub(super) fn notices(view: &View, report: &ClusterReport) -> Markup {
    let mut mine: Vec<(&Notice, bool)> = seen(view).filter(|(notice, _)| is_of(notice, report)).collect();
    let key = |notice: &Notice| (notice.level == NoticeLevel::Security, notice.published);
    mine.sort_by(|(a, _), (b, _)| (key(b), &a.id).cmp(&(key(a), &b.id)));
    html! {
        @if !mine.is_empty() {
            section.notices #notices aria-label="Notices of the maker" {
                @for (notice, still_published) in mine {
                    p.note.(if notice.level == NoticeLevel::Advisory { "warn" } else { "bad" }) {
                        strong {
                            @match notice.level {
                                NoticeLevel::Advisory => "! Advisory",
                                NoticeLevel::Security => "✕ Security",
                                NoticeLevel::EndOfLife => "✕ End of life",
                            }
                            @if let Some(component) = &notice.component { ", " (component) }
                            @if let Some(affected) = &notice.affected { " " (affected) }
                        }
                        ": " bdi { (notice.text) } " " span.soft { "(" (ago(view.now, notice.published)) ")" }
                        @if !still_published { " " strong { "No longer published." } }
                    }
                }
            }
        }
    }
}

/// The flaws of a component's installed version, as a line each.
pub(super) fn security(view: &View, component: &ComponentReport) -> impl Iterator<Item = String> {
    seen(view)
        .filter(|(notice, _)| notice.level == NoticeLevel::Security && !is_for_everybody(notice))
        .filter(|(notice, _)| concerns(notice, component))
        .take(FLAWS)
        .map(|(notice, still_published)| {
            let mark = if still_published { "" } else { " (no longer published)" };
            format!("security: {}{mark}", one_line(notice.text.as_str(), FLAW))
        })
}

/// How many flaws concern what is installed.
pub(super) fn flaws(view: &View, report: &ClusterReport) -> usize {
    seen(view).filter(|(notice, _)| notice.level == NoticeLevel::Security && is_of(notice, report)).count()
}

/// The notices that are known, and whether each is still published. One that was read once stays until no component is
/// concerned any more, or the agent starts anew without what it kept: who takes a notice back may not be the maker.
fn seen(view: &View) -> impl Iterator<Item = (&Notice, bool)> {
    let updates = &view.updates;
    updates.learnt.notices(&updates.train).filter(|_| updates.is_on)
}

/// A notice about no component and no versions concerns everybody; any other one whoever has such a component installed.
fn is_of(notice: &Notice, report: &ClusterReport) -> bool {
    is_for_everybody(notice) || report.managed().any(|component| concerns(notice, component))
}

fn is_for_everybody(notice: &Notice) -> bool {
    notice.component.is_none() && notice.affected.is_none()
}

fn concerns(notice: &Notice, component: &ComponentReport) -> bool {
    let ours = !matches!(component.freshness, Freshness::Missing | Freshness::Unmanaged);
    let Some(name) = component.name.parse().ok().filter(|_| ours) else { return false };
    let installed = component.installed.as_ref().map(|installed| &installed.version);
    // In the middle of a rollout several versions run, and each may have the flaw.
    let running = component.running.iter().filter_map(|running| running.version.parse().ok());
    notice.concerns(&name, installed) || running.into_iter().any(|version| notice.concerns(&name, Some(&version)))
}
