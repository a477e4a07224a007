//! What the maker writes to the releases that a component does not have yet. It is text, whatever is in it.

use std::borrow::Cow;

use maud::{Markup, html};
use wfm_core::diff::Freshness;
use wfm_core::release::{Notes, Release};
use wfm_core::report::ComponentReport;

use crate::agent::View;
use crate::words::ago;

/// So many releases are described, the newest.
const RELEASES: usize = 5;
/// So many characters of a text are shown: with many components behind, a page stays one that can be read.
const TEXT: usize = 1_000;

pub(super) fn notes(view: &View, component: &ComponentReport) -> Markup {
    let news = newer(view, component);
    html! {
        @if !news.is_empty() {
            "What is new:"
            ul {
                @for release in news {
                    li {
                        strong { (release.version()) } " " span.soft { "(" (ago(view.now, release.released())) ")" }
                        @let Notes { description, fixes, .. } = release.notes();
                        @for text in [description, fixes].into_iter().flatten() { div.text { (shown(text)) } }
                    }
                }
            }
        }
    }
}

/// A text, cut where it is too long.
fn shown(text: &str) -> Cow<'_, str> {
    match text.char_indices().nth(TEXT) {
        Some((at, _)) => Cow::Owned(format!("{}…", &text[..at])),
        None => Cow::Borrowed(text),
    }
}

/// The newest releases first, as far as something is written to them.
fn newer<'a>(view: &'a View, component: &ComponentReport) -> Vec<&'a Release> {
    let (Freshness::Outdated { .. }, Some(installed), Ok(name), Some(releases)) =
        (&component.freshness, &component.installed, component.name.parse(), &view.updates.learnt.releases)
    else {
        return Vec::new();
    };
    let line = releases.line(&view.updates.train, &name).iter().rev();
    let installed = component.remarks.variant_of.as_ref().unwrap_or(&installed.version);
    line.take_while(|release| release.version().precedence(installed).is_gt())
        .filter(|release| release.yanked().is_none() && !release.notes().is_empty())
        .take(RELEASES)
        .collect()
}
