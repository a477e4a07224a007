//! The client against a server that answers what a test tells it to.

use std::collections::BTreeSet;

use wfm_client::{Client, ErrorKind};
use wfm_core::cluster::ErasureSecret;
use wfm_core::source::VersionSource;
use wfm_core::text::is_printable;
use wfm_core::version::Train;
use wiremock::matchers::{header, method, path};
use wiremock::{Mock, MockServer, Request, ResponseTemplate};

const DOCUMENT: &str = r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[{"version":"v2.9.0","released":"2021-04-19T01:08:22Z"}]}]}"#;

async fn serving(template: ResponseTemplate) -> MockServer {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(template).mount(&server).await;
    server
}

fn document() -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_raw(DOCUMENT, "application/json")
}

#[tokio::test]
async fn the_update_check_says_nothing_of_who_asks() {
    let server = serving(document()).await;
    let client = Client::new(&server.uri()).unwrap().with_token("secret");
    client.train_releases(&Train::stable()).await.unwrap();
    let requests: Vec<Request> = server.received_requests().await.unwrap();
    let [request] = requests.as_slice() else { panic!("one request") };
    assert_eq!((request.url.path(), request.url.query(), request.body.len()), ("/v4/releases/stable", None, 0));
    let mut names: Vec<&str> = request.headers.keys().map(|name| name.as_str()).collect();
    names.sort_unstable();
    assert_eq!(names, ["accept", "accept-encoding", "host", "user-agent"]);
    assert_eq!(request.headers["user-agent"], "workflow-manager");
}

#[tokio::test]
async fn an_unchanged_document_is_not_read_again_and_the_tag_is_our_own() {
    let server = MockServer::start().await;
    let marked = document().insert_header("etag", "\"only-for-you\"").insert_header("set-cookie", "id=7");
    Mock::given(method("GET")).respond_with(marked).up_to_n_times(1).mount(&server).await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(304)).mount(&server).await;
    let client = Client::new(&server.uri()).unwrap();
    let first = client.train_releases(&Train::stable()).await.unwrap();
    let second = client.train_releases(&Train::stable()).await.unwrap();
    assert_eq!(first, second);
    let requests = server.received_requests().await.unwrap();
    let sent = requests[1].headers["if-none-match"].to_str().unwrap();
    assert_eq!(sent.len(), 64 + 2, "a SHA-256 in quotes: {sent}");
    assert!(!requests[1].headers.contains_key("cookie"));
}

#[tokio::test]
async fn a_304_to_a_first_question_is_an_error_and_not_an_empty_list() {
    let server = serving(ResponseTemplate::new(304)).await;
    let error = Client::new(&server.uri()).unwrap().train_releases(&Train::stable()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status(304));
}

#[tokio::test]
async fn another_train_another_schema_and_nonsense_are_refused() {
    for body in [
        DOCUMENT.replace("\"stable\"", "\"beta\""),
        DOCUMENT.replace("\"schemaVersion\":1", "\"schemaVersion\":2"),
        DOCUMENT.replace("\"components\"", "\"parts\""),
        "<html>".to_owned(),
        String::new(),
    ] {
        let server = serving(ResponseTemplate::new(200).set_body_string(body.clone())).await;
        let error = Client::new(&server.uri()).unwrap().train_releases(&Train::stable()).await.unwrap_err();
        assert_eq!(error.kind(), ErrorKind::BadAnswer, "{body}");
    }
}

#[tokio::test]
async fn a_redirect_is_not_followed() {
    let elsewhere = serving(document()).await;
    let server = serving(ResponseTemplate::new(302).insert_header("location", elsewhere.uri())).await;
    let error = Client::new(&server.uri()).unwrap().train_releases(&Train::stable()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Status(302));
    assert!(elsewhere.received_requests().await.unwrap().is_empty());
}

#[tokio::test]
async fn an_endless_answer_is_cut() {
    let server = serving(ResponseTemplate::new(200).set_body_bytes(vec![b' '; 9 * 1024 * 1024])).await;
    let error = Client::new(&server.uri()).unwrap().train_releases(&Train::stable()).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::BadAnswer);
}

#[tokio::test]
async fn a_dead_service_is_named_with_its_address() {
    let client = Client::new("http://127.0.0.1:9").unwrap();
    let error = client.count_clusters().await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Unreachable);
    assert!(error.to_string().contains("http://127.0.0.1:9"), "{error}");
}

#[tokio::test]
async fn what_the_service_says_reaches_the_reader() {
    let server = MockServer::start().await;
    let refusal = ResponseTemplate::new(401)
        .set_body_raw(r#"{"code":401,"message":"send a publisher's token"}"#, "application/json");
    Mock::given(method("POST")).and(path("/v4/releases:import")).respond_with(refusal).mount(&server).await;
    let error = Client::new(&server.uri()).unwrap().import(&[], false, false).await.unwrap_err();
    assert!(error.to_string().ends_with("answered 401: send a publisher's token"), "{error}");
}

#[tokio::test]
async fn a_write_carries_the_token_and_a_path_in_the_base_is_kept() {
    let server = MockServer::start().await;
    let kept = ResponseTemplate::new(200).set_body_raw(
        r#"{"kept":true,"wouldBeRefused":false,"added":0,"changed":0,"unchanged":0,"differences":[]}"#,
        "application/json",
    );
    Mock::given(method("POST"))
        .and(path("/versions/v4/releases:import"))
        .and(header("authorization", "Bearer secret"))
        .respond_with(kept)
        .expect(1)
        .mount(&server)
        .await;
    let client = Client::new(&format!("{}/versions/", server.uri())).unwrap().with_token("secret");
    assert!(client.import(&[], false, false).await.unwrap().kept);
}

#[tokio::test]
async fn an_unknown_cluster_is_none() {
    let server = serving(ResponseTemplate::new(404)).await;
    let id = "8c6da034-c8b1-489a-a55d-a2215d93f934".parse().unwrap();
    assert_eq!(Client::new(&server.uri()).unwrap().cluster(id).await.unwrap(), None);
}

#[test]
fn a_url_that_is_none_says_what_to_write() {
    for url in ["", "versions.example.com", "ftp://x", "unix:/run/x"] {
        let error = Client::new(url).unwrap_err();
        assert_eq!(error.kind(), ErrorKind::Settings, "{url}");
    }
}

#[test]
fn credentials_in_the_url_are_not_shown() {
    let client = Client::new("http://user:hunter2@127.0.0.1:9/x").unwrap();
    assert_eq!(client.destination(), "http://127.0.0.1:9/x");
}

#[tokio::test]
async fn what_is_forgotten_is_not_asked_for_again_by_its_tag() {
    let server = serving(document()).await;
    let client = Client::new(&server.uri()).unwrap();
    client.train_releases(&Train::stable()).await.unwrap();
    VersionSource::forget(&client).await;
    client.train_releases(&Train::stable()).await.unwrap();
    let requests = server.received_requests().await.unwrap();
    assert!(requests.iter().all(|request| !request.headers.contains_key("if-none-match")));
}

#[tokio::test]
async fn a_document_that_was_made_unique_outside_its_content_gets_the_tag_that_all_get() {
    let mut tags = BTreeSet::new();
    for mark in ["", " ", "\n\t  ", "#"] {
        let body = DOCUMENT.replace("\"components\"", &format!(r#""mark":{},"components""#, serde_json::json!(mark)))
            + mark.trim_end_matches('#');
        let server = serving(ResponseTemplate::new(200).set_body_string(body)).await;
        let client = Client::new(&server.uri()).unwrap();
        for _ in 0..2 {
            client.train_releases(&Train::stable()).await.unwrap();
        }
        let requests = server.received_requests().await.unwrap();
        tags.insert(requests[1].headers["if-none-match"].to_str().unwrap().to_owned());
    }
    assert_eq!(tags.len(), 1, "{tags:?}");
}

#[tokio::test]
async fn one_line_of_two_hundred_characters_is_repeated_of_an_error() {
    let forged = "oops\n2026-11-21T13:00:00Z  INFO sharing was switched off\u{1b}[31m\u{202e}";
    for said in [forged.to_owned(), "x".repeat(8_000), "x".repeat(8 << 20), format!("{forged}{}", "\n".repeat(9_000))] {
        let body = serde_json::json!({ "code": 404, "message": said });
        let server = serving(ResponseTemplate::new(404).set_body_json(body)).await;
        let client = Client::new(&server.uri()).unwrap();
        let error = client.train_releases(&Train::stable()).await.unwrap_err().to_string();
        assert!(error.contains("answered 404"), "{error}");
        assert!(error.chars().all(is_printable) && error.chars().count() < 300, "{error}");
    }
    let parsed = serving(ResponseTemplate::new(200).set_body_string(format!("[\"{}\"]", "x".repeat(1 << 20)))).await;
    let error = Client::new(&parsed.uri()).unwrap().count_clusters().await.unwrap_err();
    assert!(std::error::Error::source(&error).unwrap().to_string().chars().count() <= 200);
}

#[test]
fn a_url_is_shown_without_the_credentials_in_it() {
    for (url, shown) in [
        ("https://user:hunter2@versions.example.com/x?y=1", "https://versions.example.com/x?y=1"),
        ("https://token@versions.example.com", "https://versions.example.com/"),
        ("https//user:hunter2@versions.example.com", "versions.example.com"),
        ("user:hunter2@", ""),
        ("versions.example.com", "versions.example.com"),
    ] {
        assert_eq!(wfm_client::without_credentials(url), shown);
        let error = Client::new(url).err().map(|error| error.to_string()).unwrap_or_default();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[tokio::test]
async fn a_service_that_recovers_is_asked_again_and_a_refusal_is_final() {
    let server = MockServer::start().await;
    Mock::given(method("GET")).respond_with(ResponseTemplate::new(503)).up_to_n_times(2).mount(&server).await;
    Mock::given(method("GET")).respond_with(document()).mount(&server).await;
    let client = Client::new(&server.uri()).unwrap();
    assert_eq!(client.train_releases(&Train::stable()).await.unwrap().releases.len(), 1);
    assert_eq!(server.received_requests().await.unwrap().len(), 3);

    let server = serving(ResponseTemplate::new(404)).await;
    let client = Client::new(&server.uri()).unwrap();
    assert!(client.train_releases(&Train::stable()).await.unwrap_err().is_not_found());
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
}

#[tokio::test]
async fn an_erasure_sends_the_secret_in_its_header_alone_and_a_second_one_finds_nothing() {
    let secret = ErasureSecret::new([7; 32]);
    let id = secret.cluster_id();
    let server = MockServer::start().await;
    let at = || Mock::given(method("DELETE")).and(path(format!("/v4/clusters/{id}")));
    at().respond_with(ResponseTemplate::new(204)).up_to_n_times(1).mount(&server).await;
    at().respond_with(ResponseTemplate::new(404)).up_to_n_times(1).mount(&server).await;
    at().respond_with(ResponseTemplate::new(429)).mount(&server).await;
    let client = Client::new(&server.uri()).unwrap().with_token("secret");
    let erase = async || client.erase(&secret).await;
    assert!(erase().await.unwrap());
    assert!(!erase().await.unwrap());
    assert_eq!(erase().await.unwrap_err().kind(), ErrorKind::Status(429));
    let requests = server.received_requests().await.unwrap();
    for request in requests {
        assert!(request.body.is_empty() && !request.headers.contains_key("authorization"));
        assert!(!request.url.as_str().contains(&secret.reveal()));
        let sent: Vec<_> =
            request.headers.iter().filter(|(_, value)| value.to_str().unwrap() == secret.reveal()).collect();
        assert_eq!(sent.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), ["erasure-secret"]);
    }
}
