//! Everything there is, as one file.

use std::io::BufWriter;

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
    let records = request.service.store.records().await?;
    Ok(rows("application/x-ndjson", move |out: Rows| async move {
        // Reading the records may block.
        let written = tokio::task::spawn_blocking(move || {
            match backup::write(records, &mut BufWriter::with_capacity(PIECE, out)) {
                Ok(records) => {
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
