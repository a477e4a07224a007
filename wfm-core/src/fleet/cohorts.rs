//! Sets of cohorts.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::cluster::Cohort;

/// Whose clusters a question is about: a set of cohorts that is not empty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "Vec<Cohort>", into = "Vec<Cohort>")]
pub struct Cohorts(u8);

impl Cohorts {
    /// Every cluster there is.
    pub const ALL: Self = Self(0b1111);

    /// One cohort alone.
    #[must_use]
    pub fn only(cohort: Cohort) -> Self {
        Self(bit(cohort))
    }

    /// Whether a cohort is among them.
    #[must_use]
    pub fn contains(self, cohort: Cohort) -> bool {
        self.0 & bit(cohort) != 0
    }

    /// The cohorts, in their order.
    pub fn iter(self) -> impl Iterator<Item = Cohort> {
        Cohort::ALL.into_iter().filter(move |cohort| self.contains(*cohort))
    }

    /// All the others; nothing where these are all.
    #[must_use]
    pub fn others(self) -> Option<Self> {
        Some(Self(!self.0 & Self::ALL.0)).filter(|others| others.0 != 0)
    }
}

fn bit(cohort: Cohort) -> u8 {
    match cohort {
        Cohort::Customer => 1,
        Cohort::Staff => 2,
        Cohort::Ci => 4,
        Cohort::Test => 8,
    }
}

/// Customers' clusters alone: what every question is about unless told otherwise.
impl Default for Cohorts {
    fn default() -> Self {
        Self::only(Cohort::Customer)
    }
}

impl fmt::Display for Cohorts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let words: Vec<&str> = self.iter().map(Cohort::as_str).collect();
        f.write_str(&words.join(","))
    }
}

/// The text is no set of cohorts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a set of cohorts: write some of customer, staff, ci and test with commas between, such as customer,staff")]
pub struct NotCohorts;

impl FromStr for Cohorts {
    type Err = NotCohorts;

    fn from_str(text: &str) -> Result<Self, NotCohorts> {
        let cohorts: Result<Vec<Cohort>, _> = text.split(',').map(|word| word.trim().parse()).collect();
        cohorts.map_err(|_| NotCohorts)?.try_into()
    }
}

impl TryFrom<Vec<Cohort>> for Cohorts {
    type Error = NotCohorts;

    fn try_from(cohorts: Vec<Cohort>) -> Result<Self, NotCohorts> {
        let bits = cohorts.into_iter().map(bit).fold(0, |all, one| all | one);
        if bits == 0 { Err(NotCohorts) } else { Ok(Self(bits)) }
    }
}

impl From<Cohorts> for Vec<Cohort> {
    fn from(cohorts: Cohorts) -> Self {
        cohorts.iter().collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_set_reads_back_as_it_was_written_and_is_never_empty() {
        for bits in 1..=Cohorts::ALL.0 {
            let set = Cohorts(bits);
            assert_eq!(set.to_string().parse(), Ok(set));
            assert_eq!(set.others().map_or(0, |others| others.0) + bits, Cohorts::ALL.0);
        }
        for text in ["", ",", "customer,", "customers"] {
            assert_eq!(text.parse::<Cohorts>(), Err(NotCohorts), "{text}");
        }
        assert_eq!(Cohorts::default().to_string(), "customer");
    }
}
