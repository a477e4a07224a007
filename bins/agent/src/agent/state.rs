//! The five states of the page, which are never mixed up.

use wfm_core::diff::Freshness;
use wfm_core::report::ComponentReport;

use super::View;

/// What can be said of the installation at a glance.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// Every component that is installed is as new as the train.
    Current,
    /// A component is behind.
    Outdated,
    /// It is unknown, or nothing is installed that could be current.
    Unknown,
    /// Update checks are off.
    Off,
    /// The cluster could not be read lately, or what is known of the releases is older than two checks.
    Stale,
}

impl View {
    /// The state of everything together.
    #[must_use]
    pub fn state(&self) -> State {
        let Some(report) = &self.report else { return State::Unknown };
        // Of several workloads that run a component, those count that its tile is of.
        let is = |wanted: &dyn Fn(&ComponentReport) -> bool| {
            report.managed().any(|row| !row.is_beside_another() && wanted(row))
        };
        let is_seen = |row: &ComponentReport| !matches!(row.freshness, Freshness::Missing);
        match () {
            () if self.stale_since().is_some() => State::Stale,
            () if !self.updates.is_on => State::Off,
            () if self.updates.learnt.checked_at.is_none() => State::Unknown,
            () if self.updates.is_stale(self.now) => State::Stale,
            () if is(&|row| matches!(row.freshness, Freshness::Outdated { .. })) => State::Outdated,
            () if is(&|row| matches!(row.freshness, Freshness::Unknown { .. })) => State::Unknown,
            () if self.namespace_trouble().is_some() || !is(&is_seen) => State::Unknown,
            () => State::Current,
        }
    }
}
