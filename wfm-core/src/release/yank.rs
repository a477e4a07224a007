use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use super::{PlainText, Release, Releases};
use crate::component::ComponentName;
use crate::version::{Train, Version};

/// That a release was withdrawn: it stays listed and is offered to nobody.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
pub struct Yank {
    /// Why.
    pub reason: PlainText,
    /// When.
    pub at: Timestamp,
}

/// Which release: what a path names.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct ReleaseKey {
    /// The train.
    pub train: Train,
    /// The component.
    pub component: ComponentName,
    /// The version; its leading `v` does not count.
    pub version: Version,
}

impl fmt::Display for ReleaseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.train, self.component, self.version)
    }
}

impl Release {
    /// Which release it is.
    #[must_use]
    pub fn key(&self) -> ReleaseKey {
        ReleaseKey { train: self.train.clone(), component: self.component.clone(), version: self.version.clone() }
    }
}

impl Releases {
    /// The release that `key` names, before and after it is yanked, or un-yanked where `yank` is absent; `None` where it was
    /// never published. A release that was yanked keeps the time of it, whatever reason is given later. The collection
    /// itself stays as it is.
    #[must_use]
    pub fn yank(&self, key: &ReleaseKey, yank: Option<Yank>) -> Option<(&Release, Release)> {
        let known = self.find(&key.train, &key.component, &key.version)?;
        let yank = yank.map(|yank| Yank { at: known.yanked.as_ref().map_or(yank.at, |earlier| earlier.at), ..yank });
        Some((known, known.clone().with_yank(yank)))
    }
}
