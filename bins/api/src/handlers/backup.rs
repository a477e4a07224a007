//! Everything there is, as one file.

use std::io::BufWriter;
use std::sync::Arc;

use crate::error::Answer;
use crate::reply::{Rows, rows};
use crate::request::Request;
use crate::store::backup::{self, BackupError};

/// How many bytes are written before they are sent.
const PIECE: usize = 64 * 1024;

/// `GET /v4/backup`: the same file as `wfm-api backup` makes, with a last line that proves it whole.
pub(crate) async fn stream(request: Request) -> Answer {
    request.query(&[])?;
    request.note_reading().await;
    let (records, last) = (request.service.store.records().await?, Arc::clone(&request.service.last_backup));
    Ok(rows("application/x-ndjson", move |out: Rows| async move {
        // Reading the records may block.
        let written = tokio::task::spawn_blocking(move || {
            match backup::write(records, &mut BufWriter::with_capacity(PIECE, out)) {
                Ok(records) => {
                    last.note();
                    tracing::info!(records, "a backup was handed out");
                    Ok(())
                }
                Err(BackupError::Io(error)) => Err(error),
                Err(error) => Err(std::io::Error::other(error)),
            }
        });
        written.await.map_err(std::io::Error::other)?
    }))
}
