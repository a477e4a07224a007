//! A run of check-ins in few bytes.
//!
//! A cluster checks in at a steady pace, so the distance between two check-ins is nearly that between the two before. What
//! is written of an instant is by how many seconds the distances differ: one byte while that is under a minute, two while
//! it is under two hours. A year of two check-ins a day is 0.7 to 1.5 KB, exact to the second.

use wfm_core::store::{Run, StoreError};

use super::rows::{FactsKey, damaged};

/// How many instants a run holds before it is closed and the next one opened: a row that is written with every check-in
/// stays small, and two months of two check-ins a day are one closed row. Twice as many are hardly fewer bytes.
pub(super) const LONGEST: usize = 128;

/// A run whose facts are named by their key.
pub(super) type KeyedRun = Run<FactsKey>;

/// Whether the next check-in, which says the same, belongs to this run. One that stands for check-ins at unknown moments
/// is complete.
pub(super) fn goes_on(run: &KeyedRun) -> bool {
    run.untimed == 0 && run.instants.len() < LONGEST
}

pub(super) fn write(run: &KeyedRun, out: &mut Vec<u8>) {
    out.extend_from_slice(&run.said);
    write_number(run.untimed, out);
    write_number(run.instants.len() as u64, out);
    let (mut last, mut step) = (0i64, 0i64);
    for &instant in &run.instants {
        let next = instant.wrapping_sub(last);
        write_number(zigzag(next.wrapping_sub(step)), out);
        // The first instant is no step that the next could resemble.
        step = if last == 0 { 0 } else { next };
        last = instant;
    }
}

pub(super) fn read(bytes: &mut &[u8]) -> Result<KeyedRun, StoreError> {
    let said = *bytes.split_first_chunk().ok_or_else(|| damaged("a run is too short"))?.0;
    *bytes = &bytes[size_of::<FactsKey>()..];
    let untimed = read_number(bytes)?;
    let length = read_number(bytes)?;
    let (mut last, mut step) = (0i64, 0i64);
    let mut instants = Vec::with_capacity(LONGEST.min(bytes.len()));
    for _ in 0..length {
        let next = unzigzag(read_number(bytes)?).wrapping_add(step);
        let instant = last.wrapping_add(next);
        step = if last == 0 { 0 } else { next };
        last = instant;
        instants.push(instant);
    }
    if instants.is_empty() {
        return Err(damaged("a run holds no check-in"));
    }
    Ok(Run { said, instants, untimed })
}

/// LEB128: seven bits to a byte, lowest first.
pub(super) fn write_number(mut number: u64, out: &mut Vec<u8>) {
    while number >= 0x80 {
        out.push(number.to_le_bytes()[0] | 0x80);
        number >>= 7;
    }
    out.push(number.to_le_bytes()[0]);
}

pub(super) fn read_number(bytes: &mut &[u8]) -> Result<u64, StoreError> {
    let mut number = 0u64;
    for shift in (0..64).step_by(7) {
        let (byte, rest) = bytes.split_first().ok_or_else(|| damaged("a number is cut off"))?;
        *bytes = rest;
        number |= u64::from(byte & 0x7f) << shift;
        if byte & 0x80 == 0 {
            return Ok(number);
        }
    }
    Err(damaged("a number is too long"))
}

/// A number that may be absent, which is written as 0.
pub(super) fn write_option(number: Option<i64>, out: &mut Vec<u8>) {
    write_number(number.map_or(0, |number| zigzag(number).saturating_add(1)), out);
}

pub(super) fn read_option(bytes: &mut &[u8]) -> Result<Option<i64>, StoreError> {
    Ok(read_number(bytes)?.checked_sub(1).map(unzigzag))
}

pub(super) fn zigzag(number: i64) -> u64 {
    (number << 1 ^ number >> 63).cast_unsigned()
}

pub(super) fn unzigzag(number: u64) -> i64 {
    (number >> 1).cast_signed() ^ -(number & 1).cast_signed()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn written(instants: &[i64], untimed: u64) -> Vec<u8> {
        let mut bytes = Vec::new();
        write(&Run { said: [7; 16], instants: instants.to_vec(), untimed }, &mut bytes);
        bytes
    }

    proptest! {
        #[test]
        fn any_run_reads_back(instants in proptest::collection::vec(any::<i64>(), 1..80), untimed: u64) {
            let bytes = written(&instants, untimed);
            let mut rest = bytes.as_slice();
            let run = read(&mut rest).unwrap();
            prop_assert_eq!(run, Run { said: [7; 16], instants, untimed });
            prop_assert!(rest.is_empty());
        }

        #[test]
        fn no_bytes_make_it_panic(bytes: Vec<u8>) {
            let _ = read(&mut bytes.as_slice());
        }
    }

    #[test]
    fn a_steady_year_takes_a_byte_for_each_check_in() {
        let instants: Vec<i64> = (0..730).map(|n| 1_767_225_600 + n * 43_200 + (n * 7) % 20).collect();
        let bytes = written(&instants, 0).len();
        assert!(bytes < 730 + 40, "{bytes}");
    }
}
