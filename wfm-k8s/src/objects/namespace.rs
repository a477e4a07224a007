use jiff::Timestamp;
use serde::Deserialize;
use wfm_core::collector::NamespaceState;

use super::timestamp;

/// A namespace: when it was created, and whether it is being deleted.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NamespaceObject {
    metadata: Option<Meta>,
    status: Option<Status>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    creation_timestamp: Option<String>,
    deletion_timestamp: Option<String>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    phase: Option<String>,
}

impl NamespaceObject {
    pub(crate) fn state(self) -> NamespaceState {
        let since = timestamp(self.metadata.unwrap_or_default().deletion_timestamp.as_deref());
        let phase = self.status.and_then(|status| status.phase);
        if since.is_some() || phase.as_deref() == Some("Terminating") {
            NamespaceState::Terminating { since }
        } else {
            NamespaceState::Active
        }
    }

    pub(crate) fn created(self) -> Option<Timestamp> {
        timestamp(self.metadata.unwrap_or_default().creation_timestamp.as_deref())
    }
}
