//! Check-ins.

mod common;

use common::{ID, NOON, read, serve, serve_history};
use reqwest::{Body, Method, StatusCode, header};
use serde_json::json;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// What an agent of 2018 sends: images, descriptions, other people's workloads, times of its own.
fn old_agent() -> serde_json::Value {
    json!({
        "id": ID,
        "firstSeen": "2001-01-01T00:00:00Z",
        "lastSeen": "2001-01-01T00:00:00Z",
        "components": [
            {"component": {"name": "deis-router", "description": "For Acme", "type": "Deployment"},
             "version": {"train": "stable", "version": "v2.0.0", "released": "0001-01-01T00:00:00Z", "data": {"image": "registry.acme.example/router:v2.0.0"}},
             "updateAvailable": "v2.1.0"},
            {"component": {"name": "deis-minio"}, "version": {"version": "git-acme"}},
            {"component": {"name": "acme-payments"}, "version": {"version": "v1.0.0"}},
        ],
    })
}

#[tokio::test]
async fn a_check_in_is_reduced_to_the_vocabulary_and_dated_by_the_service() {
    let served = serve_history().await;
    let (status, stored) = served.post("/v3/clusters", old_agent().to_string()).await;
    assert_eq!(status, StatusCode::OK);
    assert_eq!(
        stored,
        json!({
            "id": ID,
            "components": [
                {"component": {"name": "deis-minio"}, "version": {"version": "custom"}},
                {"component": {"name": "deis-router"}, "version": {"version": "v2.0.0"}},
            ],
            "firstSeen": NOON,
            "lastSeen": NOON,
        })
    );
    assert_eq!(served.get(&format!("/v3/clusters/{ID}")).await, (StatusCode::OK, stored));
}

#[tokio::test]
async fn the_second_check_in_moves_last_seen_alone_and_counts_no_second_cluster() {
    let served = serve().await;
    assert_eq!(served.count().await, 0);
    served.post("/v3/clusters", old_agent().to_string()).await;
    // Finer than a second is not kept.
    served.clock.set("2026-01-02T12:00:00.987654321Z".parse().unwrap());
    let (_, stored) = served.post("/v3/clusters", old_agent().to_string()).await;
    assert_eq!((&stored["firstSeen"], &stored["lastSeen"]), (&json!(NOON), &json!("2026-01-02T12:00:00Z")));
    assert_eq!(served.count().await, 1);
}

#[tokio::test]
async fn a_body_that_is_no_check_in_is_a_400_that_repeats_nothing() {
    let served = serve().await;
    for body in [
        "",
        "{",
        "acme",
        "7",
        "[]",
        "null",
        "{}",
        r#"{"id":"acme"}"#,
        r#"{"id":7}"#,
        r#"{"id":"acme","components":"acme"}"#,
        r#"{"components":[]}"#,
        r#"{"id":"acme","id":"acme"}"#,
        &"[".repeat(10_000),
        "\u{feff}{}",
    ] {
        let (status, said) = served.post("/v3/clusters", body.to_owned()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(!said.to_string().contains("acme"), "{said}");
    }
    let (status, said) = served.post("/v3/clusters", r#"{"id":"acme"}"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().starts_with("id: not a cluster id: send a UUID"), "{said}");
    assert_eq!(served.post("/v3/clusters", vec![0xff, 0xfe]).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn the_content_type_does_not_matter() {
    let served = serve().await;
    for content_type in ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"] {
        let request = served.request(Method::POST, "/v3/clusters").header(header::CONTENT_TYPE, content_type);
        let response = request.body(old_agent().to_string()).send().await.unwrap();
        assert_eq!(response.status(), StatusCode::OK, "{content_type}");
    }
}

#[tokio::test]
async fn sixteen_kibibytes_are_read_and_a_byte_more_is_too_large() {
    let served = serve().await;
    let padded = |len: usize| {
        let body = format!(r#"{{"id":"{ID}"}}"#);
        format!("{body}{}", " ".repeat(len - body.len()))
    };
    assert_eq!(served.post("/v3/clusters", padded(16 * 1024)).await.0, StatusCode::OK);
    for len in [16 * 1024 + 1, 500_000] {
        assert_eq!(served.post("/v3/clusters", padded(len)).await.0, StatusCode::PAYLOAD_TOO_LARGE, "{len}");
    }
}

#[tokio::test]
async fn a_chunked_body_has_the_same_limit() {
    let served = serve().await;
    let mut stream = tokio::net::TcpStream::connect(served.running.addr()).await.unwrap();
    let head = "POST /v3/clusters HTTP/1.1\r\nhost: x\r\ntransfer-encoding: chunked\r\nconnection: close\r\n\r\n";
    stream.write_all(head.as_bytes()).await.unwrap();
    for _ in 0..20 {
        stream.write_all(format!("400\r\n{}\r\n", "x".repeat(0x400)).as_bytes()).await.unwrap();
    }
    stream.write_all(b"0\r\n\r\n").await.unwrap();
    let mut answer = String::new();
    stream.read_to_string(&mut answer).await.unwrap();
    assert!(answer.starts_with("HTTP/1.1 413"), "{answer}");
}

#[tokio::test]
async fn a_cluster_is_read_by_its_id_alone() {
    let served = serve().await;
    let (status, said) = served.get("/v3/clusters/acme-prod").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(!said.to_string().contains("acme"));
    assert_eq!(served.get(&format!("/v3/clusters/{ID}")).await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_cluster_is_not_kept_by_caches() {
    let served = serve().await;
    served.post("/v3/clusters", Body::from(old_agent().to_string())).await;
    let response = served.request(Method::GET, &format!("/v3/clusters/{ID}")).send().await.unwrap();
    assert_eq!(response.headers()[header::CACHE_CONTROL], "no-store");
    read(response).await;
}

/// The second body of the same words takes a shorter way; it must lead to the same places.
#[tokio::test]
async fn a_report_that_was_seen_before_is_read_like_a_new_one() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    let (a, b) = ("8c6da034-c8b1-489a-a55d-a2215d93f934", "11111111-2222-4333-8444-555555555555");
    let body = |id: &str| {
        format!(
            r#"{{"id":"{id}","components":[{{"component":{{"name":"deis-router"}},"version":{{"version":"v2.9.0"}}}},{{"component":{{"name":"deis-minio"}},"version":{{"version":"v9.0.0"}}}}]}}"#
        )
    };
    let kept = |said: &serde_json::Value| said["components"].to_string();
    let (_, first) = served.post("/v3/clusters", body(a)).await;
    for (path, id) in [
        ("/v3/clusters", a),
        ("/v3/clusters", b),
        (&format!("/v2/clusters/{b}"), ""),
        (&format!("/v2/clusters/{b}"), b),
    ] {
        let (status, said) = served.post(path, body(id)).await;
        assert_eq!((status, kept(&said)), (StatusCode::OK, kept(&first)), "{path} {id}");
    }
    assert!(kept(&first).contains("custom") && kept(&first).contains("v2.9.0"));
    for (path, id) in [
        ("/v3/clusters", "none"),
        ("/v3/clusters", ""),
        (&format!("/v2/clusters/{a}"), b),
        (&format!("/v2/clusters/{a}"), "none"),
    ] {
        assert_eq!(served.post(path, body(id)).await.0, StatusCode::BAD_REQUEST, "{path} {id}");
    }
    served.publish_router("stable", "v2.10.0").await;
    let (_, said) = served.post("/v3/clusters", body(a)).await;
    assert_eq!(kept(&said), kept(&first));
}
