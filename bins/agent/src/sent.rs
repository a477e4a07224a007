//! The log of what was sent: every byte, with time and destination.

use std::collections::VecDeque;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead, BufReader, Read, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use wfm_core::anonymizer::{Envelope, EnvelopeKind};

/// How long an entry is kept: 13 months.
pub const KEPT_FOR: SignedDuration = SignedDuration::from_hours(24 * 396);
/// How much is kept in a file, and how much where there is none.
const LARGEST_FILE: usize = 10 << 20;
const LARGEST_MEMORY: usize = 1 << 20;
/// The file's name in its folder.
const FILE: &str = "sent.ndjson";

/// Something that was sent, or tried to be.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, to the second.
    pub at: Timestamp,
    /// To which service.
    pub to: String,
    /// What kind of envelope.
    pub envelope: EnvelopeKind,
    /// Its very bytes.
    pub body: String,
}

/// What was sent, newest last: at most 13 months and 10 MiB of it in a file, or 1 MiB in memory, which a restart empties.
#[derive(Debug)]
pub struct SentLog {
    file: Option<PathBuf>,
    largest: usize,
    kept: Mutex<Kept>,
}

#[derive(Debug, Default)]
struct Kept {
    lines: VecDeque<(Timestamp, String)>,
    bytes: usize,
}

impl SentLog {
    /// A log in memory.
    #[must_use]
    pub fn in_memory() -> Self {
        Self { file: None, largest: LARGEST_MEMORY, kept: Mutex::default() }
    }

    /// A log in a folder, which is made if there is none. Lines that cannot be read are passed over: a kill or a full disk may
    /// have cut one.
    ///
    /// # Errors
    /// If the folder or the file cannot be used.
    pub fn in_folder(folder: &Path) -> io::Result<Self> {
        std::fs::create_dir_all(folder)?;
        let file = folder.join(FILE);
        if file.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, format!("its {FILE} is a folder")));
        }
        let mut kept = Kept::default();
        let mut unreadable = 0usize;
        let open = OpenOptions::new().create(true).append(true).read(true).open(&file)?;
        for line in BufReader::new(open).split(b'\n') {
            match entry(line?) {
                Some((at, line)) => kept.push(at, line),
                None => unreadable += 1,
            }
        }
        if unreadable > 0 {
            tracing::warn!(unreadable, "lines of {} cannot be read and were passed over", file.display());
        }
        Ok(Self { file: Some(file), largest: LARGEST_FILE, kept: Mutex::new(kept) })
    }

    /// Whether it outlives the process.
    #[must_use]
    pub fn is_kept(&self) -> bool {
        self.file.is_some()
    }

    /// Adds what is about to be sent, before it is.
    ///
    /// # Errors
    /// Where it cannot be written down. Then it must not be sent.
    pub fn append(&self, at: Timestamp, to: &str, envelope: &Envelope) -> io::Result<()> {
        let body = envelope.as_str().to_owned();
        let at = Timestamp::from_second(at.as_second()).unwrap_or(at);
        let entry = Entry { at, to: to.to_owned(), envelope: envelope.kind(), body };
        let line = serde_json::to_string(&entry)?;
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let dropped = kept.make_room(at, self.largest.saturating_sub(line.len() + 1));
        if let Some(file) = &self.file {
            if dropped {
                kept.rewrite(file)?;
            }
            let mut open = OpenOptions::new().append(true).create(true).read(true).open(file)?;
            // After a line that was cut this one begins on a line of its own.
            let begin = if ends_a_line(&mut open)? { "" } else { "\n" };
            open.write_all(format!("{begin}{line}\n").as_bytes())?;
            open.sync_data()?;
        }
        kept.push(at, line);
        Ok(())
    }

    /// The last entries, newest first.
    #[must_use]
    pub fn last(&self, most: usize) -> Vec<Entry> {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        kept.lines.iter().rev().take(most).filter_map(|(_, line)| serde_json::from_str(line).ok()).collect()
    }

    /// Everything, one JSON object a line, oldest first.
    #[must_use]
    pub fn text(&self) -> String {
        let kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::with_capacity(kept.bytes);
        for (_, line) in &kept.lines {
            text.push_str(line);
            text.push('\n');
        }
        text
    }
}

/// The line with its time, if it is an entry.
fn entry(line: Vec<u8>) -> Option<(Timestamp, String)> {
    let line = String::from_utf8(line).ok()?;
    let at = serde_json::from_str::<Entry>(&line).ok()?.at;
    Some((at, line))
}

/// Whether a file is empty or ends with the end of a line.
fn ends_a_line(file: &mut File) -> io::Result<bool> {
    if file.metadata()?.len() == 0 {
        return Ok(true);
    }
    let mut last = [0];
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last == *b"\n")
}

impl Kept {
    fn push(&mut self, at: Timestamp, line: String) {
        self.bytes += line.len() + 1;
        self.lines.push_back((at, line));
    }

    /// Drops the oldest until the rest is young and small enough; tells whether any had to go.
    fn make_room(&mut self, now: Timestamp, bytes: usize) -> bool {
        let before = self.lines.len();
        while let Some((at, line)) = self.lines.front()
            && (self.bytes > bytes || now.duration_since(*at) > KEPT_FOR)
        {
            self.bytes -= line.len() + 1;
            self.lines.pop_front();
        }
        self.lines.len() < before
    }

    /// Writes the file anew: whole or not at all, whenever the process ends.
    fn rewrite(&self, file: &Path) -> io::Result<()> {
        let unfinished = file.with_extension("unfinished");
        let mut new = File::create(&unfinished)?;
        for (_, line) in &self.lines {
            writeln!(new, "{line}")?;
        }
        new.sync_data()?;
        std::fs::rename(unfinished, file)
    }
}

#[cfg(test)]
mod tests {
    use wfm_core::anonymizer::{AllowList, Anonymizer, Consent, Vocabulary};
    use wfm_core::catalog::Catalog;
    use wfm_core::cluster::ClusterId;
    use wfm_core::collector::Inventory;
    use wfm_core::release::Releases;

    use super::*;

    fn at(day: i64) -> Timestamp {
        Timestamp::from_second(1_767_225_600 + day * 86_400).unwrap()
    }

    fn envelope() -> Envelope {
        let (catalog, releases) = (Catalog::workflow(), Releases::default());
        let id: ClusterId = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
        AllowList.check_in(id, Consent::default(), &Inventory::empty(at(0)), Vocabulary::new(&catalog, &releases))
    }

    fn fill(log: &SentLog, days: std::ops::Range<i64>) {
        for day in days {
            log.append(at(day), "https://v.example/", &envelope()).unwrap();
        }
    }

    #[test]
    fn what_was_sent_is_kept_byte_for_byte_over_a_restart() {
        let folder = tempfile::tempdir().unwrap();
        fill(&SentLog::in_folder(&folder.path().join("new")).unwrap(), 0..3);
        let log = SentLog::in_folder(&folder.path().join("new")).unwrap();
        fill(&log, 3..4);
        let last = log.last(9);
        assert_eq!(last.iter().map(|entry| entry.at).collect::<Vec<_>>(), [at(3), at(2), at(1), at(0)]);
        assert!(last.iter().all(|entry| entry.body.as_bytes() == envelope().as_bytes()));
        assert_eq!(log.text(), std::fs::read_to_string(folder.path().join("new").join(FILE)).unwrap());
    }

    #[test]
    fn entries_go_after_thirteen_months() {
        let folder = tempfile::tempdir().unwrap();
        let log = SentLog::in_folder(folder.path()).unwrap();
        fill(&log, 0..2);
        fill(&log, 397..398);
        assert_eq!(log.last(9).iter().map(|entry| entry.at).collect::<Vec<_>>(), [at(397), at(1)]);
        assert_eq!(SentLog::in_folder(folder.path()).unwrap().last(9).len(), 2);
    }

    #[test]
    fn what_is_kept_is_bounded_and_the_oldest_goes() {
        let log = SentLog { largest: 1000, ..SentLog::in_memory() };
        fill(&log, 0..20);
        assert!(log.text().len() <= 1000 && log.last(1)[0].at == at(19));
        assert!(log.last(99).len() >= 4);
    }

    /// What is left of a log after its end was lost, and an entry that is sent then: every whole line before and the new one.
    #[test]
    fn a_log_that_was_cut_at_any_byte_loses_only_the_line_that_was_cut() {
        let folder = tempfile::tempdir().unwrap();
        fill(&SentLog::in_folder(folder.path()).unwrap(), 0..3);
        let whole = std::fs::read(folder.path().join(FILE)).unwrap();
        for cut in 0..=whole.len() {
            std::fs::write(folder.path().join(FILE), &whole[..cut]).unwrap();
            fill(&SentLog::in_folder(folder.path()).unwrap(), 3..4);
            let log = SentLog::in_folder(folder.path()).unwrap().last(9);
            // A line that lacks nothing but its end is an entry too.
            let ends = whole[..cut].iter().filter(|byte| **byte == b'\n').count();
            let lacks_its_end = usize::from(whole.get(cut) == Some(&b'\n'));
            assert_eq!((log.len(), log[0].at), (ends + lacks_its_end + 1, at(3)), "cut at {cut}");
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(64))]

        #[test]
        fn whatever_stands_in_the_file_the_next_entry_is_kept(garbage: Vec<u8>, lines in 0i64..3) {
            let folder = tempfile::tempdir().unwrap();
            fill(&SentLog::in_folder(folder.path()).unwrap(), 0..lines);
            let mut bytes = std::fs::read(folder.path().join(FILE)).unwrap();
            bytes.extend(garbage);
            std::fs::write(folder.path().join(FILE), bytes).unwrap();
            fill(&SentLog::in_folder(folder.path()).unwrap(), 3..4);
            let log = SentLog::in_folder(folder.path()).unwrap();
            proptest::prop_assert_eq!(log.last(1)[0].at, at(3));
            proptest::prop_assert_eq!(i64::try_from(log.last(9).len()).unwrap(), lines + 1);
        }
    }

    #[test]
    fn a_folder_in_the_place_of_the_file_is_one_clear_sentence() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join(FILE)).unwrap();
        let error = SentLog::in_folder(folder.path()).unwrap_err();
        assert_eq!(error.to_string(), "its sent.ndjson is a folder");
    }

    #[test]
    fn a_broken_line_is_passed_over_and_a_folder_that_is_none_is_an_error() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join(FILE), "{ not json\n").unwrap();
        assert!(SentLog::in_folder(folder.path()).unwrap().last(9).is_empty());
        assert!(SentLog::in_folder(&folder.path().join(FILE)).is_err());
    }
}
