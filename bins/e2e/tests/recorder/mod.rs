//! A versions service that answers from memory and writes down every byte it is sent.

#![allow(dead_code, reason = "every test file takes what it needs of this")]

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use wfm_core::clock::{Clock, ManualClock};
use wfm_core::version::Train;
use wfm_core::wire::v4::TrainReleases;

use crate::world::anywhere;

/// A request as it came.
#[derive(Debug, Clone)]
pub(crate) struct Heard {
    /// Which connection it came on, counted from 1.
    pub(crate) connection: usize,
    /// Its first line and its headers.
    pub(crate) head: String,
    pub(crate) body: String,
    /// When it came, by the clock of [`Recorder::by`].
    pub(crate) at: Option<Timestamp>,
}

impl Heard {
    pub(crate) fn is_post(&self) -> bool {
        self.head.starts_with("POST ")
    }

    pub(crate) fn path(&self) -> &str {
        self.head.split(' ').nth(1).unwrap()
    }

    /// The names of its headers, in order.
    pub(crate) fn header_names(&self) -> Vec<String> {
        self.head.lines().skip(1).map(|line| line.split(':').next().unwrap().to_ascii_lowercase()).collect()
    }
}

#[derive(Default)]
struct State {
    heard: Mutex<Vec<Heard>>,
    connections: AtomicUsize,
    /// Whether every POST is answered 503.
    refuses: AtomicBool,
    /// Whether every GET is.
    refuses_checks: AtomicBool,
    clock: Mutex<Option<Arc<ManualClock>>>,
    document: String,
}

pub(crate) struct Recorder {
    pub(crate) addr: SocketAddr,
    state: Arc<State>,
}

impl Recorder {
    /// A service that publishes the real release history.
    pub(crate) async fn start() -> Self {
        let releases = wfm_api::import::read(wfm_e2e::RELEASES_JSON.as_bytes()).unwrap().into_iter().collect();
        Self::publishing(&TrainReleases::of(&releases, &Train::stable())).await
    }

    /// A service that publishes this.
    pub(crate) async fn publishing(releases: &TrainReleases) -> Self {
        let document = serde_json::to_string(releases).unwrap();
        let listener = TcpListener::bind(anywhere()).await.unwrap();
        let addr = listener.local_addr().unwrap();
        let state = Arc::new(State { document, ..State::default() });
        let serving = Arc::clone(&state);
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                let number = serving.connections.fetch_add(1, Ordering::SeqCst) + 1;
                tokio::spawn(serve(stream, number, Arc::clone(&serving)));
            }
        });
        Self { addr, state }
    }

    /// The same, and what it hears is dated by this clock.
    pub(crate) fn by(self, clock: Arc<ManualClock>) -> Self {
        *self.state.clock.lock().unwrap() = Some(clock);
        self
    }

    pub(crate) fn url(&self) -> String {
        format!("http://{}", self.addr)
    }

    pub(crate) fn connections(&self) -> usize {
        self.state.connections.load(Ordering::SeqCst)
    }

    pub(crate) fn heard(&self) -> Vec<Heard> {
        self.state.heard.lock().unwrap().clone()
    }

    pub(crate) fn posts(&self) -> Vec<Heard> {
        self.heard().into_iter().filter(Heard::is_post).collect()
    }

    pub(crate) fn refuse(&self, refuses: bool) {
        self.state.refuses.store(refuses, Ordering::SeqCst);
    }

    pub(crate) fn refuse_checks(&self, refuses: bool) {
        self.state.refuses_checks.store(refuses, Ordering::SeqCst);
    }

    /// The document of the stable train.
    pub(crate) fn document(&self) -> &str {
        &self.state.document
    }
}

async fn serve(mut stream: TcpStream, connection: usize, state: Arc<State>) {
    let mut buffer = Vec::new();
    loop {
        let Some(mut heard) = read(&mut stream, &mut buffer, connection).await else { return };
        heard.at = state.clock.lock().unwrap().as_ref().map(|clock| clock.now());
        let answer = answer(&heard, &state);
        state.heard.lock().unwrap().push(heard);
        if stream.write_all(answer.as_bytes()).await.is_err() {
            return;
        }
    }
}

async fn read(stream: &mut TcpStream, buffer: &mut Vec<u8>, connection: usize) -> Option<Heard> {
    let length = loop {
        let text = String::from_utf8_lossy(buffer).into_owned();
        if let Some((head, rest)) = text.split_once("\r\n\r\n") {
            let length =
                head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
            if rest.len() >= length.unwrap_or(0) {
                break head.len() + 4 + length.unwrap_or(0);
            }
        }
        if stream.read_buf(buffer).await.ok()? == 0 {
            return None;
        }
    };
    let request = String::from_utf8(buffer.drain(..length).collect()).unwrap();
    let (head, body) = request.split_once("\r\n\r\n").unwrap();
    Some(Heard { connection, head: head.to_owned(), body: body.to_owned(), at: None })
}

fn answer(heard: &Heard, state: &State) -> String {
    if heard.is_post() {
        let status = if state.refuses.load(Ordering::SeqCst) { "503 Service Unavailable" } else { "200 OK" };
        return format!("HTTP/1.1 {status}\r\ncontent-length: 2\r\n\r\n{{}}");
    }
    if state.refuses_checks.load(Ordering::SeqCst) {
        // A failure that may pass would be tried again, after seconds of real time.
        return "HTTP/1.1 404 Not Found\r\ncontent-length: 2\r\n\r\n{}".to_owned();
    }
    let tag: String = Sha256::digest(&state.document).iter().map(|byte| format!("{byte:02x}")).collect();
    if heard.head.contains(&tag) {
        return format!("HTTP/1.1 304 Not Modified\r\netag: \"{tag}\"\r\n\r\n");
    }
    let (length, document) = (state.document.len(), &state.document);
    format!(
        "HTTP/1.1 200 OK\r\ncontent-type: application/json\r\netag: \"{tag}\"\r\ncontent-length: {length}\r\n\r\n{document}"
    )
}
