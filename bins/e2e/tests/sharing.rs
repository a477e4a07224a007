//! What leaves the cluster: nothing, or exactly what the page shows.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

mod world;

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use wfm_agent::Flags;
use wfm_core::store::Store;
use wfm_e2e::{RecordedCluster, Recording};
use world::{json, text, until, world};

#[tokio::test]
async fn with_sharing_on_a_check_in_arrives_with_listed_versions_only() {
    let world = world(Recording::Onprem2018, &[("SHARE_USAGE_DATA", "true")]).await;
    let service = world.service.addr();
    until(|| text(world.agent.addr, "/"), |page| page.contains("acknowledged just now")).await;
    let id = world::id(&world.cluster);
    let kept = json(service, &format!("/v3/clusters/{id}")).await;
    let said: Vec<String> = kept["components"]
        .as_array()
        .unwrap()
        .iter()
        .map(|c| format!("{} {}", c["component"]["name"].as_str().unwrap(), c["version"]["version"].as_str().unwrap()))
        .collect();
    assert_eq!(said.len(), 15, "the catalog's components that are installed");
    assert!(said.contains(&"deis-controller custom".to_owned()), "a hot fix is custom: {said:?}");
    assert!(said.contains(&"deis-logger custom".to_owned()), "a branch is custom");
    assert!(said.contains(&"deis-router v2.14.0".to_owned()), "a version from a private mirror's tag is listed");
    // The id is random and may hold any of their letters.
    let kept = kept.to_string().replace(&id, "");
    for word in ["globex", "acme", "falcon", "jdoe", "hunter2", "db01", "registry.", "sha256"] {
        assert!(!kept.contains(word), "{word}");
    }
}

#[tokio::test]
async fn what_the_page_shows_as_sent_is_what_was_previewed() {
    let world = world(Recording::Onprem2018, &[("SHARE_USAGE_DATA", "true")]).await;
    let addr = world.agent.addr;
    let page = until(|| text(addr, "/"), |page| page.contains("acknowledged just now")).await;
    let blocks: Vec<&str> = page.split("<pre>").skip(1).map(|rest| rest.split("</pre>").next().unwrap()).collect();
    let check_ins: Vec<&&str> = blocks.iter().filter(|block| block.contains("&quot;id&quot;")).collect();
    assert_eq!(check_ins.len(), 2, "the next one, and the one that was sent");
    assert_eq!(check_ins[0], check_ins[1]);
    let sent = text(addr, "/sent.ndjson").await;
    let entry: serde_json::Value = serde_json::from_str(sent.lines().next().unwrap()).unwrap();
    assert_eq!(entry["body"].as_str().unwrap().replace('"', "&quot;"), *check_ins[0]);
}

/// A listener that counts who connects.
async fn trap() -> (std::net::SocketAddr, Arc<AtomicUsize>) {
    let listener = tokio::net::TcpListener::bind(world::anywhere()).await.unwrap();
    let addr = listener.local_addr().unwrap();
    let connections = Arc::new(AtomicUsize::new(0));
    let counted = Arc::clone(&connections);
    tokio::spawn(async move {
        while listener.accept().await.is_ok() {
            counted.fetch_add(1, Ordering::SeqCst);
        }
    });
    (addr, connections)
}

async fn connections_with(env: &[(&str, &str)]) -> usize {
    let folder = tempfile::tempdir().unwrap();
    let cluster = RecordedCluster::start(Recording::Onprem2018).await.unwrap();
    let (addr, connections) = trap().await;
    let flags = Flags {
        kubeconfig: Some(cluster.write_kubeconfig(folder.path()).unwrap()),
        versions_url: Some(format!("http://{addr}")),
        ..Flags::default()
    };
    let agent = world::agent(&flags, env).await;
    for _ in 0..3 {
        text(agent.addr, "/").await;
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    connections.load(Ordering::SeqCst)
}

#[tokio::test]
async fn with_both_switches_off_nobody_is_asked_anything() {
    assert_eq!(connections_with(&[("CHECK_VERSIONS", "false"), ("POLL_INTERVAL_SEC", "1")]).await, 0);
    let everything_on = [("DO_NOT_TRACK", "1"), ("SHARE_USAGE_DATA", "true"), ("CHECK_VERSIONS", "true")];
    assert_eq!(connections_with(&everything_on).await, 0);
}

#[tokio::test]
async fn the_trap_would_have_caught_it() {
    assert_ne!(connections_with(&[]).await, 0);
}

#[tokio::test]
async fn by_default_releases_are_read_and_nothing_is_sent() {
    let world = world(Recording::Onprem2018, &[("POLL_INTERVAL_SEC", "1")]).await;
    let page = world::page(world.agent.addr).await;
    assert!(page.contains("Data sharing") && page.contains("Nothing has been sent since the agent started."));
    tokio::time::sleep(Duration::from_millis(1500)).await;
    let store: &dyn Store = world.store.as_ref();
    assert_eq!(store.count_clusters().await.unwrap(), 0);
}
