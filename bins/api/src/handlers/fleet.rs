//! The old questions about the fleet: created means the first check-in that the service saw, checked in the last.

use std::cmp::Reverse;
use std::future::Future;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Serialize;
use wfm_core::cluster::ClusterId;
use wfm_core::store::{Attendance, Bounds, ClusterQuery, Page, PersistentQuery, StoreError, whole_second};
use wfm_core::wire::v3::ClusterCheckin;

use super::clusters::as_sent;
use crate::error::Answer;
use crate::reply::{Rows, rows};
use crate::request::{LONGEST_PAGE, Request, empty};

/// `GET /v3/clusters/age`: clusters by their first and last check-in.
pub(crate) async fn by_age(request: Request) -> Answer {
    let query = request.query(&["checked_in_before", "checked_in_after", "created_before", "created_after"])?;
    let created = query.bounds("created_after", "created_before")?;
    let checked_in = query.bounds("checked_in_after", "checked_in_before")?;
    let query = ClusterQuery { created, checked_in, ..ClusterQuery::default() };
    request.note_reading().await;
    let store = Arc::clone(&Arc::clone(&request.service.store));
    let page = move |after| {
        let (store, query) = (Arc::clone(&store), query.clone());
        async move { store.clusters(query, after, LONGEST_PAGE).await }
    };
    all(page, |record| as_sent(&record)).await
}

/// `GET /v3/clusters/checkins`: how often the clusters checked in that were created between the bounds.
pub(crate) async fn check_ins(request: Request) -> Answer {
    let created = request.query(&["created_after", "created_before"])?.bounds("created_after", "created_before")?;
    request.note_reading().await;
    let (now, store) = (whole_second(request.service.clock.now()), Arc::clone(&request.service.store));
    let page = move |after| {
        let store = Arc::clone(&store);
        async move { store.check_ins(created, after, LONGEST_PAGE).await }
    };
    in_order(page, Reverse, now).await
}

/// `GET /v3/clusters/persistent`: the clusters that had come to stay at a moment, now where it is absent.
pub(crate) async fn persistent(request: Request) -> Answer {
    let query = request.query(&["epoch", "timestamp"])?;
    let at = query.time("timestamp")?.unwrap_or_else(|| whole_second(request.service.clock.now()));
    let query = PersistentQuery { epoch: query.time("epoch")?, at };
    if (Bounds { after: query.epoch, before: Some(at) }).is_empty() {
        return Err(empty("epoch", "timestamp"));
    }
    request.note_reading().await;
    let store = Arc::clone(&Arc::clone(&request.service.store));
    let page = move |after| {
        let store = Arc::clone(&store);
        async move { store.persistent(query, after, LONGEST_PAGE).await }
    };
    in_order(page, std::convert::identity, at).await
}

/// Every entry of every page by its first check-in, in the order of `key`, as the old service had them. All of them are in memory
/// for that, at 56 bytes each.
async fn in_order<K, P, F>(page: P, key: impl Fn(Timestamp) -> K + Send + 'static, at: Timestamp) -> Answer
where
    K: Ord,
    P: Fn(Option<ClusterId>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Page<Attendance>, StoreError>> + Send,
{
    // A store that cannot be read is still an answer of its own.
    let Page { items: mut entries, next: mut after } = page(None).await?;
    Ok(rows("application/json", move |mut out: Rows| async move {
        while after.is_some() {
            let Page { items, next } = page(after).await.map_err(std::io::Error::other)?;
            entries.extend(items);
            after = next;
        }
        entries.sort_by_key(|entry| (key(entry.first), entry.cluster));
        out.send(r#"{"data":["#).await?;
        for (number, part) in entries.chunks(LONGEST_PAGE).enumerate() {
            let mut text = if number > 0 { ",".to_owned() } else { String::new() };
            let part: Vec<ClusterCheckin> = part.iter().map(|entry| ClusterCheckin::of(entry, at)).collect();
            let list = serde_json::to_string(&part).map_err(std::io::Error::other)?;
            text.push_str(list.trim_start_matches('[').trim_end_matches(']'));
            out.send(text).await?;
        }
        out.send(format!(r#"],"count":{}}}"#, entries.len())).await
    }))
}

/// Every entry of every page as `{"data":[…]}`: the old API has no pages, and the whole of a fleet is not held in memory.
async fn all<T, S, P, F>(page: P, show: impl Fn(T) -> S + Send + Sync + 'static) -> Answer
where
    T: Send + 'static,
    S: Serialize + Send,
    P: Fn(Option<ClusterId>) -> F + Send + Sync + 'static,
    F: Future<Output = Result<Page<T>, StoreError>> + Send,
{
    // A store that cannot be read is still an answer of its own.
    let mut current = page(None).await?;
    Ok(rows("application/json", move |mut out: Rows| async move {
        let mut is_first = true;
        out.send(r#"{"data":["#).await?;
        loop {
            let mut text = String::new();
            for item in current.items {
                if !std::mem::take(&mut is_first) {
                    text.push(',');
                }
                text.push_str(&serde_json::to_string(&show(item)).map_err(std::io::Error::other)?);
            }
            out.send(text).await?;
            let Some(after) = current.next else { break };
            current = page(Some(after)).await.map_err(std::io::Error::other)?;
        }
        out.send("]}").await
    }))
}
