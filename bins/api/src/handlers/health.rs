//! Probes.

use http::StatusCode;
use wfm_shell::logs::Sparingly;

use crate::arrival_clock::NoTime;
use crate::error::Answer;
use crate::reply::{json, text};
use crate::request::Request;

/// `GET /ping`: the process answers, in JSON, as clients of 2016–2020 expect.
pub(crate) async fn ping(_: Request) -> Answer {
    Ok(json(&"ok"))
}

/// `GET /livez`, `/healthz`: the process answers.
pub(crate) async fn alive(_: Request) -> Answer {
    Ok(text(StatusCode::OK, "ok\n"))
}

/// `GET /readyz`: a check-in could be kept. Nothing outside this process counts.
pub(crate) async fn ready(request: Request) -> Answer {
    let verbose = request.query(&["verbose"])?.flag("verbose")?;
    let service = &request.service;
    let readable = service.store.ready().await;
    let timely = service.arrivals.check(service.store.as_ref()).await;
    let store = match &readable {
        Ok(()) => "[+] store ok",
        Err(error) => {
            static NOT_READY: Sparingly = Sparingly::new();
            let error = wfm_shell::sentence(error);
            NOT_READY.write(|times| {
                tracing::error!(error, times, "not ready: the store cannot keep a check-in");
            });
            "[-] store cannot keep a check-in: see the log"
        }
    };
    let clock = match &timely {
        Err(NoTime::Wrong(wrong)) => {
            service.arrivals.log(wrong);
            "[-] the clock is wrong: see the log"
        }
        Ok(_) | Err(NoTime::Store(_)) => "[+] clock ok",
    };
    let is_ready = readable.is_ok() && !matches!(timely, Err(NoTime::Wrong(_)));
    let (status, verdict) =
        if is_ready { (StatusCode::OK, "ok") } else { (StatusCode::SERVICE_UNAVAILABLE, "not ready") };
    Ok(text(status, if verbose { format!("{store}\n{clock}\n{verdict}\n") } else { format!("{verdict}\n") }))
}
