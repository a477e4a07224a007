//! Opening a folder: who else has it, what a crash left behind, and whether it can be understood.

use std::fs::{self, File, TryLockError};
use std::io;
use std::path::Path;
use std::time::{Duration, Instant};

use ::sled::{Config, Db, Error, Mode};
use wfm_core::release::{Release, Releases};
use wfm_core::store::{StoreError, StoreErrorKind};

use super::disk::{Disk, Trees};
use super::{clean, failed, quiet, rows, verify};

/// sled's page cache. Its own default is a gigabyte.
const CACHE_BYTES: u64 = 32 * 1024 * 1024;
/// How often sled writes its buffers and tidies up on its own. `None` would stop the tidying.
const FLUSH_EVERY_MS: u64 = 500;
/// How long to wait until sled has let go of a folder.
const PATIENCE: Duration = Duration::from_secs(10);
/// The lock is a file of our own: sled takes its lock only after it has touched the folder.
const LOCK: &str = "wfm.lock";
/// There once something was durable in the folder: sled takes a log that is gone for one that never was, and this tells
/// the two apart.
const MARK: &str = "wfm.used";
/// There while the folder is filled from a backup. sled shows the mark in `meta` also if the log has lost what followed it,
/// and that is damage.
const LOADING: &str = "wfm.restoring";
/// What a snapshot is called that was set aside.
const ASIDE: &str = "aside.";

pub(super) struct Opened {
    pub(super) disk: Disk,
    pub(super) releases: Releases,
}

/// Makes the folder if it is missing, and takes it for this process alone. Its parent must be there: a path with a mistake must
/// not begin an empty store.
pub(super) fn claim(path: &Path) -> Result<File, StoreError> {
    match fs::create_dir(path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) => {
            has_parent(path)?;
            return Err(folder(path, "cannot be made", &error));
        }
        Ok(()) => {}
    }
    lock(path)
}

/// Refuses a folder whose parent is missing.
pub(super) fn has_parent(path: &Path) -> Result<(), StoreError> {
    match path.parent().filter(|parent| !parent.as_os_str().is_empty() && !parent.exists()) {
        Some(parent) => Err(settings(format!(
            "there is no folder {} to make a new store in: correct the path, or make that folder",
            parent.display()
        ))),
        None => Ok(()),
    }
}

/// Opens a folder that this process has claimed. One that was not closed in order is read through: what a kill leaves is
/// whole, but what a power cut or a bad disk leaves may not be.
pub(super) fn open(path: &Path) -> Result<Opened, StoreError> {
    remove_unfinished_snapshots(path).map_err(|e| folder(path, "cannot be tidied up", &e))?;
    let closed = clean::take_closed(path).map_err(|e| folder(path, "cannot be tidied up", &e))?;
    if closed || !path.join("db").exists() {
        return open_trees(path);
    }
    tracing::info!("the store was not closed in order: it is read through");
    match read_through(path) {
        Err(error) if error.kind() == StoreErrorKind::Corrupt => {
            tracing::warn!(error = wfm_shell::sentence(&error), "the store's log is read again without its snapshot");
            set_snapshots_aside(path).map_err(|e| folder(path, "cannot be tidied up", &e))?;
            read_through(path).map_err(|e| match e.kind() {
                StoreErrorKind::Corrupt => damaged_log(path).caused_by(e),
                _ => e,
            })
        }
        opened => opened,
    }
}

fn read_through(path: &Path) -> Result<Opened, StoreError> {
    let opened = quiet::catch(|| open_trees(path)).unwrap_or_else(|| Err(rows::damaged("opening it failed badly")))?;
    let found = quiet::catch(|| verify::verify(&opened.disk.trees));
    let found = found.unwrap_or_else(|| Err(rows::damaged("reading it failed badly")))?;
    match found.differences.first() {
        None => Ok(opened),
        Some(difference) => Err(rows::damaged(difference.clone())),
    }
}

fn open_trees(path: &Path) -> Result<Opened, StoreError> {
    let db = open_db(path)?;
    let marked = path.join(MARK).exists();
    // The names of new files are durable only with their folder.
    File::open(path).and_then(|opened| opened.sync_all()).map_err(|e| folder(path, "cannot be synced", &e))?;
    check_format(&db, marked, path)?;
    let tree = |name: &str| db.open_tree(name).map_err(failed);
    let trees = Trees {
        meta: tree("meta")?,
        releases: tree("releases")?,
        ledger: tree("ledger")?,
        clusters: tree("clusters.2")?,
        runs: tree("runs.3")?,
        facts: tree("facts")?,
        rollups: tree("rollups")?,
        waiting: tree("waiting")?,
    };
    let disk = Disk::new(db.clone(), trees, path)?;
    if !marked {
        disk.sync(false)?;
        mark(path).map_err(|e| folder(path, "cannot be written", &e))?;
    }
    let releases = releases(&disk.trees)?;
    Ok(Opened { disk, releases })
}

/// Every release and notice, and the issues of the trains.
pub(super) fn releases(trees: &Trees) -> Result<Releases, StoreError> {
    let rows = trees.releases.iter().values();
    let releases = rows.map(|row| rows::from_json::<Release>(&row.map_err(failed)?));
    let mut releases = releases.collect::<Result<Releases, StoreError>>()?;
    for notice in trees.ledger.scan_prefix(rows::NOTICE_PREFIX).values() {
        releases.insert_notice(rows::from_json(&notice.map_err(failed)?)?);
    }
    for pair in trees.ledger.scan_prefix(rows::ISSUE_PREFIX) {
        let (key, issue) = pair.map_err(failed)?;
        releases.set_issue(rows::issue_train(&key)?, rows::from_json(&issue)?);
    }
    Ok(releases)
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
    let since = Instant::now();
    loop {
        let opened = quiet::catch(|| config.open()).unwrap_or(Err(Error::Corruption { at: None, bt: () }));
        match opened {
            // This process has claimed the folder: the one that holds sled's lock is sled itself, tidying up in the
            // background after a store that was closed here a moment ago.
            Err(error) if is_locked(&error) && since.elapsed() < PATIENCE => std::thread::sleep(PATIENCE / 200),
            opened => return opened,
        }
    }
}

fn is_locked(error: &Error) -> bool {
    matches!(error, Error::Io(e) if e.to_string().contains("could not acquire lock"))
}

/// Checks that the folder has the one format that is read here; a new one gets it.
fn check_format(db: &Db, marked: bool, path: &Path) -> Result<(), StoreError> {
    let meta = db.open_tree("meta").map_err(failed)?;
    let Some(written) = meta.get(rows::FORMAT_KEY).map_err(failed)? else {
        if marked || !is_empty(db)? {
            return Err(damaged_log(path));
        }
        meta.insert(rows::FORMAT_KEY, &rows::FORMAT.to_be_bytes()).map_err(failed)?;
        meta.flush().map_err(failed)?;
        return Ok(());
    };
    if meta.contains_key(rows::LOADING).map_err(failed)? {
        if !path.join(LOADING).exists() {
            return Err(damaged_log(path));
        }
        return Err(settings(format!(
            "the store {} was being restored from a backup, and that was cut off, so it holds a part of it: restore the \
             backup again, into a new folder",
            path.display()
        )));
    }
    match rows::read_count(Some(&written))? {
        rows::FORMAT => Ok(()),
        older if older < rows::FORMAT => Err(settings(format!(
            "the store {} has format {older}, which was never released, and this wfm-api reads format {}: back it up with the \
             wfm-api that wrote it, and restore the backup into a new folder",
            path.display(),
            rows::FORMAT
        ))),
        other => Err(settings(format!(
            "the store {} has format {other} and this wfm-api reads format {}: start the newer version that wrote it",
            path.display(),
            rows::FORMAT
        ))),
    }
}

/// Says that the folder is being filled from a backup.
pub(super) fn note_loading(path: &Path) -> Result<(), StoreError> {
    let noted = File::create(path.join(LOADING)).and_then(|_| File::open(path)?.sync_all());
    noted.map_err(|e| folder(path, "cannot be written", &e))
}

/// Says that the folder is filled. Whether it is, the mark in `meta` decides.
pub(super) fn forget_loading(path: &Path) -> Result<(), StoreError> {
    fs::remove_file(path.join(LOADING)).map_err(|e| folder(path, "cannot be tidied up", &e))
}

fn mark(path: &Path) -> io::Result<()> {
    File::create(path.join(MARK))?.sync_all()?;
    File::open(path)?.sync_all()
}

fn is_empty(db: &Db) -> Result<bool, StoreError> {
    for name in db.tree_names() {
        if !db.open_tree(name).map_err(failed)?.is_empty() {
            return Ok(false);
        }
    }
    Ok(true)
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
        error if is_locked(error) => in_use(path),
        Error::Io(e) => folder(path, "cannot be opened", e),
        Error::Unsupported(_) => settings(format!(
            "the store {} was written by another version of sled: start the wfm-api that wrote it",
            path.display()
        ))
        .caused_by(error),
        _ => damaged_log(path).caused_by(error),
    }
}

fn damaged_log(path: &Path) -> StoreError {
    StoreError::new(
        StoreErrorKind::Corrupt,
        format!(
            "the store's file {} is damaged and cannot be opened: move the folder away and restore it from a backup with \
             wfm-api restore",
            path.join("db").display()
        ),
    )
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
