//! What the maker says beside the releases: advisories, flaws and ends of life that concern what is installed.

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::release::{Notice, NoticeLevel};
use wfm_core::report::{ClusterReport, ComponentReport};

use crate::agent::View;
use crate::words::ago;

/// Those of security first, then newest first; nothing where there is nothing to say.
pub(super) fn notices(view: &View, report: &ClusterReport) -> Markup {
    let mut mine: Vec<&Notice> = published(view).filter(|notice| is_of(notice, report)).collect();
    let key = |notice: &Notice| (notice.level == NoticeLevel::Security, notice.published);
    mine.sort_by(|a, b| (key(b), &a.id).cmp(&(key(a), &b.id)));
    html! {
        @if !mine.is_empty() {
            section.notices #notices aria-label="Notices of the maker" {
                @for notice in mine {
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
                        ": " (notice.text) " " span.soft { "(" (ago(view.now, notice.published)) ")" }
                    }
                }
            }
        }
    }
}

/// The flaws of a component's installed version.
pub(super) fn security<'a>(view: &'a View, component: &'a ComponentReport) -> impl Iterator<Item = &'a Notice> {
    published(view)
        .filter(|notice| notice.level == NoticeLevel::Security && !is_for_everybody(notice))
        .filter(|notice| concerns(notice, component))
}

/// How many flaws concern what is installed.
pub(super) fn flaws(view: &View, report: &ClusterReport) -> usize {
    published(view).filter(|notice| notice.level == NoticeLevel::Security && is_of(notice, report)).count()
}

fn published(view: &View) -> impl Iterator<Item = &Notice> {
    let releases = view.updates.learnt.releases.as_deref().filter(|_| view.updates.is_on);
    releases.into_iter().flat_map(|releases| releases.notices(&view.updates.train))
}

/// A notice about no component and no versions concerns everybody; any other one whoever has such a component installed.
fn is_of(notice: &Notice, report: &ClusterReport) -> bool {
    is_for_everybody(notice) || report.managed().any(|component| concerns(notice, component))
}

fn is_for_everybody(notice: &Notice) -> bool {
    notice.component.is_none() && notice.affected.is_none()
}

fn concerns(notice: &Notice, component: &ComponentReport) -> bool {
    let version = component.installed.as_ref().map(|installed| &installed.version);
    let ours = !matches!(component.freshness, Freshness::Missing | Freshness::Unmanaged);
    ours && component.name.parse().is_ok_and(|name| notice.concerns(&name, version))
}
