//! Counters of what clusters say without an id, in the ledger.

use jiff::civil::Date;
use wfm_core::cluster::Cohort;
use wfm_core::facets::{FacetCount, FacetReport, FacetValue, is_monday};
use wfm_core::fleet::Day;
use wfm_core::store::StoreError;

use super::disk::Trees;
use super::failed;
use super::group::{Group, InTransaction, abort};
use super::rows;

/// First byte of a counter's key in `ledger`.
const PREFIX: &[u8] = b"f";
/// How long the number of a week is in a key.
const WEEK: usize = size_of::<u32>();

impl Group<'_> {
    /// Adds one to each counter that a report counts for.
    pub(super) fn count_facets(&mut self, report: &FacetReport) -> InTransaction<()> {
        for value in report.counted() {
            let key = key(report.week(), report.cohort(), value);
            let known = rows::read_count(self.trees.ledger.get(&key)?.as_deref()).map_err(abort)?;
            self.trees.ledger.insert(key, written(known.saturating_add(1)).as_slice())?;
        }
        Ok(())
    }
}

/// Every counter, or those of one week, in order.
pub(super) fn counts(trees: &Trees, week: Option<Date>) -> Result<Vec<FacetCount>, StoreError> {
    let prefix = week.map_or_else(|| PREFIX.to_vec(), week_key);
    let rows = trees.ledger.scan_prefix(prefix).map(|pair| {
        let (key, reports) = pair.map_err(failed)?;
        read(&key, &reports)
    });
    let mut counts: Vec<FacetCount> = rows.collect::<Result<_, _>>()?;
    // Values stand in the order of their text.
    counts.sort_unstable();
    Ok(counts)
}

/// What is wrong with the counters: one sentence for each row that is not as it is written.
pub(super) fn differences(trees: &Trees) -> impl Iterator<Item = Result<String, StoreError>> {
    trees.ledger.scan_prefix(PREFIX).filter_map(|pair| match pair {
        Err(error) => Some(Err(failed(error))),
        Ok((key, reports)) => match read(&key, &reports) {
            Ok(count) if count.reports > 0 && key == row(&count).0 => None,
            Ok(_) => Some(Ok("a counter of what clusters report is not as it is written".into())),
            Err(error) => Some(Ok(format!("a counter of what clusters report: {error}"))),
        },
    })
}

/// A counter as its row.
pub(super) fn row(count: &FacetCount) -> (Vec<u8>, [u8; 8]) {
    (key(count.week, count.cohort, count.value), written(count.reports))
}

/// The facet and the value as text: what a version adds to either moves no row.
fn key(week: Date, cohort: Cohort, value: FacetValue) -> Vec<u8> {
    let mut key = week_key(week);
    key.push(rows::cohort_number(cohort));
    key.extend_from_slice(format!("{}\0{}", value.facet(), value.code()).as_bytes());
    key
}

fn week_key(week: Date) -> Vec<u8> {
    // So that days before 1970 come first.
    let number = Day::from(week).number().cast_unsigned() ^ (1 << 31);
    [PREFIX, &number.to_be_bytes()].concat()
}

fn written(reports: u64) -> [u8; 8] {
    reports.to_be_bytes()
}

fn read(key: &[u8], reports: &[u8]) -> Result<FacetCount, StoreError> {
    let unknown = || rows::damaged("a counter's key is none");
    let rest = key.strip_prefix(PREFIX).ok_or_else(unknown)?;
    let (number, rest) = rest.split_first_chunk::<WEEK>().ok_or_else(unknown)?;
    let number = (u32::from_be_bytes(*number) ^ (1 << 31)).cast_signed();
    let week = Day::of(0).plus(i64::from(number)).date();
    let (&cohort, rest) = rest.split_first().ok_or_else(unknown)?;
    let cohort = rows::cohort(cohort)?.filter(|_| is_monday(week)).ok_or_else(unknown)?;
    let (facet, code) = std::str::from_utf8(rest).map_err(rows::damaged)?.split_once('\0').ok_or_else(unknown)?;
    let value = FacetValue::read(facet.parse().map_err(rows::damaged)?, code).map_err(rows::damaged)?;
    Ok(FacetCount { week, cohort, value, reports: rows::read_count(Some(reports))? })
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn count(week: Date) -> FacetCount {
        let value = FacetValue::read(wfm_core::facets::Facet::Nodes, "4–5").unwrap();
        FacetCount { week, cohort: Cohort::Ci, value, reports: 7 }
    }

    #[test]
    fn a_counter_reads_back_and_weeks_are_in_order() {
        let weeks = [date(1969, 12, 29), date(1970, 1, 5), date(2026, 1, 5), date(9999, 12, 27)];
        let written = weeks.map(|week| row(&count(week)));
        assert!(written.is_sorted());
        for (week, (key, reports)) in weeks.into_iter().zip(&written) {
            assert_eq!(read(key, reports).unwrap(), count(week));
        }
    }

    #[test]
    fn what_is_no_counter_is_an_error_and_no_panic() {
        let (key, reports) = row(&count(date(2026, 1, 5)));
        for length in 0..key.len() {
            assert!(read(&key[..length], &reports).is_err());
        }
        assert!(read(&key, &reports[1..]).is_err());
        assert!(read(&row(&count(date(2026, 1, 6))).0, &reports).is_err(), "not a Monday");
    }
}
