//! Bodies that are read by hand, so that what is wrong can be told by field: `null` and the empty text count as absent.
#![expect(dead_code, reason = "these describe what is read, and are never made")]

use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use wfm_core::component::ComponentName;
use wfm_core::version::{Train, Version};

/// A release as it is published at its own path.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseBody {
    component: Option<ReleaseComponent>,
    version: ReleaseVersion,
}

/// A release as makers of 2016–2020 publish it: other members are passed over.
#[derive(ToSchema)]
pub(super) struct OldReleaseBody {
    component: Option<OldReleaseComponent>,
    version: OldReleaseVersion,
}

#[derive(ToSchema)]
struct OldReleaseComponent {
    /// As in the path, or nothing.
    name: Option<String>,
}

#[derive(ToSchema)]
struct OldReleaseVersion {
    /// As in the path, or nothing.
    train: Option<String>,
    /// As in the path, or nothing; the leading v does not count.
    version: Option<String>,
    /// When it was published.
    released: Timestamp,
    data: Option<OldReleaseData>,
}

#[derive(ToSchema)]
struct OldReleaseData {
    /// What the release brings.
    description: Option<String>,
    /// What it repairs.
    fixes: Option<String>,
    /// The image it is published as.
    image: Option<String>,
    /// The lowest version from which it can be upgraded to.
    minimum: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseComponent {
    /// As in the path, or nothing.
    name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseVersion {
    /// As in the path, or nothing.
    train: Option<String>,
    /// As in the path, or nothing; the leading v does not count.
    version: Option<String>,
    /// When it was published.
    released: Timestamp,
    data: Option<ReleaseData>,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct ReleaseData {
    /// What the release brings.
    description: Option<String>,
    /// What it repairs.
    fixes: Option<String>,
    /// The image it is published as.
    image: Option<String>,
    /// The lowest version from which it can be upgraded to. This and the other members may also be beside `version`.
    minimum: Option<String>,
}

/// A release in a file of them.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct ReleaseEntry {
    component: EntryComponent,
    version: EntryVersion,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryComponent {
    name: ComponentName,
}

#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
struct EntryVersion {
    train: Train,
    version: Version,
    /// When it was published.
    released: Timestamp,
    data: Option<ReleaseData>,
}
