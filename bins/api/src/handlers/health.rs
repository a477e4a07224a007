//! Probes.

use http::StatusCode;

use crate::error::Answer;
use crate::reply::text;
use crate::request::Request;

/// `GET /ping`, `/livez`, `/healthz`: the process answers.
pub(crate) async fn alive(_: Request) -> Answer {
    Ok(text(StatusCode::OK, "ok\n"))
}

/// `GET /readyz`: the store can be read. Nothing outside this process counts.
pub(crate) async fn ready(request: Request) -> Answer {
    let verbose = request.query(&["verbose"])?.flag("verbose")?;
    let service = &request.service;
    let readable = service.store.releases().await.and(service.store.count_clusters().await.map(drop));
    let (status, verdict, check) = match &readable {
        Ok(()) => (StatusCode::OK, "ok", "[+] store ok"),
        Err(error) => {
            tracing::error!(error = wfm_shell::sentence(error), "not ready: the store cannot be read");
            (StatusCode::SERVICE_UNAVAILABLE, "not ready", "[-] store cannot be read: see the log")
        }
    };
    Ok(text(status, if verbose { format!("{check}\n{verdict}\n") } else { format!("{verdict}\n") }))
}
