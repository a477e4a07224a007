//! Bodies that arrive whole, torn, or drop by drop.

use std::pin::Pin;
use std::task::{Context, Poll, ready};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body, Frame, SizeHint};
use tokio::time::{Sleep, sleep};

use crate::server::HungUp;

/// Before a torn body's connection is closed, so that the first half is sent and not dropped with it.
const FLUSH: Duration = Duration::from_millis(5);

/// How a body arrives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Delivery {
    Whole,
    /// Half of it, then the connection is closed.
    Torn,
    /// So many bytes at a time, with a pause before each.
    Drip {
        bytes: usize,
        every: Duration,
    },
}

/// A body whose head tells its whole length, however much of it arrives.
#[derive(Debug)]
pub(crate) struct ReplyBody {
    rest: Bytes,
    delivery: Delivery,
    half: bool,
    wait: Option<Pin<Box<Sleep>>>,
}

impl ReplyBody {
    pub(crate) fn new(bytes: Bytes, delivery: Delivery) -> Self {
        Self { rest: bytes, delivery, half: false, wait: None }
    }

    fn wait(&mut self, for_: Duration, cx: &mut Context<'_>) -> Poll<()> {
        let wait = self.wait.get_or_insert_with(|| Box::pin(sleep(for_)));
        ready!(wait.as_mut().poll(cx));
        self.wait = None;
        Poll::Ready(())
    }
}

impl Body for ReplyBody {
    type Data = Bytes;
    type Error = HungUp;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, HungUp>>> {
        if self.rest.is_empty() {
            return Poll::Ready(None);
        }
        let wanted = match self.delivery {
            Delivery::Whole => self.rest.len(),
            Delivery::Torn if self.half => {
                ready!(self.wait(FLUSH, cx));
                return Poll::Ready(Some(Err(HungUp)));
            }
            Delivery::Torn => {
                self.half = true;
                self.rest.len().div_ceil(2)
            }
            Delivery::Drip { bytes, every } => {
                ready!(self.wait(every, cx));
                bytes.clamp(1, self.rest.len())
            }
        };
        Poll::Ready(Some(Ok(Frame::data(self.rest.split_to(wanted)))))
    }

    fn size_hint(&self) -> SizeHint {
        SizeHint::with_exact(self.rest.len() as u64)
    }
}
