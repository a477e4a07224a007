//! The one sentence for a glance: out of date, current, off, or not to be told.

use jiff::Timestamp;
use maud::{Markup, html};
use wfm_core::diff::{Behind, Freshness, UnknownReason};
use wfm_core::report::{ClusterReport, ComponentReport, Tile};
use wfm_core::source::SourceErrorCause;
use wfm_core::version::{Step, Version};

use crate::agent::View;
use crate::updates::{Failure, Learnt};
use crate::words::{ago, count, grouped};

/// How many components the sentence names before it says "and n more".
const NAMED: usize = 4;

pub(super) fn banner(view: &View) -> Markup {
    let Some(report) = &view.report else {
        return html! { (strip("dim", "Cannot tell", &html! { "Nothing of the cluster has been seen yet." })) };
    };
    let updates = &view.updates;
    match (updates.is_on, updates.learnt.checked_at) {
        (false, _) => strip("dim", "Update checks are off", &off(view)),
        (true, None) => strip("warn", "Cannot tell", &never(&updates.learnt)),
        (true, Some(checked)) => html! {
            @if updates.is_stale(view.now) { (stale(view, checked)) }
            (known(view, report, checked))
        },
    }
}

/// Whether a component is there; it may be there unseen.
fn is_seen(freshness: &Freshness) -> bool {
    !is_absent(freshness) && !matches!(freshness, Freshness::Unknown { reason: UnknownReason::Unreadable { .. } })
}

/// Whether a component was looked for and is not there, be that a fault or not.
fn is_absent(freshness: &Freshness) -> bool {
    matches!(freshness, Freshness::Missing | Freshness::Unknown { reason: UnknownReason::ReleaseUnknown { .. } })
}

/// Before everything that may have changed since.
fn stale(view: &View, checked: Timestamp) -> Markup {
    let class = if view.updates.is_too_old(view.now) { "bad" } else { "warn" };
    let why = view.updates.learnt.failure.as_ref();
    let body = html! {
        "The last successful check was " (ago(view.now, checked))
        @if let Some(Failure { message, .. }) = why { " (" bdi { (message) } ")" }
        ". What was known then:"
    };
    strip(class, "Cannot tell", &body)
}

fn known(view: &View, report: &ClusterReport, checked: Timestamp) -> Markup {
    let outdated: Vec<Outdated<'_>> = report.managed().filter_map(Outdated::of).collect();
    let installed = report.managed().filter(|component| !is_absent(&component.freshness)).count();
    let doubts = doubts(view);
    let flaws = super::notices::flaws(view, report);
    let rest = html! { (security(flaws)) (withdrawn(report)) (rest(report)) };
    if outdated.is_empty() {
        let how_many = |wanted: fn(&Freshness) -> bool| report.managed().filter(|c| wanted(&c.freshness)).count();
        let unknown = how_many(|freshness| matches!(freshness, Freshness::Unknown { .. }) && !is_absent(freshness));
        let ignored = how_many(|freshness| matches!(freshness, Freshness::Ignored { .. }));
        let current = (installed - unknown - ignored) as u64;
        let quiet = html! {
            @if installed == 0 { "No component is installed" }
            @else if unknown + ignored == 0 { "✓ All " (grouped(current)) " current" } @else { (grouped(current)) " current" }
            @if ignored > 0 { ", " (ignored) " ignored" }
            @if unknown > 0 { ", " (unknown) " could not be told" }
            ", checked " (ago(view.now, checked)) "." (doubts) (rest)
        };
        let class = match (flaws, unknown) {
            (1.., _) => "bad",
            _ if is_older(view) => "warn",
            (0, 0) if installed > 0 && !view.updates.is_stale(view.now) => "ok",
            _ => "dim",
        };
        return html! { div.banner.quiet.(class) { div.wrap { p { (quiet) } } } };
    }
    let severity = if flaws > 0 || view.updates.is_too_old(view.now) { "bad" } else { "warn" };
    let (named, more) = outdated.split_at(outdated.len().min(NAMED));
    let majors = outdated.iter().filter(|one| one.behind.step == Step::Major).count() as u64;
    let verb = if outdated.len() == 1 { "is" } else { "are" };
    let seen = report.managed().filter(|component| is_seen(&component.freshness)).count() as u64;
    let title = format!("{} of {} {verb} out of date", outdated.len(), count(seen, "installed component"));
    let body = html! {
        @for (at, one) in named.iter().enumerate() { @if at > 0 { ", " } (one) }
        @if !more.is_empty() { " and " a href="./?status=outdated#components" { (more.len()) " more" } }
        @if let Some(days) = outdated.iter().filter_map(|one| one.behind.days).max() { "; oldest lag " (count(days.into(), "day")) }
        "."
        @if majors > 0 { " " strong { (count(majors, "major release")) } " among them: read the notes before you upgrade." }
        " Checked " (ago(view.now, checked)) "." (doubts) (rest)
    };
    strip(severity, &title, &body)
}

/// A component that is behind.
struct Outdated<'a> {
    component: &'a ComponentReport,
    latest: &'a Version,
    behind: &'a Behind,
}

impl<'a> Outdated<'a> {
    fn of(component: &'a ComponentReport) -> Option<Self> {
        match &component.freshness {
            Freshness::Outdated { latest, behind } => Some(Self { component, latest, behind }),
            _ => None,
        }
    }
}

impl maud::Render for Outdated<'_> {
    fn render(&self) -> Markup {
        html! {
            a.nobreak href={ "./?text=" (self.component.name) "#components" } title="Notes and upgrade" {
                (self.component.name) " "
                @if let Some(installed) = &self.component.installed { (installed.version) " " }
                "→ " (self.latest)
            }
        }
    }
}

/// Flaws that the maker has told of, worded apart from everything that is merely behind.
fn security(flaws: usize) -> Markup {
    let verb = if flaws == 1 { "concerns" } else { "concern" };
    html! {
        @if flaws > 0 {
            " " strong { a href="./#notices" { (count(flaws as u64, "security notice")) } " " (verb) " what is installed." }
        }
    }
}

/// Installed versions that the maker has taken back.
fn withdrawn(report: &ClusterReport) -> Markup {
    let names: Vec<&str> =
        report.managed().filter(|c| c.remarks.yanked.is_some()).map(|component| component.name.as_str()).collect();
    html! { @if !names.is_empty() { " " strong { "Withdrawn by the maker, and installed: " (names.join(", ")) "." } } }
}

/// What the versions do not say: absent and broken components.
fn rest(report: &ClusterReport) -> Markup {
    let (missing, unhealthy) = (report.count(Tile::Missing), report.count(Tile::Unhealthy));
    html! {
        @if missing > 0 { " " a href="./?status=missing#components" { (count(missing as u64, "component")) " missing" } "." }
        @if unhealthy > 0 { " " a href="./?status=unhealthy#components" { (count(unhealthy as u64, "component")) " unhealthy" } "." }
    }
}

/// Whether the last list that was read was an older one.
fn is_older(view: &View) -> bool {
    view.updates.learnt.failure.as_ref().is_some_and(|failure| failure.cause == SourceErrorCause::Older)
}

fn doubts(view: &View) -> Markup {
    html! {
        @if view.updates.is_stale(view.now) { " " strong { "This is old: it may have changed since." } }
        @else if let Some(failure) = &view.updates.learnt.failure { " The last check failed " (failed(view.now, failure)) "." }
    }
}

fn failed(now: Timestamp, failure: &Failure) -> Markup {
    html! { (ago(now, failure.at)) ": " bdi { (failure.message) } }
}

fn never(learnt: &Learnt) -> Markup {
    html! {
        "Whether updates are available could not be told: "
        @match &learnt.failure {
            Some(failure) => { (failure.message) ". It is tried again by itself." },
            None => "the first check has not ended yet.",
        }
    }
}

fn off(view: &View) -> Markup {
    html! {
        @if view.sharing.destination.is_none() {
            "No versions service is set: give one with " code { "--versions-url" } " or " code { "VERSIONS_API_URL" } "."
        } @else {
            "CHECK_VERSIONS is false, so whether anything is out of date could not be told."
        }
    }
}

fn strip(class: &str, title: &str, body: &Markup) -> Markup {
    html! { div.banner.(class) { div.wrap { h2 { (title) } p { (body) } } } }
}
