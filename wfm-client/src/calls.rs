//! The other calls, by who makes them.

use reqwest::Method;
use reqwest::header::{AUTHORIZATION, HeaderValue};
use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::transport::Call;
use crate::{Client, Error, ErrorKind};

mod anyone;
mod exports;
mod fleet;
mod insights;
mod maker;

pub use exports::{Export, ExportPage};
pub use fleet::{Between, ClusterPage, Clusters};
pub use insights::{Moment, Stretch};

impl Client {
    /// A call that carries the token, and the JSON of its answer.
    async fn ask<A: DeserializeOwned>(
        &self,
        method: Method,
        path: &str,
        query: &[(&str, &str)],
        body: Option<&(impl Serialize + Sync)>,
    ) -> Result<A, Error> {
        let call = self.call(method, path, query, body)?;
        self.transport.json(call).await
    }

    fn call<'a>(
        &self,
        method: Method,
        path: &'a str,
        query: &'a [(&'a str, &'a str)],
        body: Option<&impl Serialize>,
    ) -> Result<Call<'a>, Error> {
        let no_json = |error| Error::new(ErrorKind::Settings, "the body has no JSON form").caused_by(error);
        let body = body.map(serde_json::to_vec).transpose().map_err(no_json)?;
        let mut call = Call { method, query, body, ..Call::get(path) };
        if let Some(token) = &self.token {
            let mut value = HeaderValue::try_from(format!("Bearer {token}")).map_err(|error| {
                Error::new(ErrorKind::Settings, "the token holds characters that a header cannot carry")
                    .caused_by(error)
            })?;
            value.set_sensitive(true);
            call.headers.insert(AUTHORIZATION, value);
        }
        Ok(call)
    }
}

/// No body.
const NOTHING: Option<&()> = None;
