//! Who changed what, and when.

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{ClusterRecord, TokenName};
use crate::cluster::{ClusterId, Cohort};
use crate::release::{Notice, PublishOutcome, Release};

/// Who does something, and when: what every change that is not a check-in is made with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct By {
    /// Who.
    pub actor: Actor,
    /// When, by the service's clock.
    pub at: Timestamp,
    /// The name of the token that was used, if the tokens file gives it one.
    pub name: Option<TokenName>,
}

impl By {
    /// A role, without the name of a token.
    #[must_use]
    pub fn new(actor: Actor, at: Timestamp) -> Self {
        Self { actor, at, name: None }
    }
}

/// Who changes or reads something: a role, never a person and never a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Actor {
    /// Whoever holds a publisher's token.
    Publisher,
    /// Anyone with an analyst's token.
    Analyst,
    /// Whoever holds an administrator's token.
    Admin,
    /// Whoever works on the store itself, at the command line.
    Operator,
    /// Whoever knows a cluster's random id, which is its secret.
    Owner,
}

/// What was done.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Action {
    /// A release was published.
    Publish,
    /// A published release's facts were changed.
    Replace,
    /// A release was withdrawn.
    Yank,
    /// A withdrawn release was offered again.
    Unyank,
    /// A notice was published or changed.
    PutNotice,
    /// A notice was taken back.
    RemoveNotice,
    /// A cluster's cohort was decided, or the decision taken back.
    SetCohort,
    /// A rule of the service about a cluster's cohort was made, changed or dropped.
    SetRule,
    /// Clusters were erased with everything that they reported. The line counts them and names none.
    Erase,
    /// An operator began to erase the clusters of an interval.
    Drop,
    /// Ids of clusters were read: a list, an export or a backup. The line counts the requests.
    Read,
}

/// One line of the audit log. The log is only ever added to, in the transaction that makes the change. A line with a count
/// grows while its hour lasts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Its place in the log, counted from 1 without gaps.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub actor: Actor,
    /// What was done.
    pub action: Action,
    /// What it was done to, such as `stable deis-router v2.9.0`.
    pub subject: String,
    /// The name of the token that was used, if the tokens file gives it one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "openapi", schema(value_type = Option<String>))]
    pub name: Option<TokenName>,
    /// How often, within an hour, from `at` on; absent if the line is about one thing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// The facts before, in one line; absent where there was nothing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub before: Option<String>,
    /// The facts after, in one line; absent where there is nothing any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
}

/// A line of the log that has no number yet: what a backend writes, or nothing where nothing changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    action: Action,
    subject: String,
    count: Option<u64>,
    before: Option<String>,
    after: Option<String>,
}

impl Change {
    /// What publishing did: one line for each release that is new or differs.
    pub fn published(outcome: &PublishOutcome) -> impl Iterator<Item = Self> {
        let added = outcome.added.iter().map(|new| Self::of_release(Action::Publish, None, new));
        let changed = outcome.changed.iter().map(|(old, new)| Self::of_release(Action::Replace, Some(old), new));
        added.chain(changed).take(if outcome.kept { usize::MAX } else { 0 })
    }

    /// What yanking or un-yanking did.
    #[must_use]
    pub fn yanked(before: &Release, after: &Release) -> Option<Self> {
        let action = if after.yanked().is_some() { Action::Yank } else { Action::Unyank };
        (before != after).then(|| Self::of_release(action, Some(before), after))
    }

    /// What publishing a notice, or taking it back, did.
    #[must_use]
    pub fn of_notice(before: Option<&Notice>, after: Option<&Notice>) -> Option<Self> {
        let notice = after.or(before).filter(|_| before != after)?;
        let action = if after.is_some() { Action::PutNotice } else { Action::RemoveNotice };
        let subject = format!("{} {}", notice.train, notice.id);
        Some(Self { action, subject, count: None, before: before.map(notice_facts), after: after.map(notice_facts) })
    }

    /// What a rule about a cluster's cohort did.
    #[must_use]
    pub fn of_rule(cluster: ClusterId, before: Option<Cohort>, after: Option<Cohort>) -> Option<Self> {
        let said = |cohort: Option<Cohort>| cohort.map(|cohort| cohort.to_string());
        let (action, subject) = (Action::SetRule, cluster.to_string());
        (before != after).then(|| Self { action, subject, count: None, before: said(before), after: said(after) })
    }

    /// What deciding a cohort did.
    #[must_use]
    pub fn of_cohort(before: &ClusterRecord, after: &ClusterRecord) -> Option<Self> {
        let said = |record: &ClusterRecord| record.decided.map(|cohort| cohort.to_string());
        (before.decided != after.decided).then(|| Self {
            action: Action::SetCohort,
            subject: before.id.to_string(),
            count: None,
            before: said(before),
            after: said(after),
        })
    }

    /// What erasing a cluster did. Which one it was is erased too.
    #[must_use]
    pub fn erased() -> Self {
        Self::counted(Action::Erase, "clusters".into(), Some(1))
    }

    /// What an operator is about to erase, in one line.
    #[must_use]
    pub fn dropping(what: String) -> Self {
        Self::counted(Action::Drop, what, None)
    }

    /// A request that reads ids of clusters, by its path.
    #[must_use]
    pub fn read(path: &str) -> Self {
        Self::counted(Action::Read, path.into(), Some(1))
    }

    fn counted(action: Action, subject: String, count: Option<u64>) -> Self {
        Self { action, subject, count, before: None, after: None }
    }

    /// The line of the log at its place.
    #[must_use]
    pub fn numbered(self, number: u64, by: By) -> AuditEntry {
        let Self { action, subject, count, before, after } = self;
        AuditEntry { number, at: by.at, actor: by.actor, action, subject, name: by.name, count, before, after }
    }

    /// Whether this is counted, instead of having a line of its own.
    #[must_use]
    pub fn is_counted(&self) -> bool {
        self.count.is_some()
    }

    fn of_release(action: Action, before: Option<&Release>, after: &Release) -> Self {
        let subject = after.key().to_string();
        Self { action, subject, count: None, before: before.map(release_facts), after: Some(release_facts(after)) }
    }
}

impl AuditEntry {
    /// How many of the last lines are looked through for one that counts the same: anyone may erase what they sent
    /// themselves, and a line for each would hide the other lines.
    pub const LOOKED_THROUGH: usize = 32;

    /// Adds a change to the count of this line. Returns whether it did: only if both are counted, are the same thing by the
    /// same hand, and lie in the same hour.
    pub fn count(&mut self, change: &Change, by: By) -> bool {
        const HOUR: i64 = 3600;
        let hour = |at: Timestamp| at.as_second().div_euclid(HOUR);
        let (Some(known), Some(more)) = (self.count, change.count) else { return false };
        let same = (self.action, self.actor, self.name, &self.subject, hour(self.at))
            == (change.action, by.actor, by.name, &change.subject, hour(by.at));
        if same {
            self.count = Some(known.saturating_add(more));
        }
        same
    }
}

fn release_facts(release: &Release) -> String {
    let notes = release.notes();
    let yanked = release.yanked().map(|yank| format!("{}, {}", yank.at, yank.reason));
    Facts::default()
        .say("version", Some(release.version()))
        .say("released", Some(release.released()))
        .say("minimum", release.minimum())
        .say("description", notes.description.as_ref())
        .say("fixes", notes.fixes.as_ref())
        .say("image", notes.image.as_ref())
        .say("yanked", yanked)
        .0
}

fn notice_facts(notice: &Notice) -> String {
    Facts::default()
        .say("level", Some(notice.level))
        .say("component", notice.component.as_ref())
        .say("affected", notice.affected.as_ref())
        .say("published", Some(notice.published))
        .say("text", Some(&notice.text))
        .0
}

/// Facts in one line. Long ones are cut: the log says that something changed, the store says to what.
#[derive(Default)]
struct Facts(String);

impl Facts {
    const LONGEST: usize = 200;

    fn say(mut self, name: &str, value: Option<impl fmt::Display>) -> Self {
        if let Some(value) = value {
            let value = value.to_string();
            let short = value.chars().map(|c| if c.is_control() { ' ' } else { c }).take(Self::LONGEST);
            let dots = if value.chars().nth(Self::LONGEST).is_some() { "…" } else { "" };
            let comma = if self.0.is_empty() { "" } else { "; " };
            self.0 = format!("{}{comma}{name} {}{dots}", self.0, short.collect::<String>());
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::release::{Notes, PublishMode, Releases};

    #[test]
    fn facts_stand_in_one_line() {
        let release = Release::new(
            "deis-router".parse().unwrap(),
            "stable".parse().unwrap(),
            "v2.9.0".parse().unwrap(),
            "2020-01-01T00:00:00Z".parse().unwrap(),
        )
        .with_notes(Notes { fixes: Some(format!("two\nlines{}", "x".repeat(300))), ..Notes::default() });
        let outcome = Releases::default().plan(std::slice::from_ref(&release), PublishMode::Replace);
        let by = By::new(Actor::Publisher, release.released());
        let [entry]: [AuditEntry; 1] =
            Change::published(&outcome).map(|change| change.numbered(1, by)).collect::<Vec<_>>().try_into().unwrap();
        assert_eq!((entry.subject.as_str(), entry.before), ("stable deis-router v2.9.0", None));
        let after = entry.after.unwrap();
        assert!(after.starts_with("version v2.9.0; released 2020-01-01T00:00:00Z; fixes two linesxxx"), "{after}");
        assert!(after.ends_with("x…") && !after.contains('\n'));
        let dry = Releases::default().plan(&[release], PublishMode::DryRun);
        assert_eq!(Change::published(&dry).count(), 0);
    }

    #[test]
    fn the_same_within_an_hour_is_counted_in_one_line() {
        let by = |actor, at: &str| By::new(actor, at.parse().unwrap());
        let owner = by(Actor::Owner, "2026-01-01T10:00:00Z");
        let mut line = Change::erased().numbered(1, owner);
        assert!(line.count(&Change::erased(), by(Actor::Owner, "2026-01-01T10:59:59Z")));
        let named = By { name: Some("ci".parse().unwrap()), ..owner };
        for (change, by) in [
            (Change::erased(), by(Actor::Owner, "2026-01-01T11:00:00Z")),
            (Change::erased(), by(Actor::Operator, "2026-01-01T10:00:00Z")),
            (Change::erased(), named),
            (Change::read("/v4/backup"), owner),
            (Change::dropping("clusters".into()), owner),
        ] {
            assert!(!line.count(&change, by));
        }
        assert_eq!(line.count, Some(2));
    }
}
