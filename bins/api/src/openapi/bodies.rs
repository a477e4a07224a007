//! Bodies that are read by hand, so that what is wrong can be told by field: `null` and the empty text count as absent.
#![expect(dead_code, reason = "these describe what is read, and are never made")]

use jiff::Timestamp;
use utoipa::ToSchema;
use wfm_core::component::ComponentName;
use wfm_core::version::{Train, Version};

/// A release as it is published at its own path.
#[derive(ToSchema)]
pub(super) struct ReleaseBody {
    component: Option<ReleaseComponent>,
    version: ReleaseVersion,
}

#[derive(ToSchema)]
struct ReleaseComponent {
    /// As in the path, or nothing.
    name: Option<String>,
}

#[derive(ToSchema)]
struct ReleaseVersion {
    /// As in the path, or nothing.
    train: Option<String>,
    /// As in the path, or nothing; the leading v does not count.
    version: Option<String>,
    /// When it was published.
    released: Timestamp,
    data: Option<ReleaseData>,
}

#[derive(ToSchema)]
struct ReleaseData {
    /// What the release brings.
    description: Option<String>,
    /// What it repairs.
    fixes: Option<String>,
    /// The image it is published as.
    image: Option<String>,
    /// The lowest version from which it can be upgraded to.
    minimum: Option<String>,
}

/// A release in a file of them.
#[derive(ToSchema)]
pub(super) struct ReleaseEntry {
    component: EntryComponent,
    version: EntryVersion,
}

#[derive(ToSchema)]
struct EntryComponent {
    name: ComponentName,
}

#[derive(ToSchema)]
struct EntryVersion {
    train: Train,
    version: Version,
    /// When it was published.
    released: Timestamp,
    data: Option<ReleaseData>,
}
