use std::cell::RefCell;
use std::fs;

use tempfile::TempDir;
use wfm_core::anonymizer::Vocabulary;
use wfm_core::catalog::Catalog;
use wfm_core::wire::v3;

use wfm_core::store::{Actor, PersistentQuery, Record};

use super::*;

mod chains;
mod erase;
mod full;
mod model;
mod truncation;

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

fn by() -> By {
    By::new(Actor::Operator, noon())
}

fn trees(store: &SledStore) -> disk::Trees {
    store.writing.disk().unwrap().trees.clone()
}

fn release(version: &str) -> Release {
    Release::new("deis-router".parse().unwrap(), "stable".parse().unwrap(), version.parse().unwrap(), noon())
}

#[tokio::test]
async fn what_was_kept_is_there_after_opening_again() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.publish(vec![release("v2.9.0"), release("2.10.0")], PublishMode::RefuseChanges, by()).await.unwrap();
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
    assert_eq!(trees(&store).clusters.len(), 400);
    assert_eq!(trees(&store).facts.len(), 1);
}

#[tokio::test]
async fn the_leading_v_does_not_make_a_second_release() {
    let store = fresh().await;
    store.publish(vec![release("v2.9.0")], PublishMode::RefuseChanges, by()).await.unwrap();
    let outcome = store.publish(vec![release("2.9.0")], PublishMode::RefuseChanges, by()).await.unwrap();
    assert_eq!(outcome.unchanged, 1);
    assert_eq!(trees(&store).releases.len(), 1);
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
async fn another_format_is_refused_and_left_alone() {
    let folder = TempDir::new().unwrap();
    for (format, advice) in [(rows::FORMAT + 1, "start the newer version"), (rows::FORMAT - 1, "restore the backup")] {
        let folder = folder.path().join(format.to_string());
        let store = SledStore::open(&folder).await.unwrap();
        trees(&store).meta.insert(rows::FORMAT_KEY, &format.to_be_bytes()).unwrap();
        drop(store);
        for _ in 0..2 {
            let refused = SledStore::open(&folder).await.unwrap_err().to_string();
            assert!(refused.contains(&format!("has format {format}")) && refused.contains(advice), "{refused}");
        }
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

#[tokio::test]
async fn a_log_that_is_gone_is_an_error_and_no_new_beginning() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.check_in(arrival(1), noon()).await.unwrap();
    drop(store);
    for entry in fs::read_dir(folder.path()).unwrap().map(Result::unwrap) {
        if entry.file_name() != "wfm.used" {
            fs::remove_file(entry.path()).or_else(|_| fs::remove_dir_all(entry.path())).unwrap();
        }
    }
    let refused = SledStore::open(folder.path()).await.unwrap_err();
    assert!(refused.kind() == StoreErrorKind::Corrupt && refused.to_string().contains("/db is damaged"), "{refused}");
}

#[tokio::test]
async fn a_restore_that_was_cut_off_is_refused() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    let records: Records = Box::new(std::iter::once(Err(unavailable("the backup ends here"))));
    store.load(records).await.unwrap_err();
    drop(store);
    let refused = SledStore::open(folder.path()).await.unwrap_err();
    assert!(refused.to_string().contains("restore the backup again, into a new folder"), "{refused}");
}

#[tokio::test]
async fn a_restored_store_whose_log_lost_its_end_is_called_damaged() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.load(fresh().await.records().await.unwrap()).await.unwrap();
    // As if the log ended before the mark was taken away.
    trees(&store).meta.insert(rows::LOADING, b"").unwrap();
    drop(store);
    let refused = SledStore::open(folder.path()).await.unwrap_err();
    assert!(refused.to_string().contains("/db is damaged"), "{refused}");
}

#[tokio::test]
async fn a_full_store_is_not_loaded_into() {
    let store = fresh().await;
    store.check_in(arrival(1), noon()).await.unwrap();
    let refused = store.load(store.records().await.unwrap()).await.unwrap_err();
    assert!(refused.to_string().contains("not empty"), "{refused}");
    store.check_in(arrival(1), noon()).await.unwrap();
}

#[tokio::test]
async fn verifying_finds_what_does_not_fit() {
    let store = fresh().await;
    for n in 0..3 {
        store.check_in(arrival(n), noon()).await.unwrap();
    }
    let sound = store.verify().await.unwrap();
    assert_eq!((sound.clusters, sound.check_ins, sound.differences.len()), (3, 3, 0));
    let trees = trees(&store);
    trees.clusters.remove(uuid::Uuid::from_u128(1).as_bytes()).unwrap();
    trees.facts.clear().unwrap();
    trees.ledger.insert(b"f-globex", &[0; 8]).unwrap();
    let found = store.verify().await.unwrap().differences;
    assert_eq!(
        found,
        [
            "a counter of what clusters report: the store holds a row that cannot be understood",
            "facts that a cluster reported are gone",
            "clusters: 2 were found, 3 are noted",
            "check-ins: 2 were found, 3 are noted",
        ]
    );
}

mod room {
    use std::sync::atomic::{AtomicU64, Ordering};

    use super::*;

    static FREE: AtomicU64 = AtomicU64::new(1000);

    #[tokio::test]
    async fn a_full_disk_refuses_until_there_is_room_and_loses_nothing() {
        let folder = TempDir::new().unwrap();
        let room = disk::Room { reserve: 500, free: |_| Ok(FREE.load(Ordering::SeqCst)) };
        let store = SledStore::open_with(folder.path(), room, true).await.unwrap();
        let before = store.check_in(arrival(1), noon()).await.unwrap();
        store.check_in(arrival(3), noon()).await.unwrap();
        FREE.store(499, Ordering::SeqCst);
        for _ in 0..3 {
            assert_eq!(store.check_in(arrival(2), noon()).await.unwrap_err().kind(), StoreErrorKind::Unavailable);
            assert!(store.ready().await.unwrap_err().to_string().contains("499 bytes are free"));
        }
        assert!(
            store.erase(ClusterId::new(uuid::Uuid::from_u128(3)), by()).await.unwrap(),
            "erasure needs little room"
        );
        FREE.store(124, Ordering::SeqCst);
        let kept = store.erase(before.id, by()).await.unwrap_err();
        assert_eq!(kept.kind(), StoreErrorKind::Unavailable);
        FREE.store(499, Ordering::SeqCst);
        assert_eq!(store.cluster(before.id).await.unwrap(), Some(before), "it can be read meanwhile");
        FREE.store(500, Ordering::SeqCst);
        store.ready().await.unwrap();
        store.check_in(arrival(2), noon()).await.unwrap();
        assert_eq!(store.count_clusters().await.unwrap(), 2);
    }

    #[tokio::test]
    async fn a_store_that_broke_down_opens_again_by_itself() {
        let store = fresh().await;
        let before = store.check_in(arrival(1), noon()).await.unwrap();
        store.writing.break_down();
        assert_eq!(store.ready().await.unwrap_err().kind(), StoreErrorKind::Unavailable);
        for _ in 0..50 {
            if store.ready().await.is_ok() {
                break;
            }
            tokio::time::sleep(std::time::Duration::from_millis(100)).await;
        }
        store.ready().await.unwrap();
        assert_eq!(store.cluster(before.id).await.unwrap(), Some(before));
        store.check_in(arrival(2), noon()).await.unwrap();
        assert_eq!(store.verify().await.unwrap().clusters, 2);
    }
}

#[tokio::test]
async fn a_notice_whose_range_is_empty_keeps_neither_the_store_nor_its_backup_from_opening() {
    let row = r#"{"id":"old","train":"stable","level":"advisory","affected":">=1.2, <1.0","text":"Upgrade.","published":"2020-01-01T00:00:00Z"}"#;
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    store.publish(vec![release("v2.9.0")], PublishMode::RefuseChanges, by()).await.unwrap();
    let (train, id) = (Train::stable(), "old".parse::<NoticeId>().unwrap());
    trees(&store).ledger.insert(rows::notice_key(&train, &id), row).unwrap();
    drop(store);
    let store = SledStore::open(folder.path()).await.unwrap();
    let notice = store.releases().await.unwrap().notice(&train, &id).cloned().unwrap();
    assert!(!notice.concerns(&"deis-router".parse().unwrap(), Some(&"v1.1.0".parse().unwrap())));
    let copy = folder.path().join("backup");
    let mut bytes = Vec::new();
    crate::store::backup::write(store.records().await.unwrap(), &mut bytes).unwrap();
    fs::write(&copy, bytes).unwrap();
    let records: Vec<Record> = crate::store::backup::records(&copy).unwrap().map(Result::unwrap).collect();
    assert!(records.contains(&Record::Notice(notice)));
}
