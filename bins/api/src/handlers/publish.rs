//! Publishing: one release, or a file of them.

use http::StatusCode;
use serde_json::Value;
use wfm_core::component::ComponentName;
use wfm_core::release::{PublishMode, Release};
use wfm_core::store::Actor;
use wfm_core::version::{Train, Version};
use wfm_core::wire::{v3, v4};

use crate::error::{Answer, ApiError};
use crate::import::{self, Format};
use crate::reply::{json, json_with_status};
use crate::request::{Request, read_json};

/// The longest release, notes included.
const RELEASE: usize = 64 * 1024;
/// The longest file of releases.
const IMPORT: usize = 1024 * 1024;

/// `PUT /v4/releases/{train}/{component}/{version}` and `POST /v3/versions/{train}/{component}/{release}`: publishes one
/// release and answers it as it is stored: 201 where it is new, but always 200 to makers of 2016–2020, whose description
/// of the API knows no other success.
///
/// What the body leaves out is taken from the path; what it says must agree with it.
pub(crate) async fn release(mut request: Request) -> Answer {
    let replace = request.query(&["replace"])?.flag("replace")?;
    let path = Path {
        train: request.path("train")?,
        component: request.path("component")?,
        version: request.path("version")?,
    };
    let is_old = request.template.starts_with("/v3/");
    let release = path.read(&request.body(RELEASE).await?, is_old)?;
    let service = &request.service;
    import::check(&release, service.clock.now()).map_err(ApiError::bad_request)?;
    let mode = if replace { PublishMode::Replace } else { PublishMode::RefuseChanges };
    let outcome = service.store.publish(vec![release.clone()], mode, request.by(Actor::Publisher)).await?;
    if let (false, Some((published, new))) = (outcome.kept, outcome.changed.first()) {
        return Err(differs(published, new));
    }
    let releases = service.store.releases().await?;
    let stored = releases.find(&path.train, &path.component, &path.version).unwrap_or(&release);
    let is_news = !outcome.added.is_empty() && !is_old;
    if !outcome.added.is_empty() {
        let (train, component, version) = (path.train.as_str(), path.component.as_str(), stored.version());
        tracing::info!(train, component, %version, "a release was published");
    }
    let status = if is_news { StatusCode::CREATED } else { StatusCode::OK };
    Ok(json_with_status(status, &v3::ComponentVersion::from(stored)))
}

/// `POST /v4/releases:import`: publishes a file of releases whole, or not at all.
pub(crate) async fn import(mut request: Request) -> Answer {
    let query = request.query(&["dry_run", "replace"])?;
    let (dry_run, replace) = (query.flag("dry_run")?, query.flag("replace")?);
    let releases = import::read_as(Format::of_content_type(&request.headers), &request.body(IMPORT).await?)
        .map_err(|e| ApiError::bad_request(e.to_string()))?;
    import::check_all(&releases, request.service.clock.now()).map_err(|e| ApiError::bad_request(e.to_string()))?;
    let mode = match (dry_run, replace) {
        (true, _) => PublishMode::DryRun,
        (false, true) => PublishMode::Replace,
        (false, false) => PublishMode::RefuseChanges,
    };
    let service = &request.service;
    let outcome = service.store.publish(releases, mode, request.by(Actor::Publisher)).await?;
    let changes_a_yank = outcome.changes_a_yank();
    let outcome = v4::ImportOutcome::of(&outcome, replace);
    if outcome.kept {
        tracing::info!(added = outcome.added, changed = outcome.changed, "a file of releases was published");
    }
    if outcome.kept || dry_run {
        return Ok(json(&outcome));
    }
    let differing = match outcome.changed {
        1 => "1 published release differs".to_owned(),
        changed => format!("{changed} published releases differ"),
    };
    let message = if changes_a_yank {
        "nothing was kept, because the file would yank a published release: yank it with DELETE, or leave yanked out"
            .into()
    } else {
        format!("nothing was kept, because {differing}: correct the file, or replace with ?replace=true")
    };
    let changed = outcome.differences.into_iter().filter(|line| line.starts_with('~')).collect();
    Err(ApiError::conflict(message).with_details(changed))
}

/// What the path says of a release.
struct Path {
    train: Train,
    component: ComponentName,
    version: Version,
}

impl Path {
    /// The release. Makers of 2016–2020 may send members that are unknown here.
    fn read(&self, body: &[u8], is_old: bool) -> Result<Release, ApiError> {
        const SHAPE: &str = r#"{"version":{"released":"2020-10-08T20:29:47Z"}}"#;
        let body: Value = read_json(body, SHAPE)?;
        let read = if is_old { import::component_version } else { import::strict_component_version };
        let mut entry = read(&body).map_err(|e| ApiError::bad_request(format!("{}: {}", e.field, e.problem)))?;
        if entry.version.yanked.is_some() {
            return Err(ApiError::bad_request("version.yanked: publish the release, then withdraw it with DELETE"));
        }
        let train = entry.version.train.get_or_insert_default();
        fill(train, &self.train.to_string(), "version.train", |said| said == self.train.as_str())?;
        fill(&mut entry.component.name, self.component.as_str(), "component.name", |said| {
            said == self.component.as_str()
        })?;
        let same_version = |said: &str| said.parse::<Version>().is_ok_and(|said| said == self.version);
        fill(&mut entry.version.version, &self.version.to_string(), "version.version", same_version)?;
        Release::try_from(&entry).map_err(|e| ApiError::bad_request(e.to_string()))
    }
}

fn fill(said: &mut String, path: &str, field: &str, same: impl Fn(&str) -> bool) -> Result<(), ApiError> {
    if said.is_empty() {
        path.clone_into(said);
    }
    if same(said) {
        return Ok(());
    }
    let said: String = said.chars().take(64).collect();
    Err(ApiError::bad_request(format!("{field}: the body says “{said}” and the path “{path}”: make them agree")))
}

fn differs(published: &Release, new: &Release) -> ApiError {
    let message = format!(
        "{} {} is published on {} with other facts: publish another version, or replace it with ?replace=true",
        new.component(),
        new.version(),
        new.train()
    );
    let details = published.differences(new).into_iter();
    let details =
        details.map(|fact| format!("{}: published “{}”, sent “{}”", fact.field, fact.published, fact.new)).collect();
    ApiError::conflict(message).with_details(details)
}
