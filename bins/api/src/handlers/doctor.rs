//! Doctor reports, as agents of 2016–2020 send them: reduced to what may be kept, like a check-in.

use serde::Deserialize;
use utoipa::ToSchema;
use wfm_core::anonymizer::{DoctorFacts, Vocabulary};
use wfm_core::store::{DoctorId, DoctorReport};
use wfm_core::wire::v3;

use super::clusters::{Installed, as_components};
use crate::error::{Answer, ApiError};
use crate::reply::json;
use crate::request::{Object, Request, read_object};

/// The longest report: old agents send nodes and namespaces with it, which are not read.
const LONGEST: usize = 1024 * 1024;

/// Of a doctor report, what is read: the components, and nothing of nodes, namespaces, names or logs.
#[derive(Deserialize, ToSchema)]
#[schema(as = DoctorBody)]
pub(crate) struct Said {
    #[schema(value_type = Option<Workflow>)]
    workflow: Option<Object<Workflow>>,
}

#[derive(Deserialize, ToSchema)]
struct Workflow {
    /// What runs there.
    #[schema(value_type = Option<Vec<Installed>>)]
    components: Option<Vec<Object<Installed>>>,
}

/// `POST /v3/doctor/{id}`.
pub(crate) async fn keep(mut request: Request) -> Answer {
    let id: DoctorId = request.path("id")?;
    let said: Said = read_object(&request.body(LONGEST).await?, r#"{"workflow":{"components":[COMPONENT…]}}"#)?;
    let components = as_components(said.workflow.and_then(|workflow| workflow.0.components).unwrap_or_default());
    let service = &request.service;
    let releases = service.store.releases().await?;
    let facts = DoctorFacts::reduce(&components, Vocabulary::new(&service.catalog, &releases));
    let report = DoctorReport { id, at: service.clock.now(), facts };
    service.store.put_doctor(report.clone()).await?;
    Ok(json(&v3::DoctorInfo::from(&report)))
}

/// `GET /v3/doctor/{id}`.
pub(crate) async fn one(request: Request) -> Answer {
    let report = request.service.store.doctor(request.path("id")?).await?;
    let unknown = || ApiError::not_found("there is no doctor report with this id");
    Ok(json(&v3::DoctorInfo::from(&report.ok_or_else(unknown)?)))
}
