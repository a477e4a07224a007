//! How things are written down.

use std::sync::Arc;

use serde::Serialize;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use wfm_core::cluster::{ClusterId, Cohort};
use wfm_core::release::{NoticeId, ReleaseKey};
use wfm_core::store::{ClusterFacts, DoctorId, StoreError, StoreErrorKind};
use wfm_core::version::Train;

/// The one layout that is written and read. None was released before it.
pub(super) const FORMAT: u64 = 5;
/// Key in `meta`: the layout, as a number.
pub(super) const FORMAT_KEY: &[u8] = b"format";
/// Key in `meta`: how many clusters there are. sled's own `len()` would read them all.
pub(super) const CLUSTERS: &[u8] = b"clusters";
/// Key in `meta`: how many check-ins there are. Written with every group: a page that is older than the others shows in it.
pub(super) const CHECK_INS: &[u8] = b"check-ins";
/// Key in `meta`: how many doctor reports there are.
pub(super) const DOCTORS: &[u8] = b"doctors";
/// Key in `meta`: how many lines the audit log has.
pub(super) const AUDIT: &[u8] = b"audit";
/// Key in `meta`: how many rows of closed runs there are, which is the number of the last one too.
pub(super) const CLOSED: &[u8] = b"closed";
/// Key in `meta`: what the rollups and those who wait weigh. A row that is older than the others shows in it.
pub(super) const WEIGHT: &[u8] = b"weight";
/// Key in `meta`: there while a backup is being restored.
pub(super) const LOADING: &[u8] = b"loading";

/// First bytes of keys in `ledger`.
pub(super) const NOTICE_PREFIX: &[u8] = b"n";
pub(super) const AUDIT_PREFIX: &[u8] = b"a";
pub(super) const DOCTOR_PREFIX: &[u8] = b"d";
pub(super) const DOCTOR_ORDER_PREFIX: &[u8] = b"o";
pub(super) const RULE_PREFIX: &[u8] = b"r";
pub(super) const ISSUE_PREFIX: &[u8] = b"i";

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

    /// The same of a cluster that said whose it is.
    pub(super) fn with_cohort(&self, cohort: Cohort) -> Self {
        Self::of(ClusterFacts { cohort: Some(cohort), ..ClusterFacts::clone(&self.facts) })
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

/// A release's key. The leading `v` of a version does not count, so it is no part of it.
pub(super) fn release_key(key: &ReleaseKey) -> Vec<u8> {
    format!("{}\0{}\0{}", key.train, key.component, key.version.as_semver()).into_bytes()
}

pub(super) fn notice_key(train: &Train, id: &NoticeId) -> Vec<u8> {
    [NOTICE_PREFIX, train.as_str().as_bytes(), b"\0", id.as_str().as_bytes()].concat()
}

pub(super) fn issue_key(train: &Train) -> Vec<u8> {
    [ISSUE_PREFIX, train.as_str().as_bytes()].concat()
}

/// The train of such a key.
pub(super) fn issue_train(key: &[u8]) -> Result<Train, StoreError> {
    let name = key.strip_prefix(ISSUE_PREFIX).and_then(|name| std::str::from_utf8(name).ok());
    name.and_then(|name| name.parse().ok()).ok_or_else(|| damaged("an issue's key names no train"))
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

/// What is before the keys of those that last checked in after a second; `None` where nothing is after it.
pub(super) fn waiting_until(until: i64) -> Option<[u8; 8]> {
    Some((until.checked_add(1)? ^ i64::MIN).to_be_bytes())
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
