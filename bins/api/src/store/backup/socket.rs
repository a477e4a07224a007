//! A backup of a store that a service has open: the service hands it out over a socket in the store's folder.
//!
//! Whoever may read the folder may read the store, so the socket asks for no token; it answers nothing but a backup.

use std::io::{self, BufWriter, Write};
use std::os::unix::fs::PermissionsExt;
use std::os::unix::net::UnixStream as Connection;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use tokio::net::{UnixListener, UnixStream};
use wfm_core::store::Store;

use super::LastBackup;

/// How long one attempt to write may take, and how many may fail in a row.
const PATIENCE: Duration = Duration::from_secs(1);
const STALLS: u32 = 60;

/// The socket of a store's folder.
fn path(folder: &Path) -> PathBuf {
    folder.join("wfm.backup")
}

/// Hands out backups until the task is dropped. Only whoever has claimed the folder may call this.
///
/// # Errors
/// Where there can be no socket, such as in a folder with a very long name.
pub(crate) fn listen(
    folder: &Path,
    store: Arc<dyn Store>,
    last: Arc<LastBackup>,
) -> io::Result<tokio::task::JoinHandle<()>> {
    let path = path(folder);
    match std::fs::remove_file(&path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => return Err(e),
        _ => {}
    }
    let listener = UnixListener::bind(&path)?;
    std::fs::set_permissions(&path, PermissionsExt::from_mode(0o600))?;
    Ok(tokio::spawn(async move {
        loop {
            match listener.accept().await {
                // One after the other: a backup reads everything there is.
                Ok((connection, _)) => hand_out(&store, connection, &last).await,
                Err(e) => {
                    tracing::warn!("a backup could not be asked for: {e}");
                    tokio::time::sleep(PATIENCE).await;
                }
            }
        }
    }))
}

async fn hand_out(store: &Arc<dyn Store>, connection: UnixStream, last: &LastBackup) {
    let records = match store.records().await {
        Ok(records) => records,
        Err(error) => return tracing::error!(error = wfm_shell::sentence(&error), "a backup cannot be made"),
    };
    let stop = Stop::default();
    let stopped = Arc::clone(&stop.0);
    let written = tokio::task::spawn_blocking(move || {
        let connection = connection.into_std()?;
        connection.set_nonblocking(false)?;
        connection.set_write_timeout(Some(PATIENCE))?;
        super::write(records, &mut BufWriter::with_capacity(1 << 20, Patient { connection, stopped }))
    });
    match written.await {
        Ok(Ok(records)) => {
            last.note();
            tracing::info!(records, "a backup was handed out");
        }
        Ok(Err(error)) => tracing::warn!("a backup was cut off: {error}"),
        Err(_) => tracing::error!("a backup was cut off: it could not be read"),
    }
}

/// Told when the service ends: a thread that writes would keep it from ending.
#[derive(Default)]
struct Stop(Arc<AtomicBool>);

impl Drop for Stop {
    fn drop(&mut self) {
        self.0.store(true, Ordering::SeqCst);
    }
}

/// A connection whose other end may be slow, but not for ever.
struct Patient {
    connection: Connection,
    stopped: Arc<AtomicBool>,
}

impl Write for Patient {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        for _ in 0..STALLS {
            if self.stopped.load(Ordering::SeqCst) {
                return Err(io::Error::other("the service ends"));
            }
            match self.connection.write(bytes) {
                Err(e) if matches!(e.kind(), io::ErrorKind::WouldBlock | io::ErrorKind::TimedOut) => {}
                written => return written,
            }
        }
        Err(io::ErrorKind::TimedOut.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.connection.flush()
    }
}

/// Asks the service that has a store open for a backup; `None` where there is no such service.
pub(crate) fn ask(folder: &Path) -> Option<Connection> {
    Connection::connect(path(folder)).ok()
}
