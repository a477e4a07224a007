//! What others get to read of the agent's page, which needs no login: web pages of another origin, names that were made to
//! resolve to its address, and anyone who wants the id.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use tokio::io::{AsyncReadExt, AsyncWriteExt};
use wfm_agent::Flags;
use wfm_e2e::{RecordedCluster, Recording};
use world::{World, http, text, until, world};

/// Everything that the agent serves.
const PATHS: [&str; 12] = [
    "/",
    "/components",
    "/report.json",
    "/report.csv",
    "/metrics",
    "/openapi.json",
    "/id",
    "/sent.ndjson",
    "/livez",
    "/healthz",
    "/readyz",
    "/nowhere",
];

async fn get(world: &World, path: &str, headers: &[(&str, &str)]) -> (u16, String) {
    let mut request = http().get(format!("http://{}{path}", world.agent.addr));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    let answer = request.send().await.unwrap();
    (answer.status().as_u16(), answer.text().await.unwrap())
}

#[tokio::test]
async fn a_name_that_resolves_to_the_agent_reads_nothing() {
    let world = world(Recording::Onprem2018, &[]).await;
    let proxied = "/api/v1/namespaces/deis/services/deis-workflow-manager:80/proxy/";
    for path in PATHS {
        for host in ["rebind.attacker.com:8080", "rebind.attacker.com", "deis-workflow-manager.deis.svc.attacker.com"] {
            for more in [&[][..], &[("x-forwarded-uri", proxied)], &[("x-forwarded-host", "localhost")]] {
                let (status, body) = get(&world, path, &[&[("host", host)], more].concat()).await;
                assert_eq!(status, 403, "{path} {host}");
                assert!(body.contains("start the agent with --host") && !body.contains("deis-router"), "{body}");
            }
        }
    }
    for host in ["localhost:1", "10.0.0.1:8080", "deis-workflow-manager.deis.svc"] {
        assert_eq!(get(&world, "/", &[("host", host)]).await.0, 200, "{host}");
    }
}

#[tokio::test]
async fn a_page_of_another_origin_reads_nothing_and_may_link_here() {
    let world = world(Recording::Onprem2018, &[]).await;
    for path in PATHS {
        for foreign in [
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "cors"), ("sec-fetch-dest", "empty")][..],
            &[("sec-fetch-site", "same-site"), ("sec-fetch-mode", "no-cors"), ("sec-fetch-dest", "script")],
            &[("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "iframe")],
            &[("origin", "http://evil.example")],
            &[("origin", "null")],
        ] {
            let (status, body) = get(&world, path, foreign).await;
            assert_eq!(status, 403, "{path} {foreign:?}");
            assert!(body.contains("another web page made this request"), "{body}");
        }
    }
    let link = [("sec-fetch-site", "cross-site"), ("sec-fetch-mode", "navigate"), ("sec-fetch-dest", "document")];
    assert_eq!(get(&world, "/", &link).await.0, 200);
}

#[tokio::test]
async fn without_a_host_and_with_two_a_request_is_a_bad_one() {
    let world = world(Recording::Onprem2018, &[]).await;
    for (hosts, expected) in
        [("", "400"), ("Host: localhost\r\nHost: localhost\r\n", "400"), ("Host: localhost\r\n", "200")]
    {
        let mut stream = tokio::net::TcpStream::connect(world.agent.addr).await.unwrap();
        let request = format!("GET /livez HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
        stream.write_all(request.as_bytes()).await.unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).await.unwrap();
        assert!(answer.starts_with(&format!("HTTP/1.1 {expected}")), "{hosts:?}: {answer}");
    }
}

/// Whatever path is asked for, also after an envelope was sent: no more than eight digits of the id.
#[tokio::test]
async fn nothing_over_http_shows_the_whole_id_or_the_erasure_secret() {
    for recording in Recording::ALL {
        let world = world(recording, &[("SHARE_USAGE_DATA", "true")]).await;
        let page = until(|| text(world.agent.addr, "/"), |page| page.contains("Check-in: acknowledged")).await;
        let id = world::id(&world.cluster);
        assert!(page.contains(&format!("{}…", &id[..8])) && page.contains("wfm-agent id show"), "{page}");
        for path in PATHS {
            let body = text(world.agent.addr, path).await;
            assert!(!body.contains(&id[8..]), "{path}: {body}");
            assert!(!body.contains("erasure-secret"), "{path}");
        }
        assert!(text(world.agent.addr, "/sent.ndjson").await.contains(&format!("{}…", &id[..8])));
        assert_eq!(text(world.agent.addr, "/id").await, format!("{}…", &id[..8]));
    }
}

#[tokio::test]
async fn a_missing_secret_is_reported_with_the_command_and_everything_else_goes_on() {
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let none = serde_json::json!({"kind": "SecretList", "apiVersion": "v1", "metadata": {}, "items": []});
    cluster.set("/api/v1/namespaces/deis/secrets", none);
    let store = std::sync::Arc::new(wfm_core::store::MemoryStore::default());
    let world = world::world_of(cluster, store, &[("SHARE_USAGE_DATA", "true")]).await;
    let page = world::page(world.agent.addr).await;
    let command = "kubectl create secret generic deis-workflow-manager -n deis";
    assert!(page.contains(command) && page.contains("deis-router"), "{page}");
    assert!(text(world.agent.addr, "/id").await.contains(command));
    let report = world::json(world.agent.addr, "/report.json").await;
    let checks = report["self_checks"].as_array().unwrap();
    let identity = checks.iter().find(|check| check["name"] == "identity").unwrap();
    assert!(identity["outcome"] == "fails" && identity["message"].as_str().unwrap().contains(command), "{identity}");
    assert_eq!(get(&world, "/readyz", &[]).await.0, 200);
    assert!(world.cluster.requests().iter().all(|request| request.method == "GET"));
}

/// The command line, with the cluster's kubeconfig: standard output, or the sentence on standard error.
async fn agent(cluster: &RecordedCluster, args: &[&str]) -> Result<String, String> {
    let folder = tempfile::tempdir().unwrap();
    let mut command = std::process::Command::new(world::program("wfm-agent"));
    command.args(args).arg("--kubeconfig").arg(cluster.write_kubeconfig(folder.path()).unwrap()).env_clear();
    let output = tokio::task::spawn_blocking(move || command.output().unwrap()).await.unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    if output.status.success() { Ok(text(output.stdout)) } else { Err(text(output.stderr)) }
}

#[tokio::test]
async fn the_owner_sees_the_id_on_the_command_line_and_erases_the_cluster_there() {
    let world = world(Recording::Onprem2018, &[("SHARE_USAGE_DATA", "true")]).await;
    until(|| text(world.agent.addr, "/"), |page| page.contains("Check-in: acknowledged")).await;
    let (id, url) = (world::id(&world.cluster), format!("http://{}", world.service.addr()));
    assert_eq!(agent(&world.cluster, &["id", "show"]).await, Ok(format!("{id}\n")));
    let record = async || text(world.service.addr(), &format!("/v3/clusters/{id}")).await;
    assert!(record().await.contains("deis-router"));
    let erase = ["id", "erase", "--versions-url", &url];
    assert_eq!(agent(&world.cluster, &erase).await, Ok(format!("{url}/ erased {id}\n")));
    assert!(record().await.contains("no cluster with this id has checked in"));
    assert_eq!(agent(&world.cluster, &erase).await, Ok(format!("{url}/ has no record of {id}\n")));
}

#[tokio::test]
async fn an_id_of_an_older_agent_checks_in_and_is_erased_by_an_administrator_or_after_a_reset() {
    let world = world(Recording::EksCurrent, &[("SHARE_USAGE_DATA", "true")]).await;
    until(|| text(world.agent.addr, "/"), |page| page.contains("Check-in: acknowledged")).await;
    let (id, url) = (world::id(&world.cluster), format!("http://{}", world.service.addr()));
    let erase = ["id", "erase", "--versions-url", &url];
    let refused = agent(&world.cluster, &erase).await.unwrap_err();
    assert!(refused.contains(&id) && refused.contains("ask an administrator"), "{refused}");
    agent(&world.cluster, &["id", "reset"]).await.unwrap();
    let new = agent(&world.cluster, &["id", "show"]).await.unwrap();
    assert_ne!(new.trim(), id);
    assert_eq!(agent(&world.cluster, &erase).await, Ok(format!("{url}/ has no record of {new}")));
    assert!(agent(&world.cluster, &["id", "erase"]).await.unwrap_err().contains("--versions-url"));
}

#[tokio::test]
async fn a_command_does_not_draw_an_id() {
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    assert!(agent(&cluster, &["id", "show"]).await.unwrap_err().contains("no id yet"));
    assert!(agent(&cluster, &["id", "erase", "--versions-url", "http://127.0.0.1:9"]).await.is_err());
    assert!(cluster.requests().iter().all(|request| request.method == "GET"));
}

#[tokio::test]
async fn a_name_that_is_set_is_answered() {
    let cluster = RecordedCluster::start(Recording::EksCurrent).await.unwrap();
    let folder = tempfile::tempdir().unwrap();
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        host: vec!["workflow.example.com".to_owned()],
        ..Flags::default()
    };
    let agent = world::agent(&flags, &[]).await;
    let status = async |host: &str| {
        http().get(format!("http://{}/livez", agent.addr)).header("host", host).send().await.unwrap().status().as_u16()
    };
    assert_eq!((status("workflow.example.com").await, status("other.example.com").await), (200, 403));
}
