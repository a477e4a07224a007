//! Why the program ends early.

use std::path::PathBuf;

use wfm_core::catalog::file::Mistakes;
use wfm_core::store::StoreError;
use wfm_shell::server::BindError;

use crate::import::ImportError;
use crate::rules::RulesError;
use crate::seed::NotAFleet;
use crate::store::backup::BackupError;
use crate::tokens::TokensError;

/// Why the program ends early: one sentence that says what to change.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The store cannot be opened, or failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The address cannot be listened on.
    #[error(transparent)]
    Listen(#[from] BindError),
    /// The tokens file cannot be used.
    #[error(transparent)]
    Tokens(#[from] TokensError),
    /// The rules about cohorts cannot be used.
    #[error(transparent)]
    Rules(#[from] RulesError),
    /// A file of releases, or a catalog, cannot be read.
    #[error("cannot read {} ({source}): name another file", .file.display())]
    Unreadable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A file of releases is broken.
    #[error("{}: {problem}; nothing was kept", .file.display())]
    Broken {
        /// The file.
        file: PathBuf,
        /// Where and how.
        problem: ImportError,
    },
    /// The name of a catalog's file has another ending.
    #[error("the catalog {} is neither .toml nor .yaml: name it after what it is written in", .file.display())]
    CatalogFormat {
        /// The file.
        file: PathBuf,
    },
    /// The first day that would be kept comes after the last.
    #[error("no day would be kept: give a --not-before that is no later than --not-after")]
    NoDays,
    /// A catalog has mistakes.
    #[error("{}: {mistakes}", .file.display())]
    Catalog {
        /// The file.
        file: PathBuf,
        /// What is wrong, and where.
        mistakes: Mistakes,
    },
    /// A file of releases would change what is published.
    #[error("nothing was kept, because {}: correct the file, or replace with --replace", differing(*.changed))]
    Changes {
        /// How many.
        changed: u64,
    },
    /// A file of releases has another yank of published releases, and may not change it.
    #[error(
        "nothing was kept, because the file would yank a published release: yank it with DELETE, or leave yanked out"
    )]
    Yanks,
    /// A file cannot be written.
    #[error("cannot write {} ({source}): name another file", .file.display())]
    Unwritable {
        /// The file.
        file: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// A backup cannot be made or used.
    #[error(transparent)]
    Backup(#[from] BackupError),
    /// A store does not fit together.
    #[error("the store does not fit together in {differences} places: restore it from a backup with wfm-api restore")]
    Differs {
        /// How many.
        differences: usize,
    },
    /// A store in memory has no folder.
    #[error(
        "memory:// keeps nothing that could be copied or read: name a folder, such as --store sled:///var/lib/wfm-api"
    )]
    NotAFolder,
    /// There is no store in the folder.
    #[error("there is no store in {}: name the folder of one with --store", .folder.display())]
    NothingThere {
        /// The folder.
        folder: PathBuf,
    },
    /// There can be no such fleet.
    #[error(transparent)]
    Fleet(#[from] NotAFleet),
    /// A fleet belongs into a store of its own.
    #[error("the store is not empty: name a folder that does not exist yet, such as --store sled:///tmp/fleet")]
    NotEmpty,
    /// No store is named.
    #[error(
        "no store is named: say where to keep the data, such as --store sled:///var/lib/wfm-api (or WFM_API_STORE)"
    )]
    NoStore,
    /// The system has no randomness to give.
    #[error("the system gave no random bytes ({0}): nothing can be done here, try again on another machine")]
    NoRandomness(getrandom::Error),
}

/// So many published releases differ.
pub(crate) fn differing(changed: u64) -> String {
    if changed == 1 { "1 published release differs".to_owned() } else { format!("{changed} published releases differ") }
}
