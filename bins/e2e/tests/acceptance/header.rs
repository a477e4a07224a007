//! "header: product, namespace, agent version, train, short cluster id, checked 3 min ago, Pause, Reload".

use jiff::SignedDuration;

use crate::reading::{between, words};
use crate::scene::{OFF, SECRETS, Scene, Stage};

async fn header(scene: &Scene) -> (String, String) {
    let page = scene.page().await;
    let html = between(&page, "<header", "</header>").to_owned();
    (words(&html), html)
}

/// "product, namespace, agent version, train, short cluster id, "checked 3 min ago", Pause, Reload".
#[tokio::test]
async fn it_names_the_product_the_namespace_the_agent_the_train_the_cluster_and_the_age_of_what_is_known() {
    let scene = Stage::current().await.play().await;
    scene.pass(SignedDuration::from_mins(3));
    let (words, html) = header(&scene).await;
    for part in
        ["Workflow in deis", "train stable", "agent 0.", "cluster 8c6da034", "checked 3 min ago", "Pause", "Reload"]
    {
        assert!(words.contains(part), "{part}: {words}");
    }
    assert!(!words.contains("8c6da034-c8b1-489a"), "the id is short");
    assert!(!html.contains("<span class=\"badge warn\">checked"));
}

/// Empty: "id unknown", with the reason below.
#[tokio::test]
async fn an_id_that_may_not_be_read_is_unknown_and_the_page_says_why() {
    let scene = Stage::current().await.forbidden(SECRETS).play().await;
    assert!(header(&scene).await.0.contains("cluster id unknown"));
    assert!(scene.page().await.contains("kubectl auth can-i get secrets"));
}

/// Stale: "amber past 2 × poll, red past 7 d".
#[tokio::test]
async fn the_age_is_amber_past_two_polls_and_red_past_a_week() {
    for (hours, class) in [(1, None), (23, None), (25, Some("warn")), (167, Some("warn")), (169, Some("bad"))] {
        let mut scene = Stage::current().await.play().await;
        scene.lose_the_service().await;
        scene.pass(SignedDuration::from_hours(hours));
        let html = header(&scene).await.1;
        let ages = between(&html, "id=\"ages\"", "</p>");
        let found = ["warn", "bad"].into_iter().find(|class| ages.contains(&format!("badge {class}\">checked")));
        assert_eq!(found, class, "{hours} h: {ages}");
    }
}

/// "off" and "never" are neither an age nor current.
#[tokio::test]
async fn where_nothing_was_checked_it_says_so() {
    assert!(header(&Stage::current().await.with(OFF).play().await).await.0.contains("checks off"));
    assert!(header(&Stage::current().await.play_alone().await).await.0.contains("never checked"));
}
