//! What a person sees in a browser after a mistake.

mod common;

use common::{serve_history, serve_with};
use reqwest::{Method, StatusCode, header};
use std::sync::Arc;
use wfm_api::{InsightsPublic, Settings};
use wfm_core::store::MemoryStore;

const BROWSER: &str = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8";

#[tokio::test]
async fn a_mistake_is_a_page_with_one_sentence_and_a_way_back() {
    let served = serve_with(Arc::new(MemoryStore::default()), |settings| Settings {
        insights_public: InsightsPublic::Aggregate,
        ..settings
    })
    .await;
    for (path, status, said, back) in [
        ("/?range=2y", 400, "Range: write 30d, 90d, 1y or all.", "./"),
        ("/?rnage=1y", 400, "The query holds a name that this page does not know", "./"),
        ("/nothing", 404, "There is nothing at this path.", "./"),
        ("/v3/versions/stable/deis-router", 404, "No release was published on the train stable", "../../../"),
        ("/v4/clusters", 401, "", "../"),
        ("/<script>alert(1)</script>", 404, "There is nothing", "../"),
    ] {
        let answer = served.request(Method::GET, path).header(header::ACCEPT, BROWSER).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "text/html; charset=utf-8", "{path}");
        assert!(answer.headers()[header::CONTENT_SECURITY_POLICY].to_str().unwrap().starts_with("default-src 'none'"));
        assert_eq!(answer.headers()[header::CACHE_CONTROL], "no-store");
        assert!(answer.headers().get(header::ETAG).is_none());
        let page = answer.text().await.unwrap();
        assert!(page.contains(said) && page.contains(&format!("<a href=\"{back}\">")), "{path}: {page}");
        assert!(!page.contains("<script"), "{page}");
    }
}

#[tokio::test]
async fn a_wrong_password_is_a_page_that_asks_again() {
    let served = serve_history().await;
    let request =
        served.request(Method::GET, "/?sign-in").basic_auth("x", Some("wrong")).header(header::ACCEPT, BROWSER);
    let answer = request.send().await.unwrap();
    assert_eq!(answer.status(), StatusCode::UNAUTHORIZED);
    assert!(answer.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic "));
    assert!(answer.text().await.unwrap().contains("Start page"));
}

#[tokio::test]
async fn a_program_gets_json_and_so_does_a_browser_that_sends() {
    let served = serve_history().await;
    for accept in ["*/*", "application/json", ""] {
        let answer = served.request(Method::GET, "/nothing").header(header::ACCEPT, accept).send().await.unwrap();
        assert_eq!(answer.headers()[header::CONTENT_TYPE], "application/json", "{accept}");
    }
    let post =
        served.request(Method::POST, "/v3/clusters").header(header::ACCEPT, BROWSER).body("x").send().await.unwrap();
    assert_eq!(post.headers()[header::CONTENT_TYPE], "application/json");
}
