//! The document of each train and the schema of each envelope, kept as bytes with their tags: a published release makes
//! them anew, a question does not.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use wfm_core::anonymizer::{EnvelopeKind, Vocabulary, schema};
use wfm_core::catalog::Catalog;
use wfm_core::release::Releases;
use wfm_core::version::Train;
use wfm_core::wire::v4::TrainReleases;

/// A document as it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Document {
    pub(crate) body: Bytes,
    /// The strong tag: `"<hex SHA-256 of the body>"`. A client recomputes it, so that it cannot be a cookie.
    pub(crate) etag: String,
}

/// The documents of one state of the releases.
#[derive(Debug, Default)]
pub(crate) struct Documents {
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    releases: Arc<Releases>,
    trains: BTreeMap<Train, Document>,
    schemas: BTreeMap<EnvelopeKind, Document>,
}

impl Documents {
    /// The document of a train, or `None` where nothing was published on it.
    pub(crate) fn of(&self, releases: &Arc<Releases>, train: &Train) -> Option<Document> {
        if !releases.has_train(train) {
            return None;
        }
        let mut kept = self.kept(releases);
        let document = kept.trains.entry(train.clone()).or_insert_with(|| Document::write(releases, train));
        Some(document.clone())
    }

    /// The JSON Schema of a kind of envelope. The catalog is always the same.
    pub(crate) fn schema(&self, releases: &Arc<Releases>, catalog: &Catalog, kind: EnvelopeKind) -> Document {
        let mut kept = self.kept(releases);
        let write = || Document::of(schema(kind, Vocabulary::new(catalog, releases)).to_string().into_bytes());
        kept.schemas.entry(kind).or_insert_with(write).clone()
    }

    /// What is kept of these releases.
    fn kept(&self, releases: &Arc<Releases>) -> MutexGuard<'_, Kept> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        // A store hands out another `Arc` when a release changed, and never changes one that it has handed out.
        if !Arc::ptr_eq(&kept.releases, releases) {
            *kept = Kept { releases: Arc::clone(releases), ..Kept::default() };
        }
        kept
    }
}

impl Document {
    fn write(releases: &Releases, train: &Train) -> Self {
        Self::of(TrainReleases::of(releases, train).to_json())
    }

    /// A document of these bytes.
    pub(crate) fn of(body: Vec<u8>) -> Self {
        Self { etag: format!("\"{}\"", TrainReleases::sha256(&body)), body: body.into() }
    }
}

/// Lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use wfm_core::release::Release;

    use super::*;

    fn releases(versions: &[&str]) -> Arc<Releases> {
        let release = |version: &&str| {
            let released = "2020-01-01T00:00:00Z".parse().unwrap();
            Release::new("deis-router".parse().unwrap(), Train::stable(), version.parse().unwrap(), released)
        };
        Arc::new(versions.iter().map(release).collect())
    }

    #[test]
    fn a_document_is_kept_until_the_releases_change() {
        let documents = Documents::default();
        let (old, new) = (releases(&["v1.0.0"]), releases(&["v1.0.0", "v1.1.0"]));
        let first = documents.of(&old, &Train::stable()).unwrap();
        let again = documents.of(&old, &Train::stable()).unwrap();
        assert_eq!(first.body.as_ptr(), again.body.as_ptr());
        assert_ne!(documents.of(&new, &Train::stable()).unwrap().etag, first.etag);
    }

    #[test]
    fn the_tag_depends_on_the_bytes_alone() {
        let tag = |releases: &Arc<Releases>| Documents::default().of(releases, &Train::stable()).unwrap().etag;
        assert_eq!(tag(&releases(&["v1.0.0", "v1.1.0"])), tag(&releases(&["v1.1.0", "v1.0.0"])));
        assert_eq!(tag(&releases(&["v1.0.0"])).len(), 66);
    }

    #[test]
    fn a_train_without_releases_has_no_document() {
        assert_eq!(Documents::default().of(&releases(&["v1.0.0"]), &Train::beta()), None);
    }
}
