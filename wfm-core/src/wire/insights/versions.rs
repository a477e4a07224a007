//! What runs, and how fast releases are followed.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::{About, Count};
use crate::anonymizer::ReportedVersion;
use crate::component::ComponentName;
use crate::version::{Train, Version};

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
    /// Those that have it, by version; `custom` stands for every other than a published version in canonical form.
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
