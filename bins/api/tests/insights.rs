//! Questions about the fleet, asked as whoever looks.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::{ID, Served, read, serve_with};
use reqwest::{Method, RequestBuilder, StatusCode, header};
use serde_json::{Value, json};
use wfm_api::{InsightsPublic, Rates, Settings};
use wfm_core::store::MemoryStore;

/// Every question, with what it needs.
const QUESTIONS: [&str; 9] = [
    "summary",
    "active",
    "appeared",
    "disappeared",
    "age",
    "adoption?component=deis-router",
    "lag?component=deis-router",
    "releases",
    "distributions",
];

async fn serve(insights_public: InsightsPublic) -> Served {
    let store = Arc::new(MemoryStore::default());
    let served = serve_with(store, |settings| Settings { rates: Rates::none(), insights_public, ..settings }).await;
    for version in ["v2.18.0", "v2.19.0"] {
        served.publish_router("stable", version).await;
    }
    let body = json!({"version": {"released": "2026-01-03T09:00:00Z"}});
    served.publish("/v4/releases/stable/deis-router/v2.20.0", body).await;
    served
}

fn id(n: usize) -> String {
    format!("{}{n:04}", &ID[..32])
}

async fn check_in(served: &Served, n: usize, version: &str, at: &str) {
    served.clock.set(at.parse().unwrap());
    let router = json!({"component": {"name": "deis-router"}, "version": {"version": version}});
    let body = json!({"id": id(n), "components": [router]});
    assert_eq!(served.post("/v3/clusters", body.to_string()).await.0, StatusCode::OK);
}

/// 27 clusters stay from the 1st to the 4th at noon, the first 15 of which upgrade on the 3rd; 4 others are seen on the
/// 2nd alone; on the 5th, which is today, 3 of those that stayed have been heard of.
async fn fleet(insights_public: InsightsPublic) -> Served {
    let served = serve(insights_public).await;
    for day in 1..=4 {
        let noon = format!("2026-01-0{day}T12:00:00Z");
        for n in 0..27 {
            check_in(&served, n, if n < 15 && day >= 3 { "v2.20.0" } else { "v2.18.0" }, &noon).await;
        }
        if day == 2 {
            for n in 27..31 {
                check_in(&served, n, "v2.19.0", &noon).await;
            }
        }
    }
    for n in 0..3 {
        check_in(&served, n, "v2.20.0", "2026-01-05T06:00:00Z").await;
    }
    served.clock.set("2026-01-05T11:00:00Z".parse().unwrap());
    served
}

fn path(question: &str) -> String {
    format!("/v4/insights/{question}")
}

async fn text(request: RequestBuilder) -> String {
    let response = request.send().await.unwrap();
    assert_eq!(response.status(), StatusCode::OK);
    response.text().await.unwrap()
}

async fn analyst(served: &Served, question: &str) -> (StatusCode, Value) {
    read(served.analyst(Method::GET, &path(question)).send().await.unwrap()).await
}

async fn told(served: &Served, question: &str) -> Value {
    let (status, said) = analyst(served, question).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said
}

async fn public(served: &Served, question: &str) -> Value {
    let (status, said) = served.get(&path(question)).await;
    assert_eq!(status, StatusCode::OK, "{said}");
    said
}

/// The clusters of each bucket.
fn clusters(series: &Value) -> Vec<Value> {
    series["buckets"].as_array().unwrap().iter().map(|bucket| bucket["clusters"].clone()).collect()
}

#[tokio::test]
async fn a_summary_is_told_as_of_now_as_of_a_second_and_as_of_a_day() {
    let served = fleet(InsightsPublic::None).await;
    let now = told(&served, "summary").await;
    assert_eq!(
        now["about"],
        json!({"at": "2026-01-05T11:00:00Z", "include": ["customer"], "included": 31, "excluded": 0})
    );
    assert_eq!((&now["known"], &now["active"], &now["appeared"]["7d"]), (&json!(31), &json!(27), &json!(31)));
    assert_eq!((&now["disappeared"]["7d"], &now["bounced"]["7d"]), (&json!(4), &json!(4)));
    let noon = told(&served, "summary?at=2026-01-02T11:59:59Z").await;
    assert_eq!((&noon["known"], &noon["about"]["at"]), (&json!(27), &json!("2026-01-02T11:59:59Z")));
    let second = told(&served, "summary?at=2026-01-02").await;
    assert_eq!((&second["active"], &second["about"]["at"]), (&json!(31), &json!("2026-01-02T23:59:59Z")));
    assert_eq!(told(&served, "summary?at=2026-01-05").await, now);
}

#[tokio::test]
async fn series_end_today_and_adoption_adds_up() {
    let served = fleet(InsightsPublic::None).await;
    let active = told(&served, "active?from=2025-12-31&to=2026-01-09T00:00:00Z").await;
    assert_eq!(clusters(&active), [Value::Null, json!(27), json!(31), json!(27), json!(27), json!(3)]);
    assert_eq!(active["buckets"][5]["complete"], false);
    assert_eq!(told(&served, "active").await["buckets"].as_array().unwrap().len(), 30);
    let appeared = told(&served, "appeared?from=2026-01-01").await;
    assert_eq!((&appeared["interval"], clusters(&appeared)), (&json!("week"), vec![json!(31), json!(0)]));
    let by_day = told(&served, "appeared?from=2026-01-01&to=2026-01-02&interval=day").await;
    assert_eq!(clusters(&by_day), [json!(27), json!(4)]);
    let adoption = told(&served, "adoption?component=deis-router&from=2026-01-01").await;
    assert_eq!(adoption["now"], json!({"active": 27, "none": 0, "versions": {"v2.18.0": 12, "v2.20.0": 15}}));
    for day in adoption["days"].as_array().unwrap() {
        let installed = &day["installed"];
        let versions: u64 = installed["versions"].as_object().unwrap().values().map(|n| n.as_u64().unwrap()).sum();
        assert_eq!(versions + installed["none"].as_u64().unwrap(), installed["active"].as_u64().unwrap());
    }
    let lag = told(&served, "lag?component=deis-router").await;
    assert_eq!(lag["releases"], json!([{"version": "v2.20.0", "released": "2026-01-03T09:00:00Z", "daysToHalf": 0}]));
    let releases = told(&served, "releases").await;
    assert_eq!(
        (&releases["releases"][0]["version"], &releases["releases"][0]["clusters"]),
        (&json!("v2.20.0"), &json!(15))
    );
    assert_eq!(told(&served, "age?from=2026-01-05").await["buckets"][0]["age"]["meanSeconds"], 4 * 86400 - 3600);
    let distributions = told(&served, "distributions").await;
    assert_eq!((&distributions["week"], &distributions["distributions"]), (&json!("2025-12-29"), &json!([])));
}

#[tokio::test]
async fn a_decision_about_a_cohort_moves_a_cluster_and_include_adds_it_again() {
    let served = fleet(InsightsPublic::None).await;
    let decide = served.admin(Method::PUT, &format!("/v4/clusters/{}/cohort", id(0))).json(&json!({"cohort": "staff"}));
    assert_eq!(decide.send().await.unwrap().status(), StatusCode::OK);
    let active = async |include: &str| {
        let said = told(&served, &format!("summary?include={include}")).await;
        let about = &said["about"];
        assert_eq!(about["included"].as_u64().unwrap() + about["excluded"].as_u64().unwrap(), 31);
        said["active"].as_u64().unwrap()
    };
    let (customers, staff, both) = (active("customer").await, active("staff").await, active("customer,staff").await);
    assert_eq!((customers, staff, both), (26, 1, 27));
    assert_eq!(clusters(&told(&served, "active?from=2026-01-01&to=2026-01-01").await), [json!(26)]);
}

#[tokio::test]
async fn a_table_is_asked_for_by_the_path_or_the_accept_header_and_the_path_wins() {
    let served = fleet(InsightsPublic::None).await;
    let table = text(served.analyst(Method::GET, &path("active.csv?from=2026-01-04"))).await;
    assert_eq!(
        table,
        "from,to,complete,clusters\r\n2026-01-04,2026-01-04,true,27\r\n2026-01-05,2026-01-05,false,3\r\n"
    );
    let accepted = served.analyst(Method::GET, &path("active?from=2026-01-04")).header(header::ACCEPT, "text/csv");
    let accepted = accepted.send().await.unwrap();
    assert!(accepted.headers()[header::CONTENT_TYPE].to_str().unwrap().starts_with("text/csv"));
    assert_eq!(accepted.headers()[header::VARY], "Authorization, Accept");
    assert_eq!(accepted.text().await.unwrap(), table);
    let json = served.analyst(Method::GET, &path("active.json?from=2026-01-04")).header(header::ACCEPT, "text/csv");
    assert!(text(json).await.starts_with('{'));
    for (question, first) in [
        ("summary.csv", "question,window,clusters,seconds\r\nincluded,,31,\r\n"),
        (
            "age.csv?from=2026-01-05",
            "from,to,complete,mean_seconds,median_seconds\r\n2026-01-05,2026-01-05,false,342000,",
        ),
        (
            "adoption.csv?component=deis-router&from=2026-01-04&to=2026-01-04",
            "day,complete,active,version,clusters\r\n2026-01-04,true,27,none,0\r\n2026-01-04,true,27,v2.18.0,12\r\n",
        ),
        (
            "lag.csv?component=deis-router",
            "version,released,days_to_half,days_to_nine_tenths\r\nv2.20.0,2026-01-03T09:00:00Z,0,\r\n",
        ),
        (
            "releases.csv",
            "component,version,trains,released,yanked,clusters\r\ndeis-router,v2.20.0,stable,2026-01-03T09:00:00Z,false,15\r\n",
        ),
        ("distributions.csv", "week,name,value,clusters\r\n"),
    ] {
        let table = text(served.analyst(Method::GET, &path(question))).await;
        assert!(table.starts_with(first), "{question}: {table}");
    }
}

#[tokio::test]
async fn an_answer_has_a_tag_and_is_not_sent_twice() {
    let served = fleet(InsightsPublic::Aggregate).await;
    for question in QUESTIONS.into_iter().filter(|question| !question.starts_with("lag")) {
        for (request, caching) in [
            (served.analyst(Method::GET, &path(question)), "private, no-cache"),
            (served.request(Method::GET, &path(question)), "public, no-cache"),
        ] {
            let again = request.try_clone().unwrap();
            let first = request.send().await.unwrap();
            let headers = first.headers();
            assert_eq!((first.status(), &headers[header::CACHE_CONTROL]), (StatusCode::OK, &caching.parse().unwrap()));
            assert!(headers[header::VARY].to_str().unwrap().contains("Authorization"));
            let tag = headers[header::ETAG].clone();
            let second = again.header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
            assert_eq!(
                (second.status(), &second.headers()[header::ETAG]),
                (StatusCode::NOT_MODIFIED, &tag),
                "{question}"
            );
            assert!(second.bytes().await.unwrap().is_empty());
        }
    }
}

#[tokio::test]
async fn what_cannot_be_asked_is_refused_in_a_sentence_that_says_what_to_write() {
    let served = fleet(InsightsPublic::None).await;
    for (question, message) in [
        (
            "summary?at=2026-01-05T11:00:01Z",
            "at: it is not past yet: the latest that can be asked about is 2026-01-05T11:",
        ),
        ("summary?at=2026-01-06", "at: it is not past yet"),
        ("summary?at=yesterday", "at: write a day such as"),
        ("summary?from=2026-01-01", "the query holds a name that this path does not know: use include or at"),
        ("active?from=2026-01-05&to=2026-01-04", "from and to: 2026-01-05 is after 2026-01-04"),
        ("active?from=2027-01-05", "from and to: 2027-01-05 is after 2026-01-05"),
        ("active?from=2015-01-01", "from and to: there are 4023 days"),
        ("active?from=2026-13-01", "from: write a day"),
        ("active?interval=month", "interval: not an interval: write day or week"),
        ("age?include=everybody", "include: not a set of cohorts"),
        ("adoption", "component: it is needed"),
        ("lag", "component: it is needed"),
        ("adoption?component=a/b", "component: "),
        ("releases?component=deis-router", "the query holds a name"),
    ] {
        let (status, said) = analyst(&served, question).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{question}");
        assert!(said["message"].as_str().unwrap().starts_with(message), "{said}");
    }
    assert_eq!(analyst(&served, "summary.xml").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn the_public_is_told_tens_of_days_that_are_over() {
    let served = fleet(InsightsPublic::Aggregate).await;
    let summary = public(&served, "summary").await;
    let about = json!({"at": "2026-01-04T23:59:59Z", "include": ["customer"], "included": 30, "excluded": "<10", "roundedTo": 10});
    assert_eq!(summary["about"], about);
    assert_eq!((&summary["known"], &summary["active"]), (&json!(30), &json!(20)));
    assert_eq!((&summary["bounced"]["7d"], &summary["age"]["meanSeconds"]), (&json!("<10"), &json!(3 * 86400)));
    assert_eq!(public(&served, "summary?at=2026-01-02").await["active"], 30);
    let active = public(&served, "active?from=2025-12-31").await;
    assert_eq!(clusters(&active), [json!("<10"), json!(20), json!(30), json!(20), json!(20)]);
    assert_eq!(clusters(&public(&served, "appeared").await).last(), Some(&json!(30)));
    let adoption = public(&served, "adoption?component=deis-router&from=2026-01-02").await;
    assert_eq!(adoption["now"], json!({"active": 20, "none": "<10", "versions": {"v2.18.0": 10, "v2.20.0": 10}}));
    assert_eq!(adoption["days"][0]["installed"]["versions"], json!({"v2.18.0": 20}), "four on v2.19.0 are not named");
    let releases = public(&served, "releases").await;
    assert_eq!(releases["releases"][1]["clusters"], "<10");
    let table = text(served.request(Method::GET, &path("summary.csv"))).await;
    assert!(table.contains("\r\nbounced,7d,<10,\r\n"), "{table}");
}

#[tokio::test]
async fn who_was_heard_of_today_changes_nothing_that_the_public_is_told() {
    let served = fleet(InsightsPublic::Aggregate).await;
    let all = async || {
        let mut all = Vec::new();
        for question in QUESTIONS.into_iter().filter(|question| !question.starts_with("lag")) {
            all.push(public(&served, question).await);
        }
        all
    };
    let before = all().await;
    for n in 40..75 {
        check_in(&served, n, "v2.20.0", "2026-01-05T20:00:00Z").await;
    }
    assert_eq!(all().await, before);
    served.clock.set("2026-01-06T00:00:00Z".parse().unwrap());
    assert_eq!(public(&served, "summary").await["known"], 60);
}

#[tokio::test]
async fn what_is_not_public_needs_a_token_and_says_so() {
    let served = fleet(InsightsPublic::Aggregate).await;
    for (question, message) in [
        ("summary?include=staff", "include: this needs a token"),
        ("summary?at=2026-01-02T12:00:00Z", "at: a time needs a token"),
        ("lag?component=deis-router", "this needs a token with the role analyst or admin"),
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
