//! How many clusters there are, by the definitions of the fleet questions: customers' alone.

use std::collections::BTreeMap;
use std::sync::atomic::AtomicU64;

use jiff::Timestamp;
use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::registry::Registry;
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::component::ComponentName;
use wfm_core::fleet::{self, Cohorts};
use wfm_core::store::{Store, StoreError, ask};
use wfm_core::wire::insights::{Count, Summary, Windows};

/// What runs: clusters by component and version.
type Running = BTreeMap<ComponentName, BTreeMap<ReportedVersion, Count>>;

/// The gauges.
pub(crate) struct Fleet {
    clusters: Family<Window, Gauge>,
    appeared: Family<Window, Gauge>,
    disappeared: Family<Window, Gauge>,
    components: Family<Component, Gauge>,
    age: Gauge<f64, AtomicU64>,
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
        };
        registry.register("wfm_api_clusters", "Clusters that checked in within the window", fleet.clusters.clone());
        registry.register(
            "wfm_api_clusters_appeared",
            "Clusters whose first check-in lies within the window",
            fleet.appeared.clone(),
        );
        registry.register(
            "wfm_api_clusters_disappeared",
            "Silent clusters whose 24 hours of silence ended within the window",
            fleet.disappeared.clone(),
        );
        registry.register(
            "wfm_api_component_clusters",
            "Active clusters by what they last reported",
            fleet.components.clone(),
        );
        let about = "Mean age of active clusters, since their first check-in";
        registry.register("wfm_api_cluster_age_seconds_mean", about, fleet.age.clone());
        fleet
    }

    /// Takes the numbers as they are now.
    pub(crate) async fn count(&self, store: &dyn Store, clock: Timestamp) -> Result<(), StoreError> {
        let counted = ask(store, move |rollups| {
            let (now, include) = (fleet::now(rollups, clock)?, Cohorts::default());
            Ok((fleet::summary(rollups, now, include)?, fleet::running(rollups, now, include)?))
        });
        let (summary, running) = counted.await?;
        self.show(&summary, &running);
        Ok(())
    }

    fn show(&self, summary: &Summary, running: &Running) {
        let set = |family: &Family<Window, Gauge>, window, clusters| {
            family.get_or_create(&Window { window }).set(number(clusters));
        };
        set(&self.clusters, "24h", summary.active);
        set(&self.clusters, "ever", summary.known);
        for (family, windows) in [(&self.appeared, summary.appeared), (&self.disappeared, summary.disappeared)] {
            let Some(Windows { week, month, quarter }) = windows else { continue };
            set(family, "7d", week);
            set(family, "30d", month);
            set(family, "90d", quarter);
        }
        self.components.clear();
        for (component, versions) in running {
            for (version, clusters) in versions {
                let label = Component { component: component.to_string(), version: version.to_string() };
                self.components.get_or_create(&label).set(number(*clusters));
            }
        }
        #[expect(clippy::cast_precision_loss, reason = "a mean needs no more than 52 bits")]
        self.age.set(summary.age.map_or(0.0, |age| age.mean_seconds as f64));
    }
}

/// A count as a gauge. The fleet tells every count; what is not told belongs to the public's answers alone.
fn number(clusters: Count) -> i64 {
    match clusters {
        Count::Told(clusters) => i64::try_from(clusters).unwrap_or(i64::MAX),
        Count::Few => 0,
    }
}
