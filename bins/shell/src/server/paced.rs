//! A stream whose peer has to send its requests and take its answers in time.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll, ready};
use std::time::Duration;

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::TcpStream;
use tokio::time::{Instant, Sleep, sleep, sleep_until};

use super::limits::Limits;
use super::network::{Network, Resource};

/// Reading ends once a request's head or the next request is late. Writing fails once the peer has not taken `step` bytes
/// within `patience`, and then the connection is reset: the kernel would otherwise keep the rest of the answer for minutes.
pub(super) struct Paced {
    inner: TcpStream,
    /// Until the last byte of a head.
    head: Duration,
    /// Until the first byte of the next request.
    idle: Duration,
    awaits: Awaits,
    network: Arc<Network>,
    requests: Arc<Requests>,
    patience: Duration,
    step: usize,
    written: usize,
    /// Runs while something waits to be written.
    waiting: Option<Pin<Box<Sleep>>>,
}

/// The requests of a connection, as far as the one that reads it must know of them.
#[derive(Debug, Default)]
pub(super) struct Requests {
    /// Whether one came since it was last asked.
    has_come: AtomicBool,
    /// Whether the answer to one is being made: a streamed one until its end.
    is_answering: AtomicBool,
}

impl Requests {
    /// A request's head is complete.
    pub(super) fn begin(&self) {
        self.has_come.store(true, Ordering::Relaxed);
        self.is_answering.store(true, Ordering::Relaxed);
    }

    /// Its answer is made.
    pub(super) fn end(&self) {
        self.is_answering.store(false, Ordering::Relaxed);
    }

    fn has_come(&self) -> bool {
        self.has_come.swap(false, Ordering::Relaxed)
    }

    fn is_answering(&self) -> bool {
        self.is_answering.load(Ordering::Relaxed)
    }
}

/// What the peer has to send.
enum Awaits {
    /// The rest of a head, until the timer ends.
    Head(Pin<Box<Sleep>>),
    /// Another request, since a moment. The timer ends when to look whether places are short.
    Request(Instant, Pin<Box<Sleep>>),
    /// Nothing: it is answered.
    Nothing,
}

impl Paced {
    /// `head` is how long the first head may take, from now.
    pub(super) fn new(
        inner: TcpStream,
        limits: &Limits,
        head: Duration,
        network: Arc<Network>,
        requests: Arc<Requests>,
    ) -> Self {
        Self {
            inner,
            head: limits.head,
            idle: limits.idle,
            awaits: Awaits::Head(Box::pin(sleep(head))),
            network,
            requests,
            patience: limits.answer,
            step: limits.buffer,
            written: 0,
            waiting: None,
        }
    }

    /// The timer of a connection that is idle since a moment.
    fn next_look(&self, since: Instant) -> Pin<Box<Sleep>> {
        Box::pin(sleep_until((since + self.idle).min(Instant::now() + self.head)))
    }

    /// Begins the timer of an idle connection if an answer is written. hyper need not read again before the peer sends something,
    /// so reading alone might begin no timer.
    fn begin_silence(&mut self, cx: &mut Context<'_>) {
        if self.requests.has_come() {
            self.awaits = Awaits::Nothing;
        }
        if self.requests.is_answering() || !matches!(self.awaits, Awaits::Nothing) {
            return;
        }
        let now = Instant::now();
        let mut timer = self.next_look(now);
        // It lies ahead: this makes it wake the connection.
        let _ = timer.as_mut().poll(cx);
        self.awaits = Awaits::Request(now, timer);
    }

    /// Ends reading if the peer is late. An idle connection also ends while places are short, so that it keeps no one out.
    fn wait(&mut self, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        loop {
            match &mut self.awaits {
                Awaits::Nothing => {
                    let now = Instant::now();
                    self.awaits = Awaits::Request(now, self.next_look(now));
                }
                Awaits::Head(timer) => {
                    ready!(timer.as_mut().poll(cx));
                    return Poll::Ready(Err(io::ErrorKind::TimedOut.into()));
                }
                Awaits::Request(since, timer) => {
                    ready!(timer.as_mut().poll(cx));
                    let since = *since;
                    if since.elapsed() >= self.idle || self.network.is_crowded(Resource::Connections) {
                        // The end of the stream: hyper closes the connection.
                        return Poll::Ready(Ok(()));
                    }
                    self.awaits = Awaits::Request(since, self.next_look(since));
                }
            }
        }
    }

    fn rest(&mut self) {
        self.written = 0;
        self.waiting = None;
    }

    /// An answer is on its way: the connection is not idle.
    fn note_writing(&mut self) {
        if matches!(self.awaits, Awaits::Request(..)) {
            self.awaits = Awaits::Nothing;
        }
    }

    fn note(&mut self, cx: &mut Context<'_>, written: Poll<io::Result<usize>>) -> Poll<io::Result<usize>> {
        if let Poll::Ready(written) = written {
            self.written += *written.as_ref().unwrap_or(&0);
            if self.written >= self.step {
                self.rest();
            }
            return Poll::Ready(written);
        }
        let patience = self.patience;
        let waiting = self.waiting.get_or_insert_with(|| Box::pin(sleep(patience)));
        ready!(waiting.as_mut().poll(cx));
        let _ = self.inner.set_zero_linger();
        Poll::Ready(Err(io::ErrorKind::TimedOut.into()))
    }
}

impl AsyncRead for Paced {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let read = Pin::new(&mut self.inner).poll_read(cx, buf);
        if self.requests.has_come() {
            self.awaits = Awaits::Nothing;
        }
        if self.requests.is_answering() {
            return read;
        }
        if read.is_pending() {
            return self.wait(cx);
        }
        if buf.filled().len() > before && !matches!(self.awaits, Awaits::Head(_)) {
            self.awaits = Awaits::Head(Box::pin(sleep(self.head)));
        }
        read
    }
}

impl AsyncWrite for Paced {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        self.note_writing();
        let written = Pin::new(&mut self.inner).poll_write(cx, bytes);
        self.note(cx, written)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        parts: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.note_writing();
        let written = Pin::new(&mut self.inner).poll_write_vectored(cx, parts);
        self.note(cx, written)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    /// hyper flushes when it has written everything.
    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.rest();
        self.begin_silence(cx);
        Pin::new(&mut self.inner).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.inner).poll_shutdown(cx)
    }
}
