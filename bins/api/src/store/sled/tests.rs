use std::cell::RefCell;
use std::fs;

use tempfile::TempDir;
use wfm_core::anonymizer::Vocabulary;
use wfm_core::catalog::Catalog;
use wfm_core::wire::v3;

use super::*;

thread_local! {
    /// The folders of this test's stores: a test has a thread of its own, and they go with it.
    static FOLDERS: RefCell<Vec<TempDir>> = const { RefCell::new(Vec::new()) };
}

async fn fresh() -> SledStore {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    FOLDERS.with_borrow_mut(|folders| folders.push(folder));
    store
}

mod conformance {
    use super::fresh;

    wfm_core::store_conformance!(fresh());
}

fn arrival(n: u128) -> Arrival {
    let body = v3::Cluster {
        id: uuid::Uuid::from_u128(n).to_string(),
        components: vec![v3::ComponentVersion {
            component: v3::Component { name: "deis-router".into(), ..v3::Component::default() },
            ..v3::ComponentVersion::default()
        }],
        first_seen: None,
        last_seen: None,
    };
    Arrival::reduce(&body, Vocabulary::new(&Catalog::workflow(), &Releases::default())).unwrap()
}

fn noon() -> Timestamp {
    "2026-01-01T12:00:00Z".parse().unwrap()
}

fn release(version: &str) -> Release {
    Release::new("deis-router".parse().unwrap(), "stable".parse().unwrap(), version.parse().unwrap(), noon())
}

#[tokio::test]
async fn what_was_kept_is_there_after_opening_again() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.publish(vec![release("v2.9.0"), release("2.10.0")], PublishMode::RefuseChanges).await.unwrap();
    let record = store.check_in(arrival(1), noon()).await.unwrap();
    let releases = store.releases().await.unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).await.unwrap();
    assert_eq!(store.releases().await.unwrap(), releases);
    assert_eq!(store.cluster(record.id).await.unwrap(), Some(record));
    assert_eq!(store.count_clusters().await.unwrap(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn many_at_once_are_all_kept_and_their_common_report_once() {
    let store = Arc::new(fresh().await);
    let all = (0..500).map(|n| {
        let store = Arc::clone(&store);
        tokio::spawn(async move { store.check_in(arrival(n % 400), noon()).await.unwrap() })
    });
    for one in all.collect::<Vec<_>>() {
        one.await.unwrap();
    }
    assert_eq!(store.count_clusters().await.unwrap(), 400);
    assert_eq!(store.trees.clusters.len(), 400);
    assert_eq!(store.trees.reports.len(), 1);
}

#[tokio::test]
async fn the_leading_v_does_not_make_a_second_release() {
    let store = fresh().await;
    store.publish(vec![release("v2.9.0")], PublishMode::RefuseChanges).await.unwrap();
    let outcome = store.publish(vec![release("2.9.0")], PublishMode::RefuseChanges).await.unwrap();
    assert_eq!(outcome.unchanged, 1);
    assert_eq!(store.trees.releases.len(), 1);
}

#[tokio::test]
async fn a_folder_in_use_is_refused_with_what_to_do() {
    let folder = TempDir::new().unwrap();
    let _first = SledStore::open(folder.path()).await.unwrap();
    let refused = SledStore::open(folder.path()).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Settings);
    assert!(refused.to_string().contains("in use by another process"), "{refused}");
}

#[tokio::test]
async fn a_newer_format_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.trees.meta.insert(rows::FORMAT_KEY, &2u64.to_be_bytes()).unwrap();
    drop(store);
    for _ in 0..2 {
        let refused = SledStore::open(folder.path()).await.unwrap_err();
        assert!(refused.to_string().contains("has format 2"), "{refused}");
    }
}

#[tokio::test]
async fn snapshots_that_a_kill_left_half_written_lose_nothing() {
    let folder = TempDir::new().unwrap();
    for round in 0..2 {
        let store = SledStore::open(folder.path()).await.unwrap();
        store.check_in(arrival(round), noon()).await.unwrap();
        drop(store);
    }
    let snapshot = |name: &str| folder.path().join(name);
    fs::write(snapshot("snap.0000000000000001.generating"), b"half").unwrap();
    fs::write(snapshot("snap.FFFFFFFFFFFFFFF0"), b"no snapshot, but longer than its checksum").unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    assert_eq!(store.count_clusters().await.unwrap(), 2);
    assert!(!snapshot("snap.0000000000000001.generating").exists());
    assert!(snapshot("aside.snap.FFFFFFFFFFFFFFF0").exists());
}

#[tokio::test]
async fn a_damaged_log_is_an_error_that_names_the_file() {
    let folder = TempDir::new().unwrap();
    drop(SledStore::open(folder.path()).await.unwrap());
    fs::write(folder.path().join("conf"), b"segment_size: many\nuse_compression: no\n").unwrap();
    let refused = SledStore::open(folder.path()).await.unwrap_err();
    assert_eq!(refused.kind(), StoreErrorKind::Corrupt);
    assert!(refused.to_string().contains("/db is damaged"), "{refused}");
}
