//! The HTTP API's types and paths, shared by the service and its client. JSON is camelCase, times are RFC 3339 in UTC.
//!
//! [`v3`] is what agents of 2016–2020 speak and stays as it is; [`v4`] is new.

use serde::{Deserialize, Serialize};

pub mod insights;
#[cfg(feature = "openapi")]
mod schema;
pub mod v3;
pub mod v4;

/// Paths without parameters.
pub mod paths {
    /// Liveness for old agents.
    pub const PING: &str = "/ping";
    /// Check-ins (POST).
    pub const V3_CLUSTERS: &str = "/v3/clusters";
    /// Check-ins in the form of [`anonymizer`](crate::anonymizer) (POST).
    pub const V4_REPORTS: &str = "/v4/reports";
    /// What clusters run on, without any id (POST).
    pub const V4_FACETS: &str = "/v4/facets";
    /// The schemas of envelopes, listed.
    pub const V4_SCHEMAS: &str = "/v4/schemas";
    /// How many clusters are known.
    pub const V3_CLUSTERS_COUNT: &str = "/v3/clusters/count";

    /// One cluster.
    #[must_use]
    pub fn v3_cluster(id: crate::cluster::ClusterId) -> String {
        format!("{V3_CLUSTERS}/{id}")
    }

    /// A component's releases on a train.
    #[must_use]
    pub fn v3_versions(train: &crate::version::Train, component: &crate::component::ComponentName) -> String {
        format!("/v3/versions/{train}/{component}")
    }

    /// All releases of a train.
    #[must_use]
    pub fn v4_releases(train: &crate::version::Train) -> String {
        format!("/v4/releases/{train}")
    }

    /// The JSON Schema of a kind of envelope.
    #[must_use]
    pub fn v4_schema(envelope: crate::anonymizer::EnvelopeKind) -> String {
        format!("{V4_SCHEMAS}/{envelope}")
    }

    /// One release.
    #[must_use]
    pub fn v4_release(
        train: &crate::version::Train,
        component: &crate::component::ComponentName,
        version: &crate::version::Version,
    ) -> String {
        format!("/v4/releases/{train}/{component}/{version}")
    }

    /// Every version of a component, newest first.
    #[must_use]
    pub fn versions(component: &crate::component::ComponentName) -> String {
        format!("/versions/{component}")
    }
}

/// The one shape of every error: 4xx says what to change, 5xx says nothing of the inside.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Error {
    /// The HTTP status.
    pub code: u16,
    /// One sentence.
    pub message: String,
    /// More to read, where there is more: one sentence each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub details: Vec<String>,
}
