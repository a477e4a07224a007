//! `clusters`: a row for each cluster, by ascending id.

use std::sync::Arc;

use async_trait::async_trait;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::store::{ClusterQuery, ClusterRecord, Store, StoreError};

use super::{Cell, Column, Kind, Row, Table, cell, column, json, optional};

pub(super) const COLUMNS: &[Column] = &[
    column("id", Kind::Text),
    column("first_seen", Kind::Moment),
    column("last_seen", Kind::Moment),
    column("check_ins", Kind::Count),
    column("cohort", Kind::Text),
    optional("declared_cohort", Kind::Text),
    optional("ruled_cohort", Kind::Text),
    optional("decided_cohort", Kind::Text),
    column("components", Kind::Json),
];

/// The clusters of a store, after one of them or from the first on.
pub(crate) struct Clusters {
    store: Arc<dyn Store>,
    after: Option<ClusterId>,
    over: bool,
}

impl Clusters {
    pub(crate) fn new(store: Arc<dyn Store>, after: Option<ClusterId>) -> Self {
        Self { store, after, over: false }
    }
}

#[async_trait]
impl Table for Clusters {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn next(&mut self, most: usize) -> Result<Vec<Row>, StoreError> {
        if self.over {
            return Ok(Vec::new());
        }
        let page = self.store.clusters(ClusterQuery::default(), self.after, most).await?;
        self.after = page.next;
        self.over = page.next.is_none();
        Ok(page.items.iter().map(row).collect())
    }

    async fn place(&mut self) -> Result<Option<String>, StoreError> {
        Ok(self.after.filter(|_| !self.over).map(|after| after.to_string()))
    }
}

fn row(record: &ClusterRecord) -> Row {
    let cohort = |cohort: Option<Cohort>| cell(cohort, |cohort| Cell::Word(cohort.as_str()));
    vec![
        Cell::Text(record.id.to_string().into()),
        Cell::Moment(record.first_seen),
        Cell::Moment(record.last_seen),
        Cell::Count(record.check_ins),
        Cell::Word(record.cohort().as_str()),
        cohort(record.declared),
        cohort(record.ruled),
        cohort(record.decided),
        json(&record.components),
    ]
}
