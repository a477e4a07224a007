//! From a request to the row of [`ROUTES`] that answers it.

use std::borrow::Cow;
use std::convert::Infallible;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, Method};
use warp::path::FullPath;
use warp::reply::{Reply, Response};
use warp::{Filter, filters};
use wfm_core::cluster::ErasureSecret;
use wfm_shell::server::Peer;

use crate::error::{Answer, ApiError, Reason, is_for_a_person, recover};
use crate::request::{Request, pieces};
use crate::routes::ROUTES;
use crate::service::Service;
use crate::tokens::{Caller, Role};
use crate::viewer::Viewer;

mod route;

pub(crate) use route::{ADMIN, ANYONE, Access, DOCTOR, OWNER, PROBE, PUBLISHER, READER, Route, Verb, routes};
pub(crate) use route::{INSIGHTS, PAGE, SIGNED_IN};

/// What a handler is, behind its row.
pub(crate) type Handler = fn(Request) -> Pin<Box<dyn Future<Output = Answer> + Send>>;

/// Every path, with every rejection answered.
pub fn routes(
    service: impl Into<Arc<Service>>,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    let service = service.into();
    let query = warp::query::raw().or(warp::any().map(String::new)).unify();
    warp::method()
        .and(warp::path::full())
        .and(query)
        .and(warp::header::headers_cloned())
        .and(filters::ext::optional::<Peer>())
        .and(warp::body::stream())
        .then(move |method: Method, path: FullPath, query: String, headers: HeaderMap, peer, body| {
            let service = Arc::clone(&service);
            let body = pieces(body);
            async move {
                let began = Instant::now();
                let found = find(&method, &as_joined(path.as_str()));
                let is_for_a_person = is_for_a_person(&method, &headers);
                let row = found.as_ref().ok().map(|(route, _)| *route);
                let answer = async {
                    // What is nowhere counts as well: guessing paths is asking too.
                    let access = row.map_or(Access::Anyone, |route| route.access);
                    let (viewer, caller) = admit(access, peer, &headers, &query, &service).await?;
                    let (route, values) = found?;
                    let service = Arc::clone(&service);
                    let template = route.path;
                    let request = Request { service, template, values, query, headers, body, viewer, caller, peer };
                    (route.handler)(request).await
                };
                let mut answer = match answer.await {
                    Ok(answer) => answer,
                    Err(error) if is_for_a_person => error.into_page(path.as_str()),
                    Err(error) => error.into_response(),
                };
                let reason = answer.extensions_mut().remove::<Reason>();
                service.metrics.answered(row, &method, answer.status(), reason, began.elapsed());
                answer
            }
        })
        .recover(recover)
        .unify()
}

/// The path as it was meant: the agent v2.0.0-rc1 checks in to `//v2/clusters//{id}`.
fn as_joined(path: &str) -> Cow<'_, str> {
    match path.strip_prefix("//v2/clusters//") {
        Some(id) => format!("/v2/clusters/{id}").into(),
        None => path.into(),
    }
}

/// The row for a method and a path, with what stands in the path's holes.
fn find(method: &Method, path: &str) -> Result<(&'static Route, Vec<String>), ApiError> {
    let (first, values) = ROUTES
        .iter()
        .find_map(|route| Some((route, route.matches(path)?)))
        .ok_or_else(|| ApiError::not_found("there is nothing at this path"))?;
    let same_path = || ROUTES.iter().filter(|route| route.path == first.path);
    match same_path().find(|route| route.verb.takes(method)) {
        Some(route) => Ok((route, values)),
        None => {
            let allowed: Vec<&str> = same_path().map(|route| route.verb.allow()).collect();
            Err(ApiError::method_not_allowed(&allowed.join(", ")))
        }
    }
}

/// Whether this request may be answered at all, before anything of its body is read; and who looks, where that matters.
async fn admit(
    access: Access,
    peer: Option<Peer>,
    headers: &HeaderMap,
    query: &str,
    service: &Service,
) -> Result<(Viewer, Option<Caller>), ApiError> {
    if let (false, Some(peer)) = (matches!(access, Access::Probe), peer) {
        service.rates.address(peer, service.clock.now())?;
    }
    match access {
        Access::Probe | Access::Anyone => Ok((Viewer::Nobody, None)),
        Access::Page => service.visitor(headers, query).await,
        Access::Insights { public } => service.viewer(headers, public).await,
        Access::Owner if headers.contains_key(ErasureSecret::HEADER) => Ok((Viewer::Nobody, None)),
        Access::Owner | Access::Roles(_) => {
            let roles = if let Access::Roles(roles) = access { roles } else { &[Role::Admin] };
            let basic = roles.contains(&Role::Doctor);
            let ways = if basic { "Bearer, Basic realm=\"doctor\"" } else { "Bearer" };
            let admitted = service.tokens.authorise(headers, roles, basic, service.clock.now()).await;
            let signed_in = |caller| (Viewer::SignedIn, Some(caller));
            admitted.map(signed_in).map_err(|refusal| refusal.challenge(ways))
        }
    }
}

#[cfg(test)]
mod cells;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_stands_before_a_hole() {
        let path = |method, path| find(&method, path).map(|(route, values)| (route.path, values)).unwrap();
        assert_eq!(path(Method::GET, "/v3/clusters/count"), ("/v3/clusters/count", vec![]));
        assert_eq!(path(Method::GET, "/v3/clusters/x"), ("/v3/clusters/{id}", vec!["x".into()]));
        assert_eq!(path(Method::HEAD, "/"), ("/", vec![]));
        assert_eq!(path(Method::POST, "/v3/clusters/"), ("/v3/clusters", vec![]));
    }

    #[test]
    fn a_hole_holds_one_decoded_segment_that_is_not_empty() {
        let values = |path| find(&Method::GET, path).map(|(_, values)| values).ok();
        assert_eq!(values("/v3/versions/a/b/2.9.0%2Bx"), Some(vec!["a".into(), "b".into(), "2.9.0+x".into()]));
        assert_eq!(values("/versions/%252e"), Some(vec!["%2e".into()]));
        for path in ["/versions/", "/versions//", "/versions/%ff", "/versions/a/b", "", "//", "/ping//"] {
            assert_eq!(values(path), None, "{path}");
        }
    }

    #[test]
    fn the_probes_are_those_of_the_server() {
        let probes = ROUTES.iter().filter(|route| matches!(route.access, Access::Probe));
        let mut probes: Vec<&str> = probes.map(|route| route.path).collect();
        let mut known = wfm_shell::server::PROBES;
        probes.sort_unstable();
        known.sort_unstable();
        assert_eq!(probes, known);
    }

    #[test]
    fn every_row_is_reached() {
        for route in ROUTES {
            let path = route.path.replace(['{', '}'], "");
            let method = route.verb.methods()[0].clone();
            assert_eq!(find(&method, &path).unwrap().0.path, route.path, "another row hides it");
        }
    }
}
