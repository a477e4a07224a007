//! "banner (full width, first in `<main>`, not dismissable)", and "notices".

use jiff::SignedDuration;

use crate::reading::{between, words};
use crate::scene::{OFF, Scene, Stage};

/// The banner, which is what `<main>` begins with.
async fn banner(scene: &Scene) -> (String, String) {
    let page = scene.page().await;
    let main = between(&page, "<main", "</main>");
    let html = &main[..main.find("<div class=\"wrap\"><nav").unwrap()];
    (words(html), html.to_owned())
}

/// "full width, first in `<main>`, not dismissable".
#[tokio::test]
async fn it_is_the_first_of_the_page_over_its_whole_width_and_cannot_be_dismissed() {
    for stage in [Stage::current().await, Stage::outdated().await, Stage::outdated().await.with(OFF)] {
        let html = banner(&stage.play().await).await.1;
        assert!(html.starts_with("<main id=\"main\"><div class=\"banner "), "{html}");
        assert!(!html.contains("<button") && !html.contains("<input"));
    }
}

/// ""2 of 15 components are out of date: deis-router v2.18.1 → v2.19.0, …"".
#[tokio::test]
async fn it_counts_and_names_what_is_out_of_date() {
    let stage = Stage::current().await;
    stage.publish("deis-router", "v2.20.0", None).await;
    stage.publish("deis-builder", "v2.13.8", None).await;
    let words = banner(&stage.play().await).await.0;
    assert!(words.starts_with("2 of 15 installed components are out of date"), "{words}");
    assert!(words.contains("deis-builder v2.13.7 → v2.13.8") && words.contains("deis-router v2.19.0 → v2.20.0"));
}

/// "notes link": what is named leads to its row, where the notes of the newer releases stand.
#[tokio::test]
async fn what_it_names_leads_to_the_notes() {
    let stage = Stage::current().await;
    stage.publish("deis-router", "v2.20.0", Some("Faster TLS.")).await;
    let scene = stage.play().await;
    let html = banner(&scene).await.1;
    let link = between(&html, "./?text=", "#").to_owned();
    assert_eq!(link, "./?text=deis-router");
    assert!(words(&scene.page_at(&link[1..]).await).contains("What is new: v2.20.0 (just now) Faster TLS."));
}

/// "security and major releases worded apart".
#[tokio::test]
async fn a_major_release_is_worded_apart() {
    let stage = Stage::current().await;
    stage.publish("deis-router", "v3.0.0", None).await;
    assert!(banner(&stage.play().await).await.0.contains("1 major release among them: read the notes"));
}

/// Empty: "one quiet line "All 15 current, checked 10:02"".
#[tokio::test]
async fn all_current_is_one_quiet_line() {
    let (words, html) = banner(&Stage::current().await.play().await).await;
    assert_eq!(words, "✓ All 15 current, checked just now.");
    assert!(html.contains("banner quiet ok") && !html.contains("<h2"));
}

/// Stale: ""Cannot tell: last successful check 26 h ago (DNS failure)"".
#[tokio::test]
async fn what_is_stale_begins_with_unknown_the_age_and_the_failure() {
    let mut scene = Stage::current().await.play().await;
    scene.lose_the_service().await;
    scene.pass(SignedDuration::from_hours(26));
    let (words, html) = banner(&scene).await;
    assert!(words.starts_with("Unknown: the last successful update check was 26 h ago More"), "{words}");
    assert!(words.contains("cannot be reached") && !html.contains("quiet ok"), "{words}");
}

/// Error: "Cannot tell", where no check has ever succeeded.
#[tokio::test]
async fn what_was_never_learnt_is_unknown_with_the_failure() {
    let words = banner(&Stage::current().await.play_alone().await).await.0;
    assert!(words.starts_with("Unknown whether updates are available Update check failed: http"), "{words}");
    assert!(words.contains("cannot be reached"));
}

/// Off: ""Update checks are off (CHECK_VERSIONS=false)"".
#[tokio::test]
async fn off_is_said_with_the_setting_that_does_it() {
    let words = banner(&Stage::current().await.with(OFF).play().await).await.0;
    assert!(words.starts_with("Update checks are off CHECK_VERSIONS is false"), "{words}");
}

/// In a namespace without any component nothing is current.
#[tokio::test]
async fn where_nothing_is_installed_nothing_is_called_current() {
    let words = banner(&Stage::empty().await.play().await).await.0;
    assert!(words.starts_with("No component is installed; 1 unknown Missing: deis-builder"), "{words}");
}

/// Notices: "messages that the vendor publishes with the releases (advisory, end of life), newest first"; empty: "nothing".
#[tokio::test]
async fn notices_stand_below_it_newest_first_and_where_there_is_none_there_is_nothing() {
    let stage = Stage::current().await;
    stage.notice("older", "The older word.", "2026-11-01T00:00:00Z").await;
    stage.notice("newer", "The newer word.", "2026-11-02T00:00:00Z").await;
    let page = stage.play().await.page().await;
    let (newer, older) = (page.find("The newer word.").unwrap(), page.find("The older word.").unwrap());
    assert!(page.find("class=\"banner").unwrap() < newer && newer < older && older < page.find("<nav").unwrap());
    assert!(page.contains("! Advisory"));
    assert!(!Stage::current().await.play().await.page().await.contains("Notices of the maker"));
}
