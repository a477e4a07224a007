//! The body of a request while it arrives: its bytes are counted, it must come fast enough, and the request takes its
//! place when the last byte is there.

use std::pin::Pin;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, Incoming, SizeHint};
use tokio::time::Instant;

use super::network::{Full, Held, Network, Resource};
use super::{BoxError, Limits};

/// A body that [`Arrival`] watches.
pub(super) struct Arriving {
    inner: Incoming,
    arrival: Option<Arc<Arrival>>,
}

/// How far a body has come.
pub(super) struct Arrival {
    network: Arc<Network>,
    asked: Instant,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// When the routes began to read it: the peer does not answer for what goes before.
    began: Option<Instant>,
    received: usize,
    bytes: Option<Held>,
    place: Option<Held>,
    complete: Option<Instant>,
    full: Option<Full>,
}

impl Arrival {
    pub(super) fn begin(network: Arc<Network>) -> Arc<Self> {
        Arc::new(Self { network, asked: Instant::now(), state: Mutex::default() })
    }

    /// Until when more of it, or the answer to all of it, must be there.
    pub(super) fn until(&self, limits: &Limits) -> Instant {
        let state = self.state();
        if let Some(complete) = state.complete {
            return complete + limits.request;
        }
        // Looked at again soon: what is waited for until then ends sooner once it has begun.
        let Some(began) = state.began else {
            return (Instant::now() + limits.grace.min(limits.body)).min(self.asked + limits.request);
        };
        let earned = state.received as u64 * 1000 / u64::from(limits.floor.max(1));
        began + limits.body.min(limits.grace + Duration::from_millis(earned))
    }

    /// Whether the peer sent all of it, or none of it was read yet.
    pub(super) fn is_ours_to_answer(&self) -> bool {
        let state = self.state();
        state.complete.is_some() || state.began.is_none()
    }

    fn begin_reading(&self) {
        self.state().began.get_or_insert_with(Instant::now);
    }

    /// Gives back what was taken; returns what there was too little of, if that is why the body was cut.
    pub(super) fn end(&self) -> Option<Full> {
        let State { full, .. } = std::mem::take(&mut *self.state());
        full
    }

    fn received(&self, length: usize, is_last: bool) -> Result<(), BoxError> {
        let mut state = self.state();
        let taken = state.take(&self.network, length, is_last);
        taken.map_err(|full| {
            state.full = Some(full);
            "there is no room for this body".into()
        })
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl State {
    fn take(&mut self, network: &Arc<Network>, length: usize, is_last: bool) -> Result<(), Full> {
        self.received += length;
        match &mut self.bytes {
            Some(bytes) => bytes.grow(length)?,
            None => self.bytes = Some(network.take(Resource::Bodies, length)?),
        }
        if is_last && self.complete.is_none() {
            self.place = Some(network.take(Resource::Requests, 1)?);
            self.complete = Some(Instant::now());
        }
        Ok(())
    }
}

impl Arriving {
    pub(super) fn new(inner: Incoming, arrival: Option<Arc<Arrival>>) -> Self {
        Self { inner, arrival }
    }
}

impl Body for Arriving {
    type Data = Bytes;
    type Error = BoxError;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BoxError>>> {
        if let Some(arrival) = &self.arrival {
            arrival.begin_reading();
        }
        let frame = ready!(Pin::new(&mut self.inner).poll_frame(cx));
        let length = match &frame {
            Some(Ok(frame)) => frame.data_ref().map_or(0, Bytes::len),
            Some(Err(_)) => return Poll::Ready(frame.map(|frame| frame.map_err(Into::into))),
            None => 0,
        };
        let is_last = frame.is_none() || self.inner.is_end_stream();
        if let Some(Err(error)) = self.arrival.as_ref().map(|arrival| arrival.received(length, is_last)) {
            return Poll::Ready(Some(Err(error)));
        }
        Poll::Ready(frame.map(|frame| frame.map_err(Into::into)))
    }

    fn is_end_stream(&self) -> bool {
        self.inner.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.inner.size_hint()
    }
}
