//! A load generator that costs little beside the server it drives: raw HTTP/1.1 on kept-alive connections, one request at
//! a time on each.

use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpSocket, TcpStream};

/// Makes the bytes of the n-th request.
pub(crate) type Request = Arc<dyn Fn(u64) -> Vec<u8> + Send + Sync>;

/// What a run came to.
pub(crate) struct Load {
    pub(crate) requests: u64,
    pub(crate) failures: u64,
    pub(crate) seconds: f64,
    latencies: Vec<Duration>,
}

impl Load {
    pub(crate) fn per_second(&self) -> f64 {
        self.requests as f64 / self.seconds
    }

    /// The latency that this part of the requests stayed under, in milliseconds.
    pub(crate) fn quantile(&self, part: f64) -> f64 {
        let at = ((self.latencies.len() as f64 * part) as usize).min(self.latencies.len() - 1);
        self.latencies[at].as_secs_f64() * 1e3
    }
}

/// Drives a server with so many connections for so long; every answer must have this status.
pub(crate) async fn drive(addr: SocketAddr, connections: u64, time: Duration, status: u16, request: Request) -> Load {
    let start = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for connection in 0..connections {
        let request = Arc::clone(&request);
        tasks.spawn(async move {
            // Sixty-four connections of each network (127.0.N.0/24): one may not have all of them.
            let socket = TcpSocket::new_v4().unwrap();
            socket.bind(([127, 0, 1 + u8::try_from(connection / 64).unwrap(), 1], 0).into()).unwrap();
            let mut stream = socket.connect(addr).await.unwrap();
            stream.set_nodelay(true).unwrap();
            let (mut latencies, mut failures, mut n) = (Vec::new(), 0u64, connection);
            let mut buffer = vec![0; 256 * 1024];
            while start.elapsed() < time {
                let bytes = request(n);
                n += connections;
                let asked = Instant::now();
                stream.write_all(&bytes).await.unwrap();
                if answer(&mut stream, &mut buffer).await != status {
                    failures += 1;
                }
                latencies.push(asked.elapsed());
            }
            (latencies, failures)
        });
    }
    let (mut latencies, mut failures) = (Vec::new(), 0);
    while let Some(done) = tasks.join_next().await {
        let (mine, failed) = done.unwrap();
        latencies.extend(mine);
        failures += failed;
    }
    latencies.sort_unstable();
    Load { requests: latencies.len() as u64, failures, seconds: start.elapsed().as_secs_f64(), latencies }
}

/// Reads one answer to its end and returns its status.
async fn answer(stream: &mut TcpStream, buffer: &mut [u8]) -> u16 {
    let mut filled = 0;
    loop {
        let read = stream.read(&mut buffer[filled..]).await.unwrap();
        assert!(read > 0, "the server closed the connection");
        filled += read;
        let Some(head) = buffer[..filled].windows(4).position(|four| four == b"\r\n\r\n") else { continue };
        let text = std::str::from_utf8(&buffer[..head]).unwrap();
        let status: u16 = text[9..12].parse().unwrap();
        let length = text.lines().find_map(|line| {
            let (name, value) = line.split_once(':')?;
            name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().unwrap())
        });
        let wanted = head + 4 + length.unwrap_or(0);
        while filled < wanted {
            let read = stream.read(&mut buffer[filled..wanted]).await.unwrap();
            assert!(read > 0, "the server closed the connection");
            filled += read;
        }
        return status;
    }
}
