//! A backup: the records of a store as lines of JSON, between a line that says what it is and one that proves it whole.
//!
//! ```text
//! {"wfmBackup":1}
//! {"release":{…}}
//! {"cluster":{…}}
//! {"end":{"records":2,"sha256":"hash of all bytes before this line"}}
//! ```

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use wfm_core::clock::Clock;
use wfm_core::store::{Record, Records, StoreError, StoreErrorKind};

use crate::documents::hex;

pub(crate) mod socket;

/// When this process last handed out a whole backup.
pub struct LastBackup {
    clock: Arc<dyn Clock>,
    /// Seconds since 1970; 0 before the first.
    at: AtomicI64,
}

impl LastBackup {
    pub(crate) fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock, at: AtomicI64::new(0) }
    }

    /// One was handed out now.
    pub(crate) fn note(&self) {
        self.at.store(self.clock.now().as_second(), Ordering::Relaxed);
    }

    /// When it was, in seconds since 1970; nothing before the first.
    pub(crate) fn get(&self) -> Option<i64> {
        Some(self.at.load(Ordering::Relaxed)).filter(|at| *at != 0)
    }
}

/// The form that this version writes and reads.
const FORM: u64 = 1;

/// A backup that cannot be made or read: one sentence.
#[derive(Debug, thiserror::Error)]
pub enum BackupError {
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file or the connection failed.
    #[error("{0}")]
    Io(#[from] io::Error),
    /// The file is no backup, or not all of one.
    #[error("{}: {problem}", .file.display())]
    NotABackup {
        /// The file.
        file: PathBuf,
        /// What is wrong with it and what to do.
        problem: String,
    },
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    #[serde(rename = "wfmBackup")]
    form: u64,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Tail {
    end: End,
}

#[derive(Serialize, Deserialize)]
struct End {
    records: u64,
    sha256: String,
}

/// Writes a backup; answers how many records it holds. What is cut off or fails has no last line, and is then refused by
/// [`check`]. Blocks.
///
/// # Errors
/// Where the store or the writer fails.
pub fn write(records: Records, out: &mut impl Write) -> Result<u64, BackupError> {
    let mut out = Hashing { out, hash: Sha256::new() };
    let mut count = 0;
    out.line(&Head { form: FORM })?;
    for record in records {
        out.line(&record?)?;
        count += 1;
    }
    let sha256 = hex(&out.hash.clone().finalize());
    out.line(&Tail { end: End { records: count, sha256 } })?;
    out.out.flush()?;
    Ok(count)
}

/// Reads a backup through; answers how many records it holds. Nothing of it is relied on before.
///
/// # Errors
/// Where the file cannot be read, is no backup, or is not whole.
pub fn check(file: &Path) -> Result<u64, BackupError> {
    let refuse = |problem: &str| BackupError::NotABackup { file: file.to_owned(), problem: problem.to_owned() };
    let (mut hash, mut lines, mut line) = (Sha256::new(), 0u64, Vec::new());
    let mut reader = BufReader::new(File::open(file)?);
    let tail: Tail = loop {
        line.clear();
        read_line(&mut reader, &mut line)?;
        if lines == 0 {
            check_head(&line).map_err(|problem| refuse(&problem))?;
        } else if !line.ends_with(b"\n") {
            return Err(refuse("it ends before its last line: take another backup"));
        } else if line.starts_with(br#"{"end":"#) {
            break serde_json::from_slice(&line)
                .map_err(|_| refuse("its last line is damaged: take another backup"))?;
        }
        hash.update(&line);
        lines += 1;
    };
    if reader.read(&mut [0])? > 0 {
        return Err(refuse("something stands behind its last line: take another backup"));
    }
    if hex(&hash.finalize()) != tail.end.sha256 || lines != tail.end.records + 1 {
        return Err(refuse("its bytes are not those that were written: take another backup"));
    }
    Ok(tail.end.records)
}

/// The records of a backup that was checked.
///
/// # Errors
/// Where the file cannot be opened.
pub fn records(file: &Path) -> Result<Records, BackupError> {
    let mut reader = BufReader::new(File::open(file)?);
    let mut line = Vec::new();
    read_line(&mut reader, &mut line)?;
    Ok(Box::new(std::iter::from_fn(move || {
        line.clear();
        if let Err(e) = read_line(&mut reader, &mut line) {
            return Some(Err(broken().caused_by(e)));
        }
        if line.is_empty() || line.starts_with(br#"{"end":"#) {
            return None;
        }
        Some(serde_json::from_slice::<Record>(&line).map_err(|e| broken().caused_by(e)))
    })))
}

fn broken() -> StoreError {
    StoreError::new(StoreErrorKind::Settings, "the backup holds a line that this version cannot read: use a newer one")
}

fn check_head(line: &[u8]) -> Result<(), String> {
    match serde_json::from_slice(line) {
        Ok(Head { form: FORM }) => Ok(()),
        Ok(Head { form }) => Err(format!("it has form {form} and this wfm-api reads form {FORM}: use a newer one")),
        Err(_) => Err("it is no backup: name a file that wfm-api backup wrote".into()),
    }
}

/// The longest line: a cluster with decades of check-ins is under 1 MiB.
const LONGEST: u64 = 64 * 1024 * 1024;

fn read_line(reader: &mut impl BufRead, line: &mut Vec<u8>) -> io::Result<()> {
    reader.take(LONGEST).read_until(b'\n', line).map(drop)
}

struct Hashing<'a, W> {
    out: &'a mut W,
    hash: Sha256,
}

impl<W: Write> Hashing<'_, W> {
    fn line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(value).map_err(io::Error::other)?;
        line.push(b'\n');
        self.hash.update(&line);
        self.out.write_all(&line)
    }
}

#[cfg(test)]
mod tests;
