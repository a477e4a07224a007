//! Doctor reports: under their ids, and in the order in which they arrived, so that the oldest can make room.

use ::sled::IVec;
use jiff::Timestamp;
use wfm_core::store::{DoctorReport, MOST_DOCTOR_REPORTS, StoreError};

use super::check_in::NOTHING;
use super::disk::Trees;
use super::failed;
use super::group::{Group, InTransaction, abort};
use super::load::Rows;
use super::rows::{self, damaged};

/// How many of the oldest reports are looked up before one is kept: as many as may be kept in one transaction.
const OLDEST: usize = 256;

/// The key of a report's place in the order of arrival.
pub(super) fn order_key(report: &DoctorReport) -> Vec<u8> {
    let at = report.at.as_second() ^ i64::MIN;
    [rows::DOCTOR_ORDER_PREFIX, &at.to_be_bytes(), report.id.as_bytes()].concat()
}

/// Places in the order of arrival: the oldest, if the store is full.
pub(super) fn oldest(trees: &Trees) -> Result<Vec<IVec>, StoreError> {
    let count = rows::read_count(trees.meta.get(rows::DOCTORS).map_err(failed)?.as_deref())?;
    if count.saturating_add(OLDEST as u64) < MOST_DOCTOR_REPORTS as u64 {
        return Ok(Vec::new());
    }
    places(trees, None)
}

/// Places in the order of arrival, oldest first: those before a moment, `OLDEST` at most.
pub(super) fn places(trees: &Trees, before: Option<Timestamp>) -> Result<Vec<IVec>, StoreError> {
    let end = before.map(|moment| (moment.as_second() ^ i64::MIN).to_be_bytes());
    let is_before = |key: &IVec| end.is_none_or(|end| key[rows::DOCTOR_ORDER_PREFIX.len()..] < end[..]);
    let keys = trees.ledger.scan_prefix(rows::DOCTOR_ORDER_PREFIX).keys().take(OLDEST);
    keys.map(|key| key.map_err(failed)).take_while(|key| key.as_ref().map_or(true, is_before)).collect()
}

/// Puts a report into a store that is filled.
pub(super) fn put(ledger: &mut Rows<'_>, report: &DoctorReport) -> Result<(), StoreError> {
    ledger.put(&order_key(report), NOTHING)?;
    ledger.put(&rows::doctor_key(report.id), &rows::to_json(report))
}

/// Compares the reports with their order and their number.
pub(super) fn differences(trees: &Trees) -> Result<Vec<String>, StoreError> {
    let (mut differences, mut found) = (Vec::new(), 0);
    for row in trees.ledger.scan_prefix(rows::DOCTOR_PREFIX).values() {
        found += 1;
        match rows::from_json::<DoctorReport>(&row.map_err(failed)?) {
            Ok(report) if trees.ledger.contains_key(order_key(&report)).map_err(failed)? => {}
            Ok(_) => differences.push("a doctor report has no place in the order of arrival".to_owned()),
            Err(error) => differences.push(format!("a doctor report: {error}")),
        }
    }
    let places = trees.ledger.scan_prefix(rows::DOCTOR_ORDER_PREFIX).count() as u64;
    let noted = rows::read_count(trees.meta.get(rows::DOCTORS).map_err(failed)?.as_deref())?;
    if (places, noted) != (found, found) {
        differences.push(format!("doctor reports: {found} were found, {places} have a place, {noted} are noted"));
    }
    Ok(differences)
}

impl Group<'_> {
    /// Keeps a report, unless there is one with its id. `oldest` are those that may have to make room.
    pub(super) fn put_doctor(&mut self, report: &DoctorReport, oldest: &[IVec]) -> InTransaction<DoctorReport> {
        let key = rows::doctor_key(report.id);
        if let Some(known) = self.trees.ledger.get(&key)? {
            return rows::from_json(&known).map_err(abort);
        }
        self.large = true;
        self.trees.ledger.insert(key, rows::to_json(report))?;
        self.trees.ledger.insert(order_key(report), NOTHING)?;
        self.doctors = self.doctors.wrapping_add(1);
        let known = rows::read_count(self.trees.meta.get(rows::DOCTORS)?.as_deref()).map_err(abort)?;
        for place in oldest {
            if known.wrapping_add(self.doctors) <= MOST_DOCTOR_REPORTS as u64 {
                break;
            }
            self.forget_doctor(place)?;
        }
        Ok(report.clone())
    }

    /// Forgets the report at a place in the order of arrival. Returns whether there was one.
    pub(super) fn forget_doctor(&mut self, place: &IVec) -> InTransaction<bool> {
        if self.trees.ledger.remove(place)?.is_none() {
            return Ok(false);
        }
        let id = place.last_chunk::<16>().ok_or_else(|| abort(damaged("a doctor report's place is too short")))?;
        self.trees.ledger.remove([rows::DOCTOR_PREFIX, id].concat())?;
        self.doctors = self.doctors.wrapping_sub(1);
        Ok(true)
    }
}
