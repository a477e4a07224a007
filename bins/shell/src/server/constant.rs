//! Documents that are sent again and again: compressed once, and shared by all answers.

use std::io::Write;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;

/// A document in both forms, as it is and compressed. An answer with one among its extensions is sent with its bytes: the
/// answer's own body is not looked at. Both forms carry the answer's `ETag`, so that must be a weak one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Constant {
    body: Bytes,
    gzip: Bytes,
}

impl Constant {
    /// Compresses a document.
    #[must_use]
    pub fn new(body: impl Into<Bytes>) -> Self {
        let body = body.into();
        let gzip = gzip(&body, Compression::best());
        Self { body, gzip }
    }

    /// The document as it is.
    #[must_use]
    pub fn body(&self) -> Bytes {
        self.body.clone()
    }

    /// The compressed form, if it is the shorter one.
    pub(super) fn gzip(&self) -> Option<Bytes> {
        (self.gzip.len() < self.body.len()).then(|| self.gzip.clone())
    }
}

pub(super) fn gzip(body: &[u8], level: Compression) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::with_capacity(body.len() / 4), level);
    encoder.write_all(body).expect("memory takes everything");
    let zipped = encoder.finish().expect("memory takes everything");
    zipped.into_boxed_slice().into()
}
