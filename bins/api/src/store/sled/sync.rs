//! The thread that makes groups durable: while it waits for the disk, the writer prepares the next group, and one sync
//! serves all groups that were ready when it began.

use std::sync::Arc;
use std::sync::mpsc::Receiver;

use wfm_core::release::Releases;

use super::disk::Disk;
use super::work::{Published, Work, publish};
use super::writer::Shared;

/// How many groups may be written and not yet durable.
pub(super) const AHEAD: usize = 2;

/// A group in sled's log, but perhaps not yet on the disk.
pub(super) struct Written {
    pub(super) disk: Arc<Disk>,
    pub(super) work: Vec<Box<dyn Work>>,
    /// The releases as this group left them, where it changed them.
    pub(super) releases: Option<Arc<Releases>>,
    /// Whether it may hold a value that sled keeps in a file of its own.
    pub(super) large: bool,
}

pub(super) struct Syncer {
    shared: Arc<Shared>,
    published: Published,
}

impl Syncer {
    pub(super) fn new(shared: Arc<Shared>, published: Published) -> Self {
        Self { shared, published }
    }

    /// Works until the writer has ended.
    pub(super) fn run(self, groups: &Receiver<Written>) {
        while let Ok(first) = groups.recv() {
            let mut groups: Vec<Written> = std::iter::once(first).chain(groups.try_iter()).collect();
            let length = groups.len();
            let large = groups.iter().any(|group| group.large);
            // All groups in flight are of one opening: the writer opens again only when this thread is idle.
            let synced = if self.shared.is_broken() { Err(None) } else { groups[0].disk.sync(large).map_err(Some) };
            match synced {
                Ok(()) => {
                    if let Some(releases) = groups.iter_mut().rev().find_map(|group| group.releases.take()) {
                        publish(&self.published, releases);
                    }
                    groups.into_iter().flat_map(|group| group.work).for_each(|work| work.succeed());
                }
                Err(error) => {
                    if let Some(error) = error {
                        self.shared.break_down(&error);
                    }
                    let unavailable = wfm_core::store::StoreErrorKind::Unavailable;
                    groups.into_iter().flat_map(|group| group.work).for_each(|work| work.fail(unavailable));
                }
            }
            self.shared.note_synced(length);
        }
    }
}
