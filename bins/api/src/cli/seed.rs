//! `wfm-api seed`.

use std::fs::{self, File};
use std::io::{self, BufWriter, IsTerminal};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use clap::Args;
use indicatif::{ProgressBar, ProgressStyle};
use jiff::Timestamp;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::release::Releases;
use wfm_core::store::{Record, Records, Run, StoreError, StoreErrorKind};

use super::Error;
use crate::import::{self, Format};
use crate::seed::{Fleet, RELEASES_JSON, Raw};
use crate::store::StoreUrl;

const EXAMPLES: &str = "\
Examples:
  wfm-api seed --store sled:///tmp/fleet --clusters 5000 --days 400 --rng 1
  wfm-api seed --store sled:///tmp/fleet --clusters 300 --days 180 --rng 7 --end 2026-01-31T00:00:00Z --raw /tmp/raw.ndjson

The same numbers, end and releases give the same store on every machine. Nine of ten clusters are customers'; they come and
go, fall silent and upgrade, and some do what is counted wrong most easily. With 60 days or more, the service itself was
down for a day.

The releases are the real history of Workflow, or those of --releases, in the formats of wfm-api import. They are moved in
time: shifted so that the last comes out 20 days before the end (a fifth of the days, where they are under 100). Where
the last 12 releases of the product would then come out before the first day, pauses are cut to 60 days, and where that is
not enough all of them are shortened alike.

Once a week each cluster also reports on what it runs, how large it is, when it was created and how many other workloads
run beside, without any id: that is counted, and no cluster's report is kept.

--raw also writes each check-in as a line: {\"id\",\"at\",\"cohort\",\"created\",\"components\":{NAME:VERSION…}}; cohort is the
cluster's in the end, and created the Monday of the week in which it was created.
Environment: WFM_API_STORE.";

#[derive(Debug, Args)]
#[command(after_help = EXAMPLES)]
pub(super) struct Seed {
    /// Store to fill, which must be empty: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// How many clusters
    #[arg(long, value_name = "N")]
    clusters: u64,
    /// How many days they live
    #[arg(long, value_name = "D")]
    days: u32,
    /// Number that decides all that is left to chance
    #[arg(long, value_name = "SEED")]
    rng: u64,
    /// File to write each check-in to, as NDJSON; one that exists is left alone
    #[arg(long, value_name = "FILE")]
    raw: Option<PathBuf>,
    /// Moment of which nothing is later, such as 2026-01-31T00:00:00Z; now if absent
    #[arg(long, value_name = "RFC3339")]
    end: Option<Timestamp>,
    /// File of releases, in JSON, YAML or CSV, instead of Workflow's history
    #[arg(long, value_name = "FILE")]
    releases: Option<PathBuf>,
}

impl Seed {
    pub(super) async fn run(self) -> Result<(), Error> {
        let started = Instant::now();
        let url = self.store.ok_or(Error::NoStore)?;
        let end = self.end.unwrap_or_else(|| SystemClock.now());
        let fleet = Fleet::new(self.clusters, self.days, self.rng, end)?;
        let records = fleet.records(&releases(self.releases.as_deref())?)?;
        let store = url.open().await?;
        if store.count_clusters().await? > 0 || !store.releases().await?.is_empty() {
            return Err(Error::NotEmpty);
        }
        let raw = self.raw.map(RawFile::create).transpose()?;
        let file = raw.as_ref().map(|raw| raw.path.clone());
        let check_ins = Arc::new(AtomicU64::new(0));
        let watched = Watched { records, raw, bar: bar(fleet), check_ins: Arc::clone(&check_ins) };
        let loaded = store.load(Box::new(watched)).await;
        // A part of a fleet is no fleet.
        loaded.inspect_err(|_| drop(file.map(fs::remove_file)))?;
        println!(
            "{} clusters, {} check-ins, {:.1} s",
            fleet.clusters(),
            check_ins.load(Ordering::Relaxed),
            started.elapsed().as_secs_f64()
        );
        Ok(())
    }
}

fn releases(file: Option<&Path>) -> Result<Releases, Error> {
    let broken = |problem| Error::Broken { file: file.unwrap_or(Path::new("the built-in history")).into(), problem };
    let releases = match file {
        None => import::read(RELEASES_JSON.as_bytes()),
        Some(file) => {
            let text = fs::read(file).map_err(|source| Error::Unreadable { file: file.into(), source })?;
            import::read_as(Format::of_path(file), &text)
        }
    };
    Ok(releases.map_err(broken)?.into_iter().collect())
}

/// Shown on a terminal alone: in a log it would be noise.
fn bar(fleet: Fleet) -> ProgressBar {
    if !io::stderr().is_terminal() {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{wide_bar} {human_pos}/{human_len} clusters, {eta} left");
    ProgressBar::new(fleet.clusters()).with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
}

struct RawFile {
    path: PathBuf,
    raw: Raw<BufWriter<File>>,
}

impl RawFile {
    fn create(path: PathBuf) -> Result<Self, Error> {
        // What somebody made ready is as good as nothing; what is in a file stays.
        let empty = std::fs::metadata(&path).is_ok_and(|known| known.is_file() && known.len() == 0);
        let opened = if empty { File::options().write(true).open(&path) } else { File::create_new(&path) };
        match opened {
            Ok(file) => Ok(Self { path, raw: Raw::new(BufWriter::with_capacity(1 << 20, file)) }),
            Err(source) => Err(Error::Unwritable { file: path, source }),
        }
    }

    fn unwritable(&self, source: io::Error) -> StoreError {
        let what = format!("cannot write {} ({source}): name another file", self.path.display());
        StoreError::new(StoreErrorKind::Settings, what).caused_by(source)
    }
}

/// Records on their way into a store: counted, shown, and written down where that was asked for.
struct Watched {
    records: Records,
    raw: Option<RawFile>,
    bar: ProgressBar,
    check_ins: Arc<AtomicU64>,
}

impl Watched {
    fn watch(&mut self, record: &Record) -> Result<(), StoreError> {
        if let Some(file) = &mut self.raw {
            file.raw.write(record).map_err(|e| file.unwritable(e))?;
        }
        if let Record::Cluster { runs, .. } = record {
            let check_ins: usize = runs.iter().map(|Run { instants, .. }| instants.len()).sum();
            self.check_ins.fetch_add(check_ins as u64, Ordering::Relaxed);
            self.bar.inc(1);
        }
        Ok(())
    }

    fn end(&mut self) -> Result<(), StoreError> {
        self.bar.finish_and_clear();
        self.raw.as_mut().map_or(Ok(()), |file| file.raw.flush().map_err(|e| file.unwritable(e)))
    }
}

impl Iterator for Watched {
    type Item = Result<Record, StoreError>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.records.next() {
            Some(Ok(record)) => Some(self.watch(&record).map(|()| record)),
            Some(Err(error)) => Some(Err(error)),
            None => self.end().err().map(Err),
        }
    }
}
