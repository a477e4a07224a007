//! The store, what is published, and the process.

use std::sync::atomic::AtomicU64;

use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use wfm_core::store::{Store, StoreError};

use crate::store::backup::LastBackup;

type Bytes = Gauge<u64, AtomicU64>;
/// A series that has no label, and may be absent.
type NoLabel = [(&'static str, &'static str); 0];

/// The gauges. What is unknown has no series.
pub(crate) struct Process {
    releases: Gauge,
    store: Family<NoLabel, Bytes>,
    backup: Family<NoLabel, Gauge>,
    memory: Family<NoLabel, Bytes>,
}

impl Process {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let (releases, store, backup, memory) =
            (Gauge::default(), Family::default(), Family::default(), Family::default());
        let this = Self { releases, store, backup, memory };
        let Self { releases, store, backup, memory } = &this;
        registry.register("wfm_api_releases", "Published releases, withdrawn ones included", releases.clone());
        registry.register("wfm_api_store_bytes", "What the store takes on the disk", store.clone());
        registry.register(
            "wfm_api_last_backup_timestamp_seconds",
            "When this process last handed out a whole backup, in seconds since 1970",
            backup.clone(),
        );
        registry.register("process_resident_memory_bytes", "Memory of this process that is in RAM", memory.clone());
        this
    }

    /// Takes the numbers as they are now.
    pub(crate) async fn measure(&self, store: &dyn Store, backup: &LastBackup) -> Result<(), StoreError> {
        self.releases.set(i64::try_from(store.releases().await?.len()).unwrap_or(i64::MAX));
        if let Some(bytes) = store.size().await? {
            self.store.get_or_create(&[]).set(bytes);
        }
        if let Some(at) = backup.get() {
            self.backup.get_or_create(&[]).set(at);
        }
        if let Some(bytes) = wfm_shell::metrics::resident_memory() {
            self.memory.get_or_create(&[]).set(bytes);
        }
        Ok(())
    }
}
