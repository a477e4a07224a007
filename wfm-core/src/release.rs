//! What was published: releases, and the ordered collection that questions are asked of.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::component::ComponentName;
use crate::text::printable;
use crate::version::{Train, Version};

mod issue;
mod notice;
mod publish;
mod text;
mod yank;

pub use issue::Issue;
pub use notice::{NotANoticeId, Notice, NoticeId, NoticeLevel};
pub use publish::{Difference, PublishMode, PublishOutcome};
pub use text::{NotPlainText, PlainText};
pub use yank::{ReleaseKey, Yank};

/// One published version of one component on one train.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Release {
    component: ComponentName,
    train: Train,
    version: Version,
    released: Timestamp,
    #[serde(default, skip_serializing_if = "Notes::is_empty")]
    notes: Notes,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    minimum: Option<Version>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    yanked: Option<Yank>,
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
        Self { component, train, version, released, notes: Notes::default(), minimum: None, yanked: None }
    }

    /// The same release with notes, of which only printable text and line breaks are kept.
    #[must_use]
    pub fn with_notes(mut self, notes: Notes) -> Self {
        let kept =
            |text: Option<String>| text.map(|text| printable(&text).into_owned()).filter(|text| !text.is_empty());
        self.notes = Notes { description: kept(notes.description), fixes: kept(notes.fixes), image: kept(notes.image) };
        self
    }

    /// The same release with the lowest version from which it can be upgraded to.
    #[must_use]
    pub fn with_minimum(mut self, minimum: Option<Version>) -> Self {
        self.minimum = minimum;
        self
    }

    /// The same release, withdrawn or not.
    #[must_use]
    pub fn with_yank(mut self, yanked: Option<Yank>) -> Self {
        self.yanked = yanked;
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

    /// The lowest version from which it can be upgraded to; any where absent.
    #[must_use]
    pub fn minimum(&self) -> Option<&Version> {
        self.minimum.as_ref()
    }

    /// Why and when it was withdrawn, if it was.
    #[must_use]
    pub fn yanked(&self) -> Option<&Yank> {
        self.yanked.as_ref()
    }
}

/// Every known release, by train and component, in order of precedence (lowest first), and the notices of each train.
///
/// Latest means highest precedence among those not yanked, never youngest: a back-port 2.9.1 published after 2.10.0 does
/// not become latest. A yanked release stays listed, so that whoever runs it still finds it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Releases {
    trains: BTreeMap<Train, BTreeMap<ComponentName, Vec<Release>>>,
    notices: BTreeMap<Train, BTreeMap<NoticeId, Notice>>,
    issues: BTreeMap<Train, Issue>,
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

    /// The release with the highest precedence of a component on a train that is not yanked. Versions that differ in their
    /// build metadata have one precedence: of these it is the one released last.
    #[must_use]
    pub fn latest(&self, train: &Train, component: &ComponentName) -> Option<&Release> {
        let mut offered = self.line(train, component).iter().rev().filter(|release| release.yanked.is_none());
        let highest = offered.next()?;
        let same = offered.take_while(|release| release.version.precedence(&highest.version).is_eq());
        Some(same.fold(highest, |latest, release| if release.released > latest.released { release } else { latest }))
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

    /// The releases that followers of a train are offered, by component, lowest precedence first: its own, and those of the
    /// trains that it [includes](Train::includes). If a version is on both, the train's own release counts.
    #[must_use]
    pub fn followed(&self, train: &Train) -> BTreeMap<&ComponentName, Vec<&Release>> {
        let mut lines: BTreeMap<&ComponentName, BTreeMap<&Version, &Release>> = BTreeMap::new();
        let others = self.trains.keys().filter(|other| *other != train && train.includes(other));
        for (name, line) in others.chain([train]).flat_map(|train| self.train(train)) {
            lines.entry(name).or_default().extend(line.iter().map(|release| (&release.version, release)));
        }
        lines.into_iter().map(|(name, line)| (name, line.into_values().collect())).collect()
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

/// The notices.
impl Releases {
    /// Adds a notice, or replaces the one of this name on its train. Returns the one replaced.
    pub fn insert_notice(&mut self, notice: Notice) -> Option<Notice> {
        self.notices.entry(notice.train.clone()).or_default().insert(notice.id.clone(), notice)
    }

    /// Takes a notice back. Returns it, if there was one.
    pub fn remove_notice(&mut self, train: &Train, id: &NoticeId) -> Option<Notice> {
        let notices = self.notices.get_mut(train)?;
        let removed = notices.remove(id);
        if notices.is_empty() {
            self.notices.remove(train);
        }
        removed
    }

    /// One notice.
    #[must_use]
    pub fn notice(&self, train: &Train, id: &NoticeId) -> Option<&Notice> {
        self.notices.get(train)?.get(id)
    }

    /// The notices of a train, by name.
    pub fn notices(&self, train: &Train) -> impl Iterator<Item = &Notice> {
        self.notices.get(train).into_iter().flat_map(BTreeMap::values)
    }

    /// The notices of all trains.
    pub fn all_notices(&self) -> impl Iterator<Item = &Notice> {
        self.notices.values().flat_map(BTreeMap::values)
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
mod tests;
