//! Check-ins, and clusters as they last reported.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wfm_core::anonymizer::{Arrival, NotAccepted, Reduction, Vocabulary};
use wfm_core::cluster::ClusterId;
use wfm_core::release::Releases;
use wfm_core::store::ClusterRecord;
use wfm_core::wire::v3;
use wfm_shell::server::Peer;

use super::insights::Published;
use crate::error::{Answer, ApiError};
use crate::reductions::Text;
use crate::reply::json;
use crate::request::{Components, Installed, ObjectWith, Request, read_into};
use crate::service::Service;
use crate::viewer::Viewer;

/// The longest check-in.
const LONGEST: usize = 16 * 1024;

/// `POST /v3/clusters` and `POST /v2/clusters/{id}`: reduced to the vocabulary before anything else, answered when it is durable.
pub(crate) async fn check_in(mut request: Request) -> Answer {
    let body = request.body(LONGEST).await?;
    let named = if request.has("id") { Some(request.path("id")?) } else { None };
    let service = &request.service;
    let arrival = read(&body, named, service, &service.store.releases().await?)?;
    let record = keep(service, request.peer, arrival).await?;
    Ok(json(&as_sent(&record)))
}

/// Keeps a check-in, unless its cluster checks in too often, or its network has brought too many new clusters today.
pub(super) async fn keep(service: &Service, peer: Option<Peer>, arrival: Arrival) -> Result<ClusterRecord, ApiError> {
    let now = service.arrivals.now(service.store.as_ref()).await?;
    let (rates, cluster) = (&service.rates, arrival.cluster());
    rates.cluster(cluster, now)?;
    let has_place = rates.take_new(peer, now);
    // Only a network that is at its limit costs a look into the store.
    if !has_place && service.store.cluster(cluster).await?.is_none() {
        return Err(rates.too_many_new(now));
    }
    let kept = service.store.check_in(arrival, now).await;
    let is_new = kept.as_ref().is_ok_and(|record| record.check_ins == 1);
    if has_place && !is_new {
        rates.give_back_new(peer, now);
    }
    Ok(kept?)
}

/// The body, reduced. `named` is the cluster that the path names, if it does.
fn read(
    body: &[u8],
    named: Option<ClusterId>,
    service: &Service,
    releases: &Arc<Releases>,
) -> Result<Arrival, ApiError> {
    let parts = Parts::of(body);
    if let Some(Parts { id, components }) = &parts
        && let Some(arrival) = service.reductions.get(releases, Text::Components(components.get()))
    {
        let cluster = match named {
            Some(named) if id.is_empty() || id.parse() == Ok(named) => named,
            Some(_) => return Err(disagree()),
            None => id.parse().map_err(|e| ApiError::bad_request(NotAccepted::Id(e).to_string()))?,
        };
        return Ok(arrival.said_by(cluster));
    }
    let (id, reduction) = read_check_in(body, Vocabulary::new(&service.catalog, releases))?;
    let cluster = match named {
        Some(named) if id.is_empty() || id.parse() == Ok(named) => named,
        Some(_) => return Err(disagree()),
        None => id.parse().map_err(|e| ApiError::bad_request(NotAccepted::Id(e).to_string()))?,
    };
    let arrival = Arrival::reduced(cluster, reduction);
    if let Some(Parts { components, .. }) = parts {
        service.reductions.put(releases, Text::Components(components.get()), arrival.clone());
    }
    Ok(arrival)
}

fn disagree() -> ApiError {
    ApiError::bad_request("id: the body names another cluster than the path: make them agree")
}

/// A check-in taken apart and not yet read: enough to know again what was read before.
#[derive(Deserialize)]
struct Parts<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    components: &'a RawValue,
}

impl<'a> Parts<'a> {
    /// `None` for whatever is unusual: that is read in full, and told what is wrong with it.
    fn of(body: &'a [u8]) -> Option<Self> {
        // Only an object has parts: a list would be taken for one.
        body.starts_with(b"{").then(|| serde_json::from_slice(body).ok()).flatten()
    }
}

/// `GET /v3/clusters/{id}`.
pub(crate) async fn one(request: Request) -> Answer {
    let record = request.service.store.cluster(request.path("id")?).await?;
    let unknown = || ApiError::not_found("no cluster with this id has checked in");
    Ok(json(&as_sent(&record.ok_or_else(unknown)?)))
}

/// `GET /v3/clusters/count`: a bare number, as whoever asks may know it.
pub(crate) async fn count(request: Request) -> Answer {
    let known = match request.viewer {
        Viewer::SignedIn => request.service.store.count_clusters().await?,
        _ => Published::of(&request.service).await?.known(),
    };
    Ok(json(&known))
}

pub(super) fn as_sent(record: &ClusterRecord) -> v3::Cluster {
    v3::Cluster {
        first_seen: Some(record.first_seen),
        last_seen: Some(record.last_seen),
        ..v3::Cluster::outgoing(record.id, &record.components)
    }
}

/// Of a check-in, what is read: names and versions, and nothing else. Images, descriptions and times of an old agent are
/// not even held in memory as values. `null` counts as absent.
#[derive(ToSchema)]
#[schema(as = CheckIn)]
#[expect(dead_code, reason = "it describes what read_check_in reads")]
pub(crate) struct Said {
    /// The cluster's random id.
    #[schema(required, value_type = ClusterId)]
    id: Option<String>,
    /// What runs there.
    components: Option<Vec<Installed>>,
}

/// A check-in whose id is in its path.
#[derive(ToSchema)]
#[schema(as = CheckInAt)]
#[expect(dead_code, reason = "it describes what read_check_in reads there")]
pub(crate) struct SaidWithoutId {
    /// The id of the path, or nothing.
    id: Option<String>,
    /// What runs there.
    components: Option<Vec<Installed>>,
}

/// The id, and the components as they are kept.
fn read_check_in<'a>(body: &[u8], vocabulary: Vocabulary<'a>) -> Result<(String, Reduction<'a>), ApiError> {
    const SHAPE: &str = r#"{"id":UUID,"components":[{"component":{"name":TEXT},"version":{"version":TEXT}}]}"#;
    let mut reduction = Reduction::new(vocabulary);
    // As many as fit into the body.
    let components = Components { reduction: &mut reduction, most: LONGEST };
    let id = read_into(body, ObjectWith { has_id: true, field: "components", inner: components }, SHAPE)?;
    Ok((id.unwrap_or_default(), reduction))
}
