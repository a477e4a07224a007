//! Published releases from a file, for clusters without internet.

use std::path::PathBuf;

use async_trait::async_trait;
use serde::Deserialize;
use wfm_core::release::{Release, Releases};
use wfm_core::source::{ReleaseList, SourceError, SourceErrorCause, VersionSource};
use wfm_core::version::Train;
use wfm_core::wire::{v3, v4};

/// A file as `GET /v4/releases/{train}` answers, or a list of releases as `GET /v3/versions/…` does. It is read anew with
/// every check, so that a ConfigMap that changes is noticed.
#[derive(Debug)]
pub(crate) struct ReleasesFile(PathBuf);

impl ReleasesFile {
    pub(crate) fn new(file: PathBuf) -> Self {
        Self(file)
    }

    fn read(&self, train: &Train) -> Result<ReleaseList, String> {
        let text = std::fs::read(&self.0).map_err(|error| format!("cannot be read: {error}"))?;
        let not_understood = |error: serde_json::Error| format!("is not a file of releases: {error}");
        let Shape { data } = serde_json::from_slice(&text).map_err(not_understood)?;
        if data.is_none() {
            return v4::TrainReleases::read(&text, train, |_| true).map_err(|error| match error {
                v4::UnreadableList::Train(its) => format!("holds the train {its}, and {train} is followed"),
                error => error.to_string(),
            });
        }
        let list: v3::Data<v3::ComponentVersion> = serde_json::from_slice(&text).map_err(not_understood)?;
        let release = |(index, entry): (usize, &v3::ComponentVersion)| {
            Release::try_from(entry).map_err(|error| format!("has an entry {} that is no release: {error}", index + 1))
        };
        let releases: Releases = list.data.iter().enumerate().map(release).collect::<Result<_, _>>()?;
        let followed: Releases = v4::TrainReleases::of(&releases, train).into();
        Ok(followed.into())
    }
}

/// Which of the two it is.
#[derive(Deserialize)]
struct Shape {
    data: Option<serde::de::IgnoredAny>,
}

#[async_trait]
impl VersionSource for ReleasesFile {
    async fn releases(&self, train: &Train) -> Result<ReleaseList, SourceError> {
        self.read(train).map_err(|problem| SourceError {
            cause: SourceErrorCause::BadAnswer,
            message: format!("the file {} {problem}", self.0.display()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn read(text: &str) -> Result<usize, String> {
        let file = tempfile::NamedTempFile::new().unwrap();
        std::fs::write(file.path(), text).unwrap();
        let source = ReleasesFile::new(file.path().to_owned());
        let releases = source.releases(&Train::stable()).await.map_err(|error| error.message)?;
        Ok(releases.releases.len())
    }

    #[tokio::test]
    async fn a_trains_document_and_a_list_of_releases_are_read() {
        let document = r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[
            {"version":"v2.9.0","released":"2021-04-19T01:08:22Z"}]}]}"#;
        assert_eq!(read(document).await, Ok(1));
        let list = r#"{"data":[{"component":{"name":"deis-router"},
            "version":{"train":"stable","version":"v2.9.0","released":"2021-04-19T01:08:22Z"}}]}"#;
        assert_eq!(read(list).await, Ok(1));
    }

    #[tokio::test]
    async fn what_is_wrong_with_a_file_is_said_and_where() {
        for (text, words) in [
            ("{", "line 1"),
            (r#"{"schemaVersion":1,"train":"beta","components":[]}"#, "the train beta, and stable is followed"),
            (
                r#"{"data":[{"component":{"name":"deis-router"},"version":{"train":"stable","version":"soon"}}]}"#,
                "entry 1",
            ),
        ] {
            let error = read(text).await.unwrap_err();
            assert!(error.contains(words), "{error}");
        }
        let nowhere = ReleasesFile::new("/nowhere/releases.json".into());
        assert!(
            nowhere
                .releases(&Train::stable())
                .await
                .unwrap_err()
                .message
                .contains("/nowhere/releases.json cannot be read")
        );
    }
}
