//! A body, piece by piece.

use std::pin::pin;

use super::{ApiError, Buf, Bytes, BytesMut};

/// How much of a body that is too large is still read and thrown away, so that the peer has finished writing and sees the
/// answer instead of a broken connection.
const DRAIN: usize = 1024 * 1024;

pub(super) async fn collect<S, B>(stream: S, limit: usize) -> Result<Bytes, ApiError>
where
    S: futures_core::Stream<Item = Result<B, warp::Error>>,
    B: Buf,
{
    let mut stream = pin!(stream);
    let mut kept = BytesMut::new();
    let mut seen = 0usize;
    while let Some(piece) = std::future::poll_fn(|context| stream.as_mut().poll_next(context)).await {
        let mut piece = piece.map_err(|_| ApiError::bad_request("the body ended early: send it again"))?;
        let len = piece.remaining();
        seen = seen.saturating_add(len);
        if seen <= limit {
            kept.extend_from_slice(&piece.copy_to_bytes(len));
        } else if seen > limit.saturating_add(DRAIN) {
            break;
        }
    }
    if seen > limit { Err(ApiError::too_large(limit)) } else { Ok(kept.freeze()) }
}
