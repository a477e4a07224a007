//! Whether anything was written while somebody read: many rows make one answer only if they are of one moment.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};

use wfm_core::store::{Look, StoreError};

use super::disk::Disk;
use super::fleet::View;

/// How often a reader tries before it asks the writer to wait.
const TRIES: u32 = 4;

/// Counts up when a write begins and when it ends: odd while one is under way.
#[derive(Debug, Default)]
pub(super) struct Revision(AtomicU64);

impl Revision {
    pub(super) fn begin(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    pub(super) fn end(&self) {
        self.0.fetch_add(1, Ordering::SeqCst);
    }

    /// The revision to read at; `None` while a write is under way.
    fn quiet(&self) -> Option<u64> {
        Some(self.0.load(Ordering::SeqCst)).filter(|revision| revision % 2 == 0)
    }
}

/// Looks at the rollups until nothing was written meanwhile; answers whether that came to pass. Called on a thread that may
/// block.
pub(super) fn look(revision: &Revision, disk: &Disk, look: &Mutex<Look>) -> Result<bool, StoreError> {
    for attempt in 0..TRIES {
        if let Some(before) = revision.quiet() {
            let looked = call(disk, look);
            if revision.quiet() == Some(before) {
                return looked.map(|()| true);
            }
        }
        // A group takes a few milliseconds to be written.
        std::thread::sleep(std::time::Duration::from_millis(1 << attempt));
    }
    Ok(false)
}

pub(super) fn call(disk: &Disk, look: &Mutex<Look>) -> Result<(), StoreError> {
    let mut look = look.lock().unwrap_or_else(PoisonError::into_inner);
    look(&View(&disk.trees))
}
