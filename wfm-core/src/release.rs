//! What was published: releases, and the ordered collection that questions are asked of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::ComponentName;
use crate::version::{Train, Version};

mod publish;

pub use publish::{PublishMode, PublishOutcome};

/// One published version of one component on one train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    component: ComponentName,
    train: Train,
    version: Version,
    released: Timestamp,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
}

/// What the maker says about a release, as plain text. It is shown as text, never as markup.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Notes {
    /// What the release brings.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What it repairs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fixes: Option<String>,
    /// The image it is published as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub image: Option<String>,
}

impl Notes {
    /// Whether nothing is said.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

impl Release {
    /// A release without notes; `released` is its publication, UTC.
    #[must_use]
    pub fn new(component: ComponentName, train: Train, version: Version, released: Timestamp) -> Self {
        Self { component, train, version, released, notes: Notes::default() }
    }

    /// The same release with notes.
    #[must_use]
    pub fn with_notes(mut self, notes: Notes) -> Self {
        self.notes = notes;
        self
    }

    /// The component that was released.
    #[must_use]
    pub fn component(&self) -> &ComponentName {
        &self.component
    }

    /// The train it was released on.
    #[must_use]
    pub fn train(&self) -> &Train {
        &self.train
    }

    /// The version, with its text as published.
    #[must_use]
    pub fn version(&self) -> &Version {
        &self.version
    }

    /// When it was published.
    #[must_use]
    pub fn released(&self) -> Timestamp {
        self.released
    }

    /// What the maker says about it.
    #[must_use]
    pub fn notes(&self) -> &Notes {
        &self.notes
    }
}

/// Every known release, by train and component, in order of precedence (lowest first).
///
/// Latest means highest precedence, never youngest: a back-port 2.9.1 published after 2.10.0 does not become latest.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    trains: BTreeMap<Train, BTreeMap<ComponentName, Vec<Release>>>,
}

impl Releases {
    /// Adds a release, or replaces the one with the same component, train and version. Returns the one replaced.
    pub fn insert(&mut self, release: Release) -> Option<Release> {
        let line = self.trains.entry(release.train.clone()).or_default().entry(release.component.clone()).or_default();
        match line.binary_search_by(|known| known.version.cmp(&release.version)) {
            Ok(at) => Some(std::mem::replace(&mut line[at], release)),
            Err(at) => {
                line.insert(at, release);
                None
            }
        }
    }

    /// All releases of a component on a train, lowest precedence first; empty where nothing is known.
    #[must_use]
    pub fn line(&self, train: &Train, component: &ComponentName) -> &[Release] {
        self.trains.get(train).and_then(|components| components.get(component)).map_or(&[], Vec::as_slice)
    }

    /// The release with the highest precedence of a component on a train.
    #[must_use]
    pub fn latest(&self, train: &Train, component: &ComponentName) -> Option<&Release> {
        self.line(train, component).last()
    }

    /// One release, by its exact version (the leading `v` does not count).
    #[must_use]
    pub fn find(&self, train: &Train, component: &ComponentName, version: &Version) -> Option<&Release> {
        let line = self.line(train, component);
        line.binary_search_by(|known| known.version.cmp(version)).ok().map(|at| &line[at])
    }

    /// The release of this version on any train.
    #[must_use]
    pub fn find_on_any_train(&self, component: &ComponentName, version: &Version) -> Option<&Release> {
        self.trains.keys().find_map(|train| self.find(train, component, version))
    }

    /// Every component of a train with its releases, by name.
    pub fn train(&self, train: &Train) -> impl Iterator<Item = (&ComponentName, &[Release])> {
        self.trains.get(train).into_iter().flatten().map(|(name, line)| (name, line.as_slice()))
    }

    /// Whether anything was ever published on this train.
    #[must_use]
    pub fn has_train(&self, train: &Train) -> bool {
        self.trains.contains_key(train)
    }

    /// Every release, by train, component and precedence.
    pub fn iter(&self) -> impl Iterator<Item = &Release> {
        self.trains.values().flat_map(BTreeMap::values).flatten()
    }

    /// Every version of a component on all trains, highest precedence first.
    #[must_use]
    pub fn versions(&self, component: &ComponentName) -> Vec<&Version> {
        let mut versions: Vec<&Version> =
            self.trains.keys().flat_map(|train| self.line(train, component)).map(Release::version).collect();
        versions.sort_unstable_by(|a, b| b.cmp(a));
        versions.dedup();
        versions
    }

    /// The published component of this name, on any train.
    #[must_use]
    pub fn component(&self, name: &str) -> Option<&ComponentName> {
        self.trains.values().find_map(|components| components.get_key_value(name)).map(|(name, _)| name)
    }

    /// How many releases there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.trains.values().flat_map(BTreeMap::values).map(Vec::len).sum()
    }

    /// Whether nothing was ever published.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.trains.is_empty()
    }
}

impl FromIterator<Release> for Releases {
    fn from_iter<I: IntoIterator<Item = Release>>(releases: I) -> Self {
        let mut all = Self::default();
        for release in releases {
            all.insert(release);
        }
        all
    }
}

impl Extend<Release> for Releases {
    fn extend<I: IntoIterator<Item = Release>>(&mut self, releases: I) {
        for release in releases {
            self.insert(release);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn release(train: &str, version: &str, day: i8) -> Release {
        Release::new(
            "deis-router".parse().unwrap(),
            train.parse().unwrap(),
            version.parse().unwrap(),
            format!("2020-01-{day:02}T00:00:00Z").parse().unwrap(),
        )
    }

    fn router() -> ComponentName {
        "deis-router".parse().unwrap()
    }

    #[test]
    fn a_back_port_published_later_does_not_become_latest() {
        let all: Releases =
            [release("stable", "v2.9.0", 1), release("stable", "v2.10.0", 2), release("stable", "v2.9.1", 9)]
                .into_iter()
                .collect();
        assert_eq!(all.latest(&Train::stable(), &router()).unwrap().version().to_string(), "v2.10.0");
    }

    #[test]
    fn trains_do_not_see_each_other() {
        let all: Releases = [release("stable", "v2.9.0", 1), release("beta", "v3.0.0-rc1", 2)].into_iter().collect();
        assert_eq!(all.latest(&Train::stable(), &router()).unwrap().version().to_string(), "v2.9.0");
        assert_eq!(all.latest(&Train::beta(), &router()).unwrap().version().to_string(), "v3.0.0-rc1");
    }

    #[test]
    fn versions_are_listed_newest_first_across_trains() {
        let all: Releases =
            [release("stable", "v2.9.0", 1), release("stable", "v2.10.0", 2), release("beta", "v2.10.0-rc1", 1)]
                .into_iter()
                .collect();
        let names: Vec<String> = all.versions(&router()).into_iter().map(ToString::to_string).collect();
        assert_eq!(names, ["v2.10.0", "v2.10.0-rc1", "v2.9.0"]);
    }

    proptest! {
        #[test]
        fn the_order_of_publication_does_not_matter(numbers in proptest::collection::vec((0u64..4, 0u64..4, 0u64..4), 1..20)) {
            let releases: Vec<Release> = numbers.iter().map(|(a, b, c)| release("stable", &format!("{a}.{b}.{c}"), 1)).collect();
            let forwards: Releases = releases.iter().cloned().collect();
            let backwards: Releases = releases.iter().rev().cloned().collect();
            prop_assert_eq!(&forwards, &backwards);
            let highest = releases.iter().map(Release::version).max().unwrap();
            prop_assert_eq!(forwards.latest(&Train::stable(), &router()).unwrap().version(), highest);
        }
    }
}
