use serde::{Deserialize, Serialize};

use crate::catalog::Neighbour;
use crate::component::ComponentName;
use crate::installed::Overruled;
use crate::release::Yank;
use crate::version::Version;

/// What there is to say of a component's version beside its freshness.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Remarks {
    /// The installed version was withdrawn.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub yanked: Option<Yank>,
    /// The latest release cannot be upgraded to directly.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stopover: Option<Stopover>,
    /// A pin keeps newer releases away.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<Held>,
    /// The published version that the installed one is a variant of: it is compared as if it were that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub variant_of: Option<Version>,
    /// An annotation or label has another version than the one that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub overruled: Option<Overruled>,
    /// The installed release of the product no longer has it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub left_over: Option<LeftOver>,
    /// Of a missing component: what could be there in its place, and is not.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub alternatives: Vec<Neighbour>,
}

impl Remarks {
    /// Whether there is nothing to say.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// Where to go before the latest release.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stopover {
    /// The lowest version from which the latest can be upgraded to.
    pub minimum: Version,
    /// The release to upgrade to first; `None` where none that counts leads on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub first: Option<Version>,
}

/// Releases that a pin keeps away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Held {
    /// What the component is pinned to, as it was written.
    pub pin: String,
    /// The newest of them.
    pub latest: Version,
    /// How many there are: newer than what is installed and than all that the pin admits.
    pub releases: u32,
}

/// A component of an older release of the product.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LeftOver {
    /// The component whose version dates the installation.
    pub component: ComponentName,
    /// Its first version without the component that is left over.
    pub until: Version,
}
