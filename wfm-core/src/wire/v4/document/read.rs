//! Reading a document that anyone may have written: within bounds, and without losing all for one entry.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use serde::Deserialize;
use serde_json::value::RawValue;

use super::{TRAIN_RELEASES_SCHEMA, TrainReleases};
use crate::component::ComponentName;
use crate::release::{Issue, Notes, Notice, NoticeId, NoticeLevel, PlainText, Release, Releases, Yank};
use crate::source::ReleaseList;
use crate::text::peer_message;
use crate::version::{Train, Version, VersionRange};

/// Bytes that are no document of the train.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UnreadableList {
    /// There are more bytes than [`TrainReleases::MAX_BYTES`].
    #[error("has more than {} bytes", TrainReleases::MAX_BYTES)]
    TooLong,
    /// They are not the JSON that they should be.
    #[error("cannot be understood: {0}")]
    NotADocument(String),
    /// The document has another schema.
    #[error("has schema {0}: update this program")]
    Schema(u32),
    /// The document is that of another train.
    #[error("is of the train {0}")]
    Train(Train),
}

/// A document whose entries were found and not read yet.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Sent<'a> {
    schema_version: u32,
    train: Train,
    #[serde(default)]
    serial: u64,
    #[serde(default)]
    issued: Option<Timestamp>,
    #[serde(borrow)]
    components: Vec<&'a RawValue>,
    #[serde(borrow, default)]
    notices: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct SentComponent<'a> {
    name: ComponentName,
    #[serde(borrow)]
    releases: Vec<&'a RawValue>,
}

#[derive(Deserialize)]
struct SentRelease {
    version: Version,
    released: Timestamp,
    #[serde(flatten)]
    notes: Notes,
    minimum: Option<Version>,
    yanked: Option<SentYank>,
}

#[derive(Deserialize)]
struct SentYank {
    reason: String,
    at: Timestamp,
}

#[derive(Deserialize)]
struct SentNotice {
    id: NoticeId,
    level: NoticeLevel,
    component: Option<ComponentName>,
    affected: Option<VersionRange>,
    text: String,
    published: Timestamp,
}

impl TrainReleases {
    /// Reads the document of `train`, and keeps of it what concerns the components that `keep` names.
    ///
    /// The hash is that of the canonical form of the whole document, so that it depends neither on `keep` nor on blanks,
    /// unknown members, order and spelling. An entry that cannot be read is passed over; so is what exceeds the bounds. Texts
    /// are cut, and lose what is not printable. Memory stays within some tens of bytes for each byte of `body`.
    ///
    /// # Errors
    /// If it is too long, no document, or that of another train or schema.
    pub fn read(
        body: &[u8],
        train: &Train,
        keep: impl Fn(&ComponentName) -> bool,
    ) -> Result<ReleaseList, UnreadableList> {
        if body.len() > Self::MAX_BYTES {
            return Err(UnreadableList::TooLong);
        }
        let no_document = |error: serde_json::Error| UnreadableList::NotADocument(peer_message(&error.to_string()));
        let sent: Sent<'_> = serde_json::from_slice(body).map_err(no_document)?;
        if sent.schema_version != TRAIN_RELEASES_SCHEMA {
            return Err(UnreadableList::Schema(sent.schema_version));
        }
        if sent.train != *train {
            return Err(UnreadableList::Train(sent.train));
        }
        let mut reading = Reading { train, lines: BTreeMap::new(), passed_over: 0 };
        for component in sent.components {
            reading.component(component);
        }
        let mut releases: Releases = reading.lines.into_values().flat_map(BTreeMap::into_values).collect();
        let mut passed_over = reading.passed_over;
        for notice in sent.notices {
            match read_notice(notice, train) {
                Some(notice) => drop(releases.insert_notice(notice)),
                None => passed_over += 1,
            }
        }
        match (sent.serial, sent.issued) {
            (0, _) => {}
            (serial, Some(issued)) => releases.set_issue(train.clone(), Issue { serial, issued }),
            (_, None) => return Err(UnreadableList::NotADocument("it has a serial and no time of issue".to_owned())),
        }
        let mut document = Self::of(&releases, train);
        passed_over += releases.notices(train).count().saturating_sub(document.notices.len()) as u64;
        let sha256 = Self::sha256(&document.to_json());
        document.components.retain(|component| keep(&component.name));
        document.notices.retain(|notice| notice.component.as_ref().is_none_or(&keep));
        Ok(ReleaseList { releases: Arc::new(document.into()), sha256, passed_over })
    }
}

/// The releases that were read so far.
struct Reading<'a> {
    train: &'a Train,
    lines: BTreeMap<ComponentName, BTreeMap<Version, Release>>,
    passed_over: u64,
}

impl Reading<'_> {
    fn component(&mut self, sent: &RawValue) {
        let Ok(SentComponent { name, releases }) = serde_json::from_str(sent.get()) else {
            self.passed_over += 1;
            return;
        };
        if self.lines.len() >= TrainReleases::MAX_COMPONENTS && !self.lines.contains_key(&name) {
            self.passed_over += 1;
            return;
        }
        let line = self.lines.entry(name.clone()).or_default();
        for release in releases {
            match read_release(release, &name, self.train) {
                Some(release) => drop(line.insert(release.version().clone(), release)),
                None => self.passed_over += 1,
            }
            if line.len() > TrainReleases::MAX_RELEASES {
                line.pop_first();
                self.passed_over += 1;
            }
        }
    }
}

/// A release; `None` where any part cannot be read, for what is left out may be what restricts it.
fn read_release(sent: &RawValue, name: &ComponentName, train: &Train) -> Option<Release> {
    let sent: SentRelease = serde_json::from_str(sent.get()).ok()?;
    // Why it was withdrawn may be unreadable: that it was withdrawn counts all the same.
    let no_reason = || PlainText::lossy("no reason can be shown").expect("it is plain text");
    let yank =
        sent.yanked.map(|yank| Yank { reason: PlainText::lossy(&yank.reason).unwrap_or_else(no_reason), at: yank.at });
    let release = Release::new(name.clone(), train.clone(), sent.version, sent.released);
    Some(release.with_notes(sent.notes).with_minimum(sent.minimum).with_yank(yank))
}

fn read_notice(sent: &RawValue, train: &Train) -> Option<Notice> {
    let SentNotice { id, level, component, affected, text, published } = serde_json::from_str(sent.get()).ok()?;
    Some(Notice { id, train: train.clone(), level, component, affected, text: PlainText::lossy(&text)?, published })
}
