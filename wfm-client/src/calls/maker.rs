//! What the product's maker does: publish, withdraw, tell operators. These need a publisher's token.

use reqwest::Method;
use wfm_core::release::{Notice, NoticeId, PlainText, Release, ReleaseKey};
use wfm_core::version::Train;
use wfm_core::wire::{paths, v3, v4};

use super::NOTHING;
use super::anyone::known;
use crate::{Client, Error};

impl Client {
    /// Publishes a release; `replace` allows to change what is published already.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn publish(&self, release: &Release, replace: bool) -> Result<v3::ComponentVersion, Error> {
        let path = paths::v4_release(release.train(), release.component(), release.version());
        let query: &[_] = if replace { &[("replace", "true")] } else { &[] };
        self.ask(Method::PUT, &path, query, Some(&v3::ComponentVersion::from(release))).await
    }

    /// Publishes many releases at once, all or none; `dry_run` only tells what would change.
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
        self.ask(Method::POST, "/v4/releases:import", &query, Some(&v3::Data { data: releases.to_vec() })).await
    }

    /// Withdraws a release for a reason; answers it as it is now, or `None` where it was never published.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn yank(&self, key: &ReleaseKey, reason: &PlainText) -> Result<Option<v3::ComponentVersion>, Error> {
        let reason = reason.to_string();
        known(self.ask(Method::DELETE, &path(key), &[("reason", &reason)], NOTHING).await)
    }

    /// Offers a withdrawn release again; `None` where it was never published.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn restore(&self, key: &ReleaseKey) -> Result<Option<v3::ComponentVersion>, Error> {
        known(self.ask(Method::POST, &format!("{}/restore", path(key)), &[], NOTHING).await)
    }

    /// Publishes a notice to the operators who follow its train, or replaces the one of its name.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn put_notice(&self, notice: &Notice) -> Result<Notice, Error> {
        // The train and the name are the path's: the body takes neither.
        let mut body = serde_json::to_value(notice).unwrap_or_default();
        if let Some(fields) = body.as_object_mut() {
            fields.retain(|field, _| field != "id" && field != "train");
        }
        self.ask(Method::PUT, &notice_path(&notice.train, &notice.id), &[], Some(&body)).await
    }

    /// Takes a notice back; `None` where there was none of this name.
    ///
    /// # Errors
    /// Where the service cannot be asked or refuses.
    pub async fn remove_notice(&self, train: &Train, id: &NoticeId) -> Result<Option<Notice>, Error> {
        known(self.ask(Method::DELETE, &notice_path(train, id), &[], NOTHING).await)
    }
}

fn path(key: &ReleaseKey) -> String {
    paths::v4_release(&key.train, &key.component, &key.version)
}

fn notice_path(train: &Train, id: &NoticeId) -> String {
    format!("/v4/notices/{train}/{id}")
}
