//! Answers about the fleet: `GET /v4/insights/…`.
//!
//! Days are UTC days, `2026-01-05`; durations are whole seconds. What cannot be told is absent, never `null`.

use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::fleet::Cohorts;

mod count;
mod versions;

pub use count::{Count, FEW};
pub use versions::{Adoption, AdoptionDay, Installed, Lag, ReleaseInUse, ReleaseLag, ReleasesInUse};

/// Whom an answer is about. Stands in every answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAbout))]
pub struct About {
    /// The moment as of which it is.
    pub at: Timestamp,
    /// The cohorts it counts.
    pub include: Cohorts,
    /// How many of the clusters known at that moment are of these cohorts.
    pub included: Count,
    /// How many are of the others.
    pub excluded: Count,
    /// Present in answers to the public: counts are rounded down to a multiple of this, at steps that are secret.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rounded_to: Option<u64>,
}

/// A number for each of the windows that end at the moment asked about.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Windows {
    /// The last 7 × 24 hours.
    #[serde(rename = "7d")]
    pub week: Count,
    /// The last 30 × 24 hours.
    #[serde(rename = "30d")]
    pub month: Count,
    /// The last 90 × 24 hours.
    #[serde(rename = "90d")]
    pub quarter: Count,
}

/// How old the active clusters are, since their first check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAges))]
pub struct Ages {
    /// The mean.
    pub mean_seconds: i64,
    /// The median; between two clusters in the middle, the mean of both.
    pub median_seconds: i64,
}

/// `summary`: the fleet at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsSummary))]
pub struct Summary {
    /// Whom it is about.
    pub about: About,
    /// Clusters that ever checked in; for the public, those of them that did so again two weeks later or more.
    pub known: Count,
    /// Clusters that checked in within the last 24 hours; for the public, those of the known within the last 14 days.
    pub active: Count,
    /// Clusters whose first check-in lies in the window. This and what follows is absent for the public.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeared: Option<Windows>,
    /// The same for the window before that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub appeared_before: Option<Windows>,
    /// Silent clusters whose 24 hours of silence ended in the window.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disappeared: Option<Windows>,
    /// The same for the window before that one, as things stood at its end.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disappeared_before: Option<Windows>,
    /// Clusters that appeared in the window, were never seen on a second day, and are silent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bounced: Option<Windows>,
    /// Clusters that checked in within the window after a silence of more than 24 hours.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub returned: Option<Windows>,
    /// Ages of the active clusters; absent where there are none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Ages>,
}

/// `active`, `appeared`, `disappeared`: a number for each day or week.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsSeries))]
pub struct Series {
    /// Whom it is about.
    pub about: About,
    /// How long a bucket is.
    pub interval: Interval,
    /// The buckets, oldest first.
    pub buckets: Vec<Bucket>,
}

/// How long the buckets of a series are.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub enum Interval {
    /// UTC days.
    #[default]
    Day,
    /// Seven UTC days, beginning on a Monday.
    Week,
}

/// The text is no interval.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an interval: write day or week")]
pub struct NotAnInterval;

impl FromStr for Interval {
    type Err = NotAnInterval;

    fn from_str(text: &str) -> Result<Self, NotAnInterval> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            _ => Err(NotAnInterval),
        }
    }
}

/// A day or a week of a series.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsBucket))]
pub struct Bucket {
    /// Its first day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub from: Date,
    /// Its last day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub to: Date,
    /// False where the bucket is not over at the moment of the answer: the number may still grow.
    pub complete: bool,
    /// How many; absent where nobody checked in at all, whatever the cohort: the service was not there to count. Active
    /// clusters are those of the bucket's last day.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<Count>,
}

/// `age`: ages of the active clusters for each day or week, at its end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAgeSeries))]
pub struct AgeSeries {
    /// Whom it is about.
    pub about: About,
    /// How long a bucket is.
    pub interval: Interval,
    /// The buckets, oldest first.
    pub buckets: Vec<AgeBucket>,
}

/// A day or a week of ages.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAgeBucket))]
pub struct AgeBucket {
    /// Its first day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub from: Date,
    /// Its last day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub to: Date,
    /// False where the bucket is not over at the moment of the answer.
    pub complete: bool,
    /// The ages at its end; absent where no cluster was active.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age: Option<Ages>,
}

/// `distributions`: on what the fleet runs, from the weekly counters of what clusters report without any id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsDistributions))]
pub struct Distributions {
    /// Whom it is about, by what the reports themselves say: they carry no id that a rule or a decision could name.
    /// `included` and `excluded` are clusters that reported in that week, not those that are known: as many as reported the
    /// part that most of them reported, because a cluster reports each part on its own.
    pub about: About,
    /// The Monday of the week that is counted: the last one that is over.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub week: Date,
    /// How old the clusters are; absent if fewer than five reports (for the public, ten) named a week of creation.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub age_since_creation: Option<AgeSinceCreation>,
    /// One for each thing that is reported, in the order they are shown; for the public, those of which there is anything
    /// to tell.
    pub distributions: Vec<Distribution>,
}

/// How old clusters are, in whole weeks from the week of their creation to the week that is counted.
/// Absent for the public.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAgeSinceCreation))]
pub struct AgeSinceCreation {
    /// How many reports named a week of creation.
    pub clusters: Count,
    /// The mean, rounded down.
    pub mean_weeks: u64,
    /// The median; between two reports in the middle, the mean of both, rounded down.
    pub median_weeks: u64,
}

/// How one thing is distributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsDistribution))]
pub struct Distribution {
    /// What: `kubernetes`, `vendor`, `os`, `kernel`, `runtime`, `architecture`, `nodes`, `cpu`, `memory`, `disk`, `creation` (by year) or
    /// `other-workloads`.
    pub name: String,
    /// Its values, in their own order; those in fewer than five reports (for the public, ten) are added up in `rest`.
    pub values: Vec<DistributionValue>,
    /// How many reports had a value that is too rare to be told.
    pub rest: Count,
}

/// How many reports had a value.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsDistributionValue))]
pub struct DistributionValue {
    /// The value, a word of a closed vocabulary such as `1.31` or `4–5`.
    pub value: String,
    /// How many.
    pub clusters: Count,
}
