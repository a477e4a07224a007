//! What anyone may ask: no token is sent.

use reqwest::{Method, StatusCode};
use wfm_core::anonymizer::EnvelopeKind;
use wfm_core::cluster::ClusterId;
use wfm_core::component::ComponentName;
use wfm_core::version::{Train, Version};
use wfm_core::wire::{paths, v3};

use crate::transport::Call;
use crate::{Client, Error, ErrorKind};

impl Client {
    /// Whether the service answers.
    ///
    /// # Errors
    /// Where it does not.
    pub async fn ping(&self) -> Result<(), Error> {
        let answer = self.transport.exchange(Call::get(paths::PING)).await?;
        if answer.status.is_success() { Ok(()) } else { Err(self.transport.refused(&answer)) }
    }

    /// Every version of a component on all trains, newest first.
    ///
    /// # Errors
    /// Where the service cannot be asked or does not know the component.
    pub async fn versions(&self, component: &ComponentName) -> Result<Vec<Version>, Error> {
        self.transport.json(Call::get(&paths::versions(component))).await
    }

    /// A component's releases on one train, newest first, in the form old agents read.
    ///
    /// # Errors
    /// Where the service cannot be asked or does not know the component.
    pub async fn component_releases(
        &self,
        train: &Train,
        component: &ComponentName,
    ) -> Result<Vec<v3::ComponentVersion>, Error> {
        let list: v3::Data<v3::ComponentVersion> =
            self.transport.json(Call::get(&paths::v3_versions(train, component))).await?;
        Ok(list.data)
    }

    /// One release of a component on a train, or `None` where it was not published there.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn component_release(
        &self,
        train: &Train,
        component: &ComponentName,
        version: &Version,
    ) -> Result<Option<v3::ComponentVersion>, Error> {
        let path = format!("{}/{version}", paths::v3_versions(train, component));
        known(self.transport.json(Call::get(&path)).await)
    }

    /// The latest release of a component on a train.
    ///
    /// # Errors
    /// Where the service cannot be asked or does not know the component.
    pub async fn latest(&self, train: &Train, component: &ComponentName) -> Result<v3::ComponentVersion, Error> {
        self.transport.json(Call::get(&format!("{}/latest", paths::v3_versions(train, component)))).await
    }

    /// The latest release of each of many components on a train, in their order; one that was never published there comes
    /// back without a version.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn latest_of_each(
        &self,
        train: &Train,
        components: &[ComponentName],
    ) -> Result<Vec<v3::ComponentVersion>, Error> {
        let question = |name: &ComponentName| v3::ComponentVersion {
            component: v3::Component { name: name.to_string(), ..v3::Component::default() },
            version: v3::Version { train: Some(train.to_string()), ..v3::Version::default() },
            update_available: None,
        };
        let questions = v3::Data { data: components.iter().map(question).collect() };
        let no_json = |error| Error::new(ErrorKind::Settings, "the questions have no JSON form").caused_by(error);
        let mut call = Call::get("/v3/versions/latest");
        call.method = Method::POST;
        call.body = Some(serde_json::to_vec(&questions).map_err(no_json)?);
        let answers: v3::Data<v3::ComponentVersion> = self.transport.json(call).await?;
        Ok(answers.data)
    }

    /// The [JSON Schema](https://json-schema.org/draft/2020-12) of a kind of envelope, with the names and versions that the
    /// service knows now: it takes no other.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn schema(&self, envelope: EnvelopeKind) -> Result<serde_json::Value, Error> {
        self.transport.json(Call::get(&paths::v4_schema(envelope))).await
    }

    /// A cluster as it last reported, or `None` where the service does not know the id.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn cluster(&self, id: ClusterId) -> Result<Option<v3::Cluster>, Error> {
        known(self.transport.json(Call::get(&paths::v3_cluster(id))).await)
    }

    /// Erases a cluster with everything that it said, and answers whether there was one. When it checks in again, it is a
    /// new one. Where the first answer is lost on the way and it is asked for again, there is none any more.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn erase(&self, id: ClusterId) -> Result<bool, Error> {
        let path = format!("/v4/clusters/{id}");
        let answer = self.transport.exchange(Call { method: Method::DELETE, ..Call::get(&path) }).await?;
        match answer.status {
            status if status.is_success() => Ok(true),
            StatusCode::NOT_FOUND => Ok(false),
            _ => Err(self.transport.refused(&answer)),
        }
    }
}

/// An answer, or `None` where there is nothing of the kind.
pub(super) fn known<T>(answer: Result<T, Error>) -> Result<Option<T>, Error> {
    match answer {
        Ok(answer) => Ok(Some(answer)),
        Err(error) if error.is_not_found() => Ok(None),
        Err(error) => Err(error),
    }
}
