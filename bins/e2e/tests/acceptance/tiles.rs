//! "tiles (links that filter): current, outdated, missing, unhealthy, unknown", and "filter".

use wfm_e2e::Recording;

use crate::reading::{between, block, words};
use crate::scene::{KINDS, OFF, Scene, Stage};

/// The numbers as they are written, in order.
async fn tiles(scene: &Scene) -> Vec<String> {
    let page = scene.page().await;
    let numbers = page.split("<span class=\"number\">").skip(1);
    numbers.map(|rest| rest.split('<').next().unwrap().to_owned()).collect()
}

/// "current, outdated, missing, unhealthy, unknown; their sum is the number of components".
#[tokio::test]
async fn the_five_add_up_to_the_components() {
    for stage in [Stage::current().await, Stage::outdated().await, Stage::of(Recording::EksCurrent).await] {
        let scene = stage.play().await;
        let sum: usize = tiles(&scene).await.iter().map(|number| number.parse::<usize>().unwrap()).sum();
        let page = scene.page().await;
        let rows = page.matches("<th class=\"name\"").count() - page.matches("<span class=\"badge dim\">– unm").count();
        assert_eq!(sum, rows);
    }
}

/// "links that filter".
#[tokio::test]
async fn each_is_a_link_to_the_rows_that_it_counts() {
    let scene = Stage::outdated().await.play().await;
    let page = scene.page().await;
    for (name, number) in ["current", "outdated", "missing", "unhealthy", "unknown"].iter().zip(tiles(&scene).await) {
        assert!(page.contains(&format!("href=\"./?status={name}#components\"")));
        let rows = scene.page_at(&format!("/?status={name}")).await.matches("<th class=\"name\"").count();
        assert_eq!(rows.to_string(), number, "{name}");
    }
}

/// Empty: "zeros".
#[tokio::test]
async fn what_was_seen_not_to_be_is_a_zero() {
    assert_eq!(tiles(&Stage::current().await.play().await).await, ["15", "0", "0", "0", "0"]);
}

/// Error: ""?" never 0".
#[tokio::test]
async fn what_could_not_be_told_is_a_question_mark_and_never_a_zero() {
    for scene in [Stage::current().await.with(OFF).play().await, Stage::current().await.play_alone().await] {
        assert_eq!(tiles(&scene).await, ["?", "?", "0", "0", "15"]);
    }
    let unseen = Stage::current().await.forbidden(KINDS[1]).play().await;
    assert_eq!(tiles(&unseen).await, ["12", "0", "?", "?", "3"]);
    let nothing = Stage::current().await.forbidden("/").play().await;
    assert_eq!(tiles(&nothing).await, ["?"; 5]);
}

/// "text, status, kind (a GET form)".
#[tokio::test]
async fn the_filter_is_a_get_form_of_text_status_and_kind_that_shows_what_it_was_asked() {
    let scene = Stage::outdated().await.play().await;
    let page = scene.page_at("/?text=deis-mon&status=outdated&kind=Deployment").await;
    let form = between(&page, "<form", "</form>");
    assert!(form.contains("action=\"./#components\" method=\"get\"") && form.contains("value=\"deis-mon\""));
    for chosen in ["<option value=\"outdated\" selected", "<option value=\"Deployment\" selected"] {
        assert!(form.contains(chosen), "{chosen}: {form}");
    }
    for name in ["deis-monitor-grafana", "deis-monitor-influxdb"] {
        assert!(page.contains(&format!("data-label=\"Component\">{name} ")));
    }
    assert_eq!(page.matches("<th class=\"name\"").count(), 2, "telegraf is a daemon set");
    assert!(scene.page_at("/?text=+Router").await.contains("1 of 16 rows"), "however it is written");
}

/// "result count in a live region".
#[tokio::test]
async fn how_many_match_stands_in_a_live_region() {
    let scene = Stage::outdated().await.play().await;
    let count = async |path| {
        let page = scene.page_at(path).await;
        words(between(block(&page, "components"), "<p class=\"soft\" role=\"status\"", "</p>"))
    };
    assert_eq!(count("/").await, "16 rows");
    assert_eq!(count("/?kind=StatefulSet").await, "2 of 16 rows · show all");
}

/// Empty: ""No component matches" + clear".
#[tokio::test]
async fn where_none_matches_it_says_so_and_clears() {
    let page = Stage::outdated().await.play().await.page_at("/?text=zebra").await;
    assert!(page.contains("No component matches. <a href=\"./#components\">Clear the filter</a>"));
}
