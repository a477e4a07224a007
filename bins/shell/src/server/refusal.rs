//! A quick no to a connection that there is no place for.

use std::time::Duration;

use http::StatusCode;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;
use tokio::time::timeout;

use super::places::Full;

/// How long a peer may take to hear it.
const PATIENCE: Duration = Duration::from_secs(1);

/// Refusals at a time; beyond, connections are closed without a word.
pub(super) const AT_A_TIME: usize = 256;

/// Says why and when to come back, after the peer has begun to speak: one that never does gets no answer.
pub(super) async fn refuse(mut stream: TcpStream, why: Full) {
    let (status, message) = match why {
        Full::All => (StatusCode::SERVICE_UNAVAILABLE, "too many connections: try again in a few seconds"),
        Full::Address => {
            (StatusCode::TOO_MANY_REQUESTS, "too many connections from one address: close some, or use them again")
        }
    };
    let body = format!(r#"{{"code":{},"message":"{message}"}}"#, status.as_u16());
    let answer = format!(
        "HTTP/1.1 {status}\r\ncontent-type: application/json\r\nretry-after: 5\r\nconnection: close\r\n\
         content-length: {}\r\n\r\n{body}",
        body.len()
    );
    let said = async {
        let mut ignored = [0; 4096];
        if stream.read(&mut ignored).await? == 0 {
            return Ok(());
        }
        stream.write_all(answer.as_bytes()).await?;
        stream.shutdown().await?;
        // Closing with something unread would take the answer back.
        while stream.read(&mut ignored).await? != 0 {}
        Ok::<_, std::io::Error>(())
    };
    // A peer that does not listen has lost nothing.
    let _ = timeout(PATIENCE, said).await;
}
