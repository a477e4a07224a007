//! What happens without anybody looking: the update check, and the check-in.

use std::sync::Arc;
use std::time::Duration;

use crate::agent::Agent;

/// A check-in that could not be made or sent is tried again within this time, [`TRIES`] times in all; then the next slot
/// is awaited, so that there is never a backlog.
const RETRY: Duration = Duration::from_secs(60);
const TRIES: u32 = 3;

/// Draws a number from 0 to 1.
pub type Fraction = fn() -> f64;

/// Reads the cluster and asks for published releases at once, and from then on asks and checks in at least once in every
/// interval. Ends at once where both are off.
pub async fn run(agent: Arc<Agent>, fraction: Fraction) {
    tokio::join!(agent.is_ready(), agent.updates().check());
    tokio::join!(check_updates(&agent, fraction), check_in(&agent, fraction));
}

async fn check_updates(agent: &Agent, fraction: Fraction) {
    while agent.updates().is_on() {
        tokio::time::sleep(agent.updates().wait(fraction())).await;
        agent.updates().check().await;
    }
}

async fn check_in(agent: &Agent, fraction: Fraction) {
    let interval = agent.updates().interval();
    while agent.sharing().is_on() {
        for attempt in 1..=TRIES {
            match agent.check_in().await {
                Ok(check_in) if agent.sharing().send(&check_in).await => break,
                Ok(_) => {}
                Err(why) => tracing::info!("no check-in yet: {why}"),
            }
            if attempt < TRIES {
                tokio::time::sleep(RETRY.min(interval).mul_f64(fraction())).await;
            }
        }
        tokio::time::sleep(interval.mul_f64(1.0 - 0.2 * fraction())).await;
    }
}
