//! A fleet for the demo: 300 clusters over 180 days, the same at every start.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use wfm_core::anonymizer::{Arrival, Vocabulary};
use wfm_core::catalog::Catalog;
use wfm_core::release::Releases;
use wfm_core::store::{Store, StoreError};
use wfm_core::version::Train;
use wfm_core::wire::v3;

const CLUSTERS: u64 = 300;
const DAYS: u64 = 180;

/// Lets the whole fleet check in, day by day as it would have. The clusters check in side by side, so that the store can
/// keep many with one flush.
pub(super) async fn check_in(store: Arc<dyn Store>, now: Timestamp) {
    let mut clusters = tokio::task::JoinSet::new();
    for seed in 0..CLUSTERS {
        clusters.spawn(live(Arc::clone(&store), seed, now));
    }
    while let Some(ended) = clusters.join_next().await {
        if let Ok(Err(error)) = ended {
            tracing::warn!("a cluster of the demo's fleet could not check in: {error}");
        }
    }
}

/// One cluster's life: born on some day, one check-in a day, an upgrade now and then, perhaps gone before today.
async fn live(store: Arc<dyn Store>, seed: u64, now: Timestamp) -> Result<(), StoreError> {
    let mut dice = Dice(seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5EED);
    let (high, low) = (dice.roll(), dice.roll());
    let born = dice.below(DAYS);
    let gone = if dice.below(4) == 0 { born + dice.below(DAYS - born) } else { DAYS };
    let id = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        high >> 32,
        high >> 16 & 0xffff,
        high & 0xfff,
        low >> 52,
        low & 0xffff_ffff_ffff
    );
    let catalog = Catalog::workflow();
    let releases = store.releases().await?;
    let mut behind = 3 + dice.below(4);
    for day in born..=gone.min(DAYS - 1) {
        if dice.below(60) == 0 {
            behind = behind.saturating_sub(1);
        }
        let Ok(arrival) =
            Arrival::reduce(&body(&id, &catalog, &releases, behind), Vocabulary::new(&catalog, &releases))
        else {
            continue;
        };
        let ago = SignedDuration::from_hours(24 * i64::try_from(DAYS - 1 - day).unwrap_or(0));
        let minute = SignedDuration::from_mins(i64::try_from(dice.below(60)).unwrap_or(0));
        store.check_in(arrival, now - ago - minute).await?;
    }
    Ok(())
}

fn body(id: &str, catalog: &Catalog, releases: &Releases, behind: u64) -> v3::Cluster {
    let components = catalog.iter().filter_map(|entry| {
        let line = releases.line(&Train::stable(), entry.name());
        let at = line.len().checked_sub(1 + usize::try_from(behind).unwrap_or(0))?;
        let version = line.get(at)?.version().to_string();
        Some(v3::ComponentVersion {
            component: v3::Component { name: entry.name().to_string(), ..v3::Component::default() },
            version: v3::Version { version, ..v3::Version::default() },
            update_available: None,
        })
    });
    v3::Cluster { id: id.to_owned(), components: components.collect(), first_seen: None, last_seen: None }
}

/// SplitMix64 (Steele, Lea, Flood 2014): the same numbers at every start.
struct Dice(u64);

impl Dice {
    fn roll(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    fn below(&mut self, limit: u64) -> u64 {
        if limit == 0 { 0 } else { self.roll() % limit }
    }
}
