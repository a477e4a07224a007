//! What holds for the page as a whole, and for every path that it is reached by.

use std::collections::BTreeSet;
use std::sync::Arc;

use wfm_agent::routes::routes_also_under;

use crate::reading::between;
use crate::scene::{OFF, SHARE, Scene, Stage, client};

const PROXY: &str = "/api/v1/namespaces/deis/services/deis-workflow-manager:80/proxy/";

async fn every_state() -> Vec<Scene> {
    vec![
        Stage::current().await.play().await,
        Stage::outdated().await.with(SHARE).play().await,
        Stage::outdated().await.with(OFF).play().await,
        Stage::empty().await.play_alone().await,
        Stage::hostile().await.play().await,
    ]
}

fn targets(page: &str) -> BTreeSet<&str> {
    let of = |attribute| page.split(attribute).skip(1).map(|rest| rest.split('"').next().unwrap());
    ["href=\"", "src=\"", "action=\""].into_iter().flat_map(of).collect()
}

/// "JavaScript only as an extra (under 8 KB)".
#[tokio::test]
async fn the_script_is_under_8_kb_and_the_only_one() {
    let page = Stage::outdated().await.play().await.page().await;
    assert_eq!(page.matches("<script").count(), 1);
    assert!(between(&page, "<script>", "</script>").len() < 8192);
}

/// "zero requests to another origin, system fonts, light and dark (`color-scheme`, CSS variables)".
#[tokio::test]
async fn nothing_is_asked_of_anybody_and_light_and_dark_are_in_the_style() {
    let page = Stage::outdated().await.play().await.page().await;
    for asks in ["src=", "@import", "url(", "@font-face", "<iframe", "<link rel=\"stylesheet"] {
        assert!(!page.contains(asks), "{asks}");
    }
    let style = between(&page, "<style>", "</style>");
    assert!(style.contains("color-scheme:light dark") && style.contains("prefers-color-scheme:dark"));
    assert!(style.contains("system-ui") && style.contains("var(--fg)"));
}

/// "status = icon + word + colour".
#[tokio::test]
async fn a_status_is_an_icon_a_word_and_a_colour() {
    let page = Stage::incomplete().await.play().await.page().await;
    for badge in [
        "<span class=\"badge warn\">▲ outdated</span>",
        "<span class=\"badge bad\">✕ missing</span>",
        "<span class=\"badge dim\">? unknown</span>",
        "<span class=\"badge bad\">! unhealthy</span>",
        "<span class=\"badge dim\">– unmanaged</span>",
    ] {
        assert!(page.contains(badge), "{badge}");
    }
}

/// "Strict CSP (`default-src 'none'`, hashes, no `unsafe-inline`), `nosniff`, `Referrer-Policy: no-referrer`".
#[tokio::test]
async fn the_headers_allow_nothing_but_the_pages_own_style_and_script() {
    let answer = Stage::outdated().await.play().await.get("/", &[]).await;
    let header = |name: &str| answer.headers()[name].to_str().unwrap();
    let policy = header("content-security-policy");
    assert!(policy.starts_with("default-src 'none'; style-src 'sha256-") && policy.contains("script-src 'sha256-"));
    assert!(!policy.contains("unsafe") && !policy.contains('*') && policy.contains("frame-ancestors 'none'"));
    assert_eq!((header("x-content-type-options"), header("referrer-policy")), ("nosniff", "no-referrer"));
}

/// "No `<meta refresh>` (WCAG F41): polling by JavaScript every 30 s, paused when hidden, with a visible Pause; without
/// JavaScript a Reload link."
#[tokio::test]
async fn polling_is_by_script_and_without_it_there_is_a_reload_link() {
    let page = Stage::outdated().await.play().await.page().await;
    assert!(!page.contains("http-equiv"));
    let script = between(&page, "<script>", "</script>");
    assert!(script.contains("EVERY = 30000") && script.contains("paused || document.hidden"));
    assert!(page.contains("<button id=\"pause\" type=\"button\" hidden>Pause</button>"));
    assert!(page.contains("<a class=\"button\" href=\"\">Reload</a>"));
}

/// "only relative URLs, one path level, state in the query string".
#[tokio::test]
async fn every_link_of_every_state_is_relative_and_one_level_deep() {
    for scene in every_state().await {
        let page = scene.page().await;
        for target in targets(&page) {
            let path = target.trim_start_matches("./").split(['?', '#']).next().unwrap();
            let relative = !target.starts_with('/') && !path.contains([':', '/']) && !path.contains("..");
            assert!(relative || target == "data:,", "{target}");
        }
    }
}

/// "The agent's page is reached through the Kubernetes API proxy", and under any other path: the links are the same.
#[tokio::test]
async fn at_the_root_under_the_proxy_path_and_under_any_other_the_same_page_with_links_that_lead_back() {
    for prefix in [PROXY, "/some/sub/path/"] {
        let scene = Stage::outdated().await.play().await;
        let routes = routes_also_under(Arc::clone(&scene.agent), prefix);
        let anywhere = (std::net::Ipv4Addr::LOCALHOST, 0).into();
        let under = wfm_agent::start_with(Arc::clone(&scene.agent), routes, anywhere, || 0.0).await.unwrap();
        let url = format!("http://{}{prefix}", under.addr);
        let page = client().get(&url).send().await.unwrap().text().await.unwrap();
        assert_eq!(page, scene.page().await);
        for target in targets(&page).into_iter().filter(|target| *target != "data:,") {
            let url = reqwest::Url::parse(&url).unwrap().join(target).unwrap();
            assert!(url.path().starts_with(prefix), "{target}");
            assert_eq!(client().get(url).send().await.unwrap().status(), 200, "{target}");
        }
    }
}

/// "understands gzip and deflate only … weak ETag on HTML, never brotli".
#[tokio::test]
async fn the_page_has_a_weak_tag_and_is_gzipped_and_never_anything_else() {
    let scene = Stage::outdated().await.play().await;
    let encoding = async |accepted: &str| {
        let answer = scene.get("/", &[("accept-encoding", accepted)]).await;
        assert!(answer.headers()["etag"].to_str().unwrap().starts_with("W/\""));
        answer.headers().get("content-encoding").map(|value| value.to_str().unwrap().to_owned())
    };
    assert_eq!(encoding("br, zstd").await, None);
    assert_eq!(encoding("br, gzip, deflate").await.as_deref(), Some("gzip"));
    let tag = scene.get("/", &[]).await.headers()["etag"].to_str().unwrap().to_owned();
    assert_eq!(scene.get("/", &[("if-none-match", &tag)]).await.status(), 304);
}

/// "a hostile component name or release note shown as text".
#[tokio::test]
async fn hostile_names_versions_events_notes_and_notices_are_text() {
    let page = Stage::hostile().await.play().await.page().await;
    assert!(page.matches("&lt;script&gt;alert(1)").count() >= 4, "the version, an event, the notes, the notice");
    assert!(page.contains("&lt;img src=x") && page.contains("&lt;svg onload"));
    assert!(!page.contains("<script>alert") && !page.contains("<img") && !page.contains("<svg"));
}
