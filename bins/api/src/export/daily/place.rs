//! Where a row of `daily` stands.

use std::fmt;
use std::str::FromStr;

use jiff::civil::Date;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::cluster::Cohort;
use wfm_core::component::ComponentName;

use crate::export::NotAPlace;

/// What a row counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Measure {
    Known,
    Active,
    Appeared,
    Disappeared,
    Returned,
    Version,
}

impl Measure {
    const ALL: [Self; 6] =
        [Self::Known, Self::Active, Self::Appeared, Self::Disappeared, Self::Returned, Self::Version];

    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Known => "known",
            Self::Active => "active",
            Self::Appeared => "appeared",
            Self::Disappeared => "disappeared",
            Self::Returned => "returned",
            Self::Version => "version",
        }
    }
}

/// A row by what it is about, in the order of the rows. It is the place behind that row as well: a past day may get and
/// lose rows when a cluster's cohort is decided, so counting them would not do.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Place {
    pub(super) day: Date,
    pub(super) cohort: Cohort,
    pub(super) measure: Measure,
    pub(super) of: Option<(ComponentName, ReportedVersion)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.day, self.cohort, self.measure.as_str())?;
        self.of.iter().try_for_each(|(component, version)| write!(f, "/{component}/{version}"))
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut parts = text.split('/');
        let mut part = || parts.next().ok_or(NotAPlace);
        let day = part()?.parse().map_err(|_| NotAPlace)?;
        let cohort = part()?.parse().map_err(|_| NotAPlace)?;
        let word = part()?;
        let measure = Measure::ALL.into_iter().find(|measure| measure.as_str() == word).ok_or(NotAPlace)?;
        let of = match measure {
            Measure::Version => Some((part()?.parse().map_err(|_| NotAPlace)?, part()?.to_owned().into())),
            _ => None,
        };
        if parts.next().is_some() { Err(NotAPlace) } else { Ok(Self { day, cohort, measure, of }) }
    }
}
