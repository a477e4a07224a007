//! Documents of the update check, kept in a folder from one start to the next.

use std::io;
use std::path::PathBuf;

use wfm_core::version::Train;

/// A folder with one file a train: the document as it was sent. Its tag is computed from it, so none is kept.
#[derive(Debug)]
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn new(folder: PathBuf) -> Self {
        Self { folder }
    }

    /// The document of a train, if one was kept.
    pub(crate) fn read(&self, train: &Train) -> Option<Vec<u8>> {
        std::fs::read(self.file(train)).ok()
    }

    /// Keeps a document: whole or not at all, whenever the process ends.
    pub(crate) fn write(&self, train: &Train, body: &[u8]) -> io::Result<()> {
        std::fs::create_dir_all(&self.folder)?;
        let unfinished = self.file(train).with_extension("unfinished");
        std::fs::write(&unfinished, body)?;
        std::fs::rename(unfinished, self.file(train))
    }

    /// A train's name is a file's name as it is: lower-case letters, digits and `-`.
    fn file(&self, train: &Train) -> PathBuf {
        self.folder.join(format!("releases-{train}.json"))
    }
}
