//! Doctor reports, as agents of 2016–2020 send them: reduced to what may be kept, like a check-in.

use jiff::SignedDuration;
use utoipa::ToSchema;
use wfm_core::anonymizer::{DoctorFacts, Reduction, Vocabulary};
use wfm_core::store::{DoctorId, DoctorReport};
use wfm_core::wire::v3;

use crate::error::{Answer, ApiError};
use crate::reply::json;
use crate::request::{Components, Installed, ObjectWith, Request, read_into};

/// The longest report.
const LONGEST: usize = 64 * 1024;
/// The most components of a report.
const MOST: usize = 256;
/// How long a report is kept.
pub(crate) const KEPT: SignedDuration = SignedDuration::from_hours(14 * 24);
/// How many reports are read at a time.
pub(crate) const AT_ONCE: usize = 16;

/// Of a doctor report, what is read: the components, and nothing of nodes, namespaces, names or logs.
#[derive(ToSchema)]
#[schema(as = DoctorBody)]
#[expect(dead_code, reason = "it describes what keep reads")]
pub(crate) struct Said {
    workflow: Option<Workflow>,
}

#[derive(ToSchema)]
#[expect(dead_code, reason = "it describes what keep reads")]
struct Workflow {
    /// What runs there: at most 256.
    components: Option<Vec<Installed>>,
}

/// `POST /v3/doctor/{id}`.
pub(crate) async fn keep(mut request: Request) -> Answer {
    if !request.service.takes_doctor_reports {
        // An old agent sends all it has before it reads the answer.
        let _ = request.body(0).await;
        return Err(ApiError::not_found(
            "this service takes no doctor reports: its operator may start it with --doctor",
        ));
    }
    let id: DoctorId = request.path("id")?;
    let facts = {
        let service = request.service.clone();
        let _place = service.doctor_places.try_acquire().map_err(|_| ApiError::unavailable())?;
        let releases = service.store.releases().await?;
        read(&request.body(LONGEST).await?, Vocabulary::new(&service.catalog, &releases))?
    };
    let service = &request.service;
    let at = service.arrivals.now(service.store.as_ref()).await?;
    let kept = service.store.put_doctor(DoctorReport { id, at, facts: facts.clone() }).await?;
    if kept.facts != facts {
        return Err(ApiError::conflict("there is another doctor report with this id: send this one under a new id"));
    }
    Ok(json(&v3::DoctorInfo::from(&kept)))
}

fn read(body: &[u8], vocabulary: Vocabulary<'_>) -> Result<DoctorFacts, ApiError> {
    const SHAPE: &str = r#"{"workflow":{"components":[COMPONENT…]}}, with at most 256 components"#;
    let mut reduction = Reduction::new(vocabulary);
    let components = Components { reduction: &mut reduction, most: MOST };
    let workflow = ObjectWith { has_id: false, field: "components", inner: components };
    read_into(body, ObjectWith { has_id: false, field: "workflow", inner: workflow }, SHAPE)?;
    Ok(reduction.into())
}

/// `GET /v3/doctor/{id}`.
pub(crate) async fn one(request: Request) -> Answer {
    let service = &request.service;
    let report = service.store.doctor(request.path("id")?).await?;
    let report = report.filter(|report| service.clock.now().duration_since(report.at) < KEPT);
    let unknown = || ApiError::not_found("there is no doctor report with this id");
    Ok(json(&v3::DoctorInfo::from(&report.ok_or_else(unknown)?)))
}
