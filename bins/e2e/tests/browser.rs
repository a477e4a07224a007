//! The agent's page in a real browser, state by state. Ignored by default: `just test-browser` says what it needs.

#![allow(clippy::unwrap_used, clippy::panic, reason = "clippy knows only #[test] functions as tests")]

#[path = "acceptance/scene.rs"]
mod scene;

use std::io::Write;
use std::process::{Command, Stdio};

use jiff::SignedDuration;
use scene::{KINDS, OFF, SHARE, Scene, Stage};
use serde_json::{Value, json};
use wfm_e2e::{Answer, Fault};

/// Runs the check in a browser, and fails with what it found.
async fn check(mode: &'static str, pages: Vec<Value>) {
    let script = concat!(env!("CARGO_MANIFEST_DIR"), "/browser/check.mjs");
    let run = move || {
        let mut node =
            Command::new("node").args([script, mode]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn()?;
        node.stdin.take().unwrap().write_all(Value::from(pages).to_string().as_bytes())?;
        node.wait_with_output()
    };
    let output = tokio::task::spawn_blocking(run).await.unwrap().expect("node runs: install Node.js 20 or newer");
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}\n{said}", output.status);
    println!("{said}");
}

async fn stale() -> Scene {
    let mut scene = Stage::outdated().await.play().await;
    scene.lose_the_service().await;
    scene.pass(SignedDuration::from_hours(26));
    scene
}

/// A permission that was there and is gone.
async fn taken_away() -> Scene {
    let scene = Stage::outdated().await.play().await;
    for path in [KINDS[1], KINDS[4], "/api/v1/nodes"] {
        scene.cluster.script(Fault::new(path, Answer::status(403)));
    }
    scene.pass(SignedDuration::from_mins(3));
    scene
}

async fn notices() -> Scene {
    let stage = Stage::current().await;
    stage
        .notice("advisory", "Rotate the certificates of the router before the end of the year.", "2026-11-01T00:00:00Z")
        .await;
    stage.publish("deis-router", "v3.0.0", Some("TLS 1.3 only.\nThe annotation router.deis.io/ssl is gone.")).await;
    stage.play().await
}

async fn shared() -> Scene {
    let scene = Stage::current().await.with(SHARE).play().await;
    scene.tell().await;
    scene.pass(SignedDuration::from_mins(3));
    scene
}

async fn no_cluster() -> Scene {
    let stage = Stage::current().await;
    stage.cluster.stop().await;
    stage.play().await
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs node, playwright-core, axe-core and Chromium: just test-browser"]
async fn every_state_is_fine_in_a_browser() {
    let scenes = [
        ("current", Stage::current().await.play().await),
        ("outdated", Stage::outdated().await.play().await),
        ("unknown", Stage::outdated().await.play_alone().await),
        ("off", Stage::outdated().await.with(OFF).play().await),
        ("stale", stale().await),
        ("first-look", no_cluster().await),
        ("forbidden", Stage::outdated().await.forbidden("/api").play().await),
        ("taken-away", taken_away().await),
        ("hostile", Stage::hostile().await.play().await),
        ("empty", Stage::empty().await.play().await),
        ("notices", notices().await),
        ("sharing", shared().await),
    ];
    let page =
        |name: &str, scene: &Scene, query: &str| json!({"name": name, "url": format!("http://{}/{query}", scene.addr)});
    let mut pages: Vec<Value> = scenes.iter().map(|(name, scene)| page(name, scene, "")).collect();
    pages.push(page("filtered", &scenes[1].1, "?status=unhealthy&kind=Deployment"));
    pages.push(page("no-match", &scenes[1].1, "?text=zebra"));
    check("look", pages).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "needs node, playwright-core, axe-core and Chromium: just test-browser"]
async fn polling_keeps_what_is_open_and_says_when_nobody_answers() {
    let scene = Stage::outdated().await.play().await;
    check("poll", vec![json!({"name": "outdated", "url": format!("http://{}/", scene.addr)})]).await;
}
