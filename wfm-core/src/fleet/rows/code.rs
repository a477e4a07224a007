//! A row in few bytes: counters by their distance from the one before, numbers in LEB128.

use super::VersionCell;
use crate::cluster::Cohort;

/// The bytes are no row of the rollups: rebuild them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("a row of the rollups cannot be understood: stop the service and run wfm-api rebuild")]
pub struct NotARow;

/// The counters of a row, in order; none of no bytes.
pub(in crate::fleet) fn numbers(mut row: &[u8]) -> Result<Vec<(u64, i64)>, NotARow> {
    let mut counters = Vec::with_capacity(row.len() / 2);
    let mut last = 0u64;
    while !row.is_empty() {
        last = last.checked_add(number(&mut row)?).ok_or(NotARow)?;
        counters.push((last, unzigzag(number(&mut row)?)));
    }
    Ok(counters)
}

/// The sum of the counters before one that are wanted, read no further than needed.
pub(in crate::fleet) fn sum_before(mut row: &[u8], before: u64, wanted: impl Fn(u64) -> bool) -> Result<i64, NotARow> {
    let (mut cell, mut sum) = (0u64, 0i64);
    while !row.is_empty() {
        cell = cell.checked_add(number(&mut row)?).ok_or(NotARow)?;
        if cell >= before {
            break;
        }
        let amount = unzigzag(number(&mut row)?);
        if wanted(cell) {
            sum = sum.saturating_add(amount);
        }
    }
    Ok(sum)
}

pub(super) fn write_numbers(counters: &[(u64, i64)]) -> Vec<u8> {
    let mut row = Vec::with_capacity(counters.len() * 3);
    let mut last = 0;
    for (cell, amount) in counters {
        write_number(cell - last, &mut row);
        write_number(zigzag(*amount), &mut row);
        last = *cell;
    }
    row
}

/// The same of versions.
pub(in crate::fleet) fn versions(mut row: &[u8]) -> Result<Vec<(VersionCell, i64)>, NotARow> {
    let mut counters = Vec::new();
    while !row.is_empty() {
        let cohort = usize::try_from(number(&mut row)?).map_err(|_| NotARow)?;
        let cohort = *Cohort::ALL.get(cohort).ok_or(NotARow)?;
        let length = usize::try_from(number(&mut row)?).map_err(|_| NotARow)?;
        let (text, rest) = row.split_at_checked(length).ok_or(NotARow)?;
        row = rest;
        let version = std::str::from_utf8(text).map_err(|_| NotARow)?.to_owned();
        counters.push((VersionCell { cohort, version }, unzigzag(number(&mut row)?)));
    }
    Ok(counters)
}

pub(super) fn write_versions(counters: &[(VersionCell, i64)]) -> Vec<u8> {
    let mut row = Vec::with_capacity(counters.len() * 12);
    for (VersionCell { cohort, version }, amount) in counters {
        write_number(*cohort as u64, &mut row);
        write_number(version.len() as u64, &mut row);
        row.extend_from_slice(version.as_bytes());
        write_number(zigzag(*amount), &mut row);
    }
    row
}

fn write_number(mut number: u64, row: &mut Vec<u8>) {
    while number >= 0x80 {
        row.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    row.push(number.to_le_bytes()[0]);
}

fn number(row: &mut &[u8]) -> Result<u64, NotARow> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = row.split_first().ok_or(NotARow)?;
        *row = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(NotARow)
}

fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;

    use super::super::{Delta, weight};
    use super::*;

    fn counters() -> impl Strategy<Value = BTreeMap<u64, i64>> {
        proptest::collection::btree_map(any::<u64>(), any::<i32>().prop_map(i64::from), 0..40)
    }

    fn cells() -> impl Strategy<Value = BTreeMap<VersionCell, i64>> {
        let cell = (0..4usize, "v[0-9]\\.[0-9]\\.[0-9]|custom");
        let cell = cell.prop_map(|(cohort, version)| VersionCell { cohort: Cohort::ALL[cohort], version });
        proptest::collection::btree_map(cell, any::<i32>().prop_map(i64::from), 0..20)
    }

    fn minus<C: Clone + Ord>(counters: &BTreeMap<C, i64>) -> BTreeMap<C, i64> {
        counters.iter().map(|(cell, amount)| (cell.clone(), -amount)).collect()
    }

    proptest! {
        #[test]
        fn additions_come_in_any_order_and_can_be_taken_back(one in counters(), two in counters()) {
            let (minus, one, two) = (Delta::Numbers(minus(&one)), Delta::Numbers(one), Delta::Numbers(two));
            let both = |first: &Delta, second: &Delta| second.add_to(first.add_to(None).unwrap().as_deref()).unwrap();
            prop_assert_eq!(both(&one, &two), both(&two, &one));
            let weights = one.weight(b"l").wrapping_add(two.weight(b"l"));
            prop_assert_eq!(weight(b"l", &both(&one, &two).unwrap_or_default()), Ok(weights));
            prop_assert_eq!(minus.add_to(both(&one, &two).as_deref()), two.add_to(None));
        }

        #[test]
        fn versions_are_added_and_taken_back_alike(one in cells(), two in cells()) {
            let (minus, one, two) = (Delta::Versions(minus(&one)), Delta::Versions(one), Delta::Versions(two));
            let both = two.add_to(one.add_to(None).unwrap().as_deref()).unwrap();
            let weights = one.weight(b"s").wrapping_add(two.weight(b"s"));
            prop_assert_eq!(weight(b"s", both.as_deref().unwrap_or_default()), Ok(weights));
            prop_assert_eq!(minus.add_to(both.as_deref()), two.add_to(None));
        }

        #[test]
        fn a_row_reads_back(counters in counters()) {
            let listed: Vec<(u64, i64)> = counters.into_iter().collect();
            let row = write_numbers(&listed);
            let odd = |cell: u64| cell % 2 == 1;
            let before = listed.get(listed.len() / 2).map_or(0, |(cell, _)| *cell);
            let sum = listed.iter().filter(|(cell, _)| *cell < before && odd(*cell)).map(|(_, amount)| amount).sum();
            prop_assert_eq!(sum_before(&row, before, odd), Ok(sum));
            prop_assert_eq!(numbers(&row), Ok(listed));
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = (numbers(&bytes), versions(&bytes));
        }
    }
}
