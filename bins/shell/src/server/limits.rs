//! How long a peer may take, and how much it may hold.

use std::time::Duration;

use super::proxy::Proxies;

/// How much of something there is, and how much of it one network (/24, or /48 of IPv6) may hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Share {
    /// Over all networks.
    pub all: usize,
    /// Of one network.
    pub network: usize,
}

/// How long and how many. Probes count towards none of them but the time.
#[derive(Debug, Clone)]
pub struct Limits {
    /// Until the last byte of a request's head, from its first byte; of the first request from the connection's beginning.
    pub head: Duration,
    /// Until the first byte of the next request, from the end of the last answer. Longer than the 60 s after which proxies
    /// usually close their own connections, so that a proxy never sends a request into a connection that closes. If more than half
    /// of the connections are taken, of the network or of all, an idle one is closed within [`head`](Self::head).
    pub idle: Duration,
    /// How long a body may arrive in its own time; beyond, at least [`floor`](Self::floor) bytes a second must have come.
    pub grace: Duration,
    /// Bytes of a body in a second, on average.
    pub floor: u32,
    /// Until the last byte of a body, however fast it comes.
    pub body: Duration,
    /// Until the answer's head, from the last byte of the request.
    pub request: Duration,
    /// Until the peer has taken another [`buffer`](Self::buffer) of an answer.
    pub answer: Duration,
    /// Bytes of a request's head, and of an answer that a peer must take in time; at least 8 KiB.
    pub buffer: usize,
    /// Connections at a time. More are refused with 429 or 503. Each may hold [`buffer`](Self::buffer) bytes.
    pub connections: Share,
    /// Requests whose last byte has arrived and whose answer is not ready.
    pub requests: Share,
    /// Bytes of bodies that are arriving or being answered.
    pub bodies: Share,
    /// Bytes of answers that are not handed over, documents that never change aside.
    pub answers: Share,
    /// Which peers are proxies. Such a peer writes the address of its client into `X-Forwarded-For`: the last address
    /// there counts, and its own connections are not limited by network.
    pub proxies: Proxies,
    /// Until a shutdown no longer waits for what was accepted.
    pub shutdown: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        const MIB: usize = 1024 * 1024;
        Self {
            head: Duration::from_secs(10),
            idle: Duration::from_secs(75),
            grace: Duration::from_secs(3),
            floor: 1024,
            body: Duration::from_secs(60),
            request: Duration::from_secs(7),
            answer: Duration::from_secs(10),
            buffer: 8 * 1024,
            connections: Share { all: 4096, network: 256 },
            requests: Share { all: 2048, network: 128 },
            bodies: Share { all: 32 * MIB, network: 2 * MIB },
            answers: Share { all: 32 * MIB, network: 2 * MIB },
            proxies: Proxies::None,
            shutdown: Duration::from_secs(5),
        }
    }
}
