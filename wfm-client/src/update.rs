//! The update check: one document, the same for everybody.

use std::collections::BTreeMap;
use std::sync::Arc;

use async_trait::async_trait;
use reqwest::StatusCode;
use reqwest::header::{HeaderValue, IF_NONE_MATCH};
use sha2::{Digest, Sha256};
use tokio::sync::Mutex;
use wfm_core::release::Releases;
use wfm_core::source::{SourceError, SourceErrorCause, VersionSource};
use wfm_core::version::Train;
use wfm_core::wire::paths;
use wfm_core::wire::v4::{TRAIN_RELEASES_SCHEMA, TrainReleases};

use crate::transport::Call;
use crate::{Client, Error, ErrorKind};

/// The last document of each train.
pub(crate) type Known = Mutex<BTreeMap<Train, Document>>;

#[derive(Debug)]
pub(crate) struct Document {
    etag: HeaderValue,
    releases: Arc<Releases>,
}

impl Client {
    /// Every release of a train. A document that has not changed since the last call is not sent again.
    ///
    /// # Errors
    /// Where the service cannot be asked, does not know the train, or answers something else.
    pub async fn train_releases(&self, train: &Train) -> Result<Arc<Releases>, Error> {
        let mut known = self.known.lock().await;
        if !known.contains_key(train)
            && let Some(document) = self.cached(train)
        {
            known.insert(train.clone(), document);
        }
        let path = paths::v4_releases(train);
        let mut call = Call::get(&path);
        if let Some(document) = known.get(train) {
            call.headers.insert(IF_NONE_MATCH, document.etag.clone());
        }
        let answer = self.transport.exchange(call).await?;
        match (answer.status, known.get(train)) {
            (StatusCode::NOT_MODIFIED, Some(document)) => Ok(Arc::clone(&document.releases)),
            (StatusCode::OK, _) => {
                let document = self.document(train, &answer.body)?;
                let releases = Arc::clone(&document.releases);
                known.insert(train.clone(), document);
                if let Some(cache) = &self.cache {
                    // A folder that cannot be written costs a transfer after the next start and nothing else.
                    let _ = cache.write(train, &answer.body);
                }
                Ok(releases)
            }
            _ => Err(self.transport.refused(&answer)),
        }
    }

    fn cached(&self, train: &Train) -> Option<Document> {
        let body = self.cache.as_ref()?.read(train)?;
        self.document(train, &body).ok()
    }

    fn document(&self, train: &Train, body: &[u8]) -> Result<Document, Error> {
        Ok(Document { etag: etag(body), releases: Arc::new(self.read(train, body)?) })
    }

    fn read(&self, train: &Train, body: &[u8]) -> Result<Releases, Error> {
        let document: TrainReleases = self.transport.parse(body)?;
        let bad = |what: String| Error::new(ErrorKind::BadAnswer, format!("{} {what}", self.destination()));
        if document.schema_version != TRAIN_RELEASES_SCHEMA {
            return Err(bad(format!("speaks schema {}; update this program", document.schema_version)));
        }
        if document.train != *train {
            return Err(bad(format!("answered with the train {} instead of {train}", document.train)));
        }
        Ok(document.into())
    }
}

/// The tag of a body: what the service computes too, so nobody can be given a tag of their own.
fn etag(body: &[u8]) -> HeaderValue {
    let digest: String = Sha256::digest(body).iter().map(|byte| format!("{byte:02x}")).collect();
    HeaderValue::try_from(format!("\"{digest}\"")).expect("hexadecimal digits in quotes are a header value")
}

#[async_trait]
impl VersionSource for Client {
    async fn releases(&self, train: &Train) -> Result<Arc<Releases>, SourceError> {
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
}
