//! The update check's document.

mod common;

use common::{serve, serve_history};
use reqwest::{Method, StatusCode, header};
use sha2::{Digest, Sha256};
use wfm_core::release::Releases;
use wfm_core::version::Train;
use wfm_core::wire::v4::TrainReleases;

#[tokio::test]
async fn the_tag_is_the_hash_of_the_body_and_the_same_for_everybody() {
    let served = serve_history().await;
    let ask =
        |agent: &'static str| served.request(Method::GET, "/v4/releases/stable").header("user-agent", agent).send();
    let (one, other) = (ask("one").await.unwrap(), ask("other").await.unwrap());
    assert_eq!(one.headers()[header::ETAG], other.headers()[header::ETAG]);
    assert_eq!(one.headers()[header::CACHE_CONTROL], "max-age=300, stale-if-error=86400");
    assert_eq!(one.headers()[header::CONTENT_TYPE], "application/json");
    assert!(one.headers().get(header::SET_COOKIE).is_none());
    let tag = one.headers()[header::ETAG].to_str().unwrap().to_owned();
    // The client reads gzip; the tag is that of the bytes it unpacked.
    let body = one.bytes().await.unwrap();
    let hash: String = Sha256::digest(&body).iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(tag, format!("\"{hash}\""));
    let read = TrainReleases::read(&body, &Train::stable(), |_| true).unwrap();
    assert_eq!((tag, read.passed_over), (format!("\"{}\"", read.sha256), 0), "a reader computes the same");
    let document: TrainReleases = serde_json::from_slice(&body).unwrap();
    assert_eq!(Releases::from(document).len(), 418);
}

#[tokio::test]
async fn a_client_that_has_it_is_not_sent_it_again() {
    let served = serve_history().await;
    let ask = |tag: String| served.request(Method::GET, "/v4/releases/beta").header(header::IF_NONE_MATCH, tag).send();
    let first = ask("\"other\"".into()).await.unwrap();
    assert_eq!(first.status(), StatusCode::OK);
    let tag = first.headers()[header::ETAG].to_str().unwrap().to_owned();
    for sent in [tag.clone(), format!("W/{tag}"), format!("\"other\", {tag}"), "*".into()] {
        let again = ask(sent).await.unwrap();
        assert_eq!(again.status(), StatusCode::NOT_MODIFIED);
        assert_eq!(again.headers()[header::ETAG], tag.as_str());
        assert!(again.headers().contains_key(header::CACHE_CONTROL));
        assert!(again.bytes().await.unwrap().is_empty());
    }
    served.publish_router("beta", "v9.0.0-rc1").await;
    assert_eq!(ask(tag).await.unwrap().status(), StatusCode::OK);
}

#[tokio::test]
async fn a_train_without_releases_is_a_404_that_names_it_and_the_others() {
    let served = serve_history().await;
    let (status, said) = served.get("/v4/releases/nightly").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert_eq!(said["message"], "no release was published on the train nightly: there are beta, stable");
    let (status, said) = served.get("/v4/releases/Stable").await;
    assert_eq!(status, StatusCode::BAD_REQUEST);
    assert!(said["message"].as_str().unwrap().contains("cannot name a train"));
    let (status, said) = serve().await.get("/v4/releases/stable").await;
    assert_eq!(status, StatusCode::NOT_FOUND);
    assert!(said["message"].as_str().unwrap().ends_with("nothing is published yet"));
}
