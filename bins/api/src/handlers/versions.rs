//! Versions, as agents of 2016–2020 read them.

use std::collections::HashSet;

use serde::Deserialize;
use utoipa::ToSchema;
use wfm_core::component::ComponentName;
use wfm_core::release::{Release, Releases};
use wfm_core::version::{Train, Version};
use wfm_core::wire::v3::{self, Data};

use super::releases::no_such_train;
use crate::error::{Answer, ApiError};
use crate::reply::json;
use crate::request::{Object, Request, read_object};

/// The longest list of questions.
const QUESTIONS: usize = 64 * 1024;
/// The most components, each on a train, of one list of questions. A release's notes may be long, so a short question can
/// have a long answer.
const MOST_ASKED: usize = 64;
/// What `latest` asks for in a release's place.
const LATEST: &str = "latest";

/// `GET /versions/{component}`: every version that is offered, on every train or on one, newest first.
pub(crate) async fn list(request: Request) -> Answer {
    let component: ComponentName = request.path("component")?;
    let train: Option<Train> = request.query(&["train"])?.value("train")?;
    let releases = request.service.store.releases().await?;
    if releases.component(component.as_str()).is_none() {
        return Err(unknown_component(&component));
    }
    if let Some(train) = &train {
        line(&releases, train, &component)?;
    }
    let is_listed = |release: &&Release| {
        *release.component() == component
            && release.yanked().is_none()
            && train.as_ref().is_none_or(|train| release.train() == train)
    };
    let mut versions: Vec<&Version> = releases.iter().filter(is_listed).map(Release::version).collect();
    versions.sort_unstable_by(|a, b| b.cmp(a));
    versions.dedup();
    Ok(json(&versions))
}

/// `GET /v3/versions/{train}/{component}`: its releases, newest first; those that were withdrawn come last, with a mark.
pub(crate) async fn of_component(request: Request) -> Answer {
    let (train, component): (Train, ComponentName) = (request.path("train")?, request.path("component")?);
    let releases = request.service.store.releases().await?;
    let line = line(&releases, &train, &component)?;
    let (offered, withdrawn): (Vec<_>, Vec<_>) = line.iter().rev().partition(|release| release.yanked().is_none());
    Ok(json(&Data { data: offered.into_iter().chain(withdrawn).map(v3::ComponentVersion::from).collect() }))
}

/// `GET /v3/versions/{train}/{component}/{release}`: one release, or `latest`, the one of highest precedence.
pub(crate) async fn release(request: Request) -> Answer {
    let (train, component): (Train, ComponentName) = (request.path("train")?, request.path("component")?);
    let releases = request.service.store.releases().await?;
    let line = line(&releases, &train, &component)?;
    let found = if request.segment("version") == LATEST {
        releases.latest(&train, &component)
    } else {
        let version: Version = request.path("version")?;
        line.iter().find(|release| *release.version() == version)
    };
    let missing = || match request.segment("version") {
        LATEST => ApiError::not_found(format!("every release of {component} on {train} is withdrawn")),
        _ => ApiError::not_found(format!("{component} was not published on {train} in this version")),
    };
    Ok(json(&v3::ComponentVersion::from(found.ok_or_else(missing)?)))
}

/// `POST /v3/versions/latest`, and `/v2/` the same: one answer to each question, in the order in which they were first
/// asked.
///
/// An agent asks for all its components at once, those that were never published among them. Such a question is answered
/// too: with its own name and train and an empty version, so that it hides no other. An absent train means `stable`, and in the second
/// version `beta`.
pub(crate) async fn latest_of_each(mut request: Request) -> Answer {
    // What an absent train meant changed with the third version.
    let train = if request.template.starts_with("/v2/") { Train::beta() } else { Train::stable() };
    let questions = read_questions(&request.body(QUESTIONS).await?, &train)?;
    let releases = request.service.store.releases().await?;
    Ok(json(&Data { data: questions.iter().map(|question| question.answer(&releases)).collect() }))
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct Question {
    component: String,
    train: String,
}

impl Question {
    fn answer(&self, releases: &Releases) -> v3::ComponentVersion {
        let asked = self.train.parse().ok().zip(self.component.parse().ok());
        let latest = asked.and_then(|(train, component): (Train, ComponentName)| releases.latest(&train, &component));
        latest.map_or_else(|| self.unanswered(), v3::ComponentVersion::from)
    }

    fn unanswered(&self) -> v3::ComponentVersion {
        v3::ComponentVersion {
            component: v3::Component { name: self.component.clone(), ..v3::Component::default() },
            version: v3::Version { train: Some(self.train.clone()), ..v3::Version::default() },
            update_available: None,
        }
    }
}

/// The questions as they are sent. Old agents write `null` for what they leave out.
#[derive(Deserialize, ToSchema)]
#[schema(as = Questions)]
pub(crate) struct Asked {
    /// The questions; none where absent.
    #[schema(value_type = Option<Vec<AskedOf>>)]
    data: Option<Vec<Object<AskedOf>>>,
}

/// A component to ask about.
#[derive(Deserialize, ToSchema)]
struct AskedOf {
    #[schema(required, value_type = AskedName)]
    component: Option<Object<AskedName>>,
    #[schema(value_type = Option<AskedTrain>)]
    version: Option<Object<AskedTrain>>,
}

#[derive(Deserialize, ToSchema)]
struct AskedName {
    /// The component's name.
    #[schema(required, value_type = String, min_length = 1)]
    name: Option<String>,
}

#[derive(Deserialize, ToSchema)]
struct AskedTrain {
    /// The train; absent or empty means stable.
    train: Option<String>,
}

fn read_questions(body: &[u8], absent: &Train) -> Result<Vec<Question>, ApiError> {
    const SHAPE: &str = r#"{"data":[{"component":{"name":"deis-router"},"version":{"train":"stable"}}]}"#;
    let asked: Asked = read_object(body, SHAPE)?;
    // An agent of 2016 in an empty namespace leaves the list out.
    let asked = asked.data.unwrap_or_default();
    let question = |(at, Object(one)): (usize, Object<AskedOf>)| {
        let component = one.component.and_then(|component| component.0.name).filter(|name| !name.is_empty());
        let missing = || ApiError::bad_request(format!("data[{at}].component.name: write the component to ask for"));
        let train = one.version.and_then(|version| version.0.train).filter(|train| !train.is_empty());
        let train = train.unwrap_or_else(|| absent.to_string());
        Ok::<_, ApiError>(Question { component: component.ok_or_else(missing)?, train })
    };
    let (mut seen, mut questions) = (HashSet::new(), Vec::new());
    for one in asked.into_iter().enumerate().map(question) {
        let one = one?;
        if seen.insert(one.clone()) {
            questions.push(one);
        }
    }
    if questions.len() > MOST_ASKED {
        let asked = questions.len();
        return Err(ApiError::bad_request(format!(
            "data: it asks for {asked} components: ask for at most {MOST_ASKED}"
        )));
    }
    Ok(questions)
}

fn line<'a>(releases: &'a Releases, train: &Train, component: &ComponentName) -> Result<&'a [Release], ApiError> {
    match releases.line(train, component) {
        [] if !releases.has_train(train) => Err(no_such_train(releases, train)),
        [] if releases.component(component.as_str()).is_none() => Err(unknown_component(component)),
        [] => Err(ApiError::not_found(format!("{component} was not published on {train}, but on another train"))),
        line => Ok(line),
    }
}

fn unknown_component(component: &ComponentName) -> ApiError {
    ApiError::not_found(format!("no release of a component named {component} was published"))
}
