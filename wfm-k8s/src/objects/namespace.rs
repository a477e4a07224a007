use jiff::Timestamp;
use serde::Deserialize;

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
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Status {
    phase: Option<String>,
}

impl NamespaceObject {
    pub(crate) fn is_terminating(&self) -> bool {
        self.status.as_ref().and_then(|status| status.phase.as_deref()) == Some("Terminating")
    }

    pub(crate) fn created(self) -> Option<Timestamp> {
        timestamp(self.metadata.unwrap_or_default().creation_timestamp.as_deref())
    }
}
