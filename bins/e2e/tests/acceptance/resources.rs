//! "resources", and "self-checks".

use jiff::SignedDuration;

use crate::reading::{between, block, words};
use crate::scene::{KINDS, OFF, SECRETS, Stage};

/// "services, replication controllers, deployments, daemon sets, stateful sets, pods".
#[tokio::test]
async fn every_kind_is_there_with_its_number_and_its_objects() {
    let page = Stage::current().await.play().await.page().await;
    let resources = words(block(&page, "resources"));
    for kind in ["Services", "Replication controllers", "Deployments", "Daemon sets", "Stateful sets", "Pods"] {
        assert!(resources.contains(&format!("{kind} ")), "{kind}: {resources}");
    }
    assert!(resources.contains("Deployments 10 objects") && resources.contains("✓ deis-router 2 of 2 ready"));
}

/// "not-ready first, restarts".
#[tokio::test]
async fn what_is_not_ready_is_first_and_restarts_are_said() {
    let page = Stage::outdated().await.play().await.page().await;
    let resources = words(block(&page, "resources"));
    let pods = between(&resources, "Pods 29 objects", "Nodes ");
    let (bad, good) = (pods.rfind("! not ready ").unwrap(), pods.find("✓ ").unwrap());
    assert!(bad < good && pods[..good].contains("17 restarts"), "{pods}");
}

/// Empty: "per kind "none"".
#[tokio::test]
async fn a_kind_without_objects_says_none() {
    let page = Stage::empty().await.play().await.page().await;
    let resources = words(block(&page, "resources"));
    for kind in ["Services", "Replication controllers", "Deployments", "Daemon sets", "Stateful sets", "Pods"] {
        assert!(resources.contains(&format!("{kind} none")), "{kind}: {resources}");
    }
}

/// Error: "per kind its error; the rest still drawn".
#[tokio::test]
async fn a_kind_that_cannot_be_read_says_its_error_and_the_rest_is_drawn() {
    for path in KINDS {
        let page = Stage::outdated().await.forbidden(path).play().await.page().await;
        let resources = words(block(&page, "resources"));
        assert_eq!(resources.matches("✕ Could not be read: the agent may not list ").count(), 1, "{resources}");
        assert!(resources.matches(" objects").count() >= 4, "{resources}");
        assert!(page.contains("<pre>kubectl auth can-i list "));
    }
}

/// Stale: what was seen before stays, with its age.
#[tokio::test]
async fn a_kind_that_cannot_be_read_any_more_is_as_it_was_with_its_age() {
    let scene = Stage::outdated().await.play().await;
    scene.cluster.script(wfm_e2e::Fault::new(KINDS[5], wfm_e2e::Answer::status(403)));
    scene.pass(SignedDuration::from_mins(3));
    let page = scene.page().await;
    let resources = words(block(&page, "resources"));
    assert!(resources.contains("Services as seen 3 min ago: Services "), "{resources}");
}

/// "API readable, versions reachable, identity writable, clock sane".
#[tokio::test]
async fn the_agent_checks_the_api_the_versions_the_identity_and_the_clock() {
    let page = Stage::current().await.play().await.page().await;
    let checks = words(block(&page, "self-checks"));
    for check in ["Kubernetes API", "versions", "identity", "clock"] {
        assert!(checks.contains(&format!("√ {check}: works")), "{check}: {checks}");
    }
    let off = Stage::current().await.with(OFF).play().await.page().await;
    assert!(words(block(&off, "self-checks")).contains("– versions: off"));
}

/// Error: "× line + hint".
#[tokio::test]
async fn what_does_not_work_is_a_crossed_line_with_a_hint() {
    let scene = Stage::current().await.forbidden(KINDS[0]).forbidden(SECRETS).play_alone().await;
    scene.clock.set("2001-01-01T00:00:00Z".parse().unwrap());
    let page = scene.page().await;
    let checks = words(block(&page, "self-checks"));
    for (check, hint) in [
        ("Kubernetes API", "kubectl auth can-i list deployments.apps -n deis"),
        ("versions", "see VERSIONS_API_URL"),
        ("identity", "kubectl auth can-i get secrets"),
        ("clock", "set it, for instance by NTP"),
    ] {
        let line = checks.split("× ").find(|line| line.starts_with(&format!("{check}: fails")));
        assert_eq!(line.map(|line| line.matches(hint).count()), Some(1), "{check}: {checks}");
    }
}
