//! Every path of the service.

use std::convert::Infallible;
use std::sync::Arc;

use http::Method;
use warp::filters::BoxedFilter;
use warp::reply::{Reply, Response};
use warp::{Filter, path};

use crate::error::{Answer, recover};
use crate::handlers::{clusters, health, landing, publish, releases, versions};
use crate::request::{Segment, body, flags, if_none_match, only, reads, role};
use crate::service::Service;
use crate::tokens::Role;

/// The longest check-in.
const CHECK_IN: usize = 16 * 1024;
/// The longest list of questions.
const QUESTIONS: usize = 64 * 1024;
/// The longest release, notes included.
const RELEASE: usize = 64 * 1024;
/// The longest file of releases.
const IMPORT: usize = 8 * 1024 * 1024;

/// Every path, with every rejection answered.
pub fn routes(
    service: Service,
) -> impl Filter<Extract = (Response,), Error = Infallible> + Clone + Send + Sync + 'static {
    let service = Arc::new(service);
    let publisher = role(Role::Publisher, &service);
    let of = {
        let service = Arc::clone(&service);
        warp::any().map(move || Arc::clone(&service))
    };
    let post = || only(&[Method::POST], "POST");
    let put = || only(&[Method::PUT], "PUT");
    let release_reads = || only(&[Method::GET, Method::HEAD], "GET, HEAD, POST");
    let release_post = || only(&[Method::POST], "GET, HEAD, POST");

    #[rustfmt::skip]
    let paths: Vec<BoxedFilter<(Answer,)>> = vec![
        // probes and the page
        path::end().and(reads()).and(if_none_match()).and(of.clone()).then(landing::page).boxed(),
        path!("ping").and(reads()).then(health::alive).boxed(),
        path!("livez").and(reads()).then(health::alive).boxed(),
        path!("healthz").and(reads()).then(health::alive).boxed(),
        path!("readyz").and(reads()).and(flags(["verbose"])).and(of.clone()).then(health::ready).boxed(),

        // releases, as agents of today read and makers publish them
        path!("v4" / "releases" / Segment).and(reads()).and(if_none_match()).and(of.clone()).then(releases::train).boxed(),
        path!("v4" / "releases" / Segment / Segment / Segment).and(put()).and(publisher.clone()).and(flags(["replace"])).and(body(RELEASE)).and(of.clone()).then(publish::release).boxed(),
        path!("v4" / "releases:import").and(post()).and(publisher.clone()).and(flags(["dry_run", "replace"])).and(body(IMPORT)).and(of.clone()).then(publish::import).boxed(),

        // versions, as agents of 2016–2020 read them
        path!("versions" / Segment).and(reads()).and(of.clone()).then(versions::list).boxed(),
        path!("v3" / "versions" / "latest").and(post()).and(body(QUESTIONS)).and(of.clone()).then(versions::latest_of_each).boxed(),
        path!("v3" / "versions" / Segment / Segment).and(reads()).and(of.clone()).then(versions::of_component).boxed(),
        path!("v3" / "versions" / Segment / Segment / Segment).and(release_reads()).and(of.clone()).then(versions::release).boxed(),
        path!("v3" / "versions" / Segment / Segment / Segment).and(release_post()).and(publisher).and(flags(["replace"])).and(body(RELEASE)).and(of.clone()).then(publish::release).boxed(),

        // clusters. The id is random and known to its cluster alone, so whoever has it may read what it said.
        path!("v3" / "clusters").and(post()).and(body(CHECK_IN)).and(of.clone()).then(clusters::check_in).boxed(),
        path!("v3" / "clusters" / "count").and(reads()).and(of.clone()).then(clusters::count).boxed(),
        path!("v3" / "clusters" / Segment).and(reads()).and(of).then(clusters::one).boxed(),
    ];
    let nothing = warp::any().and_then(|| async { Err(warp::reject()) }).boxed();
    let any = paths.into_iter().rev().fold(nothing, |rest, path| path.or(rest).unify().boxed());
    any.map(Reply::into_response).recover(recover).unify()
}
