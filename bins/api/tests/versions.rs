//! Versions, as agents of 2016–2020 read them.

mod common;

use common::{serve, serve_history};
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};

#[tokio::test]
async fn versions_are_listed_newest_first() {
    let served = serve().await;
    for (train, version) in [("stable", "v2.9.0"), ("stable", "v2.10.0"), ("stable", "v2.9.1"), ("beta", "v2.10.0-rc1")]
    {
        served.publish_router(train, version).await;
    }
    let all = json!(["v2.10.0", "v2.10.0-rc1", "v2.9.1", "v2.9.0"]);
    assert_eq!(served.get("/versions/deis-router").await, (StatusCode::OK, all));
    let (_, line) = served.get("/v3/versions/stable/deis-router").await;
    let line: Vec<&Value> = line["data"].as_array().unwrap().iter().map(|entry| &entry["version"]["version"]).collect();
    assert_eq!(line, ["v2.10.0", "v2.9.1", "v2.9.0"]);
}

#[tokio::test]
async fn a_withdrawn_version_is_offered_to_no_one_and_marked_where_it_is_listed() {
    let served = serve().await;
    for (train, version) in [("stable", "v1.1.0"), ("stable", "v1.2.0"), ("stable", "v1.3.0"), ("beta", "v1.4.0-beta1")]
    {
        served.publish_router(train, version).await;
    }
    let router = "/v4/releases/stable/deis-router";
    let yank = async |version: &str| {
        let path = format!("{router}/{version}?reason=It%20loses%20data");
        common::read(served.publisher(Method::DELETE, &path).send().await.unwrap()).await
    };
    let (status, withdrawn) = yank("v1.3.0").await;
    assert_eq!((status, &withdrawn["version"]["yanked"]["reason"]), (StatusCode::OK, &json!("It loses data")));
    assert_eq!(served.get("/versions/deis-router").await.1, json!(["v1.4.0-beta1", "v1.2.0", "v1.1.0"]));
    assert_eq!(served.get("/versions/deis-router?train=stable").await.1, json!(["v1.2.0", "v1.1.0"]));
    let (_, list) = served.get("/v3/versions/stable/deis-router").await;
    let list: Vec<(&Value, bool)> = list["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|one| (&one["version"]["version"], one["version"]["yanked"].is_object()))
        .collect();
    assert_eq!(list, [(&json!("v1.2.0"), false), (&json!("v1.1.0"), false), (&json!("v1.3.0"), true)]);

    for version in ["v1.2.0", "v1.1.0"] {
        yank(version).await;
    }
    assert_eq!(served.get("/versions/deis-router?train=stable").await, (StatusCode::OK, json!([])));
    let (status, said) = served.get("/v3/versions/stable/deis-router/latest").await;
    assert_eq!(
        (status, &said["message"]),
        (StatusCode::NOT_FOUND, &json!("every release of deis-router on stable is withdrawn"))
    );
    let restored = served.publisher(Method::POST, &format!("{router}/v1.2.0/restore")).send().await.unwrap();
    assert!(common::read(restored).await.1["version"].get("yanked").is_none());
    assert_eq!(served.get("/versions/deis-router?train=nightly").await.0, StatusCode::NOT_FOUND);
    assert_eq!(served.get("/versions/deis-router?trian=stable").await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn of_versions_that_differ_in_their_build_alone_the_last_released_is_the_latest() {
    let served = serve().await;
    for (version, day) in [("v1.1.0", 1), ("v1.1.0%2Bb7", 2), ("v1.1.0%2Bbuild.5", 3), ("v1.1.0-rc.1%2Bz", 9)] {
        let body = json!({"version": {"released": format!("2020-01-0{day}T00:00:00Z")}});
        assert_eq!(
            served.publish(&format!("/v4/releases/stable/deis-router/{version}"), body).await.0,
            StatusCode::CREATED
        );
    }
    let latest = served.get("/v3/versions/stable/deis-router/latest").await.1;
    assert_eq!(latest["version"]["version"], "v1.1.0+build.5");
}

#[tokio::test]
async fn latest_is_the_highest_and_not_the_youngest() {
    let served = serve().await;
    served.publish_router("stable", "v2.10.0").await;
    let body = json!({"version": {"released": "2026-01-01T00:00:00Z"}});
    served.publish("/v4/releases/stable/deis-router/v2.9.1", body).await;
    let (status, latest) = served.get("/v3/versions/stable/deis-router/latest").await;
    assert_eq!((status, &latest["version"]["version"]), (StatusCode::OK, &json!("v2.10.0")));
}

#[tokio::test]
async fn a_release_is_found_with_and_without_its_v_and_with_its_build() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    served.publish_router("stable", "2.9.0%2Bfips").await;
    for path in ["v2.9.0", "2.9.0"] {
        let (_, found) = served.get(&format!("/v3/versions/stable/deis-router/{path}")).await;
        assert_eq!(found["version"]["version"], "v2.9.0");
    }
    for path in ["2.9.0+fips", "v2.9.0%2Bfips"] {
        let (_, found) = served.get(&format!("/v3/versions/stable/deis-router/{path}")).await;
        assert_eq!(found["version"]["version"], "2.9.0+fips");
    }
}

#[tokio::test]
async fn what_is_not_known_is_a_404_that_says_which() {
    let served = serve_history().await;
    for (path, said) in [
        ("/versions/deis-nothing", "deis-nothing"),
        ("/v3/versions/nightly/deis-router", "the train nightly"),
        ("/v3/versions/stable/deis-nothing", "deis-nothing"),
        ("/v3/versions/stable/deis-nothing/latest", "deis-nothing"),
        ("/v3/versions/stable/deis-router/v99.0.0", "in this version"),
        ("/v3/versions/beta/deis-router/v2.1.0", "in this version"),
    ] {
        let (status, body) = served.get(path).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert!(body["message"].as_str().unwrap().contains(said), "{path}: {body}");
    }
    for path in ["/versions/Deis", "/v3/versions/stable/deis-router/canary", "/v3/versions/S/deis-router"] {
        assert_eq!(served.get(path).await.0, StatusCode::BAD_REQUEST, "{path}");
    }
}

#[tokio::test]
async fn each_question_has_one_answer_in_its_order_and_an_unknown_one_hides_no_other() {
    let served = serve_history().await;
    let question = |name: &str, train: Value| json!({"component": {"name": name, "type": "Deployment"}, "version": {"train": train, "version": "v1.0.0", "data": {"image": "a/b:c"}}});
    let questions = json!({"data": [
        question("deis-router", json!("stable")),
        question("globex-payments", json!("stable")),
        question("deis-router", json!("beta")),
        question("deis-router", json!("stable")),
        question("deis-minio", Value::Null),
        {"component": {"name": "Not A Name"}, "version": null},
    ]});
    let (status, said) = served.post("/v3/versions/latest", questions.to_string()).await;
    assert_eq!(status, StatusCode::OK);
    let answers: Vec<String> = said["data"]
        .as_array()
        .unwrap()
        .iter()
        .map(|answer| {
            let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
            [&answer["component"]["name"], &answer["version"]["train"], &answer["version"]["version"]]
                .map(text)
                .join(" ")
        })
        .collect();
    let (_, router) = served.get("/v3/versions/stable/deis-router/latest").await;
    let (_, beta) = served.get("/v3/versions/beta/deis-router/latest").await;
    let (_, minio) = served.get("/v3/versions/stable/deis-minio/latest").await;
    let version = |found: &Value| found["version"]["version"].as_str().unwrap().to_owned();
    assert_eq!(
        answers,
        [
            format!("deis-router stable {}", version(&router)),
            "globex-payments stable ".into(),
            format!("deis-router beta {}", version(&beta)),
            format!("deis-minio stable {}", version(&minio)),
            "Not A Name stable ".into(),
        ]
    );
}

#[tokio::test]
async fn a_short_question_has_no_endless_answer() {
    let served = serve().await;
    let notes = json!({"version": {"released": "2020-01-01T00:00:00Z", "data": {"fixes": "x".repeat(60_000)}}});
    served.publish("/v4/releases/stable/deis-router/v2.9.0", notes).await;
    let ask = |questions: Vec<Value>| json!({"data": questions}).to_string();
    let router = |n: usize| match n % 3 {
        0 => json!({"component": {"name": "deis-router"}}),
        1 => json!({"component": {"name": "deis-router"}, "version": {"train": "stable"}}),
        _ => json!({"component": {"name": "deis-router"}, "version": null}),
    };
    for many in [1, 100, 800] {
        let body = ask((0..many).map(router).collect());
        let answer = served.request(Method::POST, "/v3/versions/latest").body(body).send().await.unwrap();
        let length = answer.text().await.unwrap().len();
        assert!(length < 61_000, "{many} questions: {length} bytes");
    }
    let different = |count| ask((0..count).map(|n| json!({"component": {"name": format!("c{n}")}})).collect());
    assert_eq!(served.post("/v2/versions/latest", different(64)).await.0, StatusCode::OK);
    let (status, said) = served.post("/v2/versions/latest", different(65)).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert_eq!(said["message"], "data: it asks for 65 components: ask for at most 64");
}

#[tokio::test]
async fn a_question_without_a_component_is_a_400_that_names_the_field() {
    let served = serve_history().await;
    for (body, said) in [
        (r#"{"data":[{}]}"#, "data[0].component.name: "),
        (r#"{"data":[{"component":{"name":"deis-router"}},{"component":{"name":""}}]}"#, "data[1].component.name: "),
        ("{\"data\":7}", "the JSON at line 1"),
        ("", "the body is not JSON"),
        ("[", "the JSON at line 1"),
        ("\u{0}", "the body is not JSON"),
    ] {
        let (status, answer) = served.post("/v3/versions/latest", body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["message"].as_str().unwrap().starts_with(said), "{body}: {answer}");
    }
    assert_eq!(served.post("/v3/versions/latest", r#"{"data":[]}"#).await, (StatusCode::OK, json!({"data": []})));
    let long = served.request(Method::POST, "/v3/versions/latest").body("x".repeat(65 * 1024)).send().await.unwrap();
    assert_eq!(long.status(), StatusCode::PAYLOAD_TOO_LARGE);
}
