//! Check-ins, and clusters as they last reported.

use std::borrow::Cow;
use std::sync::Arc;

use serde::Deserialize;
use serde_json::value::RawValue;
use utoipa::ToSchema;
use wfm_core::anonymizer::{Arrival, NotAccepted, Vocabulary};
use wfm_core::cluster::ClusterId;
use wfm_core::release::Releases;
use wfm_core::store::ClusterRecord;
use wfm_core::wire::v3;

use super::insights::Published;
use crate::error::{Answer, ApiError};
use crate::reductions::Text;
use crate::reply::json;
use crate::request::{Object, Request, read_object};
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
    let now = service.clock.now();
    service.rates.cluster(arrival.cluster(), now)?;
    let record = service.store.check_in(arrival, now).await?;
    Ok(json(&as_sent(&record)))
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
    let mut said = read_check_in(body)?;
    if let Some(named) = named {
        if !said.id.is_empty() && said.id.parse() != Ok(named) {
            return Err(disagree());
        }
        said.id = named.to_string();
    }
    let arrival = Arrival::reduce(&said, Vocabulary::new(&service.catalog, releases))
        .map_err(|e| ApiError::bad_request(e.to_string()))?;
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
#[derive(Deserialize, ToSchema)]
#[schema(as = CheckIn)]
pub(crate) struct Said {
    /// The cluster's random id.
    #[schema(required, value_type = ClusterId)]
    id: Option<String>,
    /// What runs there.
    #[schema(value_type = Option<Vec<Installed>>)]
    components: Option<Vec<Object<Installed>>>,
}

/// A check-in whose id is in its path.
#[derive(ToSchema)]
#[schema(as = CheckInAt)]
#[expect(dead_code, reason = "it describes what Said reads there")]
pub(crate) struct SaidWithoutId {
    /// The id of the path, or nothing.
    id: Option<String>,
    /// What runs there.
    components: Option<Vec<Installed>>,
}

/// A component as a check-in names it.
#[derive(Deserialize, ToSchema)]
pub(super) struct Installed {
    #[schema(value_type = Option<Named>)]
    component: Option<Object<Named>>,
    #[schema(value_type = Option<Versioned>)]
    version: Option<Object<Versioned>>,
}

#[derive(Deserialize, ToSchema)]
struct Named {
    /// A name of the catalogue; others are dropped.
    name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct Versioned {
    /// A published version; others become `custom`.
    version: Option<String>,
}

fn read_check_in(body: &[u8]) -> Result<v3::Cluster, ApiError> {
    let said: Said =
        read_object(body, r#"{"id":UUID,"components":[{"component":{"name":TEXT},"version":{"version":TEXT}}]}"#)?;
    let components = as_components(said.components.unwrap_or_default());
    Ok(v3::Cluster { id: said.id.unwrap_or_default(), components, first_seen: None, last_seen: None })
}

pub(super) fn as_components(said: Vec<Object<Installed>>) -> Vec<v3::ComponentVersion> {
    let components = said.into_iter().map(|Object(one)| v3::ComponentVersion {
        component: v3::Component {
            name: one.component.and_then(|component| component.0.name).unwrap_or_default(),
            ..v3::Component::default()
        },
        version: v3::Version {
            version: one.version.and_then(|version| version.0.version).unwrap_or_default(),
            ..v3::Version::default()
        },
        update_available: None,
    });
    components.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_old_agents_body_is_read_whatever_stands_beside() {
        let body = r#"{"id":"x","firstSeen":"yesterday","lastSeen":7,"components":[
            {"component":{"name":"a","description":"d","type":"Daemon Set"},
             "version":{"train":"beta","version":"v1.0.0","released":"","data":{"image":"r.acme.example/a:v1"}},
             "updateAvailable":null},
            {"component":null,"version":null},{}]}"#;
        let said = read_check_in(body.as_bytes()).unwrap();
        assert_eq!(said.components.len(), 3);
        assert!(!format!("{said:?}").contains("acme"));
        assert!(read_check_in(br#"{"components":null}"#).unwrap().components.is_empty());
    }
}
