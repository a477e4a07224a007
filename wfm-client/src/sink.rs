//! Envelopes.

use async_trait::async_trait;
use reqwest::Method;
use wfm_core::anonymizer::Envelope;
use wfm_core::report::{ReportSink, SendError};

use crate::Client;
use crate::error::Error;
use crate::transport::Call;

#[async_trait]
impl ReportSink for Client {
    async fn send(&self, envelope: &Envelope) -> Result<(), SendError> {
        let refused = match self.post(envelope).await {
            Ok(()) => return Ok(()),
            Err(error) => error,
        };
        Err(SendError { message: refused.to_string(), source: Some(refused.into()) })
    }
}

impl Client {
    /// Posts an envelope on a connection of its own, which shares nothing with any other: neither the socket nor a TLS
    /// session that could be resumed. So nothing but the sender's address says that two of them came from one cluster.
    async fn post(&self, envelope: &Envelope) -> Result<(), Error> {
        let transport = self.transport.apart()?;
        let mut call = Call::get(envelope.kind().path());
        call.method = Method::POST;
        call.body = Some(envelope.as_bytes().to_vec());
        let answer = transport.exchange(call).await?;
        if answer.status.is_success() { Ok(()) } else { Err(transport.refused(&answer)) }
    }
}
