//! Probes.

use http::StatusCode;
use wfm_shell::logs::Sparingly;

use crate::error::Answer;
use crate::reply::text;
use crate::request::Request;

/// `GET /ping`, `/livez`, `/healthz`: the process answers.
pub(crate) async fn alive(_: Request) -> Answer {
    Ok(text(StatusCode::OK, "ok\n"))
}

/// `GET /readyz`: a check-in could be kept. Nothing outside this process counts.
pub(crate) async fn ready(request: Request) -> Answer {
    let verbose = request.query(&["verbose"])?.flag("verbose")?;
    let service = &request.service;
    let readable = service.store.ready().await;
    let (status, verdict, check) = match &readable {
        Ok(()) => (StatusCode::OK, "ok", "[+] store ok"),
        Err(error) => {
            static NOT_READY: Sparingly = Sparingly::new();
            let error = wfm_shell::sentence(error);
            NOT_READY.write(|times| {
                tracing::error!(error, times, "not ready: the store cannot keep a check-in");
            });
            (StatusCode::SERVICE_UNAVAILABLE, "not ready", "[-] store cannot keep a check-in: see the log")
        }
    };
    Ok(text(status, if verbose { format!("{check}\n{verdict}\n") } else { format!("{verdict}\n") }))
}
