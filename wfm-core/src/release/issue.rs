use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::Releases;
use crate::version::Train;

/// Which issue of a train's list it is: every change of its releases or notices makes a new one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Issue {
    /// Grows with every change; at least the seconds since 1970 at the change. From 1.
    pub serial: u64,
    /// When the change was made, to the second.
    pub issued: Timestamp,
}

impl Issue {
    /// The issue after `earlier`, for a change at `at`.
    ///
    /// The serial grows also where the clock went back. It begins at the seconds since 1970, so that a service whose store
    /// was lost or restored from an old backup passes every serial that it gave out before, with its next change.
    #[must_use]
    pub fn after(earlier: Option<Self>, at: Timestamp) -> Self {
        let next = earlier.map_or(1, |earlier| earlier.serial.saturating_add(1));
        let issued = Timestamp::from_second(at.as_second()).unwrap_or(at);
        Self { serial: next.max(u64::try_from(at.as_second()).unwrap_or_default()), issued }
    }
}

/// The issues of the trains.
impl Releases {
    /// The issue of a train's list, if it has one.
    #[must_use]
    pub fn issue(&self, train: &Train) -> Option<Issue> {
        self.issues.get(train).copied()
    }

    /// Makes this the issue of a train's list, as it was read.
    pub fn set_issue(&mut self, train: Train, issue: Issue) {
        self.issues.insert(train, issue);
    }

    /// Notes that a train's list changed at `at`, and answers its new issue.
    pub fn reissue(&mut self, train: &Train, at: Timestamp) -> Issue {
        let issue = Issue::after(self.issue(train), at);
        self.issues.insert(train.clone(), issue);
        issue
    }

    /// The trains whose lists change with a change of these: themselves, and those with releases that
    /// [include](Train::includes) one of them.
    #[must_use]
    pub fn lists_with<'a>(&self, changed: impl IntoIterator<Item = &'a Train>) -> BTreeSet<Train> {
        let including = |changed| self.trains.keys().filter(move |train| train.includes(changed));
        changed.into_iter().flat_map(|changed| including(changed).chain([changed])).cloned().collect()
    }

    /// The issues of all trains.
    #[must_use]
    pub fn issues(&self) -> &BTreeMap<Train, Issue> {
        &self.issues
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().unwrap()
    }

    #[test]
    fn a_serial_grows_whatever_the_clock_does() {
        let first = Issue::after(None, at("2026-01-01T00:00:00.7Z"));
        assert_eq!((first.serial, first.issued), (1_767_225_600, at("2026-01-01T00:00:00Z")));
        let second = Issue::after(Some(first), at("2026-01-01T00:00:00.9Z"));
        assert_eq!(second.serial, first.serial + 1, "two changes within a second");
        let back = Issue::after(Some(second), at("1901-01-01T00:00:00Z"));
        assert_eq!((back.serial, back.issued), (second.serial + 1, at("1901-01-01T00:00:00Z")));
        assert_eq!(Issue::after(None, at("1901-01-01T00:00:00Z")).serial, 1);
    }

    #[test]
    fn a_service_that_lost_its_store_passes_its_earlier_serials() {
        let mut lost = Issue::after(None, at("2026-01-01T00:00:00Z"));
        for hour in 1..24 {
            lost = Issue::after(Some(lost), at(&format!("2026-01-01T{hour:02}:00:00Z")));
        }
        assert!(Issue::after(None, at("2026-01-02T00:00:00Z")).serial > lost.serial);
    }
}
