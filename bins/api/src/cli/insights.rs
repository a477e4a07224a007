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
    let changed = store.set_rules(rules, By { actor: Actor::Operator, at: clock.now() }).await?;
    tracing::info!(rules = count, changed, "cohorts follow the rules of the file");
    Ok(())
}
