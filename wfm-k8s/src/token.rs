//! The bearer token in a file, read for every request.
//!
//! kube keeps a token for up to a minute by the machine's clock: after a rotation that made the old one worthless it goes on
//! with that, and where the clock was set back, for as long as that was. It also takes the line feed at the end of a file for
//! a part of the token. A read of a few hundred bytes that lie in memory costs nothing beside the request.

use std::io;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, PoisonError};

use http::header::AUTHORIZATION;
use http::{HeaderValue, Request};
use kube::client::Body;

/// A file that somebody else writes anew from time to time.
#[derive(Debug, Clone)]
pub(crate) struct TokenFile {
    path: PathBuf,
    last: Arc<Mutex<HeaderValue>>,
}

impl TokenFile {
    /// Reads the file a first time.
    pub(crate) fn open(path: PathBuf) -> io::Result<Self> {
        let last = Arc::new(Mutex::new(read(&path)?));
        Ok(Self { path, last })
    }

    /// Puts the token, as the file has it now, into a request. While the file cannot be read, as between the two halves of a
    /// rotation, the last token serves.
    pub(crate) fn authorize(&self, mut request: Request<Body>) -> Request<Body> {
        let mut last = self.last.lock().unwrap_or_else(PoisonError::into_inner);
        if let Ok(now) = read(&self.path) {
            *last = now;
        }
        request.headers_mut().insert(AUTHORIZATION, last.clone());
        request
    }
}

fn read(path: &PathBuf) -> io::Result<HeaderValue> {
    let text = std::fs::read_to_string(path)?;
    let invalid = |what: &'static str| io::Error::new(io::ErrorKind::InvalidData, what);
    let token = text.trim();
    if token.is_empty() {
        return Err(invalid("it is empty"));
    }
    let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|_| invalid("it holds no token"))?;
    value.set_sensitive(true);
    Ok(value)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sent(file: &TokenFile) -> String {
        let request = file.authorize(Request::new(Body::empty()));
        request.headers()[AUTHORIZATION].to_str().unwrap().to_owned()
    }

    #[test]
    fn the_token_is_as_the_file_has_it_and_the_last_one_while_it_has_none() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        assert!(TokenFile::open(path.clone()).is_err());
        std::fs::write(&path, "first\n").unwrap();
        let file = TokenFile::open(path.clone()).unwrap();
        assert_eq!(sent(&file), "Bearer first");
        std::fs::write(&path, "second").unwrap();
        assert_eq!(sent(&file), "Bearer second");
        for broken in ["", "a\nb"] {
            std::fs::write(&path, broken).unwrap();
            assert_eq!(sent(&file), "Bearer second");
        }
        std::fs::remove_file(&path).unwrap();
        assert_eq!(sent(&file), "Bearer second");
    }

    #[test]
    fn the_token_is_not_shown() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("token");
        std::fs::write(&path, "hunter2").unwrap();
        assert!(!format!("{:?}", TokenFile::open(path).unwrap()).contains("hunter2"));
    }
}
