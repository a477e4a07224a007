//! Stores that earlier versions wrote.

use std::path::Path;

use wfm_core::cluster::Cohort;
use wfm_core::facets::{Facet, FacetCount, FacetReport, FacetValue};

use super::*;

#[tokio::test]
async fn a_store_of_format_1_is_read_and_written_anew() {
    let folder = TempDir::new().unwrap();
    let (first, last) = (noon(), noon() + jiff::SignedDuration::from_hours(48));
    {
        let db = ::sled::open(folder.path()).unwrap();
        let row = |check_ins: u64, last: Timestamp| {
            let times = [first, last].map(|at| at.as_nanosecond().to_be_bytes());
            [[9; 16].as_slice(), &times[0], &times[1], &check_ins.to_be_bytes()].concat()
        };
        db.open_tree("meta").unwrap().insert("format", &1u64.to_be_bytes()).unwrap();
        db.open_tree("meta").unwrap().insert("clusters", &2u64.to_be_bytes()).unwrap();
        db.open_tree("reports").unwrap().insert([9; 16], br#"{"deis-router":"v2.9.0"}"#).unwrap();
        let clusters = db.open_tree("clusters").unwrap();
        clusters.insert(uuid::Uuid::from_u128(1).as_bytes(), row(5, last)).unwrap();
        clusters.insert(uuid::Uuid::from_u128(2).as_bytes(), row(1, first)).unwrap();
        let key = rows::release_key(&release("v2.9.0").key());
        db.open_tree("releases").unwrap().insert(key, rows::to_json(&release("v2.9.0"))).unwrap();
        db.flush().unwrap();
    }
    for _ in 0..2 {
        let store = SledStore::open(folder.path()).await.unwrap();
        assert_eq!(store.verify().await.unwrap().differences, Vec::<String>::new());
        assert_eq!((store.count_clusters().await.unwrap(), store.releases().await.unwrap().len()), (2, 1));
        let id = ClusterId::new(uuid::Uuid::from_u128(1));
        let known = store.cluster(id).await.unwrap().unwrap();
        assert_eq!((known.first_seen, known.last_seen, known.check_ins), (first, last, 5));
        assert_eq!(known.components.len(), 1);
        let at = |at| PersistentQuery { epoch: None, at };
        let then = store.persistent(at(last), None, 10).await.unwrap().items;
        assert_eq!(then.iter().map(|one| one.check_ins).collect::<Vec<_>>(), [5]);
        assert!(
            store.persistent(at(last - jiff::SignedDuration::from_secs(1)), None, 10).await.unwrap().items.is_empty()
        );
    }
    let db = ::sled::open(folder.path()).unwrap();
    assert!(db.tree_names().iter().all(|name| name != b"clusters" && name != b"reports"));
}

/// Two clusters of format 2: one with three closed runs, whose clock was set back once, and one that checked in once.
fn write_format_2(path: &Path, said: &rows::WrittenFacts) {
    let run = |instants: &[i64]| {
        let mut bytes = Vec::new();
        run::write(&wfm_core::store::Run { said: said.key, instants: instants.to_vec(), untimed: 0 }, &mut bytes);
        bytes
    };
    let noon = noon().as_second();
    let row = |open: &[i64], first: i64, last: i64, counts: [u64; 2]| {
        let mut bytes = run(open);
        bytes.push(0);
        for number in [run::zigzag(first), run::zigzag(last - first), counts[0], counts[1]] {
            run::write_number(number, &mut bytes);
        }
        bytes
    };
    let db = ::sled::open(path).unwrap();
    let tree = |name: &str| db.open_tree(name).unwrap();
    for (key, number) in [("format", 2u64), ("clusters", 2), ("check-ins", 8)] {
        tree("meta").insert(key, &number.to_be_bytes()).unwrap();
    }
    tree("facts").insert(said.key, said.json.as_slice()).unwrap();
    let id = |n: u128| *uuid::Uuid::from_u128(n << 100).as_bytes();
    for (number, instants) in
        [[noon, noon + 100], [noon + 200, noon + 150], [noon + 300, noon + 400]].iter().enumerate()
    {
        let number = u32::try_from(number).unwrap().to_be_bytes();
        tree("runs").insert([id(7).as_slice(), &number].concat(), run(instants)).unwrap();
    }
    tree("clusters.2").insert(id(7), row(&[noon + 500], noon, noon + 500, [7, 3])).unwrap();
    tree("clusters.2").insert(id(8), row(&[noon], noon, noon, [1, 0])).unwrap();
    db.flush().unwrap();
}

#[tokio::test]
async fn a_store_of_format_2_is_read_and_written_anew_even_when_that_was_cut_off() {
    let folder = TempDir::new().unwrap();
    let said = rows::WrittenFacts::of(ClusterFacts::from(arrival(7)));
    let id = ClusterId::new(uuid::Uuid::from_u128(7 << 100));
    let expected = [0, 100, 200, 150, 300, 400, 500].map(|after| noon().as_second() + after);
    write_format_2(folder.path(), &said);
    for round in 0..3 {
        let store = SledStore::open(folder.path()).await.unwrap();
        assert_eq!(store.verify().await.unwrap().differences, Vec::<String>::new());
        assert_eq!(store.rebuild().await.unwrap(), 0, "the rollups are those of the records");
        let histories = store.histories(None, 10).await.unwrap().items;
        let known = histories.iter().find(|history| history.record.id == id).unwrap();
        assert_eq!(known.runs.iter().flat_map(|run| run.instants.clone()).collect::<Vec<_>>(), expected);
        assert_eq!((known.record.check_ins, histories.len(), trees(&store).runs.len()), (7, 2, 1));
        drop(store);
        if round == 0 {
            // As it is when the new rows are there and the format was not noted.
            let db = ::sled::open(folder.path()).unwrap();
            let clusters: Vec<_> = db.open_tree("clusters.2").unwrap().iter().map(Result::unwrap).collect();
            drop(db);
            write_format_2(folder.path(), &said);
            let db = ::sled::open(folder.path()).unwrap();
            let (id, row) = clusters.first().unwrap();
            db.open_tree("clusters.2").unwrap().insert(id, row).unwrap();
            db.open_tree("runs.3").unwrap().insert([0xff; 8], b"left over").unwrap();
            db.flush().unwrap();
        }
    }
    let db = ::sled::open(folder.path()).unwrap();
    assert!(db.tree_names().iter().all(|name| name != b"runs"));
}

#[tokio::test]
async fn sizes_of_format_3_are_counted_in_the_halves_that_they_belong_to() {
    let folder = TempDir::new().unwrap();
    let week = jiff::civil::date(2026, 1, 5);
    let value = |code| FacetValue::read(Facet::Cpu, code).unwrap();
    {
        let store = SledStore::open(folder.path()).await.unwrap();
        let report = FacetReport::new(week, Cohort::Ci, [value("16")]).unwrap();
        store.count_facets(report).await.unwrap();
        let ledger = &trees(&store).ledger;
        let (key, three) = facets::row(&FacetCount { week, cohort: Cohort::Ci, value: value("16"), reports: 3 });
        let quarter = [&key[..key.len() - 2], b"17"].concat();
        ledger.insert(quarter, three.as_slice()).unwrap();
        trees(&store).meta.insert(rows::FORMAT_KEY, &3u64.to_be_bytes()).unwrap();
    }
    for _ in 0..2 {
        let store = SledStore::open(folder.path()).await.unwrap();
        assert_eq!(store.verify().await.unwrap().differences, Vec::<String>::new());
        let counts = store.facets(week).await.unwrap();
        let cpu: Vec<_> = counts.iter().filter(|count| count.value.facet() == Facet::Cpu).collect();
        assert_eq!(cpu.iter().map(|count| (count.value, count.reports)).collect::<Vec<_>>(), [(value("16"), 4)]);
    }
}
