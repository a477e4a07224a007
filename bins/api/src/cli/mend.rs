//! `wfm-api mend`.

use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::fleet::Day;
use wfm_core::store::{Dropped, Store, between};

use super::Error;
use super::backup::{existing, folder, report};
use crate::store::{SledStore, StoreUrl};

const EXAMPLES: &str = "\
Examples:
  wfm-api mend --store sled:///var/lib/wfm-api --into /var/lib/wfm-api-mended --not-before 2016-01-01
  wfm-api mend --store sled:///var/lib/wfm-api --into /var/lib/wfm-api-mended --not-before 2016-01-01 --not-after 2026-11-21

A machine whose clock was wrong keeps check-ins at wrong times. This copies a store without the check-ins, doctor reports,
weekly counters and public days of other days, counts everything anew, and leaves the old store as it is. A cluster that checked in at no
other time is not copied. No service may have the store open.
Environment: WFM_API_STORE.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Mend {
    /// Store to copy: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// New folder for the copy
    #[arg(long, value_name = "FOLDER")]
    into: PathBuf,
    /// First UTC day on which the clock was right
    #[arg(long, value_name = "DAY")]
    not_before: Date,
    /// Last UTC day that is kept; today if absent
    #[arg(long, value_name = "DAY")]
    not_after: Option<Date>,
}

impl Mend {
    pub(super) async fn run(self) -> Result<(), Error> {
        let from = Day::from(self.not_before).first_second();
        let to =
            self.not_after.map_or_else(|| Day::of(SystemClock.now().as_second()), Day::from).plus(1).first_second();
        if to <= from {
            return Err(Error::NoDays);
        }
        let moment = |second| Timestamp::from_second(second).unwrap_or(Timestamp::MAX);
        let store = existing(&folder(self.store)?).await?;
        let mended = SledStore::open(&self.into).await?;
        if mended.count_clusters().await? > 0 || !mended.releases().await?.is_empty() {
            return Err(Error::NotEmpty);
        }
        let dropped = Arc::new(Mutex::new(Dropped::default()));
        let noted = Arc::clone(&dropped);
        let records = between(store.records().await?, moment(from), moment(to), move |one| {
            let mut sum = noted.lock().unwrap_or_else(PoisonError::into_inner);
            sum.check_ins += one.check_ins;
            sum.clusters += one.clusters;
            sum.others += one.others;
        });
        mended.load(records).await?;
        report(&mended).await?;
        let Dropped { check_ins, clusters, others } = *dropped.lock().unwrap_or_else(PoisonError::into_inner);
        println!(
            "left out: {check_ins} check-ins, {clusters} clusters that checked in at no other time, {others} doctor reports and \
             weekly counters; the copy is in {}",
            self.into.display()
        );
        Ok(())
    }
}
