//! Reading files of releases: the old API's `{"data":[ComponentVersion…]}`, or a train's document, in JSON or YAML; or a
//! table of comma-separated values.
//!
//! Nothing is taken of a file that is broken anywhere, and what is broken is told by entry, component and field.

use std::collections::HashMap;
use std::fmt;

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use wfm_core::component::ComponentName;
use wfm_core::release::Release;
use wfm_core::version::{Train, Version};
use wfm_core::wire::v3;
use wfm_core::wire::v4::TRAIN_RELEASES_SCHEMA;

mod entry;
mod format;

pub use entry::component_version;
pub(crate) use entry::strict_component_version;
pub use format::Format;

/// A file that is no list of releases.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum ImportError {
    /// It is not JSON.
    #[error("not JSON: {0}")]
    NotJson(String),
    /// It is not YAML.
    #[error("not YAML: {0}")]
    NotYaml(String),
    /// It is not a table of comma-separated values.
    #[error("not a table of releases: {0}")]
    NotCsv(String),
    /// It is read, and is something else.
    #[error("{0}")]
    NotReleases(String),
    /// One of its entries is no release.
    #[error("{place}: {field}: {problem}")]
    Entry {
        /// Which entry.
        place: Place,
        /// Which of its fields.
        field: String,
        /// What is wrong with it and what to write.
        problem: String,
    },
    /// One of its entries is a release that would do harm.
    #[error("{place}: {problem}")]
    Harmful {
        /// Which entry.
        place: Place,
        /// Which of its fields, what is wrong with it and what to write.
        problem: String,
    },
    /// Two of its entries say different things of one release.
    #[error("{place}: it is the same release as entry {first} and says something else: keep one of them")]
    Contradiction {
        /// The later entry.
        place: Place,
        /// The number of the earlier one.
        first: usize,
    },
}

/// Which entry of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// Its number, counted from 1 over the whole file.
    pub entry: usize,
    /// The component it names, if it does.
    pub component: Option<String>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}", self.entry)?;
        self.component.as_ref().map_or(Ok(()), |name| write!(f, " ({name})"))
    }
}

/// The releases of a file in JSON, in its order.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read(text: &[u8]) -> Result<Vec<Release>, ImportError> {
    read_as(Format::Json, text)
}

/// The releases of a file, in its order.
///
/// # Errors
/// The first thing that is wrong with it.
pub fn read_as(format: Format, text: &[u8]) -> Result<Vec<Release>, ImportError> {
    let file = format.value(text)?;
    let entries = if let Some(data) = file.get("data") {
        array(data, "data")?.iter().map(strict_component_version).collect()
    } else if file.get("components").is_some() {
        entry::of_train(&file)?
    } else {
        return Err(ImportError::NotReleases(
            "there are no releases in it: write {\"data\":[{\"component\":{\"name\":…},\"version\":{\"train\":…,\
             \"version\":…,\"released\":…}}]}, or a train's document as GET /v4/releases/TRAIN answers it"
                .into(),
        ));
    };
    if entries.is_empty() {
        return Err(ImportError::NotReleases("its list of releases is empty: write at least one".into()));
    }
    let mut releases = Vec::with_capacity(entries.len());
    for (at, entry) in entries.into_iter().enumerate() {
        let component = entry.as_ref().map_or_else(|e| e.component.clone(), |cv| named(&cv.component.name));
        let place = Place { entry: at + 1, component };
        let refuse = |field: String, problem| ImportError::Entry { place: place.clone(), field, problem };
        let read = entry.map_err(|e| refuse(e.field, e.problem))?;
        releases.push(Release::try_from(&read).map_err(|e| refuse(e.field.into(), e.problem))?);
    }
    without_contradictions(releases)
}

fn without_contradictions(releases: Vec<Release>) -> Result<Vec<Release>, ImportError> {
    let mut seen: HashMap<(&Train, &ComponentName, &Version), usize> = HashMap::new();
    for (at, release) in releases.iter().enumerate() {
        let first = *seen.entry((release.train(), release.component(), release.version())).or_insert(at);
        if releases[first] != *release {
            let place = Place { entry: at + 1, component: Some(release.component().to_string()) };
            return Err(ImportError::Contradiction { place, first: first + 1 });
        }
    }
    Ok(releases)
}

/// How far ahead a release may be dated. A release that is dated further ahead would make the service's own clock look wrong.
const AHEAD: SignedDuration = SignedDuration::from_hours(30 * 24);

/// Refuses a release that would do harm: `field: what is wrong with it`.
///
/// # Errors
/// If it asks for a version above itself, or is dated more than 30 days after `now`.
pub(crate) fn check(release: &Release, now: Timestamp) -> Result<(), String> {
    let (version, released) = (release.version(), release.released());
    if let Some(minimum) = release.minimum().filter(|minimum| minimum.precedence(version).is_gt()) {
        return Err(format!(
            "version.data.minimum: {minimum} is above the release itself, {version}: write the lowest version that can be upgraded"
        ));
    }
    if released.duration_since(now) > AHEAD {
        return Err(format!("version.released: {released} is more than 30 days ahead: publish it after that date"));
    }
    Ok(())
}

/// The same of each release.
///
/// # Errors
/// At the first that is refused.
pub(crate) fn check_all(releases: &[Release], now: Timestamp) -> Result<(), ImportError> {
    releases.iter().enumerate().try_for_each(|(at, release)| {
        let place = Place { entry: at + 1, component: Some(release.component().to_string()) };
        check(release, now).map_err(|problem| ImportError::Harmful { place, problem })
    })
}

fn array<'a>(value: &'a Value, field: &str) -> Result<&'a Vec<Value>, ImportError> {
    value.as_array().ok_or_else(|| ImportError::NotReleases(format!("{field}: write a list, in square brackets")))
}

fn named(name: &str) -> Option<String> {
    (!name.is_empty()).then(|| name.chars().take(64).collect())
}

fn check_schema(file: &Value) -> Result<(), ImportError> {
    match file.get("schemaVersion").and_then(Value::as_u64) {
        Some(version) if version <= u64::from(TRAIN_RELEASES_SCHEMA) => Ok(()),
        Some(version) => Err(ImportError::NotReleases(format!(
            "schemaVersion: {version} is newer than the {TRAIN_RELEASES_SCHEMA} that this version reads: use a newer one"
        ))),
        None => Err(ImportError::NotReleases(format!("schemaVersion: write {TRAIN_RELEASES_SCHEMA}"))),
    }
}

/// Entries as they were read, each on its own.
type Entries = Vec<Result<v3::ComponentVersion, entry::NotAnEntry>>;

#[cfg(test)]
mod tests;
