//! What the maker says beside the releases: advisories and ends of life that concern what is installed.

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::release::{Notice, NoticeLevel};
use wfm_core::report::ClusterReport;

use crate::agent::View;
use crate::words::ago;

/// Newest first; nothing where there is nothing to say.
pub(super) fn notices(view: &View, report: &ClusterReport) -> Markup {
    let releases = view.updates.learnt.releases.as_deref().filter(|_| view.updates.is_on);
    let all = releases.into_iter().flat_map(|releases| releases.notices(&view.updates.train));
    let mut mine: Vec<&Notice> = all.filter(|notice| concerns(notice, report)).collect();
    mine.sort_by(|a, b| (b.published, &a.id).cmp(&(a.published, &b.id)));
    html! {
        @if !mine.is_empty() {
            section.notices aria-label="Notices of the maker" {
                @for notice in mine {
                    p.note.(if notice.level == NoticeLevel::EndOfLife { "bad" } else { "warn" }) {
                        strong {
                            @match notice.level {
                                NoticeLevel::Advisory => "! Advisory",
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

/// A notice about a component that is not installed concerns nobody here; one about no component concerns everybody.
fn concerns(notice: &Notice, report: &ClusterReport) -> bool {
    let Some(about) = &notice.component else { return true };
    let mut installed = report.managed().filter(|c| c.name == about.as_str() && c.freshness != Freshness::Missing);
    installed.any(|component| notice.concerns(about, component.installed.as_ref().map(|i| &i.version)))
}
