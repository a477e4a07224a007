//! The update check: one document, the same for everyone.

use std::collections::BTreeMap;

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::{HeaderValue, IF_NONE_MATCH};
use tokio::sync::Mutex;
use wfm_core::component::ComponentName;
use wfm_core::source::{ReleaseList, SourceError, SourceErrorCause, VersionSource};
use wfm_core::version::Train;
use wfm_core::wire::paths;
use wfm_core::wire::v4::TrainReleases;

use crate::transport::Call;
use crate::{Client, Error, ErrorKind};

/// The last list of each train. It is kept in memory alone: a validator that outlived the process would be a mark that
/// does.
pub(crate) type Known = Mutex<BTreeMap<Train, ReleaseList>>;

impl Client {
    /// The list of a train: its releases, notices and issue. A list that has not changed since the last call is not sent
    /// again.
    ///
    /// # Errors
    /// If the service cannot be asked, does not know the train, or answers something else.
    pub async fn train_releases(&self, train: &Train) -> Result<ReleaseList, Error> {
        let mut known = self.known.lock().await;
        let path = paths::v4_releases(train);
        let mut call = Call::get(&path);
        call.largest = TrainReleases::MAX_BYTES;
        if let Some(list) = known.get(train) {
            call.headers.insert(IF_NONE_MATCH, validator(list));
        }
        // On a connection of its own, as an envelope: a TLS session that is resumed would be a mark.
        let answer = self.transport.apart()?.exchange(call).await?;
        match (answer.status, known.get(train)) {
            (StatusCode::NOT_MODIFIED, Some(list)) => Ok(list.clone()),
            (StatusCode::OK, _) => {
                let list = TrainReleases::read(&answer.body, train, |name| self.keeps(name)).map_err(|error| {
                    let message = format!("the answer of {} {error}", self.destination());
                    Error::new(ErrorKind::BadAnswer, message).caused_by(error)
                })?;
                known.insert(train.clone(), list.clone());
                Ok(list)
            }
            _ => Err(self.transport.refused(&answer)),
        }
    }

    fn keeps(&self, name: &ComponentName) -> bool {
        self.components.as_ref().is_none_or(|components| components.contains(name))
    }
}

/// The tag of a list: what an honest service computes too, so that no one can be given a tag of their own.
fn validator(list: &ReleaseList) -> HeaderValue {
    HeaderValue::try_from(format!("\"{}\"", list.sha256)).expect("hexadecimal digits in quotes are a header value")
}

#[async_trait]
impl VersionSource for Client {
    async fn releases(&self, train: &Train) -> Result<ReleaseList, SourceError> {
        self.train_releases(train).await.map_err(|error| {
            let cause = match error.kind() {
                ErrorKind::Dns => SourceErrorCause::Dns,
                ErrorKind::Unreachable | ErrorKind::Settings => SourceErrorCause::Unreachable,
                ErrorKind::Timeout => SourceErrorCause::Timeout,
                ErrorKind::Status(_) => SourceErrorCause::Status,
                ErrorKind::BadAnswer => SourceErrorCause::BadAnswer,
            };
            SourceError { cause, message: error.to_string() }
        })
    }

    async fn forget(&self) {
        self.known.lock().await.clear();
    }
}
