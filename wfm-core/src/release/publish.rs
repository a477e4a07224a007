//! Publishing: what a batch of releases would change, and whether it may.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Release, Releases};
use crate::version::Train;

/// What to do with a batch of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishMode {
    /// Only say what would change.
    DryRun,
    /// Keep everything, unless a published release's facts would change: then keep nothing.
    RefuseChanges,
    /// Keep everything, replacing what differs.
    Replace,
}

/// What a batch of releases changes, in the order of the batch.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PublishOutcome {
    /// Releases that were not known.
    pub added: Vec<Release>,
    /// Releases whose facts differ from what is published, as `(published, new)`.
    pub changed: Vec<(Release, Release)>,
    /// How many were known already, with the same facts.
    pub unchanged: u64,
    /// Whether the batch was kept.
    pub kept: bool,
}

impl Releases {
    /// What publishing `batch` changes, and whether `mode` keeps it. The collection itself stays as it is.
    ///
    /// Within a batch the last of several entries for one version counts. Publishing never changes whether a known release
    /// is yanked: that is [`Releases::yank`]'s part.
    #[must_use]
    pub fn plan(&self, batch: &[Release], mode: PublishMode) -> PublishOutcome {
        let mut outcome = PublishOutcome::default();
        let wanted: Releases = batch.iter().cloned().collect();
        for release in wanted.iter() {
            match self.find(&release.train, &release.component, &release.version) {
                None => outcome.added.push(release.clone()),
                Some(known) => {
                    let new = release.clone().with_yank(known.yanked.clone());
                    if *known == new {
                        outcome.unchanged += 1;
                    } else {
                        outcome.changed.push((known.clone(), new));
                    }
                }
            }
        }
        outcome.kept = match mode {
            PublishMode::DryRun => false,
            PublishMode::RefuseChanges => outcome.changed.is_empty(),
            PublishMode::Replace => true,
        };
        outcome
    }
}

impl PublishOutcome {
    /// The releases that were kept and are new or differ, as they are now.
    pub fn news(&self) -> impl Iterator<Item = &Release> {
        let kept = if self.kept { usize::MAX } else { 0 };
        self.added.iter().chain(self.changed.iter().map(|(_, new)| new)).take(kept)
    }

    /// The trains whose lists it changed.
    #[must_use]
    pub fn trains(&self) -> BTreeSet<&Train> {
        self.news().map(Release::train).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn release(version: &str, day: i8) -> Release {
        Release::new(
            "deis-router".parse().unwrap(),
            "stable".parse().unwrap(),
            version.parse().unwrap(),
            format!("2020-01-{day:02}T00:00:00Z").parse().unwrap(),
        )
    }

    #[test]
    fn publishing_twice_changes_nothing() {
        let all: Releases = [release("v2.9.0", 1)].into_iter().collect();
        let outcome = all.plan(&[release("v2.9.0", 1)], PublishMode::RefuseChanges);
        assert_eq!((outcome.added.len(), outcome.changed.len(), outcome.unchanged), (0, 0, 1));
        assert!(outcome.kept);
    }

    #[test]
    fn publishing_again_does_not_take_a_yank_back() {
        let yank = Some(crate::release::Yank {
            reason: "it loses data".parse().unwrap(),
            at: "2020-02-01T00:00:00Z".parse().unwrap(),
        });
        let all: Releases = [release("v2.9.0", 1).with_yank(yank.clone())].into_iter().collect();
        assert_eq!(all.plan(&[release("v2.9.0", 1)], PublishMode::RefuseChanges).unchanged, 1);
        let outcome = all.plan(&[release("v2.9.0", 2)], PublishMode::Replace);
        assert_eq!(outcome.changed[0].1.yanked(), yank.as_ref());
    }

    #[test]
    fn changed_facts_are_refused_unless_replacing() {
        let all: Releases = [release("v2.9.0", 1)].into_iter().collect();
        let batch = [release("v2.9.0", 2), release("v2.10.0", 3)];
        assert!(!all.plan(&batch, PublishMode::RefuseChanges).kept);
        assert!(!all.plan(&batch, PublishMode::DryRun).kept);
        let outcome = all.plan(&batch, PublishMode::Replace);
        assert!(outcome.kept);
        assert_eq!((outcome.added.len(), outcome.changed.len()), (1, 1));
    }
}
