//! `checkins`: a row for each check-in, by ascending id of the cluster and then in the order of arrival.

use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

use async_trait::async_trait;
use jiff::Timestamp;
use wfm_core::cluster::ClusterId;
use wfm_core::store::{History, Store, StoreError, StoreErrorKind};

use super::{Cell, Column, Kind, NotAPlace, Row, Table, column, json};

/// Clusters that are read at once, at most: a year of two check-ins a day is 6 KB of each.
const CLUSTERS: usize = 32;

pub(super) const COLUMNS: &[Column] = &[
    column("cluster", Kind::Text),
    column("at", Kind::Moment),
    column("cohort", Kind::Text),
    column("components", Kind::Json),
];

/// A place between two rows: behind so many of a cluster's. Check-ins are only ever added behind the others, so it stays
/// the same place when the cluster checks in again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    cluster: ClusterId,
    given: usize,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.cluster, self.given)
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let (cluster, given) = text.split_once(':').ok_or(NotAPlace)?;
        Ok(Self { cluster: cluster.parse().map_err(|_| NotAPlace)?, given: given.parse().map_err(|_| NotAPlace)? })
    }
}

/// The check-ins of a store, from a place on.
pub(crate) struct CheckIns {
    store: Arc<dyn Store>,
    from: Option<Place>,
    /// After which cluster to read on, unless all were read.
    after: Option<ClusterId>,
    over: bool,
    /// How many clusters to read next. It grows, so that a page does not read much more than it shows.
    reach: usize,
    read: std::vec::IntoIter<History>,
    current: Option<Cluster>,
}

impl CheckIns {
    pub(crate) fn new(store: Arc<dyn Store>, from: Option<Place>) -> Self {
        let after = from.and_then(|place| place.cluster.before());
        Self { store, from, after, over: false, reach: 1, read: Vec::new().into_iter(), current: None }
    }

    /// The cluster that the next row is of.
    async fn current(&mut self) -> Result<Option<&mut Cluster>, StoreError> {
        while self.current.as_ref().is_none_or(|cluster| cluster.rest.len() == 0) {
            let Some(history) = self.history().await? else { return Ok(None) };
            let given = self.from.take().filter(|place| place.cluster == history.record.id);
            self.current = Some(Cluster::of(history, given.map_or(0, |place| place.given)));
        }
        Ok(self.current.as_mut())
    }

    async fn history(&mut self) -> Result<Option<History>, StoreError> {
        if let Some(history) = self.read.next() {
            return Ok(Some(history));
        }
        if self.over {
            return Ok(None);
        }
        let page = self.store.histories(self.after, self.reach).await?;
        self.reach = CLUSTERS.min(self.reach * 2);
        self.after = page.next;
        self.over = page.next.is_none();
        self.read = page.items.into_iter();
        Ok(self.read.next())
    }
}

#[async_trait]
impl Table for CheckIns {
    fn columns(&self) -> &'static [Column] {
        COLUMNS
    }

    async fn next(&mut self, most: usize) -> Result<Vec<Row>, StoreError> {
        let mut rows = Vec::new();
        while rows.len() < most
            && let Some(cluster) = self.current().await?
        {
            while rows.len() < most
                && let Some(row) = cluster.row()?
            {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    async fn place(&mut self) -> Result<Option<String>, StoreError> {
        let reached = self.current.as_ref().map(Cluster::place);
        // Told by where it ended and not by where it goes on: that cluster may check in again before it is asked for.
        Ok(self.current().await?.map(|cluster| reached.unwrap_or(cluster.place()).to_string()))
    }
}

/// What is left of a cluster's check-ins.
struct Cluster {
    id: ClusterId,
    text: Arc<str>,
    cohort: &'static str,
    given: usize,
    rest: std::vec::IntoIter<(i64, Cell)>,
}

impl Cluster {
    fn of(history: History, given: usize) -> Self {
        let mut all = Vec::new();
        for run in history.runs {
            let said = json(&run.said.components);
            all.extend(run.instants.into_iter().map(|instant| (instant, said.clone())));
        }
        let mut rest = all.into_iter();
        if given > 0 {
            let _ = rest.nth(given - 1);
        }
        let record = history.record;
        Self { id: record.id, text: record.id.to_string().into(), cohort: record.cohort().as_str(), given, rest }
    }

    fn place(&self) -> Place {
        Place { cluster: self.id, given: self.given }
    }

    fn row(&mut self) -> Result<Option<Row>, StoreError> {
        let Some((instant, said)) = self.rest.next() else { return Ok(None) };
        self.given += 1;
        let at = Timestamp::from_second(instant).map_err(|error| {
            let message = "the store holds a check-in at a moment that does not exist";
            StoreError::new(StoreErrorKind::Corrupt, message).caused_by(error)
        })?;
        Ok(Some(vec![Cell::Text(Arc::clone(&self.text)), Cell::Moment(at), Cell::Word(self.cohort), said]))
    }
}
