//! A body, piece by piece.

use std::future::poll_fn;
use std::pin::Pin;
use std::task::{Context, Poll};

use bytes::{Buf, Bytes, BytesMut};
use futures_core::Stream;

use super::ApiError;

/// How much of a body that is too large is still read and thrown away, so that the peer has finished writing and sees the
/// answer instead of a broken connection.
const DRAIN: usize = 1024 * 1024;

/// The pieces of a body as they arrive.
pub(crate) type Pieces = Pin<Box<dyn Stream<Item = Result<Bytes, warp::Error>> + Send>>;

/// The pieces of warp's stream, whose own type has no name.
pub(crate) fn pieces<S, B>(stream: S) -> Pieces
where
    S: Stream<Item = Result<B, warp::Error>> + Send + 'static,
    B: Buf + 'static,
{
    Box::pin(AsBytes(Box::pin(stream)))
}

struct AsBytes<S>(Pin<Box<S>>);

impl<S, B> Stream for AsBytes<S>
where
    S: Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    type Item = Result<Bytes, warp::Error>;

    fn poll_next(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let whole = |mut piece: B| piece.copy_to_bytes(piece.remaining());
        self.0.as_mut().poll_next(cx).map(|piece| piece.map(|piece| piece.map(whole)))
    }
}

pub(super) async fn collect(
    mut pieces: Pin<&mut (dyn Stream<Item = Result<Bytes, warp::Error>> + Send)>,
    limit: usize,
) -> Result<Bytes, ApiError> {
    let mut kept = BytesMut::new();
    let mut seen = 0usize;
    while let Some(piece) = poll_fn(|context| pieces.as_mut().poll_next(context)).await {
        let piece = piece.map_err(|_| ApiError::bad_request("the body ended early: send it again"))?;
        seen = seen.saturating_add(piece.len());
        if seen <= limit {
            kept.extend_from_slice(&piece);
        } else if seen > limit.saturating_add(DRAIN) {
            break;
        }
    }
    if seen > limit { Err(ApiError::too_large(limit)) } else { Ok(kept.freeze()) }
}
