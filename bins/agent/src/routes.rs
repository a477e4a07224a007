//! Every path of the agent. It answers GET and HEAD and nothing else, and only requests that [`admission`](crate::admission)
//! lets in.

use std::convert::Infallible;
use std::sync::Arc;

use warp::http::{HeaderMap, StatusCode};
use warp::reply::Response;
use warp::{Filter, Rejection};
use wfm_shell::server::{FromLoopback, Routes, routes as finished};

use crate::admission::Refusal;
use crate::agent::Agent;
use crate::handlers;
use crate::page::Query;

/// The routes of an agent, at the root.
#[must_use]
pub fn routes(agent: Arc<Agent>) -> Routes {
    finished(admitted(&agent).and(reading()).and(paths(agent)).recover(refuse).unify())
}

/// The routes of an agent at the root and once more under a path, as a proxy that does not strip its prefix would ask.
#[must_use]
pub fn routes_also_under(agent: Arc<Agent>, prefix: &str) -> Routes {
    let mut under = warp::any().boxed();
    for segment in prefix.split('/').filter(|segment| !segment.is_empty()) {
        under = under.and(warp::path(segment.to_owned())).boxed();
    }
    let admitted = admitted(&agent);
    let both = paths(Arc::clone(&agent)).or(under.and(paths(agent))).unify();
    finished(admitted.and(reading()).and(both).recover(refuse).unify())
}

fn admitted(agent: &Arc<Agent>) -> impl Filter<Extract = (), Error = Rejection> + Clone + use<> {
    let agent = Arc::clone(agent);
    let peer = warp::filters::ext::optional::<FromLoopback>();
    warp::header::headers_cloned()
        .and(peer)
        .and_then(move |headers: HeaderMap, peer: Option<FromLoopback>| {
            let admitted = agent.hosts().admit(&headers, peer.is_some());
            async move { admitted.map_err(warp::reject::custom) }
        })
        .untuple_one()
}

fn reading() -> impl Filter<Extract = (), Error = Rejection> + Clone {
    warp::get().or(warp::head()).unify()
}

fn paths(agent: Arc<Agent>) -> impl Filter<Extract = (Response,), Error = Rejection> + Clone {
    let agent = warp::any().map(move || Arc::clone(&agent));
    let etag = warp::header::optional::<String>("if-none-match");

    let page = warp::path::end().and(agent.clone()).and(warp::query::<Query>()).and(etag).then(handlers::page);
    let components = warp::path!("components").and(agent.clone()).then(handlers::components);
    let report = warp::path!("report.json").and(agent.clone()).then(handlers::report);
    let table = warp::path!("report.csv").and(agent.clone()).then(handlers::table);
    let metrics = warp::path!("metrics").and(agent.clone()).and(warp::header::headers_cloned()).then(handlers::metrics);
    let openapi = warp::path!("openapi.json").map(handlers::openapi);
    let id = warp::path!("id").and(agent.clone()).then(handlers::id);
    let sent = warp::path!("sent.ndjson").and(agent.clone()).then(handlers::sent);
    let healthz = warp::path!("healthz").map(handlers::alive);
    let livez = warp::path!("livez").map(handlers::alive);
    let readyz = warp::path!("readyz").and(agent).then(handlers::ready);

    let all = page.or(components).unify().or(report).unify().or(id).unify().or(sent).unify();
    let all = all.or(table).unify().or(metrics).unify().or(openapi).unify();
    all.or(healthz).unify().or(livez).unify().or(readyz).unify()
}

async fn refuse(rejection: Rejection) -> Result<Response, Infallible> {
    if let Some(refusal) = rejection.find::<Refusal>() {
        return Ok(handlers::not_admitted(refusal));
    }
    let status = if rejection.find::<warp::reject::MethodNotAllowed>().is_some() {
        StatusCode::METHOD_NOT_ALLOWED
    } else if rejection.find::<warp::reject::InvalidQuery>().is_some() {
        StatusCode::BAD_REQUEST
    } else {
        StatusCode::NOT_FOUND
    };
    Ok(handlers::refused(status))
}
