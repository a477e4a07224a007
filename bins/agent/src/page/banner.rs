//! The one sentence for a glance. Its colour and its first words are those of the worst fact.

use jiff::{SignedDuration, Timestamp};
use maud::{Markup, Render, html};
use wfm_core::collector::NamespaceState;
use wfm_core::diff::{Behind, Freshness, UnknownReason};
use wfm_core::health::Health;
use wfm_core::report::{ClusterReport, ComponentReport, Tile};
use wfm_core::source::SourceErrorCause;
use wfm_core::version::{Step, Version};

use super::notices::flaws;
use crate::agent::View;
use crate::updates::Failure;
use crate::words::{age, ago, count, grouped};

/// How many components a sentence names before it counts the rest.
const NAMED: usize = 4;
/// A cluster that cannot be read for so long is no passing fault.
const A_MOMENT: SignedDuration = SignedDuration::from_mins(2);

pub(super) fn banner(view: &View) -> Markup {
    let Some(report) = &view.report else {
        return strip(Severity::Unknown, "Unknown: nothing of the cluster has been seen yet", &html! {});
    };
    let mut facts = cluster(view, report);
    facts.extend(components(view, report));
    facts.extend(updates(view));
    let worst = facts.iter().map(|fact| fact.severity).max().unwrap_or(Severity::Well);
    let checked = view.updates.learnt.checked_at.filter(|_| view.updates.is_on && !view.updates.is_stale(view.now));
    let checked = checked.map(|at| format!("checked {}.", ago(view.now, at)));
    let details: Vec<&Markup> = facts.iter().filter_map(|fact| fact.detail.as_ref()).collect();
    if worst == Severity::Well {
        let all = all_current(report);
        let body = html! {
            (all) @if let Some(checked) = checked { ", " (checked) }
            @for detail in details { " " (detail) }
        };
        return html! { div.banner.quiet.(worst.class()) { div.wrap { p { (body) } } } };
    }
    let checked = checked.map(|checked| html! { "C" (checked[1..]) });
    let body = html! {
        @for (at, sentence) in details.into_iter().chain(&checked).enumerate() { @if at > 0 { " " } (sentence) }
    };
    facts.sort_by_key(|fact| std::cmp::Reverse(fact.severity));
    let words = facts.iter().enumerate().map(|(at, fact)| if at == 0 { &fact.sentence } else { &fact.phrase });
    let words: Vec<&str> = words.map(String::as_str).filter(|words| !words.is_empty()).collect();
    strip(worst, &words.join("; "), &body)
}

/// How bad a fact is, least first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Severity {
    Well,
    Unknown,
    Warning,
    Bad,
    /// The cluster itself, before all that is in it.
    Worst,
}

impl Severity {
    fn class(self) -> &'static str {
        match self {
            Self::Well => "ok",
            Self::Unknown => "dim",
            Self::Warning => "warn",
            Self::Bad | Self::Worst => "bad",
        }
    }
}

/// Something that keeps the banner from being green.
struct Fact {
    severity: Severity,
    /// As the first words of the heading.
    sentence: String,
    /// As further words of the heading; nothing if it needs none.
    phrase: String,
    /// A sentence below the heading.
    detail: Option<Markup>,
}

/// What holds of the cluster as a whole.
fn cluster(view: &View, report: &ClusterReport) -> Vec<Fact> {
    let namespace = &view.namespace;
    let fact = |severity, sentence: String, detail| Fact { severity, phrase: sentence.clone(), sentence, detail };
    let state = match report.inventory.namespace {
        NamespaceState::Terminating { .. } => Some(format!("The namespace {namespace} is being deleted")),
        NamespaceState::Absent => Some(format!("The namespace {namespace} does not exist")),
        NamespaceState::Active | NamespaceState::Unknown => None,
    };
    let trouble = view.namespace_trouble().map(|sentence| html! { (sentence) });
    let state = state.map(|sentence| fact(Severity::Worst, sentence, trouble));
    let old = view.stale_since().map(|seen| {
        let severity = if view.now.duration_since(seen) > A_MOMENT { Severity::Bad } else { Severity::Warning };
        fact(severity, format!("The cluster cannot be read: this was seen {}", ago(view.now, seen)), None)
    });
    state.into_iter().chain(old).collect()
}

/// What holds of the components. The numbers are those of the tiles.
fn components(view: &View, report: &ClusterReport) -> Vec<Fact> {
    let of = |tile| {
        let decides = |c: &&ComponentReport| c.tile() == Some(tile) && c.decides_tile();
        let mut rows: Vec<&ComponentReport> = report.managed().filter(decides).collect();
        // A component that several workloads run has a row for each.
        rows.dedup_by_key(|row| &row.name);
        rows
    };
    let mut facts = Vec::new();
    let flaws = flaws(view, report);
    if flaws > 0 {
        let verb = if flaws == 1 { "concerns" } else { "concern" };
        let sentence = format!("{} {verb} what is installed", count(flaws as u64, "security notice"));
        let detail = html! { strong { a href="./#notices" { (sentence) } "." } };
        facts.push(Fact { severity: Severity::Bad, phrase: sentence.clone(), sentence, detail: Some(detail) });
    }
    let (unhealthy, missing) = (of(Tile::Unhealthy), of(Tile::Missing));
    facts.extend(some(&unhealthy, Severity::Bad, "unhealthy", |names| html! { "Unhealthy: " (names) "." }));
    let mut absent = some(&missing, Severity::Bad, "missing", |names| html! { "Missing: " (names) "." });
    // What a namespace that is being deleted lacks is no news.
    let is_going = matches!(report.inventory.namespace, NamespaceState::Terminating { .. });
    let is_empty = !report.managed().any(|component| is_there(&component.freshness));
    if let Some(absent) = absent.as_mut().filter(|_| is_empty) {
        absent.sentence = "No component is installed".to_owned();
    }
    facts.extend(absent.filter(|_| !is_going));
    let mut withdrawn: Vec<&ComponentReport> = report.managed().filter(|c| c.remarks.yanked.is_some()).collect();
    withdrawn.dedup_by_key(|row| &row.name);
    if !withdrawn.is_empty() {
        let phrase = format!("{} withdrawn", withdrawn.len());
        let sentence = format!("{} installed, and withdrawn by the maker", count(withdrawn.len() as u64, "version"));
        let detail = html! { strong { "Withdrawn by the maker, and installed: " (Names::of(&withdrawn, "")) "." } };
        facts.push(Fact { severity: Severity::Warning, sentence, phrase, detail: Some(detail) });
    }
    facts.extend(outdated(view, report, &of(Tile::Outdated)));
    let mut unknown = of(Tile::Unknown);
    unknown.retain(|component| !is_of_all(component) && !is_going);
    facts.extend(some(&unknown, Severity::Unknown, "unknown", |names| html! { "Unknown: " (names) "." }));
    facts
}

/// Whether a component was seen.
fn is_there(freshness: &Freshness) -> bool {
    use UnknownReason::{ReleaseUnknown, Unreadable};
    !matches!(freshness, Freshness::Missing | Freshness::Unknown { reason: ReleaseUnknown { .. } | Unreadable { .. } })
}

/// Whether a component is unknown for a reason that holds of all, and is said once.
fn is_of_all(component: &ComponentReport) -> bool {
    let of_all = |reason: &UnknownReason| matches!(reason, UnknownReason::ChecksOff | UnknownReason::NotFetched);
    matches!(&component.freshness, Freshness::Unknown { reason } if of_all(reason))
}

/// A fact about several components of one tile.
fn some(
    components: &[&ComponentReport],
    severity: Severity,
    tile: &'static str,
    detail: impl Fn(Names<'_>) -> Markup,
) -> Option<Fact> {
    let [first, rest @ ..] = components else { return None };
    let all = components.len();
    let sentence = match rest {
        [] => format!("{} is {tile}", first.name),
        _ => format!("{} are {tile}", count(all as u64, "component")),
    };
    let detail = Some(detail(Names::of(components, tile)));
    Some(Fact { severity, sentence, phrase: format!("{all} {tile}"), detail })
}

fn outdated(view: &View, report: &ClusterReport, outdated: &[&ComponentReport]) -> Option<Fact> {
    let all: Vec<Outdated<'_>> = outdated.iter().filter_map(|component| Outdated::of(component)).collect();
    if all.is_empty() {
        return None;
    }
    let installed = report.count_components(|component| is_there(&component.freshness)) as u64;
    let verb = if all.len() == 1 { "is" } else { "are" };
    let (named, more) = all.split_at(all.len().min(NAMED));
    let majors = all.iter().filter(|one| one.behind.step == Step::Major).count() as u64;
    let also = super::unhealthy_and_outdated(report);
    let first = all.iter().map(|one| one.behind.since).min();
    let longest = match first {
        Some(first) if view.now.duration_since(first) >= SignedDuration::from_mins(1) => age(view.now, first),
        _ => "a minute".to_owned(),
    };
    let detail = html! {
        "Out of date for " @if all.len() > 1 { "up to " } (longest) ": "
        @for (at, one) in named.iter().enumerate() { @if at > 0 { ", " } (one) }
        @if !more.is_empty() { " and " a href="./?status=outdated#components" { (more.len()) " more" } }
        "."
        @if also > 0 { " So " @if also == 1 { "is " } @else { "are " } (also) " of the unhealthy." }
        @if majors > 0 { " " strong { (count(majors, "major release")) } " among them: read the notes before you upgrade." }
    };
    Some(Fact {
        severity: Severity::Warning,
        sentence: format!("{} of {} {verb} out of date", all.len(), count(installed, "installed component")),
        phrase: format!("{} out of date", all.len()),
        detail: Some(detail),
    })
}

/// What is not known of the published releases.
fn updates(view: &View) -> Option<Fact> {
    let updates = &view.updates;
    let fact = |severity, sentence: String, phrase: &str, detail| {
        Some(Fact { severity, sentence, phrase: phrase.to_owned(), detail })
    };
    if !updates.is_on {
        return fact(Severity::Unknown, "Update checks are off".to_owned(), "update checks are off", Some(off(view)));
    }
    let failure = updates.learnt.failure.as_ref();
    let Some(at) = updates.learnt.checked_at else {
        let detail = match failure {
            Some(failure) => {
                html! { "Update check failed: " bdi { (failure.message) } ". The agent tries again by itself." }
            }
            None => html! { "The first update check has not ended yet." },
        };
        return fact(
            Severity::Warning,
            "Unknown whether updates are available".to_owned(),
            "updates unknown",
            Some(detail),
        );
    };
    if updates.is_stale(view.now) {
        let severity = if updates.is_too_old(view.now) { Severity::Bad } else { Severity::Warning };
        let why = failure.map(|failure| html! { " (" bdi { (failure.message) } ")" });
        let detail = html! { "More may have been released since" @if let Some(why) = why { (why) } "." };
        let sentence = format!("Unknown: the last successful update check was {}", ago(view.now, at));
        return fact(severity, sentence, "update check is old", Some(detail));
    }
    let older = failure.is_some_and(|failure| failure.cause == SourceErrorCause::Older);
    let detail = failure.map(|failure| failed(view.now, failure));
    let severity = if older { Severity::Warning } else { Severity::Well };
    let sentence = if older { "The last update check brought an older list" } else { "" };
    detail.map(|detail| Fact { severity, sentence: sentence.to_owned(), phrase: String::new(), detail: Some(detail) })
}

fn failed(now: Timestamp, failure: &Failure) -> Markup {
    html! { "The last update check failed " (ago(now, failure.at)) ": " bdi { (failure.message) } "." }
}

fn off(view: &View) -> Markup {
    html! {
        @if view.sharing.destination.is_none() {
            "No versions service is set: give one with " code { "--versions-url" } " or " code { "VERSIONS_API_URL" } "."
        } @else {
            "CHECK_VERSIONS is false, so no component is compared with its releases."
        }
    }
}

fn all_current(report: &ClusterReport) -> String {
    let all = report.count_components(|_| true);
    let ignored = report.count_components(|component| matches!(component.freshness, Freshness::Ignored { .. }));
    match (all, ignored) {
        (0, _) => "No component is installed".to_owned(),
        (_, 0) => format!("✓ All {} current", grouped(all as u64)),
        (_, ignored) => format!("✓ {} current, {ignored} ignored", grouped((all - ignored) as u64)),
    }
}

/// Some components by name, each a link to its row, and how many more there are.
struct Names<'a> {
    named: &'a [&'a ComponentReport],
    more: usize,
    tile: &'static str,
}

impl<'a> Names<'a> {
    fn of(components: &'a [&'a ComponentReport], tile: &'static str) -> Self {
        let (named, more) = components.split_at(components.len().min(NAMED));
        Self { named, more: more.len(), tile }
    }
}

impl Render for Names<'_> {
    fn render(&self) -> Markup {
        html! {
            @for (at, component) in self.named.iter().enumerate() {
                @if at > 0 { ", " }
                a.nobreak href={ "./?text=" (component.name) "#components" } { (component.name) }
                @if let Some(why) = why(component) { " (" (why) ")" }
            }
            @if self.more > 0 { " and " a href={ "./?status=" (self.tile) "#components" } { (self.more) " more" } }
        }
    }
}

/// What explains best why a component is unhealthy.
fn why(component: &ComponentReport) -> Option<&str> {
    match &component.health {
        Health::Unhealthy { reasons } => reasons.iter().find(|reason| !reason.ends_with(" ready")).map(String::as_str),
        _ => None,
    }
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

impl Render for Outdated<'_> {
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

fn strip(severity: Severity, title: &str, body: &Markup) -> Markup {
    html! { div.banner.(severity.class()) { div.wrap { h2 { (title) } p { (body) } } } }
}
