//! `wfm-api drop`.

use std::collections::BTreeMap;
use std::str::FromStr;
use std::sync::Arc;

use clap::Args;
use jiff::civil::Date;
use jiff::{SignedDuration, Timestamp};
use tokio::task::JoinSet;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::cluster::ClusterId;
use wfm_core::fleet::Day;
use wfm_core::store::{Actor, Bounds, By, Change, ClusterQuery, ClusterRecord, Page, Store, StoreError};

use super::Error;
use super::backup::{existing, folder};
use crate::store::StoreUrl;

/// How many clusters are read, and erased, at once.
const PART: usize = 256;
/// How many lines of the summary are about days, and about versions.
const LINES: usize = 20;

const EXAMPLES: &str = "\
Examples:
  wfm-api drop --store sled:///var/lib/wfm-api --first-seen 2026-11-20T14:00:00Z..2026-11-20T16:00:00Z --only-once --dry-run
  wfm-api drop --store sled:///var/lib/wfm-api --first-seen 2026-11-20..2026-11-21 --only-once

Erases the clusters whose first check-in lies in the interval, its end excluded, as their owners would: they leave every
count, past days included. A day stands for its beginning in UTC. Take a backup first: what is erased cannot be had back.
The audit log has a line with the interval and the number. No service may have the store open.
Environment: WFM_API_STORE.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Drop {
    /// Store to erase from: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// When the clusters first checked in: two moments or days, such as 2026-11-20..2026-11-21
    #[arg(long, value_name = "A..B")]
    first_seen: Interval,
    /// Only those that never checked in again
    #[arg(long)]
    only_once: bool,
    /// Only print what would be erased
    #[arg(long)]
    dry_run: bool,
}

/// From a second up to another, that one excluded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Interval {
    from: Timestamp,
    to: Timestamp,
}

impl FromStr for Interval {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        const SHAPE: &str = "write two moments or days, such as 2026-11-20T14:00:00Z..2026-11-20T16:00:00Z";
        let (from, to) = text.split_once("..").ok_or(SHAPE)?;
        let moment = |text: &str| {
            // A date is read of longer texts too, and what stands behind it would be passed over.
            let date = || text.parse::<Date>().ok().filter(|_| text.len() == "2026-11-20".len());
            let day = || Timestamp::from_second(Day::from(date()?).first_second()).ok();
            text.parse().ok().or_else(day).ok_or(SHAPE)
        };
        let (from, to) = (moment(from)?, moment(to)?);
        if from < to {
            Ok(Self { from, to })
        } else {
            Err("it ends before it begins: write the earlier moment first".into())
        }
    }
}

impl Drop {
    pub(super) async fn run(self) -> Result<(), Error> {
        let store: Arc<dyn Store> = Arc::new(existing(&folder(self.store.clone())?).await?);
        let mut summary = Summary::default();
        let mut after = None;
        loop {
            let page = self.page(store.as_ref(), after).await?;
            page.items.iter().filter(|record| self.is_meant(record)).for_each(|record| summary.add(record));
            after = page.next;
            if after.is_none() {
                break;
            }
        }
        summary.print();
        if self.dry_run {
            println!("dry run, nothing erased");
            return Ok(());
        }
        if summary.clusters == 0 {
            return Ok(());
        }
        let by = By::new(Actor::Operator, SystemClock.now());
        store.note(Change::dropping(self.in_words(summary.clusters)), by).await?;
        println!("{} clusters erased", self.erase(&store, by).await?);
        Ok(())
    }

    async fn page(&self, store: &dyn Store, after: Option<ClusterId>) -> Result<Page<ClusterRecord>, StoreError> {
        // Bounds are exclusive, and check-ins are kept to the second.
        let before = self.first_seen.from.checked_sub(SignedDuration::from_secs(1)).unwrap_or(Timestamp::MIN);
        let created = Bounds { after: Some(before), before: Some(self.first_seen.to) };
        store.clusters(ClusterQuery { created, ..ClusterQuery::default() }, after, PART).await
    }

    fn is_meant(&self, record: &ClusterRecord) -> bool {
        record.first_seen >= self.first_seen.from && (!self.only_once || record.check_ins == 1)
    }

    async fn erase(&self, store: &Arc<dyn Store>, by: By) -> Result<u64, Error> {
        let (mut erased, mut after) = (0, None);
        loop {
            let page = self.page(store.as_ref(), after).await?;
            let mut erasing = JoinSet::new();
            for record in page.items.into_iter().filter(|record| self.is_meant(record)) {
                let store = Arc::clone(store);
                // Together they share a flush of the disk.
                erasing.spawn(async move { store.erase(record.id, by).await });
            }
            for done in erasing.join_all().await {
                erased += u64::from(done?);
            }
            after = page.next;
            if after.is_none() {
                return Ok(erased);
            }
        }
    }

    fn in_words(&self, clusters: u64) -> String {
        let Interval { from, to } = self.first_seen;
        let once = if self.only_once { ", that checked in once" } else { "" };
        format!("{clusters} clusters first seen {from}..{to}{once}")
    }
}

/// Whom it is about.
#[derive(Default)]
struct Summary {
    clusters: u64,
    once: u64,
    days: BTreeMap<Date, u64>,
    versions: BTreeMap<String, u64>,
}

impl Summary {
    fn add(&mut self, record: &ClusterRecord) {
        self.clusters += 1;
        self.once += u64::from(record.check_ins == 1);
        *self.days.entry(Day::of(record.first_seen.as_second()).date()).or_default() += 1;
        for (component, version) in &record.components {
            *self.versions.entry(format!("{component} {version}")).or_default() += 1;
        }
    }

    fn print(&self) {
        println!("{} clusters, {} of them checked in once", self.clusters, self.once);
        for (name, counts) in [
            ("first seen", self.days.iter().map(|(day, count)| (day.to_string(), *count)).collect::<Vec<_>>()),
            ("runs", self.versions.iter().map(|(version, count)| (version.clone(), *count)).collect()),
        ] {
            let mut counts = counts;
            counts.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
            for (what, count) in counts.iter().take(LINES) {
                println!("{name} {what}: {count}");
            }
            if let Some(more) = counts.len().checked_sub(LINES).filter(|more| *more > 0) {
                println!("{name}: {more} more");
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_interval_has_two_moments_or_days_in_order() {
        let read = |text: &str| text.parse::<Interval>();
        let day = read("2026-11-20..2026-11-21").unwrap();
        assert_eq!(Ok(day), read("2026-11-20T00:00:00Z..2026-11-21T00:00:00Z"));
        assert!(read("2026-11-20T14:00:00Z..2026-11-21").is_ok());
        for wrong in [
            "2026-11-20T14:00..2026-11-21",
            "",
            "2026-11-20",
            "..",
            "a..b",
            "2026-11-21..2026-11-20",
            "2026-11-20..2026-11-20",
        ] {
            assert!(read(wrong).is_err(), "{wrong}");
        }
    }
}
