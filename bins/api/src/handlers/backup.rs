//! Everything there is, as one file.

use crate::error::Answer;
use crate::reply::{Rows, rows};
use crate::request::Request;

/// How many bytes are written before they are sent.
const PIECE: usize = 64 * 1024;

/// `GET /v4/backup`: every record as it is at one moment, a line of JSON each.
pub(crate) async fn stream(request: Request) -> Answer {
    request.query(&[])?;
    let records = request.service.store.records().await?;
    Ok(rows("application/x-ndjson", move |mut out: Rows| async move {
        // Reading the records may block.
        let written = tokio::task::spawn_blocking(move || {
            let mut text = Vec::with_capacity(PIECE);
            for record in records {
                serde_json::to_writer(&mut text, &record.map_err(std::io::Error::other)?)?;
                text.push(b'\n');
                if text.len() >= PIECE {
                    out.send_blocking(std::mem::take(&mut text))?;
                }
            }
            out.send_blocking(text)
        });
        written.await.map_err(std::io::Error::other)?
    }))
}
