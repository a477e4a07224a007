//! The other calls, one method each.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use wfm_core::cluster::ClusterId;
use wfm_core::component::ComponentName;
use wfm_core::release::Release;
use wfm_core::version::{Train, Version};
use wfm_core::wire::{paths, v3, v4};

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

    /// A component's releases on one train, in the form old agents read.
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

    /// The latest release of a component on a train.
    ///
    /// # Errors
    /// Where the service cannot be asked or does not know the component.
    pub async fn latest(&self, train: &Train, component: &ComponentName) -> Result<v3::ComponentVersion, Error> {
        self.transport.json(Call::get(&format!("{}/latest", paths::v3_versions(train, component)))).await
    }

    /// Publishes a release; `replace` allows to change what is published already. Needs a publisher's token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn publish(&self, release: &Release, replace: bool) -> Result<v3::ComponentVersion, Error> {
        let path = paths::v4_release(release.train(), release.component(), release.version());
        let query: &[_] = if replace { &[("replace", "true")] } else { &[] };
        self.write(Method::PUT, &path, query, &v3::ComponentVersion::from(release)).await
    }

    /// Publishes many releases at once, all or none; `dry_run` only tells what would change. Needs a publisher's token.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn import(
        &self,
        releases: &[v3::ComponentVersion],
        dry_run: bool,
        replace: bool,
    ) -> Result<v4::ImportOutcome, Error> {
        let word = |set: bool| if set { "true" } else { "false" };
        let query = [("dry_run", word(dry_run)), ("replace", word(replace))];
        self.write(Method::POST, "/v4/releases:import", &query, &v3::Data { data: releases.to_vec() }).await
    }

    /// A cluster as it last reported, or `None` where the service does not know the id.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn cluster(&self, id: ClusterId) -> Result<Option<v3::Cluster>, Error> {
        match self.transport.json(Call::get(&paths::v3_cluster(id))).await {
            Ok(cluster) => Ok(Some(cluster)),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// How many clusters have ever checked in.
    ///
    /// # Errors
    /// Where the service cannot be asked.
    pub async fn count_clusters(&self) -> Result<u64, Error> {
        self.transport.json(Call::get(paths::V3_CLUSTERS_COUNT)).await
    }

    async fn write<A: serde::de::DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: &impl serde::Serialize,
    ) -> Result<A, Error> {
        let body = serde_json::to_vec(body)
            .map_err(|error| Error::new(ErrorKind::Settings, "the body has no JSON form").caused_by(error))?;
        let mut call = Call { method, query, body: Some(body), ..Call::get(path) };
        if let Some(token) = &self.token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|error| {
                Error::new(ErrorKind::Settings, "the token holds characters that a header cannot carry")
                    .caused_by(error)
            })?;
            value.set_sensitive(true);
            call.headers.insert(AUTHORIZATION, value);
        }
        self.transport.json(call).await
    }
}
