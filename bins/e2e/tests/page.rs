//! The agent's page: every state, every error, nothing but GET, and hostile text as text.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::sync::Arc;

use reqwest::Method;
use serde_json::json;
use wfm_agent::Flags;
use wfm_core::store::MemoryStore;
use wfm_e2e::{Answer, Fault, RecordedCluster, Recording};
use world::{components, http, page, text, world};

const DAEMON_SETS: &str = "/apis/apps/v1/namespaces/deis/daemonsets";
const DEPLOYMENTS: &str = "/apis/apps/v1/namespaces/deis/deployments";

#[tokio::test]
async fn the_banner_begins_with_the_worst_fact_and_names_what_is_out_of_date() {
    let world = world(Recording::Onprem2018, &[]).await;
    let page = page(world.agent.addr).await;
    assert!(
        page.contains("<div class=\"banner bad\"><div class=\"wrap\"><h2>deis-minio is unhealthy; 13 out of date; ")
    );
    assert!(page.contains("deis-builder v2.13.1 → v2.13.7"));
}

#[tokio::test]
async fn the_tiles_add_up_to_the_components() {
    let world = world(Recording::Onprem2018, &[]).await;
    let page = page(world.agent.addr).await;
    let numbers: Vec<u32> = page
        .split("<span class=\"number\">")
        .skip(1)
        .map(|rest| rest.split('<').next().unwrap().parse().unwrap())
        .collect();
    assert_eq!(numbers, [0, 13, 0, 1, 1], "current, outdated, missing, unhealthy, unknown");
    let managed = components(world.agent.addr).await.iter().filter(|c| c["status"] != "unmanaged").count();
    assert_eq!(numbers.iter().sum::<u32>() as usize, managed);
}

#[tokio::test]
async fn a_tile_shows_the_rows_that_it_counts() {
    let world = world(Recording::Onprem2018, &[]).await;
    world.cluster.remove("/apis/apps/v1/namespaces/deis/daemonsets/deis-registry-proxy").unwrap();
    page(world.agent.addr).await;
    for (status, rows) in [("outdated", 12), ("missing", 1), ("unhealthy", 1), ("unknown", 1), ("unmanaged", 1)] {
        let page = text(world.agent.addr, &format!("/?status={status}")).await;
        assert_eq!(page.matches("<th class=\"name\"").count(), rows, "{status}");
    }
    assert!(text(world.agent.addr, "/?text=nothing-like-it").await.contains("No component matches"));
}

#[tokio::test]
async fn with_checks_off_the_page_says_off_and_missing_and_unhealthy_still_show() {
    let world = world(Recording::Onprem2018, &[("CHECK_VERSIONS", "false")]).await;
    world.cluster.remove("/apis/apps/v1/namespaces/deis/daemonsets/deis-registry-proxy").unwrap();
    let page = page(world.agent.addr).await;
    assert!(page.contains("; update checks are off</h2>"), "{page}");
    assert!(page.contains("CHECK_VERSIONS is false"));
    assert!(page.contains("CrashLoopBackOff") && page.contains("<strong>deis-registry-proxy</strong> is expected"));
    assert!(!page.contains("<span class=\"badge warn\">▲ outdated"));
}

#[tokio::test]
async fn an_unreachable_versions_service_is_told_and_everything_else_still_shows() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        versions_url: Some("http://127.0.0.1:9".into()),
        ..Flags::default()
    };
    let agent = world::agent(&flags, &[]).await;
    let page = page(agent.addr).await;
    assert!(page.contains("; updates unknown"), "{page}");
    assert!(page.contains("http://127.0.0.1:9/ cannot be reached"), "{page}");
    assert!(page.contains("CrashLoopBackOff") && page.contains("✕ missing"));
}

#[tokio::test]
async fn an_unreachable_cluster_is_told_and_the_agent_goes_on() {
    let folder = tempfile::tempdir().unwrap();
    let kubeconfig = {
        let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
        cluster.write_kubeconfig(folder.path()).unwrap()
    };
    let flags = Flags { kubeconfig: Some(kubeconfig), ..Flags::default() };
    let agent = world::agent(&flags, &[]).await;
    let page = text(agent.addr, "/").await;
    assert!(page.contains("The cluster could not be read") && page.contains("id unknown"), "{page}");
    assert!(page.contains("kubectl -n deis get deployments"));
    for (path, status) in [("/components", 503), ("/id", 503), ("/readyz", 503), ("/livez", 200), ("/healthz", 200)] {
        let answer = http().get(format!("http://{}{path}", agent.addr)).send().await.unwrap();
        assert_eq!(answer.status(), status, "{path}");
    }
}

#[tokio::test]
async fn a_missing_permission_is_named_and_the_rest_is_drawn() {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    cluster.script(Fault::new(DAEMON_SETS, Answer::status(403)));
    let world = world::world_of(cluster, Arc::new(MemoryStore::default()), &[]).await;
    let page = text(world.agent.addr, "/").await;
    assert!(page.contains("kubectl auth can-i list daemonsets.apps -n deis"), "{page}");
    assert!(page.contains("deis-router") && page.contains("Deployments"));
    let components = components(world.agent.addr).await;
    let fluentd = components.iter().find(|c| c["component"]["name"] == "deis-logger-fluentd").unwrap();
    assert_eq!(fluentd["status"], "unknown", "what could not be looked for is not called missing");
    assert_eq!(fluentd["reason"], "unknown: not seen, but daemonsets.apps could not be read");
}

#[tokio::test]
async fn hostile_names_and_tags_are_shown_as_text() {
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let script = "<script>alert(1)</script>";
    cluster
        .update(&format!("{DEPLOYMENTS}/deis-router"), |router| {
            router["metadata"]["annotations"]["component.deis.io/version"] = json!(script);
        })
        .unwrap();
    cluster
        .update(&format!("{DEPLOYMENTS}/globex-payments"), |payments| {
            payments["metadata"]["name"] = json!("\"><img src=x onerror=alert(2)>");
        })
        .unwrap();
    let world = world::world_of(cluster, Arc::new(MemoryStore::default()), &[]).await;
    let page = page(world.agent.addr).await;
    assert!(page.contains("&lt;script&gt;alert(1)") && page.contains("&lt;img src=x"), "{page}");
    assert!(!page.contains(script) && !page.contains("<img"));
}

#[tokio::test]
async fn an_unhealthy_components_warnings_stand_in_its_details_as_text() {
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let events = "/api/v1/namespaces/deis/events";
    let mut list = cluster.get(events).unwrap();
    let warning = list["items"].as_array_mut().unwrap().iter_mut().find(|event| event["reason"] == "BackOff").unwrap();
    warning["message"] = json!("<script>alert(1)</script>");
    cluster.set(events, list);
    let world = world::world_of(cluster, Arc::new(MemoryStore::default()), &[]).await;
    let page = page(world.agent.addr).await;
    let pod = "<code>deis-minio-8566cfcd9b-qxdmh</code>";
    assert!(
        page.contains(&format!("<strong>BackOff</strong> Pod {pod}: &lt;script&gt;alert(1)&lt;/script&gt;")),
        "{page}"
    );
    assert!(page.contains("291 times)"), "{page}");
    let report = world::json(world.agent.addr, "/report.json").await;
    let components = report["components"].as_array().unwrap();
    let minio = components.iter().find(|component| component["name"] == "deis-minio").unwrap();
    assert_eq!((&minio["events"][0]["reason"], &minio["events"][0]["count"]), (&json!("BackOff"), &json!(291)));
    let explained = components.iter().filter(|c| c["events"] != json!([])).map(|c| &c["name"]).collect::<Vec<_>>();
    assert_eq!(explained, ["deis-minio", "globex-payments"]);
}

#[tokio::test]
async fn the_page_answers_get_and_head_and_nothing_else() {
    let world = world(Recording::EksCurrent, &[]).await;
    for path in ["/", "/components", "/id", "/report.json", "/livez", "/nowhere"] {
        for method in [Method::POST, Method::PUT, Method::DELETE, Method::PATCH, Method::OPTIONS] {
            let url = format!("http://{}{path}", world.agent.addr);
            let answer = http().request(method.clone(), url).send().await.unwrap();
            assert_eq!(
                (answer.status().as_u16(), &answer.headers()["allow"]),
                (405, &"GET, HEAD".parse().unwrap()),
                "{method} {path}"
            );
        }
    }
    let head = http().head(format!("http://{}/", world.agent.addr)).send().await.unwrap();
    assert_eq!(head.status(), 200);
    assert!(head.text().await.unwrap().is_empty());
}

#[tokio::test]
async fn every_link_is_relative_and_one_level_deep() {
    let world = world(Recording::Onprem2018, &[("SHARE_USAGE_DATA", "true")]).await;
    let page = page(world.agent.addr).await;
    for attribute in ["href=\"", "src=\"", "action=\""] {
        for target in page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap()) {
            let relative = !target.starts_with('/') && !target.contains("://") && !target.contains("..");
            let level = target.trim_start_matches("./").split(['?', '#']).next().unwrap();
            assert!(relative && !level.contains('/') || target == "data:,", "{attribute}{target}");
        }
    }
}

#[tokio::test]
async fn a_page_that_has_not_changed_is_not_sent_again() {
    let world = world(Recording::EksCurrent, &[]).await;
    page(world.agent.addr).await;
    let url = format!("http://{}/", world.agent.addr);
    let first = http().get(&url).send().await.unwrap();
    let tag = first.headers()["etag"].clone();
    assert!(tag.to_str().unwrap().starts_with("W/"));
    assert_eq!(http().get(&url).header("if-none-match", tag).send().await.unwrap().status(), 304);
}

#[tokio::test]
async fn the_page_is_under_the_proxy_path_too_where_it_is_mounted() {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let flags = Flags { kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()), ..Flags::default() };
    let (settings, _) = wfm_agent::Settings::read(&flags, &std::collections::BTreeMap::new()).unwrap();
    let agent = wfm_agent::connect(&settings).await.unwrap();
    let prefix = "/api/v1/namespaces/deis/services/deis-workflow-manager:80/proxy/";
    let routes = wfm_agent::routes::routes_also_under(Arc::clone(&agent), prefix);
    let running = wfm_agent::start_with(agent, routes, world::anywhere(), || 0.0).await.unwrap();
    for path in ["/", prefix, &format!("{prefix}components"), "/components"] {
        let answer = http().get(format!("http://{}{path}", running.addr)).send().await.unwrap();
        assert_eq!(answer.status(), 200, "{path}");
    }
}

#[tokio::test]
async fn probes_do_not_read_the_cluster_again() {
    let world = world(Recording::EksCurrent, &[]).await;
    page(world.agent.addr).await;
    let asked = world.cluster.requests().len();
    for _ in 0..50 {
        assert_eq!(text(world.agent.addr, "/readyz").await, "[+] the cluster was read");
        text(world.agent.addr, "/livez").await;
    }
    assert_eq!(world.cluster.requests().len(), asked);
}

#[tokio::test]
async fn a_hundred_views_cost_one_list_of_every_resource() {
    let world = world(Recording::EksCurrent, &[]).await;
    let views = (0..100).map(|_| text(world.agent.addr, "/"));
    let mut views: tokio::task::JoinSet<String> = views.collect();
    while let Some(view) = views.join_next().await {
        assert!(view.unwrap().contains("deis-router"));
    }
    let mut lists: Vec<String> =
        world.cluster.requests().into_iter().map(|r| r.path).filter(|p| !p.contains("secrets")).collect();
    let all = lists.len();
    lists.sort_unstable();
    lists.dedup();
    assert_eq!(
        (lists.len(), all),
        (11, 11),
        "seven lists, the version, the namespace, the cluster's age, and events, once each"
    );
}

#[tokio::test]
async fn a_cluster_that_does_not_answer_is_a_page_and_no_error() {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    cluster.script(Fault::new("/", Answer::Late(std::time::Duration::from_secs(60))));
    let world = world::world_of(cluster, Arc::new(MemoryStore::default()), &[]).await;
    let answer = http().get(format!("http://{}/", world.agent.addr)).send().await.unwrap();
    assert_eq!(answer.status(), 200);
    assert!(answer.text().await.unwrap().contains("nothing of the cluster has been seen yet"));
}
