//! Questions about clusters, and the pages they are answered in.

use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;

use super::ClusterRecord;
use crate::anonymizer::ReportedVersion;
use crate::cluster::{ClusterId, Cohort};
use crate::component::ComponentName;
use crate::version::{NotAVersionRange, VersionRange};

/// Moments between two bounds, both exclusive; a bound that is absent bounds nothing.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Bounds {
    /// Later than this.
    pub after: Option<Timestamp>,
    /// Earlier than this.
    pub before: Option<Timestamp>,
}

impl Bounds {
    /// Whether a moment lies between the bounds.
    #[must_use]
    pub fn contains(&self, at: Timestamp) -> bool {
        self.after.is_none_or(|after| at > after) && self.before.is_none_or(|before| at < before)
    }

    /// Whether no moment can lie between the bounds, to the second: then the question is a mistake.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        matches!((self.after, self.before), (Some(after), Some(before)) if after >= before)
    }
}

/// Which clusters: those that meet everything that is said.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClusterQuery {
    /// That last reported this.
    pub installed: Option<InstalledQuery>,
    /// Of this cohort.
    pub cohort: Option<Cohort>,
    /// That first checked in between these bounds.
    pub created: Bounds,
    /// That last checked in between these bounds.
    pub checked_in: Bounds,
}

/// A component, and in which versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InstalledQuery {
    /// The component.
    pub component: ComponentName,
    /// Its version; any if absent.
    pub version: Option<VersionQuery>,
}

/// In which versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VersionQuery {
    /// A version that is counted as `custom`. It is in no range.
    Custom,
    /// A version of a range.
    In(VersionRange),
}

impl fmt::Display for VersionQuery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Custom => ReportedVersion::Custom.fmt(f),
            Self::In(range) => range.fmt(f),
        }
    }
}

impl FromStr for VersionQuery {
    type Err = NotAVersionRange;

    fn from_str(text: &str) -> Result<Self, NotAVersionRange> {
        if text == ReportedVersion::Custom.to_string() { Ok(Self::Custom) } else { text.parse().map(Self::In) }
    }
}

impl ClusterQuery {
    /// Whether the query asks for this cluster.
    #[must_use]
    pub fn matches(&self, record: &ClusterRecord) -> bool {
        self.created.contains(record.first_seen)
            && self.checked_in.contains(record.last_seen)
            && self.cohort.is_none_or(|cohort| cohort == record.cohort())
            && self.installed.as_ref().is_none_or(|installed| installed.matches(record))
    }
}

impl InstalledQuery {
    fn matches(&self, record: &ClusterRecord) -> bool {
        match (record.components.get(&self.component), &self.version) {
            (None, _) => false,
            (Some(_), None) => true,
            (Some(ReportedVersion::Custom), Some(wanted)) => *wanted == VersionQuery::Custom,
            (Some(ReportedVersion::Listed(_)), Some(VersionQuery::Custom)) => false,
            (Some(ReportedVersion::Listed(version)), Some(VersionQuery::In(range))) => {
                range.contains(version.as_version())
            }
        }
    }
}

/// A part of an answer, in the order of the clusters' ids. Asked for again with `next`, the answer goes on where it ended:
/// a cluster that was there all the time is on exactly one page, whatever happens in between.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page<T> {
    /// The entries.
    pub items: Vec<T>,
    /// Where the next page goes on: after this cluster. `None` on the last page.
    pub next: Option<ClusterId>,
}

impl<T> Page<T> {
    /// The first `limit` (at least one) of the entries that `answers` yields by ascending id.
    ///
    /// # Errors
    /// The first error that it yields.
    pub fn fill<E>(limit: usize, answers: impl Iterator<Item = Result<(ClusterId, T), E>>) -> Result<Self, E> {
        let limit = limit.max(1);
        let (mut items, mut last) = (Vec::new(), None);
        for answer in answers {
            let (id, item) = answer?;
            if items.len() == limit {
                return Ok(Self { items, next: last });
            }
            items.push(item);
            last = Some(id);
        }
        Ok(Self { items, next: None })
    }
}
