//! A versions service that answers what a test sets, and records the heads of the requests.

#![allow(dead_code, reason = "every test file takes what it needs of this")]

use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::TcpListener;

use crate::world::anywhere;

/// The answer to each request.
#[derive(Debug, Clone, Default)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) body: Vec<u8>,
}

#[derive(Debug, Default)]
pub(crate) struct State {
    reply: Mutex<Reply>,
    heads: Mutex<Vec<String>>,
}

pub(crate) struct Hostile {
    pub(crate) addr: SocketAddr,
    pub(crate) state: Arc<State>,
}

impl Hostile {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind(anywhere()).await.unwrap();
        let (addr, state) = (listener.local_addr().unwrap(), Arc::new(State::default()));
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serve(stream, Arc::clone(&serving)));
            }
        });
        Self { addr, state }
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn answers(&self, body: impl Into<Vec<u8>>) {
        self.state.answer(200, body);
    }

    pub(crate) fn refuses(&self, status: u16, body: impl Into<Vec<u8>>) {
        self.state.answer(status, body);
    }

    /// The heads of all requests so far.
    pub(crate) fn heads(&self) -> Vec<String> {
        self.state.heads()
    }
}

impl State {
    pub(crate) fn answer(&self, status: u16, body: impl Into<Vec<u8>>) {
        *self.reply.lock().unwrap() = Reply { status, body: body.into() };
    }

    pub(crate) fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

/// Answers one request, a GET, and closes the connection: so that the next one needs another, and another TLS handshake.
pub(crate) async fn serve(mut stream: impl AsyncRead + AsyncWrite + Unpin, state: Arc<State>) {
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        match stream.read_buf(&mut head).await {
            Ok(1..) => {}
            _ => return,
        }
    }
    state.heads.lock().unwrap().push(String::from_utf8_lossy(&head).into_owned());
    let Reply { status, body } = state.reply.lock().unwrap().clone();
    let length = if status == 304 { String::new() } else { format!("content-length: {}\r\n", body.len()) };
    let head = format!("HTTP/1.1 {status} x\r\ncontent-type: application/json\r\nconnection: close\r\n{length}\r\n");
    // Both fail if the peer has gone: it has read enough.
    let _ = stream.write_all(&[head.as_bytes(), &body].concat()).await;
    let _ = stream.shutdown().await;
}

const AT: &str = "2026-01-02T00:00:00Z";

/// A release of a version.
pub(crate) fn release(version: &str) -> String {
    format!(r#"{{"version":"{version}","released":"{AT}"}}"#)
}

pub(crate) fn component(name: &str, releases: &[String]) -> String {
    format!(r#"{{"name":"{name}","releases":[{}]}}"#, releases.join(","))
}

pub(crate) fn notice(id: &str, level: &str, text: &str) -> String {
    let text = serde_json::to_string(text).unwrap();
    format!(r#"{{"id":"{id}","level":"{level}","text":{text},"published":"{AT}"}}"#)
}

/// The document of an issue; without one for serial 0.
pub(crate) fn document(serial: u64, components: &[String], notices: &[String]) -> String {
    let issue = match serial {
        0 => String::new(),
        _ => format!(r#""serial":{serial},"issued":"2026-03-{:02}T00:00:00Z","#, 1 + serial % 28),
    };
    format!(
        r#"{{"schemaVersion":1,"train":"stable",{issue}"components":[{}],"notices":[{}]}}"#,
        components.join(","),
        notices.join(",")
    )
}
