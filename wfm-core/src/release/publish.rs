//! Publishing: what a batch of releases would change, and whether it may.

use serde::{Deserialize, Serialize};

use super::{Release, Releases};

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
    /// Within a batch the last of several entries for one version counts.
    #[must_use]
    pub fn plan(&self, batch: &[Release], mode: PublishMode) -> PublishOutcome {
        let mut outcome = PublishOutcome::default();
        let wanted: Releases = batch.iter().cloned().collect();
        for release in wanted.iter() {
            match self.find(&release.train, &release.component, &release.version) {
                None => outcome.added.push(release.clone()),
                Some(known) if known == release => outcome.unchanged += 1,
                Some(known) => outcome.changed.push((known.clone(), release.clone())),
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
