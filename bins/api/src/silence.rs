//! Noting which clusters have fallen silent, so that no question has to.

use std::sync::Arc;
use std::time::Duration;

use wfm_core::clock::Clock;
use wfm_core::store::Store;

/// How often it is looked whose 24 hours of silence are over.
const EVERY: Duration = Duration::from_secs(10);

/// Notes, again and again; whoever runs it ends it. A store that fails is told once, until it does not.
pub(crate) async fn note(store: Arc<dyn Store>, clock: Arc<dyn Clock>) {
    let mut failing = false;
    loop {
        match store.note_silent(clock.now()).await {
            // More may be left, but others want to be served in between.
            Ok(1..) => tokio::task::yield_now().await,
            Ok(0) => {
                failing = false;
                tokio::time::sleep(EVERY).await;
            }
            Err(error) => {
                if !std::mem::replace(&mut failing, true) {
                    let error = wfm_shell::sentence(&error);
                    tracing::warn!(error, "silent clusters cannot be noted: it is tried again every ten seconds");
                }
                tokio::time::sleep(EVERY).await;
            }
        }
    }
}
