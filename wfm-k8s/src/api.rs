//! Requests to the API server: bounded in time, length and number.

use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use http::{HeaderMap, Method, Request, Response, header};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::client::Body;
use serde::de::DeserializeOwned;

use wfm_core::clock::Clock;

use crate::failure::Failure;
use crate::waits::Waits;

/// How often a request is made at most.
const ATTEMPTS: u32 = 3;
/// The pause before the second attempt; each later one is three times as long.
const PAUSE: Duration = Duration::from_millis(250);
/// A server that asks to wait longer than this is not asked again in this task.
const LONGEST_PAUSE: Duration = Duration::from_secs(5);
/// After so many requests in a row without any answer the server counts as gone.
const GIVE_UP_AFTER: u32 = 3;
/// The longest answer: a page of 100 pods of 300 KB each, and as much again.
const MAX_ANSWER: usize = 64 << 20;

/// What a collection remembers of its API server from one time to the next, and the clock to wait by.
#[derive(Clone, Copy)]
pub(crate) struct Memory<'c> {
    pub(crate) waits: &'c Waits,
    pub(crate) clock: &'c dyn Clock,
}

/// The API server, for one task such as one collection.
///
/// This goes below [`kube::Client::request`] for three reasons: that logs the whole answer where it cannot be understood,
/// and an answer may hold a Secret or a password in an environment variable; it copies the answer twice; and it reads
/// without a limit.
#[derive(Clone)]
pub(crate) struct Api<'c> {
    client: &'c Client,
    timeout: Duration,
    unanswered: &'c AtomicU32,
    pause: Duration,
    memory: Option<Memory<'c>>,
}

impl<'c> Api<'c> {
    /// `timeout` is for each attempt, body included. `unanswered` starts at zero for each task.
    pub(crate) fn new(client: &'c Client, timeout: Duration, unanswered: &'c AtomicU32) -> Self {
        Self { client, timeout, unanswered, pause: PAUSE, memory: None }
    }

    /// Sets the pause before a second attempt.
    pub(crate) fn pause(self, pause: Duration) -> Self {
        Self { pause, ..self }
    }

    /// Leaves alone what asked for it, until its time is over.
    pub(crate) fn remembering(self, memory: Memory<'c>) -> Self {
        Self { memory: Some(memory), ..self }
    }

    /// Reads, again where the server is busy for a moment or the connection broke.
    pub(crate) async fn get<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.request(Method::GET, path, None).await
    }

    /// Reads with one attempt: whoever asks comes again anyway.
    pub(crate) async fn get_once<T: DeserializeOwned>(&self, path: &str) -> Result<T, Failure> {
        self.page(path, false, &mut Vec::new()).await
    }

    /// Reads a page into memory that serves for the next one, too; again, as [`Self::get`] does, or once.
    pub(crate) async fn page<T: DeserializeOwned>(
        &self,
        path: &str,
        again: bool,
        buffer: &mut Vec<u8>,
    ) -> Result<T, Failure> {
        self.attempts(&Method::GET, path, None, if again { ATTEMPTS } else { 1 }, buffer).await
    }

    /// Makes a request, again where the server is busy for a moment or the connection broke, and reads its answer. A body
    /// is a content type and JSON. A write may reach the server twice: the caller must bear that.
    pub(crate) async fn request<T: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        body: Option<(&'static str, &serde_json::Value)>,
    ) -> Result<T, Failure> {
        self.attempts(&method, path, body, ATTEMPTS, &mut Vec::new()).await
    }

    async fn attempts<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<(&'static str, &serde_json::Value)>,
        attempts: u32,
        buffer: &mut Vec<u8>,
    ) -> Result<T, Failure> {
        if self.unanswered.load(Ordering::Relaxed) >= GIVE_UP_AFTER {
            return Err(Failure::Unreachable(format!("it did not answer the last {GIVE_UP_AFTER} requests")));
        }
        if let Some(refusal) = self.memory.and_then(|memory| memory.waits.holding(path, memory.clock.monotonic())) {
            return Err(refusal);
        }
        let mut attempt = 1;
        let answer = loop {
            let answer = self.attempt(method, path, body, buffer).await;
            match answer.as_ref().err().and_then(|failure| pause(failure, self.pause, attempt)) {
                Some(pause) if attempt < attempts => tokio::time::sleep(pause).await,
                _ => break answer,
            }
            attempt += 1;
        };
        match &answer {
            Err(Failure::Timeout | Failure::Unreachable(_)) => self.unanswered.fetch_add(1, Ordering::Relaxed),
            _ => self.unanswered.swap(0, Ordering::Relaxed),
        };
        if let (Err(failure), Some(memory)) = (&answer, self.memory) {
            memory.waits.note(path, failure, memory.clock.monotonic());
        }
        answer
    }

    async fn attempt<T: DeserializeOwned>(
        &self,
        method: &Method,
        path: &str,
        body: Option<(&'static str, &serde_json::Value)>,
        buffer: &mut Vec<u8>,
    ) -> Result<T, Failure> {
        let mut request = Request::builder().method(method).uri(path).header(header::ACCEPT, "application/json");
        if let Some((content_type, _)) = body {
            request = request.header(header::CONTENT_TYPE, content_type);
        }
        let body = body.map(|(_, json)| json.to_string().into_bytes()).unwrap_or_default();
        let request = request.body(Body::from(body)).map_err(|why| Failure::BadAnswer(why.to_string()))?;
        tokio::time::timeout(self.timeout, self.exchange(request, buffer)).await.unwrap_or(Err(Failure::Timeout))
    }

    async fn exchange<T: DeserializeOwned>(&self, request: Request<Body>, buffer: &mut Vec<u8>) -> Result<T, Failure> {
        let response = self.client.send(request).await.map_err(|error| Failure::transport(&error))?;
        let (parts, body) = Response::into_parts(response);
        let mut body = Limited::new(body, MAX_ANSWER);
        buffer.clear();
        while let Some(frame) = body.frame().await {
            let frame = frame.map_err(|error| Failure::transport(error.as_ref()))?;
            buffer.extend_from_slice(frame.data_ref().map_or(&[][..], |data| data));
        }
        if !parts.status.is_success() {
            return Err(Failure::refused(parts.status, retry_after(&parts.headers), buffer));
        }
        // serde's text may quote the answer, so only the place is told.
        serde_json::from_slice(buffer).map_err(|error| {
            let (line, column) = (error.line(), error.column());
            Failure::BadAnswer(format!("it is not the JSON that was expected (line {line}, column {column})"))
        })
    }
}

/// How long to wait before the next attempt; nothing where there should be none.
fn pause(failure: &Failure, first: Duration, attempt: u32) -> Option<Duration> {
    let ours = first * 3u32.saturating_pow(attempt - 1);
    match failure {
        Failure::Refused(refusal) if matches!(refusal.code.as_u16(), 429 | 503) => {
            Some(refusal.retry_after.unwrap_or(ours)).filter(|wait| *wait <= LONGEST_PAUSE)
        }
        Failure::Unreachable(_) => Some(ours),
        _ => None,
    }
}

/// The API server gives seconds; the header's other form, a date, is left aside.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    headers.get(header::RETRY_AFTER)?.to_str().ok()?.parse().ok().map(Duration::from_secs)
}

#[cfg(test)]
mod tests {
    use http::StatusCode;

    use super::*;

    fn busy(retry_after: Option<u64>) -> Failure {
        Failure::refused(StatusCode::TOO_MANY_REQUESTS, retry_after.map(Duration::from_secs), b"")
    }

    #[test]
    fn a_busy_server_is_asked_again_when_it_says_so_unless_that_is_long() {
        assert_eq!(pause(&busy(Some(1)), PAUSE, 1), Some(Duration::from_secs(1)));
        assert_eq!(pause(&busy(Some(600)), PAUSE, 1), None);
        assert_eq!(pause(&busy(None), PAUSE, 2), Some(Duration::from_millis(750)));
    }

    #[test]
    fn a_refusal_or_a_slow_server_is_not_asked_again() {
        assert_eq!(pause(&Failure::refused(StatusCode::FORBIDDEN, None, b""), PAUSE, 1), None);
        assert_eq!(pause(&Failure::Timeout, PAUSE, 1), None);
    }
}
