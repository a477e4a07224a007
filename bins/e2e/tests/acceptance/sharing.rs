//! "data sharing", and "footer".

use jiff::SignedDuration;
use wfm_core::anonymizer::EnvelopeKind;

use crate::reading::{between, block, words};
use crate::scene::{SECRETS, SHARE, Scene, Stage};

async fn sharing(scene: &Scene) -> String {
    words(block(&scene.page().await, "sharing"))
}

/// Sends everything once; what stands in the block byte for byte.
async fn told(scene: &Scene) -> Vec<String> {
    scene.tell().await;
    let page = scene.page().await;
    let blocks = block(&page, "sharing").split("<pre>").skip(1);
    blocks.map(|rest| rest.split("</pre>").next().unwrap().to_owned()).collect()
}

/// "OFF or ON, … destination, … how to change it".
#[tokio::test]
async fn it_says_whether_where_to_and_how_to_change_it() {
    let off = sharing(&Stage::current().await.play().await).await;
    assert!(off.contains("Data sharing OFF Nothing is sent. To share"), "{off}");
    assert!(off.contains("http://127.0.0.1:") && off.contains("SHARE_USAGE_DATA=true"), "{off}");
    let on = sharing(&Stage::current().await.with(SHARE).play().await).await;
    assert!(on.contains("Data sharing ON Usage data goes to http://127.0.0.1:"), "{on}");
    assert!(on.contains("To stop: SHARE_USAGE_DATA=false, or DO_NOT_TRACK=1."), "{on}");
}

/// "last sent".
#[tokio::test]
async fn it_says_when_each_was_sent_last() {
    let scene = Stage::current().await.with(SHARE).play().await;
    told(&scene).await;
    scene.pass(SignedDuration::from_mins(3));
    let words = sharing(&scene).await;
    assert_eq!(words.matches("acknowledged 3 min ago").count(), EnvelopeKind::ALL.len(), "{words}");
}

/// "the exact bytes that would be sent, … log of what was sent".
#[tokio::test]
async fn it_shows_the_bytes_that_would_be_sent_and_those_that_were() {
    let scene = Stage::current().await.with(SHARE).play().await;
    let blocks = told(&scene).await;
    for kind in EnvelopeKind::ALL {
        let id = scene.agent.cluster_id().await.unwrap();
        let bytes = scene.agent.envelope(kind).await.unwrap().as_str().replace('"', "&quot;");
        let bytes = bytes.replace(&id.to_string(), &format!("{}…", id.short()));
        assert!(
            blocks.iter().filter(|block| **block == bytes).count() >= 2,
            "{kind}: what would be sent, and what was"
        );
    }
    assert!(scene.page_at("/sent.ndjson").await.lines().count() >= EnvelopeKind::ALL.len());
    let off = Stage::current().await.play().await.page().await;
    assert!(off.contains("What would be sent, byte for byte"));
}

/// The bytes, where there are none: the reason.
#[tokio::test]
async fn where_no_bytes_can_be_made_it_says_why() {
    let words = sharing(&Stage::current().await.forbidden(SECRETS).play().await).await;
    assert!(
        words.contains("The bytes cannot be shown yet: the cluster's id is unknown: the agent may not "),
        "{words}"
    );
}

/// Empty: ""Nothing has ever been sent"", where the log outlives the agent, and what is true where it does not.
#[tokio::test]
async fn where_nothing_was_sent_it_says_so_and_since_when_that_is_known() {
    let folder = tempfile::tempdir().unwrap();
    let state = folder.path().display().to_string();
    let kept = Stage::current().await.with(("STATE_DIR", &state)).play().await;
    assert!(sharing(&kept).await.contains("Nothing has ever been sent."));
    let scene = Stage::current().await.play().await;
    assert!(sharing(&scene).await.contains("Nothing has been sent since the agent started."));
}

/// Error: "last error".
#[tokio::test]
async fn the_last_error_is_said() {
    let mut scene = Stage::current().await.with(SHARE).play().await;
    scene.lose_the_service().await;
    told(&scene).await;
    let words = sharing(&scene).await;
    assert_eq!(
        words.matches("✕ the last attempt failed just now: it was not acknowledged: http").count(),
        EnvelopeKind::ALL.len(),
        "{words}"
    );
}

/// Footer: "JSON, CSV, metrics, API description, docs, build".
#[tokio::test]
async fn the_footer_leads_to_the_data_and_names_the_docs_and_the_build() {
    let scene = Stage::current().await.play().await;
    let page = scene.page().await;
    let footer = between(&page, "<footer", "</footer>");
    for target in ["report.json", "report.csv", "metrics", "openapi.json"] {
        assert!(footer.contains(&format!("href=\"{target}\"")), "{target}");
        assert_eq!(scene.get(&format!("/{target}"), &[]).await.status(), 200, "{target}");
    }
    assert!(
        words(footer).contains("Documentation: docs/OPERATIONS.md") && words(footer).contains("Build: wfm-agent 0.")
    );
}
