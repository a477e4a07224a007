//! How long a peer may take, and how much it may hold.

use std::time::Duration;

/// How long and how many. A peer that says nothing, or little at a time, is gone after
/// `first_byte + head + request` at the latest.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// Until the first byte of a connection.
    pub first_byte: Duration,
    /// Until the last byte of a request's head.
    pub head: Duration,
    /// Until the answer's head, the request's body included.
    pub request: Duration,
    /// Until the peer has taken another [`buffer`](Self::buffer) of an answer.
    pub answer: Duration,
    /// Without any request on a connection that has had one.
    pub idle: Duration,
    /// Bytes of a request's head, and of what is kept for a connection before it is written.
    pub buffer: usize,
    /// Connections at a time; more are told to come back later.
    pub connections: usize,
    /// Connections of one address at a time.
    pub per_address: usize,
    /// Requests at a time, over all connections.
    pub requests: usize,
    /// Whether a proxy stands in front, which writes the address of whom it speaks for into `X-Forwarded-For`. Then the
    /// last address there counts for rates, and the cap for each address is off: all connections are the proxy's.
    pub behind_proxy: bool,
    /// Until a shutdown no longer waits for what was accepted.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            first_byte: Duration::from_secs(3),
            head: Duration::from_secs(4),
            request: Duration::from_secs(7),
            answer: Duration::from_secs(10),
            idle: Duration::from_secs(10),
            buffer: 32 * 1024,
            connections: 8192,
            per_address: 512,
            requests: 4096,
            behind_proxy: false,
            shutdown: Duration::from_secs(5),
        }
    }
}
