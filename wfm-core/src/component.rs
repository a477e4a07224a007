//! Components and the kinds of workload that run them.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

/// The name of a workload or of a published component, such as `deis-router`.
///
/// A Kubernetes object name (RFC 1123 subdomain): 1 to 253 characters of `a–z`, `0–9`, `-` and `.`, starting and ending
/// with a letter or digit. So a name can be a path segment, a label value and a cell of a page as it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ComponentName(String);

impl ComponentName {
    /// The name as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ComponentName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::borrow::Borrow<str> for ComponentName {
    fn borrow(&self) -> &str {
        &self.0
    }
}

/// The text cannot name a component.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” cannot name a component: use a Kubernetes object name such as deis-router (a–z, 0–9, “-”, “.”)")]
pub struct NotAComponentName(String);

impl FromStr for ComponentName {
    type Err = NotAComponentName;

    fn from_str(text: &str) -> Result<Self, NotAComponentName> {
        let alphanumeric = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit();
        let bytes = text.as_bytes();
        let well_formed = matches!((bytes.first(), bytes.last()), (Some(&a), Some(&z)) if alphanumeric(a) && alphanumeric(z))
            && bytes.len() <= 253
            && bytes.iter().all(|&b| alphanumeric(b) || b == b'-' || b == b'.');
        if well_formed { Ok(Self(text.into())) } else { Err(NotAComponentName(text.chars().take(64).collect())) }
    }
}

impl TryFrom<String> for ComponentName {
    type Error = NotAComponentName;

    fn try_from(text: String) -> Result<Self, NotAComponentName> {
        text.parse()
    }
}

impl From<ComponentName> for String {
    fn from(name: ComponentName) -> Self {
        name.0
    }
}

/// The kinds of workload a component can run as.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum WorkloadKind {
    /// `apps/v1` Deployment.
    Deployment,
    /// `apps/v1` DaemonSet.
    DaemonSet,
    /// `apps/v1` StatefulSet.
    StatefulSet,
    /// `v1` ReplicationController.
    ReplicationController,
}

impl WorkloadKind {
    /// The kind as Kubernetes spells it.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::DaemonSet => "DaemonSet",
            Self::StatefulSet => "StatefulSet",
            Self::ReplicationController => "ReplicationController",
        }
    }

    /// The kind as the agents of 2016 spell it in a component's `type`: with spaces.
    #[must_use]
    pub fn legacy_type(self) -> &'static str {
        match self {
            Self::Deployment => "Deployment",
            Self::DaemonSet => "Daemon Set",
            Self::StatefulSet => "Stateful Set",
            Self::ReplicationController => "Replication Controller",
        }
    }
}

impl fmt::Display for WorkloadKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_component_name_is_a_kubernetes_object_name() {
        assert!("deis-router".parse::<ComponentName>().is_ok());
        assert!("0.a".parse::<ComponentName>().is_ok());
        for text in ["", "-a", "a-", "Deis", "a/b", "a b", "<b>", "döis", &"a".repeat(254)] {
            assert!(text.parse::<ComponentName>().is_err(), "{text}");
        }
    }
}
