//! Whether a connection gets on. Waiting costs the peer nothing and us a place, so every wait has its end.

use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll, ready};

use bytes::Bytes;
use http_body_util::combinators::UnsyncBoxBody;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Instant, sleep_until};

use super::Limits;

pub(super) type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a connection waits for, and until when.
pub(super) struct Progress {
    limits: Limits,
    state: Mutex<State>,
}

struct State {
    /// Until when nothing needs to be going on.
    quiet: Instant,
    next: u64,
    /// Until when each exchange that is going on has to get on.
    exchanges: Vec<(u64, Instant)>,
}

impl Progress {
    /// Of a connection that has said its first byte.
    pub(super) fn new(limits: Limits) -> Arc<Self> {
        let quiet = Instant::now() + limits.head;
        Arc::new(Self { limits, state: Mutex::new(State { quiet, next: 0, exchanges: Vec::new() }) })
    }

    /// A request's head has been read.
    pub(super) fn begin(self: &Arc<Self>) -> Exchange {
        // The request's own limit answers first; this is for one that is not even taken.
        let until = Instant::now() + self.limits.request + self.limits.answer;
        let id = self.with(|state| {
            state.next += 1;
            state.exchanges.push((state.next, until));
            state.next
        });
        Exchange { progress: Arc::clone(self), id, until }
    }

    /// Resolves when the peer has taken too long.
    pub(super) async fn stalled(&self) {
        loop {
            let until = self.with(|state| state.exchanges.iter().map(|(_, until)| *until).min().unwrap_or(state.quiet));
            if until <= Instant::now() {
                return;
            }
            sleep_until(until).await;
        }
    }

    fn with<T>(&self, change: impl FnOnce(&mut State) -> T) -> T {
        change(&mut self.state.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// A request and its answer, until the answer's last byte is handed over.
pub(super) struct Exchange {
    progress: Arc<Progress>,
    id: u64,
    until: Instant,
}

impl Exchange {
    /// A piece of the answer is ready, the first or the next: the peer has as long again to take it.
    fn gets_on(&mut self) {
        let until = Instant::now() + self.progress.limits.answer;
        self.until = until;
        self.progress.with(|state| {
            if let Some(exchange) = state.exchanges.iter_mut().find(|(id, _)| *id == self.id) {
                exchange.1 = until;
            }
        });
    }
}

impl Drop for Exchange {
    fn drop(&mut self) {
        let idle = Instant::now() + self.progress.limits.idle;
        self.progress.with(|state| {
            state.exchanges.retain(|(id, _)| *id != self.id);
            state.quiet = state.quiet.max(idle).max(self.until);
        });
    }
}

/// An answer's body, handed over in pieces, so that what a slow peer has not taken stays here.
pub(super) struct Pieces {
    inner: UnsyncBoxBody<Bytes, BoxError>,
    rest: Bytes,
    piece: usize,
    exchange: Exchange,
}

impl Pieces {
    pub(super) fn new(inner: UnsyncBoxBody<Bytes, BoxError>, mut exchange: Exchange) -> Self {
        exchange.gets_on();
        let piece = exchange.progress.limits.buffer;
        Self { inner, rest: Bytes::new(), piece, exchange }
    }
}

impl Body for Pieces {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if self.rest.is_empty() {
            match ready!(Pin::new(&mut self.inner).poll_frame(cx)).map(|frame| frame.map(Frame::into_data)) {
                Some(Ok(Ok(data))) => self.rest = data,
                Some(Ok(Err(trailers))) => return Poll::Ready(Some(Ok(trailers))),
                Some(Err(error)) => return Poll::Ready(Some(Err(error))),
                None => return Poll::Ready(None),
            }
        }
        let length = self.rest.len().min(self.piece);
        self.exchange.gets_on();
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(length)))))
    }

    fn is_end_stream(&self) -> bool {
        self.rest.is_empty() && self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        let mut hint = self.inner.size_hint();
        let rest = self.rest.len() as u64;
        if let Some(upper) = hint.upper() {
            hint.set_upper(upper + rest);
        }
        hint.set_lower(hint.lower() + rest);
        hint
    }
}
