//! Whose clusters are counted, and who is told.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;
use wfm_core::clock::Clock;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::{Actor, By, Store, StoreError};

use crate::rules::{self, RulesError};
use crate::service::Settings;
use crate::viewer::InsightsPublic;

#[derive(Debug, Args)]
pub(super) struct Insights {
    /// What the insights tell those who send no token
    #[arg(long, value_name = "WHAT", env = "WFM_API_INSIGHTS_PUBLIC", value_enum, default_value_t)]
    insights_public: InsightsPublic,
    /// File that says whose clusters are, a line of a cohort and an id each; without it the rules stay as they are
    #[arg(long, value_name = "FILE", env = "WFM_API_COHORT_RULES")]
    cohort_rules: Option<PathBuf>,
}

impl Insights {
    /// The rules of the file, where one is named.
    pub(super) fn rules(&self) -> Result<Option<BTreeMap<ClusterId, Cohort>>, RulesError> {
        self.cohort_rules.as_deref().map(rules::from_file).transpose()
    }

    pub(super) fn write(&self, settings: &mut Settings) {
        settings.insights_public = self.insights_public;
    }
}

/// Makes these the rules of a store.
pub(super) async fn apply(
    rules: BTreeMap<ClusterId, Cohort>,
    store: &dyn Store,
    clock: &dyn Clock,
) -> Result<(), StoreError> {
    let count = rules.len();
    let changed = store.set_rules(rules, By::new(Actor::Operator, clock.now())).await?;
    tracing::info!(rules = count, changed, "cohorts follow the rules of the file");
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Write;

    use wfm_core::anonymizer::{Arrival, Vocabulary};
    use wfm_core::catalog::Catalog;
    use wfm_core::clock::SystemClock;
    use wfm_core::release::Releases;
    use wfm_core::store::MemoryStore;
    use wfm_core::wire::v3;

    use super::*;

    const ID: &str = "8c6da034-c8b1-489a-a55d-a2215d93f934";

    #[tokio::test]
    async fn an_empty_file_drops_all_rules_and_none_leaves_them() {
        let store = MemoryStore::default();
        let body = v3::Cluster { id: ID.into(), components: Vec::new(), first_seen: None, last_seen: None };
        let arrival = Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &Releases::default())).unwrap();
        store.check_in(arrival, SystemClock.now()).await.unwrap();
        let mut file = tempfile::NamedTempFile::new().unwrap();
        let start = async |cohort_rules: Option<PathBuf>| {
            let options = Insights { insights_public: InsightsPublic::None, cohort_rules };
            if let Some(rules) = options.rules().unwrap() {
                apply(rules, &store, &SystemClock).await.unwrap();
            }
            store.cluster(ID.parse().unwrap()).await.unwrap().unwrap().cohort()
        };
        let path = file.path().to_owned();
        writeln!(file, "staff {ID}").unwrap();
        assert_eq!(start(Some(path.clone())).await, Cohort::Staff);
        assert_eq!(start(None).await, Cohort::Staff);
        file.as_file().set_len(0).unwrap();
        assert_eq!(start(Some(path)).await, Cohort::Customer);
    }
}
