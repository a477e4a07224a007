//! Opening a folder: who else has it, what a crash left behind, and whether it can be understood.

use std::fs::{self, File, TryLockError};
use std::io;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use ::sled::{Config, Db, Error, Mode};
use wfm_core::release::{Release, Releases};
use wfm_core::store::{StoreError, StoreErrorKind};

use super::{Trees, failed, rows};

/// sled's page cache. Its own default is a gigabyte.
const CACHE_BYTES: u64 = 64 * 1024 * 1024;
/// How often sled writes its buffers and tidies up on its own. `None` would stop the tidying.
const FLUSH_EVERY_MS: u64 = 500;
/// The lock is a file of our own: sled takes its lock only after it has touched the folder.
const LOCK: &str = "wfm.lock";
/// What a snapshot is called that was set aside.
const ASIDE: &str = "aside.";

pub(super) struct Opened {
    pub(super) db: Db,
    pub(super) trees: Trees,
    pub(super) releases: Releases,
    pub(super) lock: File,
}

pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    fs::create_dir_all(path).map_err(|e| folder(path, "cannot be made", &e))?;
    let lock = lock(path)?;
    remove_unfinished_snapshots(path).map_err(|e| folder(path, "cannot be tidied up", &e))?;
    let db = open_db(path)?;
    // The names of new files are durable only with their folder.
    File::open(path).and_then(|opened| opened.sync_all()).map_err(|e| folder(path, "cannot be synced", &e))?;
    check_format(&db, path)?;
    let tree = |name: &str| db.open_tree(name).map_err(failed);
    let trees = Trees {
        meta: tree("meta")?,
        releases: tree("releases")?,
        clusters: tree("clusters")?,
        reports: tree("reports")?,
    };
    let releases = trees.releases.iter().values().map(read).collect::<Result<Releases, StoreError>>()?;
    Ok(Opened { db, trees, releases, lock })
}

fn read(row: Result<::sled::IVec, Error>) -> Result<Release, StoreError> {
    rows::read_release(&row.map_err(failed)?)
}

fn lock(path: &Path) -> Result<File, StoreError> {
    let file = File::create(path.join(LOCK)).map_err(|e| folder(path, "cannot be written", &e))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(in_use(path)),
        Err(TryLockError::Error(e)) => Err(folder(path, "cannot be locked", &e)),
    }
}

fn open_db(path: &Path) -> Result<Db, StoreError> {
    match try_open(path) {
        Err(Error::Corruption { .. }) => {}
        opened => return opened.map_err(|e| cannot_open(path, e)),
    }
    // A kill while a snapshot was written leaves one that cannot be read. The log holds everything a snapshot does:
    // without one it is read from its beginning.
    tracing::warn!("the store's snapshot cannot be read: it is set aside and the log is read again");
    set_snapshots_aside(path).map_err(|e| folder(path, "cannot be tidied up", &e))?;
    try_open(path).map_err(|e| cannot_open(path, e))
}

fn try_open(path: &Path) -> Result<Db, Error> {
    let config =
        Config::new().path(path).cache_capacity(CACHE_BYTES).flush_every_ms(Some(FLUSH_EVERY_MS)).mode(Mode::LowSpace);
    // sled panics on some damaged files; to us that is damage like any other.
    catch_unwind(AssertUnwindSafe(|| config.open())).unwrap_or(Err(Error::Corruption { at: None, bt: () }))
}

fn check_format(db: &Db, path: &Path) -> Result<(), StoreError> {
    let meta = db.open_tree("meta").map_err(failed)?;
    let Some(written) = meta.get(rows::FORMAT_KEY).map_err(failed)? else {
        meta.insert(rows::FORMAT_KEY, &rows::FORMAT.to_be_bytes()).map_err(failed)?;
        meta.flush().map_err(failed)?;
        return Ok(());
    };
    match rows::read_count(Some(&written))? {
        rows::FORMAT => Ok(()),
        other => Err(settings(format!(
            "the store {} has format {other} and this wfm-api reads format {}: start the newer version that wrote it",
            path.display(),
            rows::FORMAT
        ))),
    }
}

fn remove_unfinished_snapshots(path: &Path) -> io::Result<()> {
    for (name, file) in snapshots(path)? {
        if name.ends_with(".generating") {
            fs::remove_file(file)?;
        }
    }
    Ok(())
}

fn set_snapshots_aside(path: &Path) -> io::Result<()> {
    for (name, file) in snapshots(path)? {
        fs::rename(file, path.join(format!("{ASIDE}{name}")))?;
    }
    Ok(())
}

fn snapshots(path: &Path) -> io::Result<Vec<(String, std::path::PathBuf)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(path)? {
        let entry = entry?;
        match entry.file_name().into_string() {
            Ok(name) if name.starts_with("snap.") => found.push((name, entry.path())),
            _ => {}
        }
    }
    Ok(found)
}

fn cannot_open(path: &Path, error: Error) -> StoreError {
    match &error {
        Error::Io(e) if e.to_string().contains("could not acquire lock") => in_use(path),
        Error::Io(e) => folder(path, "cannot be opened", e),
        Error::Unsupported(_) => settings(format!(
            "the store {} was written by another version of sled: start the wfm-api that wrote it",
            path.display()
        ))
        .caused_by(error),
        _ => StoreError::new(
            StoreErrorKind::Corrupt,
            format!(
                "the store's file {} is damaged and cannot be opened: move the folder away and restore it from a backup",
                path.join("db").display()
            ),
        )
        .caused_by(error),
    }
}

fn in_use(path: &Path) -> StoreError {
    settings(format!(
        "the store {} is in use by another process: stop that one, name another folder with --store, or import into the \
         running service with POST /v4/releases:import",
        path.display()
    ))
}

fn folder(path: &Path, what: &str, error: &io::Error) -> StoreError {
    settings(format!("the store's folder {} {what} ({error}): name another folder with --store", path.display()))
}

fn settings(message: String) -> StoreError {
    StoreError::new(StoreErrorKind::Settings, message)
}
