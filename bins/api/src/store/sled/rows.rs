//! How things are written down.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use wfm_core::anonymizer::ReportedVersion;
use wfm_core::cluster::ClusterId;
use wfm_core::component::ComponentName;
use wfm_core::release::Release;
use wfm_core::store::{ClusterRecord, StoreError, StoreErrorKind};

/// The layout that this version writes and reads.
pub(super) const FORMAT: u64 = 1;
/// Key in `meta`: the layout, as a number.
pub(super) const FORMAT_KEY: &[u8] = b"format";
/// Key in `meta`: how many clusters there are. sled's own `len()` would read them all.
pub(super) const CLUSTERS: &[u8] = b"clusters";

/// A report's key: the first half of its SHA-256.
pub(super) type ReportKey = [u8; 16];

/// A cluster's row: what changes with every check-in, and which report it last sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct ClusterRow {
    pub(super) report: ReportKey,
    first_seen: Timestamp,
    last_seen: Timestamp,
    check_ins: u64,
}

impl ClusterRow {
    const LEN: usize = 16 + 16 + 16 + 8;

    /// The row and the report of a record.
    pub(super) fn of(record: &ClusterRecord) -> (Self, Vec<u8>) {
        let body = serde_json::to_vec(&record.components).expect("names and versions always have a JSON form");
        let digest: [u8; 32] = Sha256::digest(&body).into();
        let mut report = ReportKey::default();
        report.copy_from_slice(&digest[..16]);
        let row =
            Self { report, first_seen: record.first_seen, last_seen: record.last_seen, check_ins: record.check_ins };
        (row, body)
    }

    pub(super) fn write(&self) -> [u8; Self::LEN] {
        let mut bytes = [0; Self::LEN];
        bytes[..16].copy_from_slice(&self.report);
        bytes[16..32].copy_from_slice(&self.first_seen.as_nanosecond().to_be_bytes());
        bytes[32..48].copy_from_slice(&self.last_seen.as_nanosecond().to_be_bytes());
        bytes[48..].copy_from_slice(&self.check_ins.to_be_bytes());
        bytes
    }

    pub(super) fn read(bytes: &[u8]) -> Result<Self, StoreError> {
        let time = |at: usize| Timestamp::from_nanosecond(i128::from_be_bytes(part(bytes, at)?)).map_err(damaged);
        if bytes.len() != Self::LEN {
            return Err(damaged("a cluster's row has another length"));
        }
        Ok(Self {
            report: part(bytes, 0)?,
            first_seen: time(16)?,
            last_seen: time(32)?,
            check_ins: u64::from_be_bytes(part(bytes, 48)?),
        })
    }

    /// The record of this row and the report it names.
    pub(super) fn with_report(self, id: ClusterId, report: Option<&[u8]>) -> Result<ClusterRecord, StoreError> {
        let report = report.ok_or_else(|| damaged("a cluster's report is gone"))?;
        let components: BTreeMap<ComponentName, ReportedVersion> = serde_json::from_slice(report).map_err(damaged)?;
        let Self { first_seen, last_seen, check_ins, .. } = self;
        Ok(ClusterRecord { id, components, first_seen, last_seen, check_ins })
    }
}

/// A release's key. The leading `v` of a version does not count, so it is no part of it.
pub(super) fn release_key(release: &Release) -> Vec<u8> {
    format!("{}\0{}\0{}", release.train(), release.component(), release.version().as_semver()).into_bytes()
}

pub(super) fn write_release(release: &Release) -> Vec<u8> {
    serde_json::to_vec(release).expect("a release always has a JSON form")
}

pub(super) fn read_release(bytes: &[u8]) -> Result<Release, StoreError> {
    serde_json::from_slice(bytes).map_err(damaged)
}

/// A number in `meta`; absent means zero.
pub(super) fn read_count(bytes: Option<&[u8]>) -> Result<u64, StoreError> {
    bytes.map_or(Ok(0), |bytes| Ok(u64::from_be_bytes(part(bytes, 0)?)))
}

fn part<const N: usize>(bytes: &[u8], at: usize) -> Result<[u8; N], StoreError> {
    bytes.get(at..at + N).and_then(|part| part.try_into().ok()).ok_or_else(|| damaged("a row is too short"))
}

fn damaged(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "the store holds a row that cannot be understood").caused_by(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_reads_back_to_the_nanosecond() {
        let record = ClusterRecord {
            id: "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap(),
            components: [("deis-router".parse().unwrap(), ReportedVersion::Custom)].into(),
            first_seen: "2016-01-01T00:00:00.123456789Z".parse().unwrap(),
            last_seen: "2026-01-01T00:00:00.000000001Z".parse().unwrap(),
            check_ins: 7,
        };
        let (row, report) = ClusterRow::of(&record);
        let read = ClusterRow::read(&row.write()).unwrap();
        assert_eq!(read.with_report(record.id, Some(&report)).unwrap(), record);
    }

    #[test]
    fn a_torn_row_is_an_error_and_no_panic() {
        for bytes in [&[][..], &[0; 8], &[127; ClusterRow::LEN], &[0; ClusterRow::LEN + 1]] {
            assert_eq!(ClusterRow::read(bytes).unwrap_err().kind(), StoreErrorKind::Corrupt);
        }
        assert!(read_count(Some(&[1])).is_err());
        assert_eq!(read_count(None).unwrap(), 0);
    }
}
