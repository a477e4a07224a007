//! `wfm-api backup`, `restore` and `verify`.

use std::fs::{self, File};
use std::io::{self, BufWriter};
use std::path::{Path, PathBuf};

use clap::Args;
use wfm_core::clock::{Clock, SystemClock};
use wfm_core::store::Store;

use super::Error;
use crate::store::backup::{self, BackupError};
use crate::store::{SledStore, StoreUrl};

const BACKUP: &str = "\
Examples:
  wfm-api backup --store sled:///var/lib/wfm-api /backups
  wfm-api backup --store sled:///var/lib/wfm-api /backups/before-upgrade.ndjson

Works while a service has the store open, for whoever may read its folder. The backup holds everything as it was at one
moment. The file appears under its name when it is whole, checked and on the disk; one that exists is left alone.
Environment: WFM_API_STORE.";

const RESTORE: &str = "\
Example:
  wfm-api restore --store sled:///var/lib/wfm-api-restored /backups/before-upgrade.ndjson

The store must be a new folder. The file is read through before anything is written.
Environment: WFM_API_STORE.";

const REBUILD: &str = "\
Example:
  wfm-api rebuild --store sled:///var/lib/wfm-api

The numbers of the fleet are kept as check-ins arrive. This counts every check-in again, puts right what differs, and says how
many rows that were; none is what to expect. No service may have the store open. It takes room beside the store for a while.
Environment: WFM_API_STORE.";
const VERIFY: &str = "\
Example:
  wfm-api verify --store sled:///var/lib/wfm-api

Reads everything and counts it again; prints a line for each thing that does not fit together, and then fails. No service
may have the store open.
Environment: WFM_API_STORE.";

#[derive(Debug, Args)]
#[command(after_help = BACKUP)]
pub(super) struct Backup {
    /// Store to copy: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// File to write, or a folder to write a file of today's name into
    to: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = RESTORE)]
pub(super) struct Restore {
    /// Store to fill: sled://PATH of a folder that does not exist yet
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
    /// File that wfm-api backup wrote
    file: PathBuf,
}

#[derive(Debug, Args)]
#[command(after_help = VERIFY)]
pub(super) struct Verify {
    /// Store to read: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
}

#[derive(Debug, Args)]
#[command(after_help = REBUILD)]
pub(super) struct Rebuild {
    /// Store whose rollups are made again: sled://PATH
    #[arg(long, value_name = "URL", env = "WFM_API_STORE")]
    store: Option<StoreUrl>,
}

impl Backup {
    pub(super) async fn run(self) -> Result<(), Error> {
        let folder = folder(self.store)?;
        let file = file(&self.to);
        let refuse = |source: io::Error| Error::Unwritable { file: file.clone(), source };
        if file.exists() {
            return Err(refuse(io::Error::from(io::ErrorKind::AlreadyExists)));
        }
        // A name of its own, so that what was cut off is never taken for a backup.
        let mut unfinished = file.clone().into_os_string();
        unfinished.push(".unfinished");
        let unfinished = PathBuf::from(unfinished);
        let records = copy(&folder, &unfinished).await.inspect_err(|_| drop(fs::remove_file(&unfinished)))?;
        fs::rename(&unfinished, &file).map_err(refuse)?;
        let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(parent).and_then(|parent| parent.sync_all()).map_err(refuse)?;
        println!("{records} records: {}", file.display());
        Ok(())
    }
}

/// Writes a backup of the store in `folder`, durable and checked; answers how many records it holds.
async fn copy(folder: &Path, to: &Path) -> Result<u64, Error> {
    let refuse = |source: io::Error| Error::Unwritable { file: to.to_owned(), source };
    let out = File::create_new(to).map_err(refuse)?;
    let written = match backup::socket::ask(folder) {
        Some(mut service) => io::copy(&mut service, &mut &out).map(drop).map_err(BackupError::Io),
        None => {
            let store = existing(folder).await?;
            backup::write(store.records().await?, &mut BufWriter::with_capacity(1 << 20, &out)).map(drop)
        }
    };
    written.map_err(|error| match error {
        BackupError::Io(source) => refuse(source),
        other => Error::Backup(other),
    })?;
    out.sync_all().map_err(refuse)?;
    Ok(backup::check(to)?)
}

impl Restore {
    pub(super) async fn run(self) -> Result<(), Error> {
        let folder = folder(self.store)?;
        let unreadable = |error| match error {
            BackupError::Io(source) => Error::Unreadable { file: self.file.clone(), source },
            other => Error::Backup(other),
        };
        let count = backup::check(&self.file).map_err(unreadable)?;
        let records = backup::records(&self.file).map_err(unreadable)?;
        let store = SledStore::open(&folder).await?;
        store.load(records).await?;
        report(&store).await?;
        println!("{count} records were restored into {}", folder.display());
        Ok(())
    }
}

impl Verify {
    pub(super) async fn run(self) -> Result<(), Error> {
        let folder = folder(self.store)?;
        report(&existing(&folder).await?).await
    }
}

impl Rebuild {
    pub(super) async fn run(self) -> Result<(), Error> {
        let folder = folder(self.store)?;
        match existing(&folder).await?.rebuild().await? {
            0 => println!("the rollups are what the check-ins say"),
            1 => println!("1 row of the rollups differed from what the check-ins say, and was put right"),
            rows => println!("{rows} rows of the rollups differed from what the check-ins say, and were put right"),
        }
        Ok(())
    }
}

pub(super) async fn report(store: &SledStore) -> Result<(), Error> {
    let found = store.verify().await?;
    for difference in &found.differences {
        println!("{difference}");
    }
    println!(
        "{} releases, {} lines of the audit log, {} clusters, {} check-ins",
        found.releases, found.audit, found.clusters, found.check_ins
    );
    match found.differences.len() {
        0 => Ok(()),
        differences => Err(Error::Differs { differences }),
    }
}

pub(super) fn folder(store: Option<StoreUrl>) -> Result<PathBuf, Error> {
    match store {
        None => Err(Error::NoStore),
        Some(StoreUrl::Memory) => Err(Error::NotAFolder),
        Some(StoreUrl::Sled(folder)) => Ok(folder),
    }
}

/// Opens a store that is there: looking at one must not make one.
pub(super) async fn existing(folder: &Path) -> Result<SledStore, Error> {
    if !folder.join("db").exists() {
        return Err(Error::NothingThere { folder: folder.to_owned() });
    }
    Ok(SledStore::open(folder).await?)
}

/// The file to write: in a folder, one that is named by the time.
fn file(to: &Path) -> PathBuf {
    if to.is_dir() {
        let now = SystemClock.now().strftime("%Y-%m-%dT%H-%M-%SZ").to_string();
        to.join(format!("wfm-api-{now}.ndjson"))
    } else {
        to.to_owned()
    }
}
