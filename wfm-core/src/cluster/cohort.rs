use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// Whose cluster it is: questions about the fleet leave out all but customers' unless told otherwise.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Cohort {
    /// A customer's; also every cluster of which nothing else is known.
    #[default]
    Customer,
    /// The company's own.
    Staff,
    /// Made and thrown away by continuous integration.
    Ci,
    /// Made to try something.
    Test,
}

impl Cohort {
    /// Every cohort.
    pub const ALL: [Self; 4] = [Self::Customer, Self::Staff, Self::Ci, Self::Test];

    /// The cohort as one word.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Staff => "staff",
            Self::Ci => "ci",
            Self::Test => "test",
        }
    }
}

impl fmt::Display for Cohort {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// The text names no cohort. The text itself is not repeated: a check-in may hold anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not a cohort: write customer, staff, ci or test")]
pub struct NotACohort;

impl FromStr for Cohort {
    type Err = NotACohort;

    fn from_str(text: &str) -> Result<Self, NotACohort> {
        Self::ALL.into_iter().find(|cohort| cohort.as_str() == text).ok_or(NotACohort)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cohort_reads_back_as_it_was_written() {
        for cohort in Cohort::ALL {
            assert_eq!(cohort.to_string().parse(), Ok(cohort));
            assert_eq!(serde_json::to_value(cohort).unwrap(), cohort.as_str());
        }
        assert_eq!("Customer".parse::<Cohort>(), Err(NotACohort));
    }
}
