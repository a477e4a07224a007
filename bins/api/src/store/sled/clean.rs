//! Whether the folder was closed in order, or whether a kill or a power cut came first.
//!
//! sled opens a log whose end is gone, and a snapshot that is younger than the log, without a word, and answers from
//! what is left. So a folder that was not closed in order is read through before it is used.

use std::fs::{self, File};
use std::io::{self, Write};
use std::path::Path;

/// There while a closed folder is as it was left; holds the length of the log.
const CLOSED: &str = "wfm.closed";

/// Says that the folder is closed. Called when sled has let go of it.
pub(super) fn note_closed(path: &Path) -> io::Result<()> {
    let length = fs::metadata(path.join("db"))?.len();
    let mut file = File::create(path.join(CLOSED))?;
    writeln!(file, "{length}")?;
    file.sync_all()?;
    File::open(path)?.sync_all()
}

/// Whether the folder was closed in order; from now on it is not any more.
pub(super) fn take_closed(path: &Path) -> io::Result<bool> {
    let file = path.join(CLOSED);
    let said = match fs::read_to_string(&file) {
        Ok(said) => said,
        Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(e) => return Err(e),
    };
    fs::remove_file(&file)?;
    File::open(path)?.sync_all()?;
    let length = fs::metadata(path.join("db")).map_or(0, |log| log.len());
    Ok(said.trim().parse() == Ok(length))
}
