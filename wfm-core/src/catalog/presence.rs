use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::component::ComponentName;

/// Whether a component's absence is a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// If it is absent, it is missing; unless its releases or its neighbours make the absence right.
    Expected,
    /// Present or absent, both are right, and the absence is mentioned.
    Optional,
    /// It runs only when something is built or started: its absence means nothing.
    OnDemand,
}

/// What the absence of a component is judged by: another component, or a Service that the product installs under the same
/// condition. As text `deis-registry` or `service/deis-registry`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Neighbour {
    /// A component of the catalog.
    Component(ComponentName),
    /// A Service of the namespace, by its name.
    Service(ComponentName),
}

const SERVICE: &str = "service/";

impl fmt::Display for Neighbour {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Component(name) => f.write_str(name.as_str()),
            Self::Service(name) => write!(f, "{SERVICE}{name}"),
        }
    }
}

/// The text names neither a component nor a Service.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("“{0}” names neither a component nor a Service: write one such as shop-db or service/shop-db")]
pub struct NotANeighbour(String);

impl FromStr for Neighbour {
    type Err = NotANeighbour;

    fn from_str(text: &str) -> Result<Self, NotANeighbour> {
        let parsed = match text.strip_prefix(SERVICE) {
            Some(name) => name.parse().map(Self::Service),
            None => text.parse().map(Self::Component),
        };
        parsed.map_err(|_| NotANeighbour(text.chars().take(64).collect()))
    }
}

impl TryFrom<String> for Neighbour {
    type Error = NotANeighbour;

    fn try_from(text: String) -> Result<Self, NotANeighbour> {
        text.parse()
    }
}

impl From<Neighbour> for String {
    fn from(neighbour: Neighbour) -> Self {
        neighbour.to_string()
    }
}
