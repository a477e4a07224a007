//! Publishing over HTTP.

mod common;

use common::{history, read, serve, serve_history};
use reqwest::{Method, StatusCode, header};
use serde_json::{Value, json};

const ROUTER: &str = "/v4/releases/stable/deis-router/v2.9.0";

fn release(day: &str) -> Value {
    json!({
        "component": {"name": "deis-router"},
        "version": {"train": "stable", "version": "v2.9.0", "released": format!("2020-01-{day}T00:00:00Z"), "data": {"fixes": "a CVE"}},
    })
}

#[tokio::test]
async fn without_a_publishers_token_nothing_is_published() {
    let served = serve().await;
    for (method, path) in [
        (Method::PUT, ROUTER),
        (Method::POST, "/v4/releases:import"),
        (Method::POST, "/v3/versions/stable/deis-router/v2.9.0"),
    ] {
        let nobody = served.request(method.clone(), path).json(&release("01")).send().await.unwrap();
        assert_eq!(nobody.headers()[header::WWW_AUTHENTICATE], "Bearer");
        assert_eq!(read(nobody).await.0, StatusCode::UNAUTHORIZED);
        let wrong =
            served.request(method.clone(), path).bearer_auth("wfm_00").json(&release("01")).send().await.unwrap();
        assert_eq!(read(wrong).await.0, StatusCode::UNAUTHORIZED);
        let analyst = served.analyst(method, path).json(&release("01")).send().await.unwrap();
        assert_eq!(read(analyst).await.0, StatusCode::FORBIDDEN);
    }
    assert_eq!(served.get("/versions/deis-router").await.0, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn a_release_is_new_once_and_publishing_it_again_changes_nothing() {
    let served = serve().await;
    assert_eq!(served.publish(ROUTER, release("01")).await, (StatusCode::CREATED, release("01")));
    assert_eq!(served.publish(ROUTER, release("01")).await, (StatusCode::OK, release("01")));
    assert_eq!(served.get("/v3/versions/stable/deis-router/v2.9.0").await, (StatusCode::OK, release("01")));
}

#[tokio::test]
async fn changed_facts_are_a_conflict_that_names_them_unless_replacing() {
    let served = serve().await;
    served.publish(ROUTER, release("01")).await;
    let (status, said) = served.publish(ROUTER, release("02")).await;
    assert_eq!(status, StatusCode::CONFLICT);
    let details = "version.released: published “2020-01-01T00:00:00Z”, sent “2020-01-02T00:00:00Z”";
    assert_eq!(said["details"], json!([details]));
    let replaced = served.publish(&format!("{ROUTER}?replace=true"), release("02")).await;
    assert_eq!(replaced, (StatusCode::OK, release("02")));
}

#[tokio::test]
async fn what_the_body_leaves_out_is_in_the_path_and_the_leading_v_does_not_count() {
    let served = serve().await;
    let body = json!({"version": {"version": "2.9.0", "released": "2020-01-01T00:00:00Z"}});
    let (status, stored) = served.publish(ROUTER, body).await;
    assert_eq!((status, &stored["version"]["version"]), (StatusCode::CREATED, &json!("2.9.0")));
    assert_eq!(served.get("/v3/versions/stable/deis-router/v2.9.0").await.1, stored);
}

#[tokio::test]
async fn a_body_and_a_path_that_disagree_are_refused_by_field() {
    let served = serve().await;
    for (path, field) in [
        ("/v4/releases/beta/deis-router/v2.9.0", "version.train: "),
        ("/v4/releases/stable/deis-minio/v2.9.0", "component.name: "),
        ("/v4/releases/stable/deis-router/v2.9.1", "version.version: "),
    ] {
        let (status, said) = served.publish(path, release("01")).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(said["message"].as_str().unwrap().starts_with(field), "{said}");
    }
}

#[tokio::test]
async fn a_body_that_is_no_release_is_refused_by_field() {
    let served = serve().await;
    for (body, field) in [
        (json!({}), "version.released: write when"),
        (json!({"version": {"released": "yesterday"}}), "version.released: "),
        (json!({"version": {"released": 7}}), "version.released: write text"),
        (json!({"version": []}), "version: write an object"),
        (json!([]), "the entry: write an object"),
    ] {
        let (status, said) = served.publish(ROUTER, body).await;
        assert_eq!(status, StatusCode::BAD_REQUEST);
        assert!(said["message"].as_str().unwrap().starts_with(field), "{said}");
    }
    for path in
        ["/v4/releases/stable/deis-router/latest", "/v4/releases/stable/Router/v1.0.0", "/v4/releases/S/a/v1.0.0"]
    {
        assert_eq!(served.publish(path, json!({})).await.0, StatusCode::BAD_REQUEST);
    }
    let long = format!(r#"{{"version":{{"data":{{"fixes":"{}"}}}}}}"#, "x".repeat(64 * 1024));
    let long = served.publisher(Method::PUT, ROUTER).body(long).send().await.unwrap();
    assert_eq!(read(long).await.0, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn the_minimum_is_kept_wherever_it_is_written() {
    let served = serve().await;
    let released = "2020-03-01T00:00:00Z";
    let beside = json!({"version": {"released": released, "minimum": "v1.0.0"}});
    let within = json!({"version": {"released": released, "data": {"minimum": "v1.0.0"}}});
    let mut minor = 0;
    for body in [&beside, &within] {
        minor += 1;
        let (status, said) =
            served.publish(&format!("/v4/releases/stable/deis-builder/v1.{minor}.0"), body.clone()).await;
        assert_eq!((status, &said["version"]["data"]["minimum"]), (StatusCode::CREATED, &json!("v1.0.0")));
        minor += 1;
        let path = format!("/v3/versions/stable/deis-builder/v1.{minor}.0");
        let (_, said) = read(served.publisher(Method::POST, &path).json(body).send().await.unwrap()).await;
        assert_eq!(said["version"]["data"]["minimum"], "v1.0.0");
        minor += 1;
        let mut entry = body.clone();
        entry["component"] = json!({"name": "deis-builder"});
        entry["version"]["train"] = json!("stable");
        entry["version"]["version"] = json!(format!("v1.{minor}.0"));
        let file = served.publisher(Method::POST, "/v4/releases:import").json(&json!({"data": [entry]}));
        assert_eq!(file.send().await.unwrap().status(), StatusCode::OK);
    }
    let (_, document) = served.get("/v4/releases/stable").await;
    let releases = document["components"][0]["releases"].as_array().unwrap();
    assert_eq!(releases.len(), 6);
    for release in releases {
        assert_eq!(release["minimum"], "v1.0.0", "{release}");
    }
    // What is served can be published again as it is.
    let other = serve().await;
    let import = other.publisher(Method::POST, "/v4/releases:import").json(&document);
    assert_eq!(read(import.send().await.unwrap()).await.1["added"], 6);
    let again = other.get("/v4/releases/stable").await.1;
    assert_eq!(again["components"], document["components"]);
}

#[tokio::test]
async fn an_unknown_member_is_refused_with_its_name_and_place_but_by_the_old_path() {
    let served = serve().await;
    let released = "2020-03-01T00:00:00Z";
    for (body, said) in [
        (json!({"released": released}), "released: it is unknown here: write it as version.released"),
        (
            json!({"version": {"released": released, "notes": "x"}}),
            "version.notes: it is unknown: use train, version, ",
        ),
        (
            json!({"version": {"released": released, "data": {"minimun": "v1.0.0"}}}),
            "version.data.minimun: it is unknown: ",
        ),
        (
            json!({"version": {"released": released, "name": "x"}}),
            "version.name: it is unknown here: write it as component.name",
        ),
        (
            json!({"version": {"released": released, "minimum": "v1.0.0", "data": {"minimum": "v1.1.0"}}}),
            "version.minimum: version.data.minimum is another text: write it once",
        ),
        (
            json!({"version": {"released": released, "minimum": "v9.0.0"}}),
            "version.data.minimum: v9.0.0 is above the release",
        ),
        (
            json!({"version": {"released": "2999-01-01T00:00:00Z"}}),
            "version.released: 2999-01-01T00:00:00Z is more than 30 days",
        ),
    ] {
        let (status, answer) = served.publish(ROUTER, body.clone()).await;
        assert_eq!(status, StatusCode::BAD_REQUEST, "{body}");
        assert!(answer["message"].as_str().unwrap().starts_with(said), "{answer}");
    }
    let old = json!({"version": {"released": released, "notes": "x", "data": {"notes": "y"}}});
    let old = served.publisher(Method::POST, "/v3/versions/stable/deis-router/v2.9.0").json(&old);
    assert_eq!(old.send().await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_file_that_differs_is_told_how_and_a_dry_run_says_that_it_would_be_refused() {
    let served = serve().await;
    served.publish(ROUTER, release("01")).await;
    let import = async |query: &str| {
        let request = served.publisher(Method::POST, &format!("/v4/releases:import{query}"));
        read(request.json(&json!({"data": [release("02")]})).send().await.unwrap()).await
    };
    let how = "~ stable deis-router v2.9.0: version.released 2020-01-01T00:00:00Z → 2020-01-02T00:00:00Z";
    let (status, dry) = import("?dry_run=true").await;
    assert_eq!((status, &dry["wouldBeRefused"], &dry["differences"]), (StatusCode::OK, &json!(true), &json!([how])));
    assert_eq!(import("?dry_run=true&replace=true").await.1["wouldBeRefused"], false);
    let (status, refused) = import("").await;
    assert_eq!((status, &refused["details"]), (StatusCode::CONFLICT, &json!([how])));
    assert!(refused["message"].as_str().unwrap().contains("because 1 published release differs"), "{refused}");
}

#[tokio::test]
async fn a_file_that_would_yank_a_published_release_is_refused_with_the_way_to_do_it() {
    let served = serve().await;
    served.publish(ROUTER, release("01")).await;
    let mut file = release("01");
    file["version"]["yanked"] = json!({"reason": "It loses data", "at": "2020-02-01T00:00:00Z"});
    let import = async |query: &str| {
        let request = served.publisher(Method::POST, &format!("/v4/releases:import{query}"));
        read(request.json(&json!({"data": [file]})).send().await.unwrap()).await
    };
    for query in ["?dry_run=true", "?dry_run=true&replace=true"] {
        let (status, dry) = import(query).await;
        assert_eq!((status, &dry["wouldBeRefused"], &dry["changed"]), (StatusCode::OK, &json!(true), &json!(1)));
    }
    for query in ["", "?replace=true"] {
        let (status, refused) = import(query).await;
        assert_eq!(status, StatusCode::CONFLICT, "{refused}");
        assert!(refused["message"].as_str().unwrap().contains("yank it with DELETE"), "{refused}");
        assert!(refused["details"][0].as_str().unwrap().contains("yank: use DELETE"), "{refused}");
    }
}

#[tokio::test]
async fn a_notice_that_no_one_would_read_is_refused() {
    let served = serve().await;
    served.publish_router("stable", "v2.9.0").await;
    let put = async |train: &str, notice: Value| served.publish(&format!("/v4/notices/{train}/a"), notice).await;
    let notice = |member: &str, value: &str| json!({"level": "advisory", "text": "x", member: value});
    for (train, body, status, said) in [
        (
            "stable",
            notice("affected", ">=1.2,<1.0"),
            400,
            "affected: “>=1.2,<1.0”: no version satisfies all its comparisons",
        ),
        (
            "stable",
            notice("affected", ">=1.0 <1.2"),
            400,
            "affected: “>=1.0 <1.2” is not a range of versions: write 2.18.0, or comparisons with commas",
        ),
        ("stable", notice("component", "deis-ruoter"), 400, "component: no component is named deis-ruoter"),
        (
            "nosuch",
            notice("component", "deis-router"),
            404,
            "no release was published on the train nosuch: there are stable",
        ),
    ] {
        let (found, answer) = put(train, body).await;
        assert_eq!(found, status, "{answer}");
        assert!(answer["message"].as_str().unwrap().starts_with(said), "{answer}");
    }
    assert_eq!(put("stable", notice("affected", "<=v2.10.0-rc.1")).await.0, StatusCode::CREATED);
}

#[tokio::test]
async fn the_old_path_publishes_too() {
    let served = serve().await;
    let post = || served.publisher(Method::POST, "/v3/versions/stable/deis-router/v2.9.0").json(&release("01")).send();
    assert_eq!(read(post().await.unwrap()).await, (StatusCode::OK, release("01")));
    assert_eq!(read(post().await.unwrap()).await, (StatusCode::OK, release("01")));
}

#[tokio::test]
async fn importing_the_history_twice_changes_nothing_the_second_time() {
    let served = serve().await;
    let body = std::fs::read(history()).unwrap();
    let import = async |query: &str| {
        let request = served.publisher(Method::POST, &format!("/v4/releases:import{query}"));
        read(request.body(body.clone()).send().await.unwrap()).await
    };
    let numbers =
        |said: &Value| [&said["kept"], &said["added"], &said["changed"], &said["unchanged"]].map(Clone::clone);
    let (status, dry) = import("?dry_run=true").await;
    assert_eq!((status, numbers(&dry)), (StatusCode::OK, [json!(false), json!(500), json!(0), json!(0)]));
    assert_eq!(served.get("/versions/deis-router").await.0, StatusCode::NOT_FOUND);
    assert_eq!(numbers(&import("").await.1), [json!(true), json!(500), json!(0), json!(0)]);
    let (_, again) = import("").await;
    assert_eq!(numbers(&again), [json!(true), json!(0), json!(0), json!(500)]);
    assert_eq!(again["differences"], json!([]));
}

#[tokio::test]
async fn an_import_that_changes_facts_keeps_nothing_unless_replacing() {
    let served = serve_history().await;
    let file = json!({"data": [
        {"component": {"name": "deis-router"}, "version": {"train": "stable", "version": "v99.0.0", "released": "2026-01-01T00:00:00Z"}},
        {"component": {"name": "deis-router"}, "version": {"train": "stable", "version": "v2.0.0", "released": "2026-01-01T00:00:00Z"}},
    ]});
    let import = async |query: &str| {
        let request = served.publisher(Method::POST, &format!("/v4/releases:import{query}"));
        read(request.json(&file).send().await.unwrap()).await
    };
    let (status, said) = import("").await;
    assert_eq!(
        (status, &said["details"]),
        (
            StatusCode::CONFLICT,
            &json!(["~ stable deis-router v2.0.0: version.released 2016-06-09T17:02:32Z → 2026-01-01T00:00:00Z"])
        )
    );
    assert_eq!(served.get("/v3/versions/stable/deis-router/v99.0.0").await.0, StatusCode::NOT_FOUND);
    let (status, said) = import("?replace=true").await;
    assert_eq!((status, &said["added"], &said["changed"]), (StatusCode::OK, &json!(1), &json!(1)));
}

#[tokio::test]
async fn a_broken_file_and_a_misspelt_flag_are_refused() {
    let served = serve().await;
    let import = async |query: &str, body: &'static str| {
        let request = served.publisher(Method::POST, &format!("/v4/releases:import{query}"));
        read(request.body(body).send().await.unwrap()).await
    };
    let (status, said) = import("", r#"{"data":[{"component":{"name":"deis-router"},"version":{}}]}"#).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().starts_with("entry 1 (deis-router): version.train: "), "{said}");
    assert_eq!(import("", "{").await.0, StatusCode::BAD_REQUEST);
    let (status, said) = import("?dryrun=true", "{}").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().contains("dry_run or replace"), "{said}");
}

#[tokio::test]
async fn what_is_not_seen_is_not_published() {
    let served = serve().await;
    let mut hidden = release("01");
    hidden["version"]["data"]["fixes"] = json!("a\u{202e} CV\u{2066}E\u{1b}\0\r");
    assert_eq!(served.publish(ROUTER, hidden.clone()).await, (StatusCode::CREATED, release("01")));
    assert_eq!(served.publish(ROUTER, hidden).await, (StatusCode::OK, release("01")), "nothing changed");
    let notice = json!({"level": "security", "text": "Up\u{202e}grade."});
    let (status, said) = served.publish("/v4/notices/stable/a", notice).await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().contains("format characters"), "{said}");
    let yank = served.publisher(Method::DELETE, &format!("{ROUTER}?reason=lo%E2%80%AEss")).send().await.unwrap();
    assert_eq!(read(yank).await.0, StatusCode::BAD_REQUEST);
}

#[tokio::test]
async fn every_change_of_a_train_raises_the_serial_of_its_document_and_nothing_else_does() {
    let served = serve().await;
    let issue = async |train: &str| {
        let document = served.get(&format!("/v4/releases/{train}")).await.1;
        (document["serial"].as_u64().unwrap(), document["issued"].clone())
    };
    served.publish(ROUTER, release("01")).await;
    let (first, issued) = issue("stable").await;
    let issued: jiff::Timestamp = issued.as_str().unwrap().parse().unwrap();
    assert_eq!(first, issued.as_second().unsigned_abs());
    served.publish(ROUTER, release("01")).await;
    served.publish_router("beta", "v3.0.0-rc1").await;
    assert_eq!(issue("stable").await.0, first);
    let notice = json!({"level": "advisory", "text": "Upgrade."});
    served.publish("/v4/notices/stable/a", notice).await;
    assert_eq!(issue("stable").await.0, first + 1);
    served.clock.set("1999-01-01T00:00:00Z".parse().unwrap());
    served.publisher(Method::DELETE, "/v4/notices/stable/a").send().await.unwrap();
    assert_eq!(issue("stable").await, (first + 2, json!("1999-01-01T00:00:00Z")));
}
