//! Peers of other networks.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};
use tokio::time::timeout;

/// How many networks attack.
pub(crate) const NETWORKS: u8 = 8;

/// A connection from a machine of a network; a `small` one takes little of an answer before it is read.
pub(crate) async fn connect(network: u8, machine: u8, to: SocketAddr, small: bool) -> std::io::Result<TcpStream> {
    let socket = TcpSocket::new_v4()?;
    if small {
        socket.set_recv_buffer_size(1024)?;
    }
    socket.bind(SocketAddr::from(([127, 1, network, machine], 0)))?;
    timeout(Duration::from_secs(3), socket.connect(to)).await.map_err(std::io::Error::other)?
}

/// Runs an attacker on so many connections of each network until the time is over, and adds up what each came to.
pub(crate) async fn from_everywhere<A, F>(connections: u16, time: Duration, attacker: A) -> String
where
    A: Fn(u8, u16, Instant) -> F,
    F: Future<Output = BTreeMap<String, u64>> + Send + 'static,
{
    let until = Instant::now() + time;
    let mut tasks = tokio::task::JoinSet::new();
    for network in 1..=NETWORKS {
        for connection in 0..connections {
            tasks.spawn(attacker(network, connection, until));
        }
    }
    let mut sum: BTreeMap<String, u64> = BTreeMap::new();
    while let Some(counts) = tasks.join_next().await {
        for (what, count) in counts.unwrap() {
            *sum.entry(what).or_default() += count;
        }
    }
    sum.iter().map(|(what, count)| format!("{count} × {what}")).collect::<Vec<_>>().join(", ")
}

/// Notes one more of something.
pub(crate) fn count(counts: &mut BTreeMap<String, u64>, what: &str) {
    *counts.entry(what.to_owned()).or_default() += 1;
}

/// Sends a request and reads the answer; its status, or that there was none.
pub(crate) async fn exchange(stream: &mut TcpStream, request: &[u8]) -> String {
    let answer = async {
        stream.write_all(request).await?;
        let mut answer = vec![0; 64 * 1024];
        let mut filled = 0;
        loop {
            let read = stream.read(&mut answer[filled..]).await?;
            if read == 0 {
                return Err(std::io::ErrorKind::UnexpectedEof.into());
            }
            filled += read;
            let text = String::from_utf8_lossy(&answer[..filled]).into_owned();
            let Some((head, body)) = text.split_once("\r\n\r\n") else { continue };
            let length =
                head.to_lowercase().lines().find_map(|line| line.strip_prefix("content-length: ")?.parse().ok());
            if body.len() >= length.unwrap_or(0) {
                return Ok::<_, std::io::Error>(text[9..12].to_owned());
            }
        }
    };
    match timeout(Duration::from_secs(10), answer).await {
        Ok(Ok(status)) => status,
        Ok(Err(_)) => "closed".to_owned(),
        Err(_) => "silence".to_owned(),
    }
}

/// Waits for the end of the attack, or for the peer to close.
pub(crate) async fn closed_or(stream: &mut TcpStream, until: Instant) -> bool {
    let mut ignored = [0; 512];
    let left = until.saturating_duration_since(Instant::now());
    let closed = async { while !matches!(stream.read(&mut ignored).await, Ok(0) | Err(_)) {} };
    timeout(left, closed).await.is_ok()
}
