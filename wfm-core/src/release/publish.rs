//! Publishing: what a batch of releases would change, and whether it may.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use super::{Release, Releases, Yank};
use crate::version::{Train, Version};

/// What to do with a batch of releases.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PublishMode {
    /// Only say what would change.
    DryRun,
    /// Keep everything, unless a published release's facts would change: then keep nothing.
    RefuseChanges,
    /// Keep everything, replacing what differs, unless a published release would be yanked: then keep nothing.
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

/// A fact in which two releases of one version differ. Texts are cut to 80 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// The field as it is published, such as `version.released`.
    pub field: &'static str,
    /// What is published.
    pub published: String,
    /// What would replace it.
    pub new: String,
}

impl Release {
    /// How `new` differs from this release.
    #[must_use]
    pub fn differences(&self, new: &Self) -> Vec<Difference> {
        let text = |text: &Option<String>| text.as_deref().unwrap_or("nothing").chars().take(80).collect::<String>();
        let version = |version: Option<&Version>| version.map_or_else(|| "nothing".to_owned(), Version::to_string);
        let facts = |release: &Self| {
            let notes = release.notes();
            [
                ("version.version", release.version.to_string()),
                ("version.released", release.released.to_string()),
                ("version.data.description", text(&notes.description)),
                ("version.data.fixes", text(&notes.fixes)),
                ("version.data.image", text(&notes.image)),
                ("version.data.minimum", version(release.minimum())),
            ]
        };
        let both = facts(self).into_iter().zip(facts(new)).filter(|((_, published), (_, new))| published != new);
        let facts = both.map(|((field, published), (_, new))| Difference { field, published, new });
        let yank = |yank: Option<&Yank>| {
            yank.map_or_else(
                || "nothing".to_owned(),
                |yank| format!("{}, {}", yank.at, text(&Some(yank.reason.to_string()))),
            )
        };
        let yanked = (self.yanked() != new.yanked()).then(|| Difference {
            field: "version.yanked",
            published: yank(self.yanked()),
            new: format!("{} (yank: use DELETE on the release, a file cannot)", yank(new.yanked())),
        });
        facts.chain(yanked).collect()
    }
}

impl Releases {
    /// What publishing `batch` changes, and whether `mode` keeps it. The collection itself stays as it is.
    ///
    /// Within a batch the last of several entries for one version counts. Publishing never changes whether a known release
    /// is yanked: that is [`Releases::yank`]'s part. A batch that has another yank of one is therefore never kept; one that has
    /// none leaves it as it is.
    #[must_use]
    pub fn plan(&self, batch: &[Release], mode: PublishMode) -> PublishOutcome {
        let mut outcome = PublishOutcome::default();
        let wanted: Releases = batch.iter().cloned().collect();
        for release in wanted.iter() {
            match self.find(&release.train, &release.component, &release.version) {
                None => outcome.added.push(release.clone()),
                Some(known) => {
                    let yank = release.yanked.clone().or_else(|| known.yanked.clone());
                    let new = release.clone().with_yank(yank);
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
            PublishMode::Replace => !outcome.changes_a_yank(),
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

    /// Whether a published release would be yanked, or yanked for another reason: no mode keeps that.
    #[must_use]
    pub fn changes_a_yank(&self) -> bool {
        self.changed.iter().any(|(published, new)| published.yanked() != new.yanked())
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
    fn another_yank_of_a_published_release_is_a_difference_that_is_never_kept() {
        let yank =
            |reason: &str| Some(Yank { reason: reason.parse().unwrap(), at: "2020-02-01T00:00:00Z".parse().unwrap() });
        for known in [None, yank("it is slow")] {
            let all: Releases = [release("v2.9.0", 1).with_yank(known.clone())].into_iter().collect();
            let batch = [release("v2.9.0", 1).with_yank(yank("it loses data")), release("v2.10.0", 2)];
            for mode in [PublishMode::DryRun, PublishMode::RefuseChanges, PublishMode::Replace] {
                let outcome = all.plan(&batch, mode);
                assert!(!outcome.kept && outcome.changes_a_yank() && outcome.unchanged == 0);
                let (published, new) = &outcome.changed[0];
                let [difference] = published.differences(new).try_into().unwrap();
                assert_eq!(difference.field, "version.yanked");
                assert!(difference.new.contains("it loses data") && difference.new.contains("yank: use DELETE"));
                assert_eq!(difference.published.contains("it is slow"), known.is_some());
            }
            assert_eq!(all.plan(&[release("v2.9.0", 1).with_yank(known)], PublishMode::RefuseChanges).unchanged, 1);
        }
        let outcome = Releases::default().plan(&[release("v2.9.0", 1).with_yank(yank("new"))], PublishMode::Replace);
        assert!(outcome.kept && outcome.added[0].yanked().is_some());
    }

    #[test]
    fn changed_facts_are_refused_unless_replacing() {
        let all: Releases = [release("v2.9.0", 1)].into_iter().collect();
        let batch = [release("v2.9.0", 2), release("v2.10.0", 3)];
        assert!(!all.plan(&batch, PublishMode::RefuseChanges).kept);
        assert!(!all.plan(&batch, PublishMode::DryRun).kept);
        let outcome = all.plan(&batch, PublishMode::Replace);
        let (published, new) = &outcome.changed[0];
        let (before, after) = ("2020-01-01T00:00:00Z".to_owned(), "2020-01-02T00:00:00Z".to_owned());
        let released = Difference { field: "version.released", published: before, new: after };
        assert_eq!(published.differences(new), [released]);
        assert!(outcome.kept);
        assert_eq!((outcome.added.len(), outcome.changed.len()), (1, 1));
    }
}
