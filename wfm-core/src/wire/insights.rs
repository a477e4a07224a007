//! Answers about the fleet: `GET /v4/insights/…`.
//!
//! Days are UTC days, `2026-01-05`; durations are whole seconds. What cannot be told is absent, never `null`.

use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::anonymizer::ReportedVersion;
use crate::component::ComponentName;
use crate::fleet::Cohorts;
use crate::version::{Train, Version};

/// How many clusters: exact, or, for the public, rounded down to tens and not told below ten.
///
/// In JSON a number or the text `<10`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "CountForm", try_from = "CountForm")]
pub enum Count {
    /// Fewer than ten; none may be among them.
    FewerThanTen,
    /// This many.
    Told(u64),
}

/// What is said in place of a count that is not told.
pub const FEWER_THAN_TEN: &str = "<10";

#[derive(Serialize, Deserialize)]
#[serde(untagged)]
enum CountForm {
    Number(u64),
    Text(String),
}

impl From<Count> for CountForm {
    fn from(count: Count) -> Self {
        match count {
            Count::Told(number) => Self::Number(number),
            Count::FewerThanTen => Self::Text(FEWER_THAN_TEN.into()),
        }
    }
}

impl TryFrom<CountForm> for Count {
    type Error = &'static str;

    fn try_from(form: CountForm) -> Result<Self, Self::Error> {
        match form {
            CountForm::Number(number) => Ok(Self::Told(number)),
            CountForm::Text(text) if text == FEWER_THAN_TEN => Ok(Self::FewerThanTen),
            CountForm::Text(_) => Err("a count is a number or <10"),
        }
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Told(number) => number.fmt(f),
            Self::FewerThanTen => f.write_str(FEWER_THAN_TEN),
        }
    }
}

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
    /// Present where the public is told less: counts are rounded down to a multiple of this, and smaller ones not told.
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

/// How old the active clusters are, since their creation day where they reported one, else since their first check-in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAges))]
pub struct Ages {
    /// The mean.
    pub mean_seconds: i64,
    /// The median; between two clusters in the middle, the mean of both. Clusters that reported no creation day and were
    /// first seen on one day count with their mean.
    pub median_seconds: i64,
}

/// `summary`: the fleet at a moment.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsSummary))]
pub struct Summary {
    /// Whom it is about.
    pub about: About,
    /// Clusters that ever checked in.
    pub known: Count,
    /// Clusters that checked in within the last 24 hours.
    pub active: Count,
    /// Clusters whose first check-in lies in the window.
    pub appeared: Windows,
    /// The same for the window before that one.
    pub appeared_before: Windows,
    /// Silent clusters whose 24 hours of silence ended in the window.
    pub disappeared: Windows,
    /// The same for the window before that one, as things stood at its end.
    pub disappeared_before: Windows,
    /// Clusters that appeared in the window, were never seen on a second day, and are silent.
    pub bounced: Windows,
    /// Clusters that checked in within the window after a silence of more than 24 hours.
    pub returned: Windows,
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

/// `adoption`: for each day, the active clusters by the version of one component that they last reported that day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAdoption))]
pub struct Adoption {
    /// Whom it is about.
    pub about: About,
    /// The component.
    pub component: ComponentName,
    /// As of the moment of the answer: the clusters active in the 24 hours before.
    pub now: Installed,
    /// The days, oldest first; with weekly buckets, the last day of each.
    pub days: Vec<AdoptionDay>,
}

/// Active clusters by version. The versions and `none` add up to `active`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsInstalled))]
pub struct Installed {
    /// All active clusters.
    pub active: Count,
    /// Those that do not have the component.
    pub none: Count,
    /// Those that have it, by version; `custom` stands for every version that was never published.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Count>))]
    pub versions: BTreeMap<ReportedVersion, Count>,
}

/// One day of [`Adoption`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsAdoptionDay))]
pub struct AdoptionDay {
    /// The day.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub day: Date,
    /// False while the day is not over at the moment of the answer.
    pub complete: bool,
    /// What ran; absent where nobody checked in that day at all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed: Option<Installed>,
}

/// `lag`: how long the fleet took to follow a component's releases.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsLag))]
pub struct Lag {
    /// Whom it is about.
    pub about: About,
    /// The component.
    pub component: ComponentName,
    /// Its releases that were published on a day the service knows of, newest version first.
    pub releases: Vec<ReleaseLag>,
}

/// How long the fleet took to follow a release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsReleaseLag))]
pub struct ReleaseLag {
    /// The version.
    pub version: Version,
    /// When it was published (first, where on several trains).
    pub released: Timestamp,
    /// Days from that day until at least half of the active clusters ran it or a later one; absent while they do not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_to_half: Option<u32>,
    /// The same for nine tenths.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub days_to_nine_tenths: Option<u32>,
}

/// `distributions`: on what the fleet runs, from the weekly counters of what clusters report without any id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsDistributions))]
pub struct Distributions {
    /// Whom it is about, by what the reports themselves say: they carry no id that a rule or a decision could name.
    /// `included` and `excluded` are clusters that reported in that week, not those that are known: of software and of
    /// capacity, as many as told the one that more of them told, because a cluster may report the two together or apart.
    pub about: About,
    /// The Monday of the week that is counted: the last one that is over.
    #[cfg_attr(feature = "openapi", schema(value_type = String, format = Date))]
    pub week: Date,
    /// One for each thing that is reported, in the order they are shown; for the public, those of which there is anything
    /// to tell.
    pub distributions: Vec<Distribution>,
}

/// How one thing is distributed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsDistribution))]
pub struct Distribution {
    /// What: `kubernetes`, `vendor`, `os`, `kernel`, `runtime`, `architecture`, `nodes`, `cpu`, `memory` or `disk`.
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

/// `releases`: every release with how many active clusters run it now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsReleases))]
pub struct ReleasesInUse {
    /// Whom it is about.
    pub about: About,
    /// All active clusters.
    pub active: Count,
    /// By component, newest version first.
    pub releases: Vec<ReleaseInUse>,
}

/// A release and how many active clusters run it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema), schema(as = InsightsReleaseInUse))]
pub struct ReleaseInUse {
    /// The component.
    pub component: ComponentName,
    /// The version.
    pub version: Version,
    /// The trains it was published on.
    pub trains: Vec<Train>,
    /// When it was published (first, where on several trains).
    pub released: Timestamp,
    /// Whether it was withdrawn on every train.
    pub yanked: bool,
    /// How many active clusters run it.
    pub clusters: Count,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_count_is_a_number_or_says_that_it_is_not_told() {
        for (count, json) in [(Count::Told(12), "12"), (Count::FewerThanTen, r#""<10""#)] {
            assert_eq!(serde_json::to_string(&count).unwrap(), json);
            assert_eq!(serde_json::from_str::<Count>(json).unwrap(), count);
        }
        assert!(serde_json::from_str::<Count>(r#""few""#).is_err());
    }
}
