//! Check-ins.

use async_trait::async_trait;
use reqwest::Method;
use wfm_core::anonymizer::CheckIn;
use wfm_core::report::{ReportSink, SendError};
use wfm_core::wire::paths;

use crate::Client;
use crate::transport::Call;

#[async_trait]
impl ReportSink for Client {
    async fn send(&self, check_in: &CheckIn) -> Result<(), SendError> {
        let mut call = Call::get(paths::V3_CLUSTERS);
        call.method = Method::POST;
        call.body = Some(check_in.as_bytes().to_vec());
        let answer = self.transport.exchange(call).await;
        let refused = match answer {
            Ok(answer) if answer.status.is_success() => return Ok(()),
            Ok(answer) => self.transport.refused(&answer),
            Err(error) => error,
        };
        Err(SendError { message: refused.to_string(), source: Some(refused.into()) })
    }
}
