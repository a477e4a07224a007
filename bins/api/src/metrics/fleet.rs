//! How many clusters there are, by the definitions of the fleet questions: customers' alone.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use jiff::{SignedDuration, Timestamp};
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use tokio::sync::Mutex;
use wfm_core::cluster::Cohort;
use wfm_core::store::{ClusterQuery, ClusterRecord, Store, StoreError};

use crate::request::LONGEST_PAGE;

const HOUR: i64 = 3600;
const DAY: i64 = 24 * HOUR;
/// Silence after which a cluster is no longer active.
const SILENCE: i64 = DAY;
/// The windows in which clusters appear and disappear.
const WINDOWS: [(&str, i64); 3] = [("7d", 7 * DAY), ("30d", 30 * DAY), ("90d", 90 * DAY)];
/// How old the numbers may be: counting costs a walk over the clusters.
const FRESH: SignedDuration = SignedDuration::from_secs(60);

/// The gauges, and when they were last counted.
pub(crate) struct Fleet {
    clusters: Family<Window, Gauge>,
    appeared: Family<Window, Gauge>,
    disappeared: Family<Window, Gauge>,
    components: Family<Component, Gauge>,
    age: Gauge<f64, AtomicU64>,
    counted: Mutex<Option<Timestamp>>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Window {
    window: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, EncodeLabelSet)]
struct Component {
    component: String,
    version: String,
}

impl Fleet {
    pub(super) fn register(registry: &mut Registry) -> Self {
        let fleet = Self {
            clusters: Family::default(),
            appeared: Family::default(),
            disappeared: Family::default(),
            components: Family::default(),
            age: Gauge::default(),
            counted: Mutex::default(),
        };
        registry.register("wfm_api_clusters", "Clusters that checked in within the window", fleet.clusters.clone());
        registry.register(
            "wfm_api_clusters_appeared",
            "Clusters whose first check-in lies within the window",
            fleet.appeared.clone(),
        );
        registry.register(
            "wfm_api_clusters_disappeared",
            "Clusters whose 24 hours of silence ended within the window",
            fleet.disappeared.clone(),
        );
        registry.register(
            "wfm_api_component_clusters",
            "Active clusters by what they last reported",
            fleet.components.clone(),
        );
        let about = "Mean time since the first check-in of active clusters";
        registry.register("wfm_api_cluster_age_seconds_mean", about, fleet.age.clone());
        fleet
    }

    /// Counts again, where the numbers are old.
    pub(crate) async fn count(&self, store: &dyn Store, now: Timestamp) -> Result<(), StoreError> {
        let mut counted = self.counted.lock().await;
        if counted.is_some_and(|at| now.duration_since(at).abs() < FRESH) {
            return Ok(());
        }
        let mut census = Census { now: now.as_second(), ..Census::default() };
        let query = ClusterQuery { cohort: Some(Cohort::Customer), ..ClusterQuery::default() };
        let mut after = None;
        loop {
            let page = store.clusters(query.clone(), after, LONGEST_PAGE).await?;
            page.items.iter().for_each(|cluster| census.add(cluster));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        self.show(&census);
        *counted = Some(now);
        Ok(())
    }

    fn show(&self, census: &Census) {
        let set = |family: &Family<Window, Gauge>, window, count| {
            family.get_or_create(&Window { window }).set(count);
        };
        set(&self.clusters, "24h", census.active);
        set(&self.clusters, "ever", census.known);
        for (at, (window, _)) in WINDOWS.into_iter().enumerate() {
            set(&self.clusters, window, census.seen[at]);
            set(&self.appeared, window, census.appeared[at]);
            set(&self.disappeared, window, census.disappeared[at]);
        }
        self.components.clear();
        for (component, count) in &census.components {
            self.components.get_or_create(component).set(*count);
        }
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 52 bits")]
        self.age.set(if census.active == 0 { 0.0 } else { census.age as f64 / census.active as f64 });
    }
}

/// What is counted on the way over the clusters.
#[derive(Debug, Default)]
struct Census {
    now: i64,
    known: i64,
    active: i64,
    age: i64,
    seen: [i64; 3],
    appeared: [i64; 3],
    disappeared: [i64; 3],
    components: BTreeMap<Component, i64>,
}

impl Census {
    fn add(&mut self, cluster: &ClusterRecord) {
        let age = self.now - cluster.first_seen.as_second();
        let silent = self.now - cluster.last_seen.as_second();
        self.known += 1;
        for (at, (_, window)) in WINDOWS.into_iter().enumerate() {
            self.seen[at] += i64::from(silent < window);
            self.appeared[at] += i64::from(age < window);
            self.disappeared[at] += i64::from(silent >= SILENCE && silent < window + SILENCE);
        }
        if silent < SILENCE {
            self.active += 1;
            self.age += age;
            for (component, version) in &cluster.components {
                let label = Component { component: component.to_string(), version: version.to_string() };
                *self.components.entry(label).or_default() += 1;
            }
        }
    }
}
