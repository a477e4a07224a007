//! Questions about the fleet, asked by whoever may know everything.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use std::sync::Arc;

use common::insights::{PUBLIC, QUESTIONS, analyst, clusters, fleet, id, path, text, told};
use common::serve_with;
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};
use wfm_api::{InsightsPublic, Settings};
use wfm_core::cluster::Cohort;
use wfm_core::facets::{Facet, FacetReport, FacetValue};
use wfm_core::fleet::Steps;
use wfm_core::store::{MemoryStore, Store};

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
async fn distributions_are_of_the_last_week_that_is_over() {
    let store = Arc::new(MemoryStore::default());
    store.steps(Steps::of([0; Steps::RANDOM])).await.unwrap();
    for (week, cohort, minor, times) in [
        ("2025-12-22", Cohort::Customer, "1.31", 50),
        ("2025-12-29", Cohort::Customer, "1.9", 23),
        ("2025-12-29", Cohort::Customer, "1.10", 4),
        ("2025-12-29", Cohort::Staff, "1.10", 8),
        ("2026-01-05", Cohort::Customer, "1.32", 60),
    ] {
        let said = FacetValue::read(Facet::Kubernetes, minor).unwrap();
        let report = FacetReport::new(week.parse().unwrap(), cohort, [said]).unwrap();
        for _ in 0..times {
            store.count_facets(report.clone()).await.unwrap();
        }
    }
    let insights_public = InsightsPublic::Aggregate;
    let served = serve_with(store, |settings| Settings { insights_public, ..settings }).await;
    served.clock.set("2026-01-05T00:00:00Z".parse().unwrap());
    let told_of = |values: Value, rest: Value| json!([{"name": "kubernetes", "values": values, "rest": rest}]);
    let told_now = told(&served, "distributions").await;
    assert_eq!(told_now["week"], "2025-12-29");
    assert_eq!((&told_now["about"]["included"], &told_now["about"]["excluded"]), (&json!(27), &json!(8)));
    assert_eq!(told_now["distributions"], told_of(json!([{"value": "1.9", "clusters": 23}]), json!(4)));
    let with_staff = told(&served, "distributions?include=customer,staff").await;
    let values = json!([{"value": "1.9", "clusters": 23}, {"value": "1.10", "clusters": 12}]);
    assert_eq!(with_staff["distributions"], told_of(values, json!(0)));
    let table = text(served.analyst(Method::GET, &path("distributions.csv"))).await;
    let lines = "2025-12-29,kubernetes,1.9,23,\r\n2025-12-29,kubernetes,rest,4,\r\n";
    assert_eq!(table, format!("week,name,value,clusters,weeks\r\n{lines}"));
    let public = common::insights::public(&served, "distributions").await;
    assert_eq!(public["distributions"], told_of(json!([{"value": "1.9", "clusters": 20}]), json!("<20")));
    assert_eq!((&public["about"]["included"], &public["about"]["roundedTo"]), (&json!(20), &json!(10)));
    served.clock.set("2026-01-04T23:59:59Z".parse().unwrap());
    assert_eq!(told(&served, "distributions").await["week"], "2025-12-22");
}

#[tokio::test]
async fn the_age_since_creation_is_answered_from_the_reports_of_the_last_week_that_is_over() {
    let store = Arc::new(MemoryStore::default());
    let report = async |cohort, created: &str, times| {
        let said = FacetValue::read(Facet::Creation, created).unwrap();
        let report = FacetReport::new("2025-12-29".parse().unwrap(), cohort, [said]).unwrap();
        for _ in 0..times {
            store.count_facets(report.clone()).await.unwrap();
        }
    };
    // The reports are of 2026-W01.
    for (created, times) in [("2020-W53", 4), ("2024-W52", 6), ("2025-W01", 6), ("2025-W40", 12), ("2026-W01", 4)] {
        report(Cohort::Customer, created, times).await;
    }
    report(Cohort::Staff, "2015-W01", 9).await;
    report(Cohort::Ci, "2025-W50", 4).await;
    let insights_public = InsightsPublic::Aggregate;
    let served = serve_with(store, |settings| Settings { insights_public, ..settings }).await;
    served.clock.set("2026-01-05T00:00:00Z".parse().unwrap());
    let ages = [(4, 261), (6, 53), (6, 52), (12, 13), (4, 0u64)];
    let sum: u64 = ages.iter().map(|(times, weeks)| times * weeks).sum();
    let answer = told(&served, "distributions").await;
    let expected = json!({"clusters": 32, "meanWeeks": sum / 32, "medianWeeks": (52 + 13) / 2});
    assert_eq!(answer["ageSinceCreation"], expected);
    let years = json!([{"value": "2024", "clusters": 6}, {"value": "2025", "clusters": 18}]);
    assert_eq!(answer["distributions"], json!([{"name": "creation", "values": years, "rest": 8}]));
    let table = text(served.analyst(Method::GET, &path("distributions.csv"))).await;
    let lines = format!(
        "2025-12-29,age_since_creation,mean,32,{}\r\n2025-12-29,age_since_creation,median,32,32\r\n\
         2025-12-29,creation,2024,6,\r\n2025-12-29,creation,2025,18,\r\n2025-12-29,creation,rest,8,\r\n",
        sum / 32
    );
    assert_eq!(table, format!("week,name,value,clusters,weeks\r\n{lines}"));
    let public = common::insights::public(&served, "distributions").await;
    assert_eq!(public.get("ageSinceCreation"), None);
    // 18 have reached 10, or nothing yet: where a step is, is a secret.
    let [creation] = public["distributions"].as_array().unwrap().as_slice() else { panic!("{public}") };
    let of_2025 = creation["values"].as_array().unwrap().first().cloned();
    assert!([None, Some(json!({"value": "2025", "clusters": 10}))].contains(&of_2025), "{public}");
    let staff = told(&served, "distributions?include=staff").await;
    assert_eq!(staff["ageSinceCreation"]["clusters"], 9);
    assert_eq!(told(&served, "distributions?include=ci").await.get("ageSinceCreation"), None, "of four reports");
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
        ("distributions.csv", "week,name,value,clusters,weeks\r\n"),
    ] {
        let table = text(served.analyst(Method::GET, &path(question))).await;
        assert!(table.starts_with(first), "{question}: {table}");
    }
}

#[tokio::test]
async fn an_answer_has_a_tag_and_is_not_sent_twice() {
    let served = fleet(InsightsPublic::Aggregate).await;
    let private =
        QUESTIONS.map(|question| (question, served.analyst(Method::GET, &path(question)), "private, no-cache"));
    let public = PUBLIC.map(|question| (question, served.request(Method::GET, &path(question)), "public, no-cache"));
    for (question, request, caching) in private.into_iter().chain(public) {
        let again = request.try_clone().unwrap();
        let first = request.send().await.unwrap();
        let headers = first.headers();
        assert_eq!((first.status(), &headers[header::CACHE_CONTROL]), (StatusCode::OK, &caching.parse().unwrap()));
        assert!(headers[header::VARY].to_str().unwrap().contains("Authorization"));
        let tag = headers[header::ETAG].clone();
        let second = again.header(header::IF_NONE_MATCH, &tag).send().await.unwrap();
        assert_eq!((second.status(), &second.headers()[header::ETAG]), (StatusCode::NOT_MODIFIED, &tag), "{question}");
        assert!(second.bytes().await.unwrap().is_empty());
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
async fn a_component_that_there_is_not_is_a_404_and_not_a_row_of_zeros() {
    let served = common::serve_history().await;
    for path in [
        "/v4/insights/adoption?component=nope",
        "/v4/insights/adoption.csv?component=nope",
        "/v4/insights/lag?component=nope",
        "/?component=nope",
    ] {
        let (status, said) = common::read(served.analyst(Method::GET, path).send().await.unwrap()).await;
        assert_eq!(status, StatusCode::NOT_FOUND, "{path}");
        assert_eq!(said["message"], "no component is named nope: it is neither in the catalog nor published", "{path}");
    }
}
