//! Who is told what of the fleet.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::insights::{PUBLIC, QUESTIONS, check_in, clusters, fleet, id, path, public, serve, settled, text};
use common::read;
use reqwest::{Method, StatusCode, header};
use serde_json::json;
use wfm_api::InsightsPublic;

#[tokio::test]
async fn the_public_is_shown_tens_of_clusters_that_are_known_for_two_weeks() {
    let served = settled(InsightsPublic::Aggregate).await;
    let summary = public(&served, "summary").await;
    let about = json!({"at": "2026-01-16T23:59:59Z", "include": ["customer"], "included": 40, "excluded": "<20", "roundedTo": 10});
    assert_eq!(summary, json!({"about": about, "known": 40, "active": 40}), "and nothing else");
    assert_eq!(public(&served, "summary?at=2026-01-05").await["known"], "<20");
    let active = public(&served, "active?from=2026-01-13").await;
    assert_eq!(clusters(&active), [json!("<20"), json!("<20"), json!(40), json!(40)]);
    let adoption = public(&served, "adoption?component=deis-router&from=2026-01-13").await;
    let installed = json!({"active": 40, "none": "<20", "versions": {"v2.18.0": 20, "v2.20.0": 20}});
    assert_eq!((&adoption["now"], &adoption["days"][3]["installed"]), (&installed, &installed));
    assert_eq!(adoption["days"][0]["installed"]["versions"], json!({}));
    let missing = public(&served, "adoption?component=deis-builder").await;
    assert_eq!(missing["now"], json!({"active": 40, "none": 40, "versions": {}}));
    let releases = public(&served, "releases").await;
    let counts: Vec<_> = releases["releases"].as_array().unwrap().iter().map(|one| one["clusters"].clone()).collect();
    assert_eq!(counts, [json!(20), json!("<20"), json!(20)]);
    let table = text(served.request(Method::GET, &path("summary.csv"))).await;
    assert!(table.ends_with("\r\nknown,,40,\r\nactive,14d,40,\r\n"), "{table}");
    assert_eq!(served.get("/v3/clusters/count").await, (StatusCode::OK, json!(40)));
    assert_eq!(served.count().await, 75);
    let page = text(served.request(Method::GET, "/")).await;
    assert!(page.contains("active in the last 14 days") && page.contains("rounded down to a multiple of 10"), "{page}");
}

#[tokio::test]
async fn on_its_first_day_a_public_page_says_when_its_numbers_begin() {
    let served = fleet(InsightsPublic::Aggregate).await;
    let page = text(served.request(Method::GET, "/")).await;
    assert!(
        page.contains("The public numbers have not begun") && page.contains("14 days") && !page.contains("<svg class")
    );
    assert_eq!(served.get("/v3/clusters/count").await, (StatusCode::OK, json!(0)));
}

#[tokio::test]
async fn who_was_heard_of_today_changes_nothing_that_the_public_is_told() {
    let served = settled(InsightsPublic::Aggregate).await;
    let all = async || {
        let mut all = Vec::new();
        for question in PUBLIC {
            all.push(public(&served, question).await);
        }
        all
    };
    let before = all().await;
    for n in 45..75 {
        check_in(&served, n, "v2.20.0", "2026-01-17T20:00:00Z").await;
    }
    assert_eq!(all().await, before);
    served.clock.set("2026-01-18T00:01:00Z".parse().unwrap());
    assert_eq!(public(&served, "summary").await["known"], 70);
}

#[tokio::test]
async fn what_is_not_public_needs_a_token_and_says_so() {
    let served = fleet(InsightsPublic::Aggregate).await;
    for (question, message) in [
        ("summary?include=staff", "include: this needs a token"),
        ("summary?at=2026-01-02T12:00:00Z", "at: a time needs a token"),
        ("lag?component=deis-router", "this needs a token with the role analyst or admin"),
        ("age", "this needs a token with the role analyst or admin"),
        ("appeared", "this needs a token with the role analyst or admin"),
        ("disappeared.csv", "this needs a token with the role analyst or admin"),
    ] {
        let (status, said) = served.get(&path(question)).await;
        assert_eq!(status, StatusCode::UNAUTHORIZED, "{question}");
        assert!(said["message"].as_str().unwrap().starts_with(message), "{said}");
    }
    let (status, said) = served.get(&path("summary?at=2026-01-05")).await;
    assert_eq!(
        (status, said["message"].as_str().unwrap().starts_with("at: it is not over yet")),
        (StatusCode::BAD_REQUEST, true)
    );
    let wrong = served.request(Method::GET, &path("summary")).bearer_auth("wfm_x").send().await.unwrap();
    assert_eq!(wrong.status(), StatusCode::UNAUTHORIZED);
    let other = served.publisher(Method::GET, &path("summary")).send().await.unwrap();
    assert_eq!(other.status(), StatusCode::FORBIDDEN);
    let nothing = serve(InsightsPublic::None).await;
    assert_eq!(nothing.get("/v3/clusters/count").await.0, StatusCode::UNAUTHORIZED);
    for question in QUESTIONS {
        let response = nothing.request(Method::GET, &path(question)).send().await.unwrap();
        assert_eq!(response.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(read(response).await.0, StatusCode::UNAUTHORIZED, "{question}");
    }
}

#[tokio::test]
async fn a_browser_signs_in_at_the_page_and_reads_with_a_password_and_writes_nothing_with_it() {
    let served = fleet(InsightsPublic::None).await;
    let asked = served.request(Method::GET, "/?sign-in").send().await.unwrap();
    assert!(asked.headers()[header::WWW_AUTHENTICATE].to_str().unwrap().starts_with("Basic realm="));
    assert_eq!(read(asked).await.0, StatusCode::UNAUTHORIZED);
    assert_eq!(served.request(Method::GET, "/").send().await.unwrap().status(), StatusCode::OK);
    let password = |method, path: &str| served.request(method, path).basic_auth("anyone", Some(common::analyst()));
    assert_eq!(password(Method::GET, "/?sign-in").send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(password(Method::GET, &path("summary")).send().await.unwrap().status(), StatusCode::OK);
    assert_eq!(password(Method::HEAD, &path("summary.csv")).send().await.unwrap().status(), StatusCode::OK);
    // A token that has the wrong role is asked for again, and without being asked it shows what anybody sees.
    let doctor = |path| served.request(Method::GET, path).basic_auth("x", Some(common::doctor()));
    assert_eq!(doctor("/?sign-in").send().await.unwrap().status(), StatusCode::UNAUTHORIZED);
    assert_eq!(doctor("/").send().await.unwrap().status(), StatusCode::OK);
    let admin =
        served.request(Method::PUT, &format!("/v4/clusters/{}/cohort", id(0))).basic_auth("x", Some(common::admin()));
    let refused = admin.json(&json!({"cohort": "staff"})).send().await.unwrap();
    assert_eq!(refused.status(), StatusCode::UNAUTHORIZED);
}
