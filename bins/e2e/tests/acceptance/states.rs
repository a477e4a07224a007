//! "States are five and never mixed up: current, outdated, unknown (could not tell), off, stale."

use jiff::SignedDuration;

use crate::reading::{between, words};
use crate::scene::{OFF, Scene, Stage};

/// What only one state says of the whole.
const SIGNS: [(&str, &str); 5] = [
    ("current", "✓ All 15 current"),
    ("outdated", " out of date;"),
    ("unknown", "updates unknown"),
    ("off", "update checks are off"),
    ("stale", "update check is old"),
];

async fn stale() -> Scene {
    let mut scene = Stage::outdated().await.play().await;
    scene.lose_the_service().await;
    scene.pass(SignedDuration::from_hours(26));
    scene
}

async fn is(scene: &Scene, state: &str, signs: &[&str]) {
    let page = scene.page().await;
    let banner = words(&between(&page, "<main", "</main>")[..between(&page, "<main", "<nav").len()]);
    let found: Vec<&str> = SIGNS.iter().filter(|(_, sign)| banner.contains(sign)).map(|(name, _)| *name).collect();
    assert_eq!(found, signs, "{banner}");
    let report: serde_json::Value = serde_json::from_str(&scene.page_at("/report.json").await).unwrap();
    assert_eq!(report["state"], state);
}

/// Each state, on the page and in the data.
#[tokio::test]
async fn each_of_the_five_is_itself_alone() {
    is(&Stage::current().await.play().await, "current", &["current"]).await;
    is(&Stage::outdated().await.play().await, "outdated", &["outdated"]).await;
    is(&Stage::outdated().await.play_alone().await, "unknown", &["unknown"]).await;
    is(&Stage::outdated().await.with(OFF).play().await, "off", &["off"]).await;
    // What was known then is shown beside.
    is(&stale().await, "stale", &["outdated", "stale"]).await;
}

/// Off and unknown call no component current or outdated.
#[tokio::test]
async fn where_it_cannot_be_told_no_row_is_called_current_or_outdated() {
    for scene in [Stage::outdated().await.with(OFF).play().await, Stage::outdated().await.play_alone().await] {
        let page = scene.page().await;
        assert!(!page.contains("ok\">✓ current</span>") && !page.contains("warn\">▲ outdated</span>"), "{page}");
        assert!(page.contains("unknown: "));
    }
}
