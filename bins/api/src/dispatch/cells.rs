//! Every cell of the table of routes and roles, over HTTP.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use reqwest::{Client, RequestBuilder, StatusCode};
use tempfile::NamedTempFile;
use wfm_core::clock::ManualClock;
use wfm_core::store::MemoryStore;

use super::Verb::{Delete, Get, Post};
use super::{Access, ROUTES, Route, Verb};
use crate::tokens::{Role, Token, Tokens};
use crate::viewer::READERS;
use crate::{InsightsPublic, Rates, Service, Settings};

fn token(role: Role) -> Token {
    Token::new([role as u8 + 1; 32])
}

/// A path with something in each hole.
fn filled(route: &Route) -> String {
    let fill = |segment: &str| match segment {
        "{train}" => "stable".to_owned(),
        "{component}" => "deis-router".to_owned(),
        "{version}" => "v1.0.0".to_owned(),
        "{notice}" => "end-of-v2".to_owned(),
        hole if hole.starts_with('{') => "8c6da034-c8b1-489a-a55d-a2215d93f934".to_owned(),
        word => word.to_owned(),
    };
    route.path.split('/').map(fill).collect::<Vec<_>>().join("/")
}

/// Whether somebody without a token is answered.
fn is_open(route: &Route, public: InsightsPublic) -> bool {
    match route.access {
        Access::Probe | Access::Anyone | Access::Page => true,
        Access::Insights { public: is_public } => is_public && public == InsightsPublic::Aggregate,
        Access::Roles(_) => false,
    }
}

/// The roles that a route asks for; none where it asks for none.
fn roles(route: &Route) -> Option<&'static [Role]> {
    match route.access {
        Access::Probe | Access::Anyone | Access::Page => None,
        Access::Insights { .. } => Some(READERS),
        Access::Roles(roles) => Some(roles),
    }
}

#[tokio::test]
async fn each_route_answers_the_roles_of_its_row_and_no_other() {
    for public in [InsightsPublic::None, InsightsPublic::Aggregate] {
        try_every_cell(public).await;
    }
}

async fn try_every_cell(public: InsightsPublic) {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), Role::ALL.map(|role| token(role).line(role)).join("\n")).unwrap();
    let tokens = Tokens::from_file(file.path()).unwrap();
    let clock = Arc::new(ManualClock::new("2026-01-01T12:00:00Z".parse().unwrap()));
    let settings = Settings::new(([127, 0, 0, 1], 0).into(), Arc::new(MemoryStore::default()), tokens, clock);
    let running = Service::start(Settings { rates: Rates::none(), insights_public: public, ..settings }).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    let send = async |route: &Route, authorize: &dyn Fn(RequestBuilder) -> RequestBuilder| {
        let url = format!("http://{}{}", running.addr(), filled(route));
        authorize(client.request(route.verb.methods()[0].clone(), url)).send().await.unwrap().status()
    };
    let ask = async |route: &Route, token: &Token| send(route, &|request| request.bearer_auth(token.reveal())).await;
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    for route in ROUTES {
        let nobody = send(route, &|request| request).await;
        assert_eq!(!refused.contains(&nobody), is_open(route, public), "nobody {} {nobody}", route.path);
        assert!(is_open(route, public) || nobody == StatusCode::UNAUTHORIZED, "nobody {} {nobody}", route.path);
        // What is public to whoever sends nothing is not told to whoever sends a token that does not do.
        let stranger = ask(route, &Token::new([99; 32])).await;
        assert_eq!(
            stranger == StatusCode::UNAUTHORIZED,
            roles(route).is_some(),
            "a stranger {} {stranger}",
            route.path
        );
        for role in Role::ALL {
            let status = ask(route, &token(role)).await;
            let admitted = roles(route).is_none_or(|roles| roles.contains(&role));
            assert_eq!(!refused.contains(&status), admitted, "{role} {} {status}", route.path);
            assert!(admitted || status == StatusCode::FORBIDDEN, "{role} {} {status}", route.path);
            // As a password a token is as good where something is read for a browser or an old agent, and nowhere else.
            let password = send(route, &|request| request.basic_auth("x", Some(token(role).reveal()))).await;
            let takes = match route.access {
                Access::Roles(roles) => roles.contains(&Role::Doctor),
                _ => true,
            };
            assert_eq!(password, if takes { status } else { StatusCode::UNAUTHORIZED }, "{role} {}", route.path);
            assert!(!takes || roles(route).is_none() || route.verb == Get, "{}", route.path);
        }
    }
    fs::write(file.path(), "").unwrap();
    for route in ROUTES.iter().filter(|route| roles(route).is_some()) {
        for role in Role::ALL {
            assert_eq!(ask(route, &token(role)).await, StatusCode::UNAUTHORIZED, "revoked {role}");
        }
    }
}

#[test]
fn nothing_but_releases_a_clusters_own_record_and_what_has_no_secret_is_open() {
    let open = ROUTES.iter().filter(|route| is_open(route, InsightsPublic::default()));
    let open: BTreeSet<(Verb, &str)> = open.map(|route| (route.verb, route.path)).collect();
    let expected = [
        (Get, "/"),
        (Get, "/docs"),
        (Get, "/healthz"),
        (Get, "/livez"),
        (Get, "/openapi.json"),
        (Get, "/ping"),
        (Get, "/readyz"),
        (Post, "/v2/clusters/{id}"),
        (Post, "/v2/versions/latest"),
        (Post, "/v3/clusters"),
        (Get, "/v3/clusters/{id}"),
        (Post, "/v3/doctor/{id}"),
        (Post, "/v3/versions/latest"),
        (Get, "/v3/versions/{train}/{component}"),
        (Get, "/v3/versions/{train}/{component}/{version}"),
        (Delete, "/v4/clusters/{id}"),
        (Post, "/v4/facets"),
        (Get, "/v4/releases/{train}"),
        (Post, "/v4/reports"),
        (Get, "/v4/schemas"),
        (Get, "/v4/schemas/{envelope}"),
        (Get, "/versions/{component}"),
    ];
    assert_eq!(open, BTreeSet::from(expected));
}
