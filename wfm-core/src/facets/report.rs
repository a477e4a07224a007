//! What one cluster says, and what all of them said.

use std::collections::BTreeMap;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};

use super::{Facet, FacetValue, NotAFacet, Part};
use crate::cluster::Cohort;

/// What one cluster says in one envelope about what it runs on. It has no id, and nobody keeps it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FacetReport {
    week: Date,
    cohort: Cohort,
    values: BTreeMap<Facet, FacetValue>,
}

/// There is no such report. What it said is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAFacetReport {
    /// Its week does not begin on a Monday.
    #[error("week: not a Monday")]
    Week,
    /// It says nothing.
    #[error("there is no value in it")]
    Empty,
    /// It says something twice, or what is counted by the service alone.
    #[error("{0}: may stand once, and part never")]
    Value(Facet),
}

impl FacetReport {
    /// What a cluster says of a week, whose Monday is named, and whose it says it is.
    ///
    /// # Errors
    /// Where the day is no Monday, where there is no value or two of one facet, or where one is of [`Facet::Part`].
    pub fn new(
        week: Date,
        cohort: Cohort,
        values: impl IntoIterator<Item = FacetValue>,
    ) -> Result<Self, NotAFacetReport> {
        if !is_monday(week) {
            return Err(NotAFacetReport::Week);
        }
        let mut said = BTreeMap::new();
        for value in values {
            let facet = value.facet();
            if facet == Facet::Part || said.insert(facet, value).is_some() {
                return Err(NotAFacetReport::Value(facet));
            }
        }
        if said.is_empty() { Err(NotAFacetReport::Empty) } else { Ok(Self { week, cohort, values: said }) }
    }

    /// The Monday of its week.
    #[must_use]
    pub fn week(&self) -> Date {
        self.week
    }

    /// Whose the cluster says it is.
    #[must_use]
    pub fn cohort(&self) -> Cohort {
        self.cohort
    }

    /// What it counts for, each once: its values, and the parts that they belong to.
    pub fn counted(&self) -> impl Iterator<Item = FacetValue> {
        let told = |part: &Part| self.values.keys().any(|facet| facet.part() == Some(*part));
        let parts = Part::ALL.iter().copied().filter(told).map(FacetValue::Part);
        self.values.values().copied().chain(parts)
    }
}

/// How many reports of a week and a cohort said the same of a facet.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "CountForm", into = "CountForm")]
pub struct FacetCount {
    /// The Monday of the week.
    pub week: Date,
    /// The cohort.
    pub cohort: Cohort,
    /// What they said. Of [`Facet::Part`] it is that they said anything of that part.
    pub value: FacetValue,
    /// How many they were.
    pub reports: u64,
}

#[derive(Serialize, Deserialize)]
struct CountForm {
    week: Date,
    cohort: Cohort,
    facet: Facet,
    value: String,
    reports: u64,
}

impl From<FacetCount> for CountForm {
    fn from(count: FacetCount) -> Self {
        let FacetCount { week, cohort, value, reports } = count;
        Self { week, cohort, facet: value.facet(), value: value.code(), reports }
    }
}

impl TryFrom<CountForm> for FacetCount {
    type Error = NotACount;

    fn try_from(form: CountForm) -> Result<Self, NotACount> {
        let CountForm { week, cohort, facet, value, reports } = form;
        if !is_monday(week) {
            return Err(NotACount::Week);
        }
        Ok(Self { week, cohort, value: FacetValue::read(facet, &value)?, reports })
    }
}

#[derive(Debug, thiserror::Error)]
enum NotACount {
    #[error("week: not a Monday")]
    Week,
    #[error(transparent)]
    Value(#[from] NotAFacet),
}

/// Whether a week begins on this day.
#[must_use]
pub fn is_monday(day: Date) -> bool {
    day.weekday() == Weekday::Monday
}
