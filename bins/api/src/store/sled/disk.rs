//! What the store has open, and how much room there is for more.

use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use ::sled::{Db, Tree};
use wfm_core::store::StoreError;

use super::{failed, unavailable};

/// The trees of a store.
#[derive(Debug, Clone)]
pub(super) struct Trees {
    pub(super) meta: Tree,
    pub(super) releases: Tree,
    pub(super) ledger: Tree,
    pub(super) clusters: Tree,
    pub(super) runs: Tree,
    pub(super) facts: Tree,
    pub(super) rollups: Tree,
    pub(super) waiting: Tree,
}

/// An open folder. The folder can be opened again when the last clone of the `Arc` around it is gone.
#[derive(Debug)]
pub(super) struct Disk {
    pub(super) trees: Trees,
    db: Db,
    /// sled's log file, opened again: sled's flush is `sync_file_range` on Linux, which no disk cache and no new length
    /// of the file is safe with.
    log: File,
    blobs: PathBuf,
}

impl Disk {
    pub(super) fn new(db: Db, trees: Trees, path: &Path) -> Result<Self, StoreError> {
        let log = File::options().write(true).open(path.join("db"));
        let log = log.map_err(|e| unavailable("the store's log cannot be opened").caused_by(e))?;
        Ok(Self { trees, db, log, blobs: path.join("blobs") })
    }

    /// How many bytes it takes.
    pub(super) fn size(&self) -> Result<u64, StoreError> {
        self.db.size_on_disk().map_err(failed)
    }

    /// Makes everything written so far durable. `large` says that a value may be among it that sled keeps in a file of
    /// its own.
    pub(super) fn sync(&self, large: bool) -> Result<(), StoreError> {
        let io = |e| unavailable("the disk did not confirm a write").caused_by(e);
        self.db.flush().map_err(failed)?;
        self.log.sync_data().map_err(io)?;
        if large { sync_all_in(&self.blobs).map_err(io) } else { Ok(()) }
    }
}

/// sled keeps pages over 128 KiB, which long release notes can make, in files of their own and does not sync them.
fn sync_all_in(folder: &Path) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        match File::open(entry?.path()) {
            Err(e) if e.kind() == io::ErrorKind::NotFound => {}
            opened => opened?.sync_all()?,
        }
    }
    File::open(folder)?.sync_all()
}

/// How much room a disk must have. sled cannot take back half of what it wrote, so nothing is written unless there is
/// room for it all, for the copies that sled makes when it tidies up, and for its snapshot.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    /// Bytes that must be free before a group of writes.
    pub(super) reserve: u64,
    /// Asks how many bytes are free; a test may answer itself.
    pub(super) free: fn(&Path) -> io::Result<u64>,
}

impl Default for Room {
    fn default() -> Self {
        Self { reserve: 32 * 1024 * 1024, free: |path| fs2::available_space(path) }
    }
}

impl Room {
    pub(super) fn check(&self, path: &Path) -> Result<(), StoreError> {
        self.need(self.reserve, path)
    }

    /// Whether there is room for what may use the reserve: all of it but its last quarter.
    pub(super) fn check_reserve(&self, path: &Path) -> Result<(), StoreError> {
        self.need(self.reserve / 4, path)
    }

    fn need(&self, bytes: u64, path: &Path) -> Result<(), StoreError> {
        let free = (self.free)(path).map_err(|e| unavailable("the store's disk does not answer").caused_by(e))?;
        if free >= bytes {
            return Ok(());
        }
        Err(unavailable(format!(
            "the disk of the store {} is full: {free} bytes are free and {bytes} are needed, make room and it goes on by itself",
            path.display(),
        )))
    }
}
