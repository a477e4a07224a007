//! One function for every path.

use std::sync::{Arc, LazyLock};

use serde::Serialize;
use warp::http::{HeaderMap, HeaderValue, Response, StatusCode, header};
use warp::reply::{Reply, Response as Answer};
use wfm_core::wire;
use wfm_shell::server::Constant;

use crate::admission::Refusal;
use crate::agent::{Agent, View};
use crate::components::Components;
use crate::document::Document;
use crate::page::{self, Query};
use crate::words::{short_id, with_short_ids};

pub(crate) async fn page(agent: Arc<Agent>, query: Query, etag: Option<String>) -> Answer {
    let view = agent.view().await;
    page::page(&view, &query).respond(etag.as_deref()).into_response()
}

/// What runs, in the JSON of old agents, with each component's status beside it.
pub(crate) async fn components(agent: Arc<Agent>) -> Answer {
    let view = agent.view().await;
    match Components::of(&view) {
        Some(components) => json(StatusCode::OK, &components),
        None => unavailable(&view),
    }
}

/// The whole page as data.
pub(crate) async fn report(agent: Arc<Agent>) -> Answer {
    let view = agent.view().await;
    match Document::of(&view) {
        Some(document) => json(StatusCode::OK, &document),
        None => unavailable(&view),
    }
}

/// The table of components.
pub(crate) async fn table(agent: Arc<Agent>) -> Answer {
    let view = agent.view().await;
    match crate::table::csv(&view) {
        Some(csv) => answer(StatusCode::OK, "text/csv; charset=utf-8; header=present", csv),
        None => unavailable(&view),
    }
}

/// Numbers for Prometheus. A scrape is a look like any other: the cluster is read twice a minute at most.
pub(crate) async fn metrics(agent: Arc<Agent>, headers: HeaderMap) -> Answer {
    let view = agent.view().await;
    match crate::metrics::text(&view) {
        Ok(text) => {
            let (kind, text) = wfm_shell::metrics::exposition(&text, &headers);
            let mut answer = answer(StatusCode::OK, "text/plain", text);
            answer.headers_mut().insert(header::CONTENT_TYPE, kind);
            answer
        }
        Err(std::fmt::Error) => plain(StatusCode::INTERNAL_SERVER_ERROR, "no numbers".to_owned()),
    }
}

/// The description of these paths.
pub(crate) fn openapi() -> Answer {
    static DESCRIPTION: LazyLock<Constant> = LazyLock::new(|| Constant::new(include_str!("openapi.json")));
    let mut answer = answer(StatusCode::OK, "application/json", String::new());
    answer.extensions_mut().insert(DESCRIPTION.clone());
    answer
}

/// The first digits of the cluster's id as plain text.
pub(crate) async fn id(agent: Arc<Agent>) -> Answer {
    match agent.cluster_id().await {
        Ok(id) => plain(StatusCode::OK, short_id(id)),
        Err(why) => plain(StatusCode::SERVICE_UNAVAILABLE, format!("the cluster's id is {why}")),
    }
}

/// The log of what was sent, with short ids.
pub(crate) async fn sent(agent: Arc<Agent>) -> Answer {
    let present = agent.cluster_id().await.ok();
    answer(StatusCode::OK, "application/x-ndjson", with_short_ids(&agent.sharing().log().text(), present))
}

pub(crate) fn alive() -> Answer {
    plain(StatusCode::OK, "ok".to_owned())
}

/// Ready means that the cluster was read, not that the internet answers.
pub(crate) async fn ready(agent: Arc<Agent>) -> Answer {
    if agent.is_ready().await {
        plain(StatusCode::OK, "[+] the cluster was read".to_owned())
    } else {
        plain(StatusCode::SERVICE_UNAVAILABLE, "[-] the cluster could not be read yet".to_owned())
    }
}

pub(crate) fn not_admitted(refusal: &Refusal) -> Answer {
    error(refusal.status, refusal.message.clone())
}

pub(crate) fn refused(status: StatusCode) -> Answer {
    let message = match status {
        StatusCode::METHOD_NOT_ALLOWED => "this page is read-only: use GET or HEAD",
        StatusCode::BAD_REQUEST => "the query cannot be understood: use status=, kind= and text= once each",
        _ => "there is nothing here: see ./ for the page, ./components and ./id",
    };
    let mut answer = error(status, message.to_owned());
    if status == StatusCode::METHOD_NOT_ALLOWED {
        answer.headers_mut().insert(header::ALLOW, HeaderValue::from_static("GET, HEAD"));
    }
    answer
}

fn unavailable(view: &View) -> Answer {
    let why =
        view.failure.as_ref().map_or_else(|| "the first collection has not ended yet".to_owned(), ToString::to_string);
    error(StatusCode::SERVICE_UNAVAILABLE, why)
}

fn error(status: StatusCode, message: String) -> Answer {
    json(status, &wire::Error { code: status.as_u16(), message, details: Vec::new() })
}

fn json(status: StatusCode, value: &impl Serialize) -> Answer {
    match serde_json::to_string(value) {
        Ok(body) => answer(status, "application/json", body),
        Err(error) => {
            tracing::error!(%error, "an answer has no JSON form");
            answer(StatusCode::INTERNAL_SERVER_ERROR, "text/plain; charset=utf-8", "no answer".to_owned())
        }
    }
}

fn plain(status: StatusCode, body: String) -> Answer {
    answer(status, "text/plain; charset=utf-8", body)
}

fn answer(status: StatusCode, content_type: &'static str, body: String) -> Answer {
    let mut response = Response::new(body);
    *response.status_mut() = status;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response.into_response()
}
