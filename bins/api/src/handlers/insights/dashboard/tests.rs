use std::sync::Arc;

use reqwest::{Client, StatusCode};
use serde_json::{Value, json, to_value};
use tempfile::NamedTempFile;
use wfm_core::clock::{Clock, ManualClock};
use wfm_core::release::{PublishMode, Release};
use wfm_core::store::{Actor, By, MemoryStore, Store};
use wfm_core::version::Train;

use super::*;
use crate::tokens::{Role, Token, Tokens};
use crate::{InsightsPublic, Rates, Running, Settings};

/// A page's questions and the API's, over one store.
struct Both {
    page: Service,
    api: Running,
    client: Client,
    token: Token,
    _tokens: NamedTempFile,
}

async fn both() -> Both {
    let store: Arc<dyn Store> = Arc::new(MemoryStore::default());
    let clock = Arc::new(ManualClock::new("2026-01-05T12:00:00Z".parse().unwrap()));
    let (tokens, token) = (NamedTempFile::new().unwrap(), Token::new([7; 32]));
    std::fs::write(tokens.path(), token.line(Role::Analyst)).unwrap();
    let settings = Settings {
        rates: Rates::none(),
        insights_public: InsightsPublic::Aggregate,
        ..Settings::new(
            ([127, 0, 0, 1], 0).into(),
            Arc::clone(&store),
            Tokens::from_file(tokens.path()).unwrap(),
            Arc::clone(&clock) as Arc<_>,
        )
    };
    let api = Service::start(settings).await.unwrap();
    let _ = rustls::crypto::ring::default_provider().install_default();
    let client = Client::builder().no_proxy().build().unwrap();
    let by = By { actor: Actor::Operator, at: clock.now() };
    let releases = ["deis-builder", "deis-router"].map(|name| {
        let released = "2026-01-02T00:00:00Z".parse().unwrap();
        Release::new(name.parse().unwrap(), Train::stable(), "v2.9.0".parse().unwrap(), released)
    });
    store.publish(releases.into(), PublishMode::RefuseChanges, by).await.unwrap();
    let page = Service::new(store, Tokens::none(), Arc::clone(&clock) as Arc<_>, Rates::none());
    let both = Both { page, api, client, token, _tokens: tokens };
    for day in 1..=5 {
        clock.set(format!("2026-01-0{day}T09:00:00Z").parse().unwrap());
        for cluster in 0..if day == 3 { 14 } else { 12 } {
            let id = format!("8c6da034-c8b1-489a-a55d-{cluster:012}");
            let router = json!({"component": {"name": "deis-router"}, "version": {"version": "v2.9.0"}});
            let url = format!("http://{}/v3/clusters", both.api.addr());
            let sent = both.client.post(url).body(json!({"id": id, "components": [router]}).to_string());
            assert_eq!(sent.send().await.unwrap().status(), StatusCode::OK);
        }
    }
    both
}

impl Both {
    async fn ask(&self, viewer: Viewer, question: &str) -> Value {
        let mut request = self.client.get(format!("http://{}/v4/insights/{question}", self.api.addr()));
        if viewer == Viewer::SignedIn {
            request = request.bearer_auth(self.token.reveal());
        }
        let answer = request.send().await.unwrap();
        assert_eq!(answer.status(), StatusCode::OK, "{question}");
        serde_json::from_str(&answer.text().await.unwrap()).unwrap()
    }
}

fn wanted() -> Wanted {
    let (include, interval) = (Cohorts::default(), Interval::Day);
    let component = Some("deis-router".parse().unwrap());
    Wanted { include, days: Some(10), interval, component, day: Some(jiff::civil::date(2026, 1, 3).into()) }
}

#[tokio::test]
async fn a_page_shows_what_the_paths_answer() {
    let both = both().await;
    for (viewer, today) in [(Viewer::SignedIn, "2026-01-05"), (Viewer::Public, "2026-01-04")] {
        let page = Insights::of(&both.page, viewer, wanted()).await.unwrap();
        let from = if viewer == Viewer::SignedIn { "2025-12-27" } else { "2025-12-26" };
        let days = format!("from={from}&to={today}");
        assert_eq!(page.at.to_string()[..10], *today);
        let component = page.component.unwrap();
        for (shown, question) in [
            (to_value(&page.summary), "summary".to_owned()),
            (to_value(&page.active), format!("active?{days}")),
            (to_value(&component.adoption), format!("adoption?component=deis-router&{days}")),
            (to_value(&page.releases), "releases".to_owned()),
        ] {
            assert_eq!(shown.unwrap(), both.ask(viewer, &question).await, "{question}");
        }
        let third = "adoption?component=deis-router&from=2026-01-03&to=2026-01-03";
        assert_eq!(to_value(component.day).unwrap(), both.ask(viewer, third).await["days"][0]);
        let is_public = viewer == Viewer::Public;
        assert_eq!((component.lag.is_none(), page.lives.is_none()), (is_public, is_public));
        if let (Some(lag), Some(lives)) = (component.lag, page.lives) {
            for (shown, question) in [
                (to_value(&lives.appeared), format!("appeared?{days}")),
                (to_value(&lives.disappeared), format!("disappeared?{days}")),
                (to_value(&lives.ages), format!("age?{days}")),
                (to_value(lag), "lag?component=deis-router".to_owned()),
            ] {
                assert_eq!(shown.unwrap(), both.ask(viewer, &question).await, "{question}");
            }
        }
        assert_eq!(page.components.len(), 2);
        assert!(page.distributions.is_none());
    }
}

#[tokio::test]
async fn a_page_begins_with_the_first_check_in_where_it_shows_everything() {
    let both = both().await;
    let all = Wanted { days: None, component: None, day: None, ..wanted() };
    // There is no public number yet.
    for (viewer, first) in [(Viewer::SignedIn, 1), (Viewer::Public, 4)] {
        let page = Insights::of(&both.page, viewer, all.clone()).await.unwrap();
        assert_eq!(page.active.buckets[0].from, jiff::civil::date(2026, 1, first));
        assert_eq!(page.component.unwrap().adoption.component.as_str(), "deis-builder", "the first by name");
    }
}

#[tokio::test]
async fn a_page_tells_nobody_what_the_paths_would_not() {
    let both = both().await;
    assert!(Insights::of(&both.page, Viewer::Nobody, wanted()).await.is_err());
    let all = Wanted { include: Cohorts::ALL, ..wanted() };
    assert!(Insights::of(&both.page, Viewer::Public, all.clone()).await.is_err());
    assert!(Insights::of(&both.page, Viewer::SignedIn, all).await.is_ok());
}
