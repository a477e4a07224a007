//! Every cell of the table of routes and roles, over HTTP.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use reqwest::{Client, StatusCode};
use tempfile::NamedTempFile;
use wfm_core::clock::ManualClock;
use wfm_core::store::MemoryStore;

use super::Verb::{Get, Post};
use super::{Access, ROUTES, Route, Verb};
use crate::tokens::{Role, Token, Tokens};
use crate::{Rates, Service, Settings};

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

#[tokio::test]
async fn each_route_answers_the_roles_of_its_row_and_no_other() {
    let file = NamedTempFile::new().unwrap();
    fs::write(file.path(), Role::ALL.map(|role| token(role).line(role)).join("\n")).unwrap();
    let tokens = Tokens::from_file(file.path()).unwrap();
    let clock = Arc::new(ManualClock::new("2026-01-01T12:00:00Z".parse().unwrap()));
    let settings = Settings::new(([127, 0, 0, 1], 0).into(), Arc::new(MemoryStore::default()), tokens, clock);
    let running = Service::start(Settings { rates: Rates::none(), ..settings }).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    let ask = async |route: &Route, token: Option<&str>| {
        let url = format!("http://{}{}", running.addr(), filled(route));
        let mut request = client.request(route.verb.methods()[0].clone(), url);
        if let Some(token) = token {
            request = request.bearer_auth(token);
        }
        request.send().await.unwrap().status()
    };
    let refused = [StatusCode::UNAUTHORIZED, StatusCode::FORBIDDEN];
    for route in ROUTES {
        let stranger = Token::new([99; 32]);
        for (who, status) in
            [("nobody", ask(route, None).await), ("a stranger", ask(route, Some(stranger.reveal())).await)]
        {
            let open = !matches!(route.access, Access::Roles(_));
            assert_eq!(!refused.contains(&status), open, "{who} {} {status}", route.path);
            assert!(open || status == StatusCode::UNAUTHORIZED, "{who} {} {status}", route.path);
        }
        for role in Role::ALL {
            let status = ask(route, Some(token(role).reveal())).await;
            let admitted = match route.access {
                Access::Probe | Access::Anyone => true,
                Access::Roles(roles) => roles.contains(&role),
            };
            assert_eq!(!refused.contains(&status), admitted, "{role} {} {status}", route.path);
            assert!(admitted || status == StatusCode::FORBIDDEN, "{role} {} {status}", route.path);
        }
    }
    fs::write(file.path(), "").unwrap();
    for route in ROUTES.iter().filter(|route| matches!(route.access, Access::Roles(_))) {
        for role in Role::ALL {
            assert_eq!(ask(route, Some(token(role).reveal())).await, StatusCode::UNAUTHORIZED, "revoked {role}");
        }
    }
}

#[test]
fn nothing_but_releases_check_ins_and_what_has_no_secret_is_open() {
    let open = ROUTES.iter().filter(|route| !matches!(route.access, Access::Roles(_)));
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
        (Get, "/v3/clusters/count"),
        (Get, "/v3/clusters/{id}"),
        (Post, "/v3/doctor/{id}"),
        (Post, "/v3/versions/latest"),
        (Get, "/v3/versions/{train}/{component}"),
        (Get, "/v3/versions/{train}/{component}/{version}"),
        (Get, "/v4/releases/{train}"),
        (Get, "/versions/{component}"),
    ];
    assert_eq!(open, BTreeSet::from(expected));
}
