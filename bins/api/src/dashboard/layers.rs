//! Which versions a chart of adoption shows, and that together they are all active clusters.

use std::collections::BTreeMap;

use wfm_core::anonymizer::ReportedVersion;
use wfm_core::version::Version;
use wfm_core::wire::insights::{About, AdoptionDay, Count, Installed};

use super::chart::stack::Layer;

/// How many versions have a layer of their own.
const NAMED: usize = 5;

/// A layer, and what it is called.
pub(super) struct Named {
    pub(super) words: String,
    pub(super) layer: Layer,
    /// What a table says of each day: too few is not zero.
    pub(super) told: Vec<Option<Count>>,
}

/// The layers from the bottom up: versions, newest first, then the other versions, what was never published, clusters
/// without the component, and what is not told because it is too few. On every day they add up to all active clusters.
pub(super) fn layers(days: &[&AdoptionDay], about: &About) -> Vec<Named> {
    // Whoever is told rounded numbers is not told that there is none, either.
    let least = if about.rounded_to.is_some() { Count::Few } else { Count::Told(0) };
    let versions = chosen(days);
    let layer = |class: String, words: String, of: &dyn Fn(&Installed) -> Count| {
        let told = days.iter().map(|day| day.installed.as_ref().map(of)).collect();
        let amount =
            |day: &&AdoptionDay| day.installed.as_ref().filter(|all| all.active != Count::Few).map(of).map(number);
        Named { words, told, layer: Layer { class, amounts: days.iter().map(amount).collect() } }
    };
    let mut layers: Vec<Named> = versions
        .iter()
        .enumerate()
        .map(|(at, version)| {
            let key = ReportedVersion::Listed((*version).clone());
            layer(format!("v{at}"), version.to_string(), &move |all| of(all, &key, least))
        })
        .collect();
    let others = |all: &Installed| {
        let is_other =
            |version: &ReportedVersion| matches!(version, ReportedVersion::Listed(one) if !versions.contains(&one));
        sum(all.versions.iter().filter(|(version, _)| is_other(version)).map(|(_, count)| *count), least)
    };
    let untold = |all: &Installed| {
        let told: u64 = all.versions.values().copied().map(number).sum();
        Count::Told(number(all.active).saturating_sub(told + number(all.none)))
    };
    layers.push(layer("other".into(), "other versions".into(), &others));
    layers.push(layer("custom".into(), "custom (never published)".into(), &|all| {
        of(all, &ReportedVersion::Custom, least)
    }));
    layers.push(layer("none".into(), "without this component".into(), &|all| all.none));
    layers.push(layer("untold".into(), "not told (few, or rounded off)".into(), &untold));
    // That nobody runs what was never published is told too; a version that nobody runs is not.
    layers.retain(|named| {
        let is_told = named.told.iter().flatten().any(|count| *count != Count::Told(0));
        is_told || matches!(named.layer.class.as_str(), "custom" | "none")
    });
    layers
}

/// The versions that most clusters ever ran at once in these days, newest first; the newest of the last day is among
/// them, however few run it yet: it is what people look for.
fn chosen<'a>(days: &[&'a AdoptionDay]) -> Vec<&'a Version> {
    let mut seen: BTreeMap<&Version, u64> = BTreeMap::new();
    let mut newest = None;
    for installed in days.iter().filter_map(|day| day.installed.as_ref()) {
        newest = None;
        for (version, count) in &installed.versions {
            if let ReportedVersion::Listed(version) = version {
                let most = seen.entry(version).or_default();
                *most = number(*count).max(*most);
                newest = Some(version);
            }
        }
    }
    let mut ranked: Vec<(&Version, u64)> = seen.into_iter().filter(|(_, most)| *most > 0).collect();
    ranked.sort_by(|(a, more), (b, less)| less.cmp(more).then_with(|| b.cmp(a)));
    if let Some(at) = ranked.iter().position(|(version, _)| Some(*version) == newest)
        && at >= NAMED
    {
        ranked.swap(NAMED - 1, at);
    }
    let mut versions: Vec<&Version> = ranked.into_iter().take(NAMED).map(|(version, _)| version).collect();
    versions.sort_by(|a, b| b.cmp(a));
    versions
}

fn of(all: &Installed, version: &ReportedVersion, least: Count) -> Count {
    all.versions.get(version).copied().unwrap_or(least)
}

/// What is told of several; the least that there may be, where nothing is.
fn sum(counts: impl Iterator<Item = Count>, least: Count) -> Count {
    match counts.map(number).sum() {
        0 => least,
        told => Count::Told(told),
    }
}

/// What is surely there.
pub(super) fn number(count: Count) -> u64 {
    match count {
        Count::Told(number) => number,
        Count::Few => 0,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn day(counts: &[Count], none: Count, active: Count) -> AdoptionDay {
        let version = |at: usize| format!("v2.{at}.0");
        let mut versions: BTreeMap<ReportedVersion, Count> =
            counts.iter().enumerate().map(|(at, count)| (version(at).into(), *count)).collect();
        if let Some(last) = counts.last() {
            versions.insert(ReportedVersion::Custom, *last);
        }
        let installed = Some(Installed { active, none, versions });
        AdoptionDay { day: jiff::civil::date(2026, 1, 1), complete: true, installed }
    }

    fn about(rounded_to: Option<u64>) -> About {
        let at = "2026-01-01T12:00:00Z".parse().unwrap();
        let (included, excluded) = (Count::Told(900), Count::Told(0));
        About { at, include: wfm_core::fleet::Cohorts::default(), included, excluded, rounded_to }
    }

    proptest! {
        #[test]
        fn the_layers_add_up_to_all_active_clusters(
            counts in prop::collection::vec(prop::collection::vec(0..500_u64, 0..12), 1..5),
            none in 0..50_u64,
        ) {
            let days: Vec<AdoptionDay> = counts
                .iter()
                .map(|counts| {
                    let told: Vec<Count> = counts.iter().map(|count| Count::Told(*count)).collect();
                    let active = counts.iter().sum::<u64>() + counts.last().unwrap_or(&0) + none;
                    day(&told, Count::Told(none), Count::Told(active))
                })
                .collect();
            let layers = layers(&days.iter().collect::<Vec<_>>(), &about(None));
            for (at, day) in days.iter().enumerate() {
                let sum: u64 = layers.iter().filter_map(|named| named.layer.amounts[at]).sum();
                prop_assert_eq!(Count::Told(sum), day.installed.as_ref().unwrap().active);
            }
            prop_assert!(layers.iter().all(|named| named.layer.class != "untold"));
        }
    }

    #[test]
    fn what_is_not_told_is_a_layer_and_nothing_is_lost() {
        let day = day(&[Count::Told(40), Count::Few], Count::Few, Count::Told(60));
        let layers = layers(&[&day], &about(Some(10)));
        let told: Vec<(&str, u64)> =
            layers.iter().map(|named| (named.layer.class.as_str(), named.layer.amounts[0].unwrap())).collect();
        assert_eq!(told, [("v0", 40), ("other", 0), ("custom", 0), ("none", 0), ("untold", 20)]);
        assert_eq!(layers[1].told, [Some(Count::Few)]);
    }

    #[test]
    fn the_newest_version_is_shown_however_few_run_it() {
        let counts: Vec<Count> = [90, 80, 70, 60, 50, 40, 1].map(Count::Told).into();
        let day = day(&counts, Count::Told(0), Count::Told(392));
        let layers = layers(&[&day], &about(None));
        let words: Vec<&str> = layers.iter().map(|named| named.words.as_str()).take(5).collect();
        assert_eq!(words, ["v2.6.0", "v2.3.0", "v2.2.0", "v2.1.0", "v2.0.0"]);
    }
}
