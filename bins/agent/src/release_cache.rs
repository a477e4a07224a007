//! The list of releases, kept in a folder from one start to the next: so that neither an older list nor a withdrawn notice
//! is taken for the present after a restart.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use wfm_core::release::Notice;
use wfm_core::version::Train;
use wfm_core::wire::v4::TrainReleases;

use crate::updates::Learnt;

/// The most bytes of a file: a document at its bounds and as many notices that are no longer published.
const MAX_BYTES: u64 = 3 << 20;

/// One file a train. It holds what the agent kept of the list, not what it was sent, and no validator.
#[derive(Debug)]
pub struct ReleaseCache {
    folder: PathBuf,
    from: String,
}

/// What is in the file.
#[derive(Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Kept {
    /// Where the list was read: another source's serials mean nothing here.
    from: String,
    highest_serial: u64,
    checked_at: Timestamp,
    sha256: String,
    passed_over: u64,
    #[serde(default)]
    withdrawn: Vec<Notice>,
    /// Read with the bounds of a document that was sent: the folder may have been written by anyone.
    document: Box<RawValue>,
}

impl ReleaseCache {
    /// A cache in `folder` of what is read at `from`.
    #[must_use]
    pub fn new(folder: PathBuf, from: String) -> Self {
        Self { folder, from }
    }

    /// What was learnt of a train before the last stop, if it was kept and can be read.
    pub(crate) fn read(&self, train: &Train) -> Option<Learnt> {
        let mut bytes = Vec::new();
        File::open(file(&self.folder, train)).ok()?.take(MAX_BYTES + 1).read_to_end(&mut bytes).ok()?;
        if bytes.len() as u64 > MAX_BYTES {
            return None;
        }
        let kept: Kept = serde_json::from_slice(&bytes).ok().filter(|kept: &Kept| kept.from == self.from)?;
        // What was seen of serials and notices counts also if the list itself cannot be read.
        let list = TrainReleases::read(kept.document.get().as_bytes(), train, |_| true).ok();
        Some(Learnt {
            checked_at: list.as_ref().map(|_| kept.checked_at),
            releases: list.map(|list| list.releases),
            sha256: kept.sha256.chars().filter(char::is_ascii_hexdigit).take(64).collect(),
            passed_over: kept.passed_over,
            withdrawn: kept.withdrawn.into_iter().take(TrainReleases::MAX_NOTICES).collect(),
            highest_serial: kept.highest_serial,
            failure: None,
            failures: 0,
        })
    }

    /// Keeps what was learnt: whole or not at all, whenever the process ends.
    pub(crate) fn write(&self, train: &Train, learnt: &Learnt) -> io::Result<()> {
        let (Some(releases), Some(checked_at)) = (&learnt.releases, learnt.checked_at) else { return Ok(()) };
        let document = String::from_utf8(TrainReleases::of(releases, train).to_json()).map_err(io::Error::other)?;
        let kept = Kept {
            from: self.from.clone(),
            highest_serial: learnt.highest_serial,
            checked_at,
            sha256: learnt.sha256.clone(),
            passed_over: learnt.passed_over,
            withdrawn: learnt.withdrawn.clone(),
            document: RawValue::from_string(document)?,
        };
        std::fs::create_dir_all(&self.folder)?;
        let file = file(&self.folder, train);
        let unfinished = file.with_extension("unfinished");
        std::fs::write(&unfinished, serde_json::to_vec(&kept)?)?;
        std::fs::rename(unfinished, file)
    }

    /// Removes what is kept.
    pub(crate) fn clear(&self) -> io::Result<()> {
        clear(&self.folder)
    }
}

/// Removes the lists of all trains from a folder.
///
/// # Errors
/// If one cannot be removed.
pub(crate) fn clear(folder: &Path) -> io::Result<()> {
    let entries = match std::fs::read_dir(folder) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        entries => entries?,
    };
    for entry in entries {
        let entry = entry?;
        let name = entry.file_name();
        let is_ours =
            |name: &str| name.starts_with("releases-") && (name.ends_with(".json") || name.ends_with(".unfinished"));
        if name.to_str().is_some_and(is_ours) {
            std::fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// A train's name can be part of a file's name: lower-case letters, digits and `-`.
fn file(folder: &Path, train: &Train) -> PathBuf {
    folder.join(format!("releases-{train}.json"))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use wfm_core::release::{Issue, Release, Releases};

    use super::*;

    fn learnt() -> Learnt {
        let at = "2026-01-01T00:00:00Z".parse().unwrap();
        let release = Release::new("deis-router".parse().unwrap(), Train::stable(), "v2.9.0".parse().unwrap(), at);
        let mut releases: Releases = [release].into_iter().collect();
        releases.set_issue(Train::stable(), Issue { serial: 14, issued: at });
        let sha256 = "ab".repeat(32);
        Learnt {
            releases: Some(Arc::new(releases)),
            sha256,
            highest_serial: 14,
            checked_at: Some(at),
            ..Learnt::default()
        }
    }

    fn cache(folder: &Path, from: &str) -> ReleaseCache {
        ReleaseCache::new(folder.to_owned(), from.to_owned())
    }

    #[test]
    fn what_was_learnt_is_read_again_from_the_same_source_alone() {
        let folder = tempfile::tempdir().unwrap();
        let here = cache(folder.path(), "https://versions.example.com/");
        assert!(here.read(&Train::stable()).is_none());
        here.write(&Train::stable(), &learnt()).unwrap();
        let read = here.read(&Train::stable()).unwrap();
        assert_eq!((read.releases, read.sha256, read.highest_serial), (learnt().releases, learnt().sha256, 14));
        assert!(here.read(&Train::beta()).is_none());
        assert!(cache(folder.path(), "https://elsewhere.example.com/").read(&Train::stable()).is_none());
        here.clear().unwrap();
        assert!(here.read(&Train::stable()).is_none());
        assert!(clear(&folder.path().join("nowhere")).is_ok());
    }

    #[test]
    fn a_file_that_is_torn_strange_or_too_long_is_passed_over() {
        let folder = tempfile::tempdir().unwrap();
        let here = cache(folder.path(), "x");
        here.write(&Train::stable(), &learnt()).unwrap();
        let file = folder.path().join("releases-stable.json");
        let whole = std::fs::read(&file).unwrap();
        for end in 0..whole.len() {
            std::fs::write(&file, &whole[..end]).unwrap();
            assert!(here.read(&Train::stable()).is_none(), "{end} of {} bytes", whole.len());
        }
        let text = String::from_utf8(whole).unwrap();
        let long = format!("{text}{}", " ".repeat(3 << 20));
        for strange in [long, "[".repeat(1 << 20), "\0".repeat(99)] {
            std::fs::write(&file, strange).unwrap();
            assert!(here.read(&Train::stable()).is_none());
        }
        std::fs::write(&file, text.replace("\"stable\"", "\"beta\"")).unwrap();
        let kept = here.read(&Train::stable()).unwrap();
        assert!(kept.releases.is_none() && kept.checked_at.is_none());
        assert_eq!(kept.highest_serial, learnt().highest_serial, "an older list is not believed then, either");
        let many = format!(r#""components":[{}"#, r#"{"name":"a","releases":[7]},"#.repeat(20_000));
        std::fs::write(&file, text.replace(r#""components":["#, &many)).unwrap();
        assert_eq!(here.read(&Train::stable()).unwrap().releases.unwrap().len(), 1);
    }

    #[test]
    fn other_files_stay() {
        let folder = tempfile::tempdir().unwrap();
        for name in ["sent.ndjson", "releases-stable.json", "releases-beta.unfinished", "releases.json"] {
            std::fs::write(folder.path().join(name), "x").unwrap();
        }
        clear(folder.path()).unwrap();
        let mut left: Vec<_> =
            std::fs::read_dir(folder.path()).unwrap().map(|entry| entry.unwrap().file_name()).collect();
        left.sort();
        assert_eq!(left, ["releases.json", "sent.ndjson"]);
    }
}
