//! Clusters that were erased, by their rows.

use std::path::Path;

use super::*;

/// Checks a cluster in so often that it closes four runs, and falls silent in between.
async fn check_in_often(store: &SledStore, n: u128) {
    for time in 0..400 {
        let at = noon() + jiff::SignedDuration::from_hours(time + time / 100 * 40);
        let said = arrival(n).with_cohort((time > 200).then_some(Cohort::Staff));
        store.check_in(said, at).await.unwrap();
    }
}

fn id(n: u128) -> ClusterId {
    ClusterId::new(uuid::Uuid::from_u128(n))
}

/// Copies the store's folder as a kill leaves it at this moment.
fn killed(folder: &Path) -> TempDir {
    let copy = TempDir::new().unwrap();
    truncation::copy(folder, copy.path());
    copy
}

async fn assert_sound(store: &SledStore, clusters: u64) {
    let found = store.verify().await.unwrap();
    assert_eq!((found.clusters, found.differences), (clusters, Vec::new()));
    assert_eq!(store.count_clusters().await.unwrap(), clusters);
    assert_eq!(store.rebuild().await.unwrap(), 0);
}

#[tokio::test]
async fn no_row_holds_anything_of_an_erased_cluster() {
    let store = fresh().await;
    for n in [1, 2] {
        check_in_often(&store, n).await;
    }
    store.set_rules([(id(1), Cohort::Ci)].into(), by()).await.unwrap();
    let trees = trees(&store);
    let closed = trees.runs.len();
    assert!(store.erase(id(1), by()).await.unwrap());
    for tree in [&trees.meta, &trees.ledger, &trees.clusters, &trees.runs, &trees.waiting] {
        for (key, row) in tree.iter().map(Result::unwrap) {
            let holds = |bytes: &[u8]| bytes.windows(16).any(|some| some == id(1).as_bytes());
            assert!(!holds(&key) && !holds(&row), "{:?}", tree.name());
        }
    }
    let empty = trees.runs.iter().values().filter(|row| row.as_ref().unwrap().is_empty()).count();
    assert_eq!((empty * 2, trees.runs.len()), (closed, closed));
    assert_sound(&store, 1).await;
    check_in_often(&store, 1).await;
    assert_sound(&store, 2).await;
    assert_eq!(trees.runs.len(), closed + empty, "no number is given twice");
}

#[tokio::test]
async fn a_copy_holds_nothing_of_an_erased_cluster_not_even_empty_rows() {
    let (store, copy) = (fresh().await, fresh().await);
    for n in [1, 2] {
        check_in_often(&store, n).await;
    }
    store.erase(id(1), by()).await.unwrap();
    copy.load(store.records().await.unwrap()).await.unwrap();
    assert!(trees(&copy).runs.iter().values().all(|row| !row.unwrap().is_empty()));
    assert_sound(&copy, 1).await;
}

#[tokio::test]
async fn what_was_answered_as_erased_is_not_there_after_a_kill() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    for n in [1, 2] {
        check_in_often(&store, n).await;
    }
    assert!(store.erase(id(1), by()).await.unwrap());
    let copy = killed(folder.path());
    let opened = SledStore::open(copy.path()).await.unwrap();
    assert_eq!(opened.cluster(id(1)).await.unwrap(), None);
    assert_sound(&opened, 1).await;
}

#[tokio::test]
async fn a_log_that_was_cut_off_in_an_erasure_holds_the_whole_cluster_or_nothing_of_it() {
    let folder = TempDir::new().unwrap();
    let store = SledStore::open(folder.path()).await.unwrap();
    check_in_often(&store, 1).await;
    let before = truncation::used(&folder.path().join("db"));
    store.erase(id(1), by()).await.unwrap();
    let after = truncation::used(&folder.path().join("db"));
    let whole = killed(folder.path());
    let (mut there, mut gone) = (0, 0);
    for cut in (0..=8).map(|n| before + (after - before) * n / 8) {
        let copy = killed(whole.path());
        fs::File::options().write(true).open(copy.path().join("db")).unwrap().set_len(cut).unwrap();
        let opened = match SledStore::open(copy.path()).await {
            Ok(opened) => opened,
            Err(error) if error.to_string().contains("/db is damaged") => continue,
            Err(error) => panic!("{error}"),
        };
        let clusters = opened.count_clusters().await.unwrap();
        assert_sound(&opened, clusters).await;
        let known = opened.cluster(id(1)).await.unwrap();
        assert_eq!(known.is_some(), clusters == 1);
        *(if clusters == 1 { &mut there } else { &mut gone }) += 1;
    }
    assert!(gone > 0, "the whole log holds the erasure");
    println!("{there} times there, {gone} times gone");
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_reads_while_clusters_are_erased_meets_no_error() {
    let store = Arc::new(fresh().await);
    for n in 0..12 {
        check_in_often(&store, n).await;
    }
    let records = store.records().await.unwrap();
    let erasing = Arc::clone(&store);
    let erased = tokio::spawn(async move {
        for n in 0..10 {
            assert!(erasing.erase(id(n), by()).await.unwrap());
        }
    });
    while !erased.is_finished() {
        for known in store.histories(None, 100).await.unwrap().items {
            assert_eq!(known.runs.iter().map(|run| run.instants.len()).sum::<usize>(), 400);
        }
        let query = PersistentQuery { epoch: None, at: noon() + jiff::SignedDuration::from_hours(5) };
        assert!(store.persistent(query, None, 100).await.unwrap().items.iter().all(|known| known.check_ins == 6));
    }
    erased.await.unwrap();
    let kept = records.filter(|record| matches!(record.as_ref().unwrap(), wfm_core::store::Record::Cluster { .. }));
    assert_eq!(kept.count(), 2, "a backup under way leaves out what was erased before its turn came");
    assert_sound(&store, 2).await;
}

#[tokio::test]
async fn an_empty_row_of_a_cluster_that_is_there_is_found() {
    let store = fresh().await;
    check_in_often(&store, 1).await;
    trees(&store).runs.insert(closed::key(2), b"").unwrap();
    let found = store.verify().await.unwrap().differences;
    assert!(found.iter().any(|what| what == "a cluster: the store holds a row that cannot be understood"), "{found:?}");
    store.erase(id(1), by()).await.unwrap_err();
    assert!(store.cluster(id(1)).await.unwrap().is_some(), "all of it or nothing");
}
