//! Where releases and check-ins are kept.

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::Arc;

use wfm_core::store::{MemoryStore, Store, StoreError};

pub mod backup;
mod sled;

pub use self::sled::{SledStore, Verification};

/// Where a store is, as the operator writes it: `sled://PATH` or `memory://`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreUrl {
    /// A folder on this machine, kept by the embedded store.
    Sled(PathBuf),
    /// Nowhere: everything is gone with the process.
    Memory,
}

impl StoreUrl {
    /// Opens the store.
    ///
    /// # Errors
    /// One sentence that says what is in the way and what to change.
    pub async fn open(&self) -> Result<Arc<dyn Store>, StoreError> {
        match self {
            Self::Sled(path) => Ok(Arc::new(SledStore::open(path).await?)),
            Self::Memory => Ok(Arc::new(MemoryStore::default())),
        }
    }
}

impl fmt::Display for StoreUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Sled(path) => write!(f, "sled://{}", path.display()),
            Self::Memory => f.write_str("memory://"),
        }
    }
}

/// The text does not say where a store is.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAStoreUrl {
    /// Another scheme, or none.
    #[error("“{0}” is not a store: write sled://PATH for a folder, such as sled:///var/lib/wfm-api, or memory://")]
    Scheme(String),
    /// A scheme and nothing after it.
    #[error("“sled://” names no folder: write one after it, such as sled:///var/lib/wfm-api")]
    NoPath,
}

impl FromStr for StoreUrl {
    type Err = NotAStoreUrl;

    fn from_str(text: &str) -> Result<Self, NotAStoreUrl> {
        match text.split_once("://") {
            Some(("sled", "")) => Err(NotAStoreUrl::NoPath),
            Some(("sled", path)) => Ok(Self::Sled(path.into())),
            Some(("memory", "")) => Ok(Self::Memory),
            _ => Err(NotAStoreUrl::Scheme(text.chars().take(120).collect())),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_absolute_with_three_slashes_and_relative_with_two() {
        assert_eq!("sled:///var/lib/x".parse(), Ok(StoreUrl::Sled("/var/lib/x".into())));
        assert_eq!("sled://./x".parse(), Ok(StoreUrl::Sled("./x".into())));
        assert_eq!("memory://".parse(), Ok(StoreUrl::Memory));
    }

    #[test]
    fn another_scheme_is_refused_with_the_ones_there_are() {
        for text in ["redis://x", "/var/lib/x", "sled:/x", "", "memory://x"] {
            let refused = text.parse::<StoreUrl>().unwrap_err().to_string();
            assert!(refused.contains("sled://PATH"), "{refused}");
        }
        assert_eq!("sled://".parse::<StoreUrl>(), Err(NotAStoreUrl::NoPath));
    }
}
