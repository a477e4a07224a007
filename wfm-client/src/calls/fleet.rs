//! What the company asks about its fleet. These need an analyst's or an administrator's token.

use jiff::Timestamp;
use reqwest::header::LINK;
use reqwest::{Method, StatusCode};
use serde_json::json;
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::component::ComponentName;
use wfm_core::store::{AuditEntry, VersionQuery};
use wfm_core::wire::{v3, v4};

use super::NOTHING;
use super::anyone::known;
use crate::{Client, Error};

/// Which clusters to list; nothing set means all.
#[derive(Debug, Clone, Default)]
pub struct Clusters {
    /// Those that run this component, in a version of this range if there is one.
    pub running: Option<(ComponentName, Option<VersionQuery>)>,
    /// Those of this cohort.
    pub cohort: Option<Cohort>,
    /// Those whose last check-in is later.
    pub seen_after: Option<Timestamp>,
}

/// A page of clusters, by ascending id.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterPage {
    /// The clusters.
    pub clusters: Vec<v4::Cluster>,
    /// Where the next page begins; `None` on the last.
    pub next: Option<ClusterId>,
}

/// Two moments, both excluded; an absent one is no bound.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Between {
    /// Later than this.
    pub after: Option<Timestamp>,
    /// Earlier than this.
    pub before: Option<Timestamp>,
}

/// What is asked, as the query says it.
pub(super) type Query = Vec<(&'static str, String)>;

impl Client {
    /// A page of the clusters that meet a query; `cursor` is the `next` of the page before.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn clusters(&self, wanted: &Clusters, cursor: Option<ClusterId>) -> Result<ClusterPage, Error> {
        let mut query = Query::new();
        if let Some((component, range)) = &wanted.running {
            query.push(("component", component.to_string()));
            query.extend(range.as_ref().map(|range| ("version", range.to_string())));
        }
        query.extend(wanted.cohort.map(|cohort| ("cohort", cohort.to_string())));
        query.extend(wanted.seen_after.map(|at| ("seen_after", at.to_string())));
        query.extend(cursor.map(|cursor| ("cursor", cursor.to_string())));
        let query = borrowed(&query);
        let answer = self.transport.exchange(self.call(Method::GET, "/v4/clusters", &query, NOTHING)?).await?;
        if !answer.status.is_success() {
            return Err(self.transport.refused(&answer));
        }
        let page: v3::Data<v4::Cluster> = self.transport.parse(&answer.body)?;
        let more =
            answer.headers.get(LINK).and_then(|link| link.to_str().ok()).is_some_and(|link| link.contains("next"));
        let next = page.data.last().map(|last| last.id).filter(|_| more);
        Ok(ClusterPage { clusters: page.data, next })
    }

    /// Decides a cluster's cohort, or takes the decision back; `None` where it never checked in. Needs an administrator.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn set_cohort(&self, id: ClusterId, cohort: Option<Cohort>) -> Result<Option<v4::Cluster>, Error> {
        let body = json!({ "cohort": cohort });
        known(self.ask(Method::PUT, &format!("/v4/clusters/{id}/cohort"), &[], Some(&body)).await)
    }

    /// Erases a cluster, and returns whether there was one. For owners whose id is older than erasure secrets. Needs an
    /// administrator.
    ///
    /// # Errors
    /// If the service does not answer or refuses.
    pub async fn erase_cluster(&self, id: ClusterId) -> Result<bool, Error> {
        let path = format!("/v4/clusters/{id}");
        let answer = self.transport.exchange(self.call(Method::DELETE, &path, &[], NOTHING)?).await?;
        match answer.status {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.transport.refused(&answer)),
        }
    }

    /// Lines of the audit log with a number above `after`, oldest first, a page at a time. Needs an administrator.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn audit(&self, after: u64) -> Result<Vec<AuditEntry>, Error> {
        let after = after.to_string();
        let page: v3::Data<AuditEntry> = self.ask(Method::GET, "/v4/audit", &[("after", &after)], NOTHING).await?;
        Ok(page.data)
    }

    /// Clusters by their first check-in (`created`) and their last (`checked_in`).
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn clusters_by_age(&self, created: Between, checked_in: Between) -> Result<Vec<v3::Cluster>, Error> {
        let mut query = bounds(created, "created_after", "created_before");
        query.extend(bounds(checked_in, "checked_in_after", "checked_in_before"));
        let list: v3::Data<v3::Cluster> = self.ask(Method::GET, "/v3/clusters/age", &borrowed(&query), NOTHING).await?;
        Ok(list.data)
    }

    /// How often the clusters checked in whose first check-in lies between two moments.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn check_ins(&self, created: Between) -> Result<v3::ClusterCheckins, Error> {
        let query = bounds(created, "created_after", "created_before");
        self.ask(Method::GET, "/v3/clusters/checkins", &borrowed(&query), NOTHING).await
    }

    /// The clusters that had come to stay at a moment, now where it is absent: first seen after `epoch`, seen more than
    /// once, and within the last day.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn persistent(
        &self,
        epoch: Option<Timestamp>,
        at: Option<Timestamp>,
    ) -> Result<v3::ClusterCheckins, Error> {
        let query = bounds(Between { after: epoch, before: at }, "epoch", "timestamp");
        self.ask(Method::GET, "/v3/clusters/persistent", &borrowed(&query), NOTHING).await
    }
}

fn bounds(between: Between, after: &'static str, before: &'static str) -> Query {
    let later = between.after.map(|at| (after, at.to_string()));
    later.into_iter().chain(between.before.map(|at| (before, at.to_string()))).collect()
}

pub(super) fn borrowed(query: &Query) -> Vec<(&str, &str)> {
    query.iter().map(|(name, value)| (*name, value.as_str())).collect()
}
