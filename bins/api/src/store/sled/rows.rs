//! How things are written down.

use std::sync::Arc;

use jiff::Timestamp;
use jiff::civil::Date;
use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::fleet::{Day, Life, Place};
use wfm_core::release::{NoticeId, ReleaseKey};
use wfm_core::store::{Attendance, ClusterFacts, ClusterRecord, DoctorId, Run, StoreError, StoreErrorKind};
use wfm_core::version::Train;

use super::run::{self, KeyedRun};

/// The layout that this version writes. It reads the earlier ones too, by writing them anew.
pub(super) const FORMAT: u64 = 3;
/// Key in `meta`: the layout, as a number.
pub(super) const FORMAT_KEY: &[u8] = b"format";
/// Key in `meta`: how many clusters there are. sled's own `len()` would read them all.
pub(super) const CLUSTERS: &[u8] = b"clusters";
/// Key in `meta`: how many check-ins there are. Written with every group: a page that is older than the others shows in it.
pub(super) const CHECK_INS: &[u8] = b"check-ins";
/// Key in `meta`: how many lines the audit log has.
pub(super) const AUDIT: &[u8] = b"audit";
/// Key in `meta`: how many rows of closed runs there are, which is the number of the last one too.
pub(super) const CLOSED: &[u8] = b"closed";
/// Key in `meta`: what the rollups and those who wait weigh. A row that is older than the others shows in it.
pub(super) const WEIGHT: &[u8] = b"weight";
/// Key in `meta`: there while a backup is being restored.
pub(super) const LOADING: &[u8] = b"loading";

/// The day that days are counted from.
const EPOCH: Date = jiff::civil::date(1970, 1, 1);

/// First bytes of keys in `ledger`.
pub(super) const NOTICE_PREFIX: &[u8] = b"n";
pub(super) const AUDIT_PREFIX: &[u8] = b"a";
pub(super) const DOCTOR_PREFIX: &[u8] = b"d";
pub(super) const RULE_PREFIX: &[u8] = b"r";

/// The key of facts: the first half of the SHA-256 of their JSON.
pub(super) type FactsKey = [u8; 16];

/// Facts as they are written.
#[derive(Debug)]
pub(super) struct WrittenFacts {
    pub(super) key: FactsKey,
    pub(super) json: Vec<u8>,
    pub(super) facts: Arc<ClusterFacts>,
}

impl WrittenFacts {
    pub(super) fn of(facts: ClusterFacts) -> Self {
        let json = to_json(&facts);
        Self { key: Self::key(&json), json, facts: Arc::new(facts) }
    }

    pub(super) fn key(json: &[u8]) -> FactsKey {
        let digest: [u8; 32] = Sha256::digest(json).into();
        let (key, _) = digest.split_first_chunk().expect("32 bytes have a first half");
        *key
    }
}

/// Reads facts that a row names.
pub(super) fn facts(json: Option<&[u8]>) -> Result<ClusterFacts, StoreError> {
    from_json(json.ok_or_else(|| damaged("the facts that a cluster reported are gone"))?)
}

/// A cluster's row: what changes with every check-in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ClusterRow {
    /// Seconds since 1970.
    pub(super) first: i64,
    /// Seconds since 1970.
    pub(super) last: i64,
    pub(super) check_ins: u64,
    /// The day on which it was created, if it ever said.
    pub(super) created: Option<Date>,
    /// Its cohort by a rule of the service.
    pub(super) ruled: Option<Cohort>,
    /// Its cohort by an administrator's decision.
    pub(super) decided: Option<Cohort>,
    /// When it last checked in after a silence, in seconds since 1970.
    pub(super) returned: Option<i64>,
    /// How many runs are closed.
    pub(super) closed: u32,
    /// The number of the row with the last of them, 0 where none is; it leads to the others.
    pub(super) last_closed: u64,
    /// The run that the next check-in may belong to.
    pub(super) open: KeyedRun,
}

impl ClusterRow {
    /// The row after the cluster's first check-in.
    pub(super) fn new(said: FactsKey, at: i64) -> Self {
        Self::of(Run { said, instants: vec![at], untimed: 0 }, at, at)
    }

    /// The row of a cluster of which one run is known, and when that began and ended.
    pub(super) fn of(open: KeyedRun, first: i64, last: i64) -> Self {
        let check_ins = (open.instants.len() as u64).saturating_add(open.untimed);
        let (created, ruled, decided, returned) = (None, None, None, None);
        Self { first, last, check_ins, created, ruled, decided, returned, closed: 0, last_closed: 0, open }
    }

    /// Adds a check-in; returns the run that it closed, if it did: whoever keeps that notes where.
    pub(super) fn check_in(&mut self, said: FactsKey, at: i64) -> Option<KeyedRun> {
        self.first = self.first.min(at);
        self.last = self.last.max(at);
        self.check_ins = self.check_ins.saturating_add(1);
        if self.open.said == said && run::goes_on(&self.open) {
            self.open.instants.push(at);
            return None;
        }
        self.closed = self.closed.saturating_add(1);
        Some(std::mem::replace(&mut self.open, Run { said, instants: vec![at], untimed: 0 }))
    }

    pub(super) fn write(&self) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(64 + 2 * self.open.instants.len());
        run::write(&self.open, &mut bytes);
        let cohort = |cohort: Option<Cohort>| cohort.map_or(0, cohort_number);
        bytes.push(cohort(self.ruled) << 4 | cohort(self.decided));
        run::write_number(run::zigzag(self.first), &mut bytes);
        run::write_number(run::zigzag(self.last.wrapping_sub(self.first)), &mut bytes);
        run::write_number(self.check_ins, &mut bytes);
        run::write_number(u64::from(self.closed), &mut bytes);
        run::write_option(self.created.map(day_number), &mut bytes);
        run::write_option(self.returned.map(|at| at.wrapping_sub(self.first)), &mut bytes);
        if self.closed > 0 {
            run::write_number(self.last_closed, &mut bytes);
        }
        bytes
    }

    pub(super) fn read(mut bytes: &[u8]) -> Result<Self, StoreError> {
        let bytes = &mut bytes;
        let open = run::read(bytes)?;
        let (&cohorts, rest) = bytes.split_first().ok_or_else(|| damaged("a cluster's row is too short"))?;
        *bytes = rest;
        let first = run::unzigzag(run::read_number(bytes)?);
        let last = first.wrapping_add(run::unzigzag(run::read_number(bytes)?));
        let check_ins = run::read_number(bytes)?;
        let closed = u32::try_from(run::read_number(bytes)?).map_err(damaged)?;
        // Format 2 ended here.
        let (mut created, mut returned, mut last_closed) = (None, None, 0);
        if !bytes.is_empty() {
            created = run::read_option(bytes)?.map(day).transpose()?;
            returned = run::read_option(bytes)?.map(|after| first.wrapping_add(after));
            if closed > 0 {
                last_closed = run::read_number(bytes)?;
            }
        }
        if !bytes.is_empty() {
            return Err(damaged("a cluster's row is too long"));
        }
        let (ruled, decided) = (cohort(cohorts >> 4)?, cohort(cohorts & 0xf)?);
        Ok(Self { first, last, check_ins, created, ruled, decided, returned, closed, last_closed, open })
    }

    /// Where the cluster counts, when it says this.
    pub(super) fn place(&self, said: &ClusterFacts) -> Place {
        let cohort = self.decided.or(self.ruled).or(said.cohort).unwrap_or_default();
        Place { cohort, created: self.created.map(|date| Day::from(date).first_second()) }
    }

    /// Its past, as far as the next check-in needs it.
    pub(super) fn life(&self) -> Life {
        Life { first: self.first, last: self.last, returned: self.returned }
    }

    /// Whether what arrived last is the last in time too: no clock had been set back.
    pub(super) fn in_time(&self) -> bool {
        self.open.untimed == 0 && self.open.instants.last() == Some(&self.last)
    }

    /// The record of this row and the facts that its open run names.
    pub(super) fn record(self, id: ClusterId, facts: ClusterFacts) -> Result<ClusterRecord, StoreError> {
        let Attendance { first, last, check_ins, .. } = self.attendance(id)?;
        let ClusterFacts { components, cohort: declared } = facts;
        let Self { created, ruled, decided, .. } = self;
        Ok(ClusterRecord {
            id,
            components,
            first_seen: first,
            last_seen: last,
            check_ins,
            created,
            declared,
            ruled,
            decided,
        })
    }

    pub(super) fn attendance(&self, cluster: ClusterId) -> Result<Attendance, StoreError> {
        let (first, last) = (second(self.first)?, second(self.last)?);
        Ok(Attendance { cluster, first, last, check_ins: self.check_ins })
    }
}

pub(super) fn cohort_number(cohort: Cohort) -> u8 {
    match cohort {
        Cohort::Customer => 1,
        Cohort::Staff => 2,
        Cohort::Ci => 3,
        Cohort::Test => 4,
    }
}

pub(super) fn cohort(number: u8) -> Result<Option<Cohort>, StoreError> {
    if number == 0 {
        return Ok(None);
    }
    let found = Cohort::ALL.into_iter().find(|&cohort| cohort_number(cohort) == number);
    found.map(Some).ok_or_else(|| damaged("a cluster's cohort is unknown"))
}

/// Days since 1970.
fn day_number(day: Date) -> i64 {
    i64::from((day - EPOCH).get_days())
}

fn day(number: i64) -> Result<Date, StoreError> {
    let span = jiff::Span::new().try_days(number).map_err(damaged)?;
    EPOCH.checked_add(span).map_err(damaged)
}

fn second(second: i64) -> Result<Timestamp, StoreError> {
    Timestamp::from_second(second).map_err(damaged)
}

/// A release's key. The leading `v` of a version does not count, so it is no part of it.
pub(super) fn release_key(key: &ReleaseKey) -> Vec<u8> {
    format!("{}\0{}\0{}", key.train, key.component, key.version.as_semver()).into_bytes()
}

pub(super) fn notice_key(train: &Train, id: &NoticeId) -> Vec<u8> {
    [NOTICE_PREFIX, train.as_str().as_bytes(), b"\0", id.as_str().as_bytes()].concat()
}

pub(super) fn audit_key(number: u64) -> Vec<u8> {
    [AUDIT_PREFIX, &number.to_be_bytes()].concat()
}

pub(super) fn doctor_key(id: DoctorId) -> Vec<u8> {
    [DOCTOR_PREFIX, id.as_bytes()].concat()
}

pub(super) fn rule_key(id: ClusterId) -> Vec<u8> {
    [RULE_PREFIX, id.as_bytes()].concat()
}

pub(super) fn written_rule(cohort: Cohort) -> [u8; 1] {
    [cohort_number(cohort)]
}

pub(super) fn rule(row: Option<&[u8]>) -> Result<Option<Cohort>, StoreError> {
    match row {
        None => Ok(None),
        Some([number]) => cohort(*number),
        Some(_) => Err(damaged("a rule is too long")),
    }
}

/// The key of a cluster that is not known to be silent, by its last check-in.
pub(super) fn waiting_key(last: i64, id: ClusterId) -> [u8; 24] {
    let mut key = [0; 24];
    key[..8].copy_from_slice(&(last ^ i64::MIN).to_be_bytes());
    key[8..].copy_from_slice(id.as_bytes());
    key
}

/// The last check-in and the cluster of such a key.
pub(super) fn read_waiting_key(key: &[u8]) -> Result<(i64, ClusterId), StoreError> {
    let (last, id) = key.split_first_chunk().ok_or_else(|| damaged("a waiting cluster's key is too short"))?;
    Ok((i64::from_be_bytes(*last) ^ i64::MIN, cluster_id(id)?))
}

/// The cluster that a key starts with.
pub(super) fn cluster_id(key: &[u8]) -> Result<ClusterId, StoreError> {
    let id = key.first_chunk().ok_or_else(|| damaged("a cluster's key is too short"))?;
    Ok(ClusterId::new(uuid::Uuid::from_bytes(*id)))
}

pub(super) fn to_json(value: &impl Serialize) -> Vec<u8> {
    serde_json::to_vec(value).expect("every kind of row has a JSON form")
}

pub(super) fn from_json<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, StoreError> {
    serde_json::from_slice(bytes).map_err(damaged)
}

/// A number in `meta`; absent means zero.
pub(super) fn read_count(bytes: Option<&[u8]>) -> Result<u64, StoreError> {
    let Some(bytes) = bytes else { return Ok(0) };
    Ok(u64::from_be_bytes(bytes.try_into().map_err(damaged)?))
}

pub(super) fn damaged(why: impl Into<Box<dyn std::error::Error + Send + Sync>>) -> StoreError {
    StoreError::new(StoreErrorKind::Corrupt, "the store holds a row that cannot be understood").caused_by(why)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row() -> ClusterRow {
        let mut row = ClusterRow::new([1; 16], 1_767_225_600);
        row.decided = Some(Cohort::Test);
        row.ruled = Some(Cohort::Ci);
        row.created = Some(jiff::civil::date(2025, 12, 29));
        row.returned = Some(1_767_268_800);
        assert_eq!(row.check_in([1; 16], 1_767_268_800), None);
        row
    }

    #[test]
    fn a_row_reads_back_and_is_small() {
        let written = row().write();
        assert_eq!(ClusterRow::read(&written).unwrap(), row());
        assert!(written.len() < 48, "{}", written.len());
    }

    #[test]
    fn a_torn_row_is_an_error_and_no_panic() {
        let whole = row().write();
        let format_2 = ClusterRow::read(&whole[..whole.len() - 6]).unwrap();
        assert_eq!(format_2, ClusterRow { created: None, returned: None, ..row() });
        for length in (0..whole.len()).filter(|length| *length != whole.len() - 6) {
            assert_eq!(ClusterRow::read(&whole[..length]).unwrap_err().kind(), StoreErrorKind::Corrupt);
        }
        assert!(ClusterRow::read(&[whole.as_slice(), &[0]].concat()).is_err());
        assert!(read_count(Some(&[1])).is_err());
        assert_eq!(read_count(None).unwrap(), 0);
    }

    #[test]
    fn other_facts_and_a_full_run_close_the_open_one() {
        let mut row = row();
        let closed = row.check_in([2; 16], 1_767_312_000).unwrap();
        assert_eq!((closed.said, closed.instants.len(), row.closed), ([1; 16], 2, 1));
        let closed = (0..run::LONGEST).find_map(|_| row.check_in([2; 16], 1_767_312_000)).unwrap();
        assert_eq!((closed.instants.len(), row.closed, row.check_ins), (run::LONGEST, 2, run::LONGEST as u64 + 3));
    }
}
