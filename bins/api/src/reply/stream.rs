//! Answers that are written while they are sent: a peer that reads slowly holds up the writing, not memory.

use std::future::Future;
use std::io;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::Bytes;
use futures_core::Stream;
use http::{HeaderValue, header};
use tokio::sync::mpsc;
use warp::Reply;
use warp::reply::Response;

/// Where an answer is written to.
pub(crate) struct Rows(mpsc::Sender<Result<Bytes, io::Error>>);

impl Rows {
    /// Sends a part of the answer; an error where nobody reads any more.
    pub(crate) async fn send(&mut self, part: impl Into<Bytes>) -> io::Result<()> {
        self.0.send(Ok(part.into())).await.map_err(|_| io::ErrorKind::BrokenPipe.into())
    }
}

/// For threads that may block.
impl io::Write for Rows {
    fn write(&mut self, part: &[u8]) -> io::Result<usize> {
        let sent = self.0.blocking_send(Ok(Bytes::copy_from_slice(part)));
        sent.map(|()| part.len()).map_err(|_| io::ErrorKind::BrokenPipe.into())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// An answer that `write` writes. Where it fails, the answer breaks off, so that nobody takes a part for the whole.
pub(crate) fn rows<F>(kind: &'static str, write: impl FnOnce(Rows) -> F) -> Response
where
    F: Future<Output = io::Result<()>> + Send + 'static,
{
    let (sender, receiver) = mpsc::channel(4);
    let failed = sender.clone();
    let writing = write(Rows(sender));
    tokio::spawn(async move {
        if let Err(error) = writing.await {
            if error.kind() != io::ErrorKind::BrokenPipe {
                tracing::error!(%error, "an answer broke off");
            }
            // Nobody may be reading any more.
            let _ = failed.send(Err(error)).await;
        }
    });
    let mut response = warp::reply::stream(Parts(receiver)).into_response();
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

struct Parts(mpsc::Receiver<Result<Bytes, io::Error>>);

impl Stream for Parts {
    type Item = Result<Bytes, io::Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_recv(context)
    }
}
