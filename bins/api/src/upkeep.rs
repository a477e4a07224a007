//! What the service does of its own: it notes which clusters have fallen silent, so that no question has to, and forgets
//! doctor reports that are old.

use std::sync::Arc;
use std::time::Duration;

use wfm_core::clock::Clock;
use wfm_core::store::{Store, StoreError};

use crate::handlers::doctor;

/// How often it is looked whose 24 hours of silence are over, and what is old.
const EVERY: Duration = Duration::from_secs(10);

/// Works, again and again; whoever runs it ends it. A store that fails is told once, until it does not.
pub(crate) async fn run(store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    let mut failing = false;
    loop {
        match step(store.as_ref(), clock.as_ref()).await {
            // More may be left, but others want to be served in between.
            Ok(1..) => tokio::task::yield_now().await,
            Ok(0) => {
                failing = false;
                tokio::time::sleep(EVERY).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    let error = wfm_shell::sentence(&error);
                    tracing::warn!(
                        error,
                        "what is over cannot be noted in the store: it is tried again every ten seconds"
                    );
                }
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}

/// Does a bounded part of what there is to do; returns how much it did.
async fn step(store: &dyn Store, clock: &dyn Clock) -> Result<u64, StoreError> {
    let now = clock.now();
    let old = now.checked_sub(doctor::KEPT).unwrap_or(now);
    Ok(store.note_silent(now).await? + store.forget_doctors(old).await?)
}

#[cfg(test)]
mod tests {
    use wfm_core::anonymizer::{Arrival, Vocabulary};
    use wfm_core::catalog::Catalog;
    use wfm_core::clock::ManualClock;
    use wfm_core::release::Releases;
    use wfm_core::store::MemoryStore;
    use wfm_core::wire::v3;

    use super::*;

    #[tokio::test(start_paused = true)]
    async fn whoever_falls_silent_is_noted_within_ten_seconds() {
        let start = "2026-01-01T12:00:00Z".parse().unwrap();
        let (store, clock) = (Arc::new(MemoryStore::default()), Arc::new(ManualClock::new(start)));
        let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".to_owned();
        let body = v3::Cluster { id, components: Vec::new(), first_seen: None, last_seen: None };
        let arrival = Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &Releases::default())).unwrap();
        store.check_in(arrival, start).await.unwrap();
        let noting = tokio::spawn(run(Arc::clone(&store) as Arc<dyn Store>, Arc::clone(&clock) as Arc<dyn Clock>));
        tokio::time::sleep(Duration::from_secs(15)).await;
        clock.set("2026-01-02T12:00:00Z".parse().unwrap());
        tokio::time::sleep(Duration::from_secs(15)).await;
        assert_eq!(store.note_silent(clock.now()).await.unwrap(), 0, "it was noted");
        noting.abort();
    }
}
