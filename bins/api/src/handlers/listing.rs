//! Clusters by what they run and whose they are, page by page.

use serde::Deserialize;
use utoipa::ToSchema;
use wfm_core::cluster::Cohort;
use wfm_core::store::{Actor, Bounds, ClusterQuery, InstalledQuery};
use wfm_core::wire::v3::Data;
use wfm_core::wire::v4::Cluster;

use crate::error::{Answer, ApiError};
use crate::reply::{json, next_page};
use crate::request::{Request, read_object};

/// The longest decision about a cohort.
const LONGEST: usize = 1024;

/// `GET /v4/clusters`.
pub(crate) async fn clusters(request: Request) -> Answer {
    let query = request.query(&["component", "version", "cohort", "seen_after", "limit", "cursor"])?;
    let version = query.value("version")?;
    let installed = match query.value("component")? {
        Some(component) => Some(InstalledQuery { component, version }),
        None if version.is_some() => {
            return Err(ApiError::bad_request(
                "version: it needs a component: say which, such as component=deis-router",
            ));
        }
        None => None,
    };
    let wanted = ClusterQuery {
        installed,
        cohort: query.value("cohort")?,
        checked_in: Bounds { after: query.time("seen_after")?, before: None },
        created: Bounds::default(),
    };
    request.note_reading().await;
    let page = request.service.store.clusters(wanted, query.value("cursor")?, query.limit()?).await?;
    let answer = json(&Data { data: page.items.iter().map(Cluster::from).collect() });
    Ok(next_page(answer, page.next.map(|last| query.with("cursor", &last.to_string()))))
}

/// What is decided of a cluster.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = CohortDecision)]
pub(crate) struct Decision {
    /// Whose it is; `null` takes an earlier decision back.
    #[serde(deserialize_with = "given")]
    #[schema(required)]
    cohort: Option<Cohort>,
}

/// A field that may be `null`, and may not be absent.
fn given<'de, D: serde::Deserializer<'de>>(field: D) -> Result<Option<Cohort>, D::Error> {
    Option::deserialize(field)
}

/// `PUT /v4/clusters/{id}/cohort`.
pub(crate) async fn set_cohort(mut request: Request) -> Answer {
    const SHAPE: &str = r#"{"cohort":"staff"}, where the cohort is customer, staff, ci, test or null"#;
    request.query(&[])?;
    let id = request.path("id")?;
    let Decision { cohort } = read_object(&request.body(LONGEST).await?, SHAPE)?;
    let record = request.service.store.set_cohort(id, cohort, request.by(Actor::Admin)).await?;
    let unknown = || ApiError::not_found("no cluster with this id has checked in");
    Ok(json(&Cluster::from(&record.ok_or_else(unknown)?)))
}
