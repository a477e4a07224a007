use jiff::Timestamp;
use serde::Deserialize;

use super::timestamp;

/// A namespace: only when it was created.
#[derive(Default, Deserialize)]
#[serde(default)]
pub(crate) struct NamespaceObject {
    metadata: Option<Meta>,
}

#[derive(Default, Deserialize)]
#[serde(default, rename_all = "camelCase")]
struct Meta {
    creation_timestamp: Option<String>,
}

impl NamespaceObject {
    pub(crate) fn created(self) -> Option<Timestamp> {
        timestamp(self.metadata.unwrap_or_default().creation_timestamp.as_deref())
    }
}
