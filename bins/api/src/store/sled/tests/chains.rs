//! Closed runs, one behind the other.

use wfm_core::store::Run;

use super::*;

/// Two clusters by turns, each of which says something else every time: so each closes three runs.
async fn two_clusters(store: &SledStore) {
    for n in 0..4 {
        for cluster in [1, 2] {
            let arrival = arrival(cluster).with_cohort((n % 2 == 1).then_some(Cohort::Staff));
            store.check_in(arrival, noon() + jiff::SignedDuration::from_hours(12 * n)).await.unwrap();
        }
    }
}

fn row(store: &SledStore, n: u128) -> row::ClusterRow {
    let row = trees(store).clusters.get(uuid::Uuid::from_u128(n).as_bytes()).unwrap().unwrap();
    row::ClusterRow::read(&row).unwrap()
}

#[tokio::test]
async fn runs_are_numbered_in_the_order_of_closing_whosever_they_are() {
    let store = fresh().await;
    two_clusters(&store).await;
    let trees = trees(&store);
    let keys: Vec<_> = trees.runs.iter().keys().map(|key| key.unwrap().to_vec()).collect();
    assert_eq!(keys, (1u64..=6).map(|number| number.to_be_bytes().to_vec()).collect::<Vec<_>>());
    for (cluster, expected) in [(1, [5, 3, 1]), (2, [6, 4, 2])] {
        let mut way = Vec::new();
        let runs = read::walk(&trees, row(&store, cluster), |number| way.push(number)).unwrap().unwrap();
        assert_eq!(way, expected);
        assert!(runs.iter().flat_map(|run| &run.instants).is_sorted());
        assert_eq!(runs.len(), 4);
    }
}

#[tokio::test]
async fn a_run_that_is_gone_or_reached_twice_or_by_nobody_is_found() {
    type Damage = fn(&SledStore);
    let damages: [(&str, Damage); 4] = [
        ("a cluster: the store holds a row that cannot be understood", |store| {
            drop(trees(store).runs.remove(closed::key(3)).unwrap());
        }),
        ("closed runs: 7 were found, 6 are noted", |store| {
            let mut bytes = closed::begin(7, 0);
            run::write(&row(store, 1).open, &mut bytes);
            trees(store).runs.insert(closed::key(7), bytes).unwrap();
        }),
        ("closed runs of more than one cluster: 3 were found, 0 are noted", |store| {
            let mut other = row(store, 1);
            other.last_closed = row(store, 2).last_closed;
            trees(store).clusters.insert(uuid::Uuid::from_u128(1).as_bytes(), other.write()).unwrap();
        }),
        ("the last closed run: 6 were found, 5 are noted", |store| {
            trees(store).meta.insert(rows::CLOSED, &5u64.to_be_bytes()).unwrap();
        }),
    ];
    for (expected, damage) in damages {
        let store = fresh().await;
        two_clusters(&store).await;
        assert_eq!(store.verify().await.unwrap().differences, Vec::<String>::new());
        damage(&store);
        let found = store.verify().await.unwrap().differences;
        assert!(found.iter().any(|difference| difference == expected), "{expected}: {found:?}");
    }
}

#[tokio::test]
async fn a_copy_has_few_rows_of_closed_runs_and_the_same_check_ins() {
    let (store, copy) = (fresh().await, fresh().await);
    two_clusters(&store).await;
    copy.load(store.records().await.unwrap()).await.unwrap();
    assert_eq!(trees(&copy).runs.len(), 2);
    two_clusters(&copy).await;
    two_clusters(&store).await;
    assert_eq!(copy.verify().await.unwrap(), store.verify().await.unwrap());
    let all = async |store: &SledStore| store.records().await.unwrap().map(Result::unwrap).collect::<Vec<_>>();
    assert_eq!(all(&copy).await, all(&store).await);
}

#[test]
fn a_division_keeps_every_check_in_and_leaves_an_open_run_that_is_small() {
    for length in [1, run::LONGEST, run::LONGEST + 1, 1000, 2 * run::LONGEST] {
        let whole = Run { said: [1; 16], instants: (0..length as i64).collect::<Vec<_>>(), untimed: 0 };
        let complete = Run { untimed: 5, said: [2; 16], ..whole.clone() };
        let (closed, open) = closed::divide(&[complete.clone(), whole.clone()]).unwrap();
        assert!((1..=run::LONGEST).contains(&open.instants.len()));
        assert_eq!(closed[0], complete);
        let pieces: Vec<_> = closed[1..].iter().chain([&open]).flat_map(|run| run.instants.clone()).collect();
        assert_eq!(pieces, whole.instants);
        assert_eq!(closed::divide(&[whole, complete.clone()]).unwrap().1, complete);
    }
    assert!(closed::divide(&[]).is_none());
}

#[test]
fn a_torn_row_or_one_that_leads_before_the_first_is_an_error() {
    let mut whole = closed::begin(9, 4);
    run::write(&Run { said: [1; 16], instants: vec![1, 2, 3], untimed: 0 }, &mut whole);
    let row = row::ClusterRow { closed: 1, last_closed: 9, ..row::ClusterRow::new([1; 16], 0) };
    let mut chain = closed::Chain::of(&row);
    chain.read(Some(&whole)).unwrap();
    assert_eq!(chain.next(), Some(4));
    chain.read(None).unwrap_err();
    for length in 2..whole.len() {
        closed::Chain::of(&row).read(Some(&whole[..length])).unwrap_err();
    }
    let early = row::ClusterRow { last_closed: 5, ..row };
    closed::Chain::of(&early).read(Some(&whole)).unwrap_err();
}
