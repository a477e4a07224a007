use std::collections::BTreeMap;

use wfm_core::cluster::Cohort;

use super::*;
use crate::export::NotAPlace;
use crate::export::{Sheet, Text};

/// Days as a rollup would answer them.
struct Counted(Vec<CountedDay>);

#[async_trait]
impl Days for Counted {
    async fn days(&self, from: Option<Date>, limit: usize) -> Result<Vec<CountedDay>, StoreError> {
        let wanted = self.0.iter().filter(|day| from.is_none_or(|from| day.day >= from));
        Ok(wanted.take(limit).cloned().collect())
    }
}

fn day(n: i8) -> CountedDay {
    let version = |component: &str, version: &str| (component.parse().unwrap(), version.to_owned().into());
    let customer = Counts {
        known: 9,
        active: 7,
        appeared: n.unsigned_abs().into(),
        versions: BTreeMap::from([
            (version("deis-router", "v2.10.0"), 3),
            (version("deis-router", "v2.9.0"), 2),
            (version("deis-router", "custom"), 1),
            (version("deis-builder", "v2.9.0"), 0),
        ]),
        ..Counts::default()
    };
    let staff = Counts { known: 1, returned: 1, ..Counts::default() };
    let cohorts = BTreeMap::from([(Cohort::Staff, staff), (Cohort::Customer, customer)]);
    CountedDay { day: jiff::civil::date(2026, 1, n), cohorts }
}

fn fleet() -> Arc<dyn Days> {
    Arc::new(Counted([1, 2, 3, 5, 8, 13, 21, 22, 23, 24, 25, 26, 27, 28, 29, 30].map(day).into()))
}

async fn whole(days: Arc<dyn Days>) -> String {
    let mut table = Daily::new(days, None);
    let rows = table.next(usize::MAX).await.unwrap();
    assert_eq!((table.next(1).await.unwrap(), table.place().await.unwrap()), (Vec::new(), None));
    Sheet::rows(COLUMNS, &rows)
}

#[tokio::test]
async fn a_day_is_a_row_for_each_number_and_for_each_version_that_runs() {
    let day = whole(Arc::new(Counted(vec![day(4)]))).await;
    let expected = [
        "2026-01-04,customer,known,,,9",
        "2026-01-04,customer,active,,,7",
        "2026-01-04,customer,appeared,,,4",
        "2026-01-04,customer,disappeared,,,0",
        "2026-01-04,customer,returned,,,0",
        "2026-01-04,customer,version,deis-router,v2.9.0,2",
        "2026-01-04,customer,version,deis-router,v2.10.0,3",
        "2026-01-04,customer,version,deis-router,custom,1",
        "2026-01-04,staff,known,,,1",
        "2026-01-04,staff,active,,,0",
        "2026-01-04,staff,appeared,,,0",
        "2026-01-04,staff,disappeared,,,0",
        "2026-01-04,staff,returned,,,1",
    ];
    assert_eq!(day.lines().collect::<Vec<_>>(), expected);
    assert_eq!(whole(Arc::new(Counted(Vec::new()))).await, "");
}

#[tokio::test]
async fn pages_one_behind_the_other_are_the_file() {
    let whole = whole(fleet()).await;
    assert_eq!(whole.lines().count(), 16 * 13);
    for limit in [1, 5, 13, 100] {
        let (mut pages, mut place) = (String::new(), None);
        loop {
            let mut table = Daily::new(fleet(), place);
            pages += &Sheet::rows(COLUMNS, &table.next(limit).await.unwrap());
            let Some(next) = table.place().await.unwrap() else { break };
            place = Some(next.parse().unwrap());
        }
        assert_eq!(pages, whole, "{limit} to a page");
    }
}

#[tokio::test]
async fn a_place_stays_right_when_the_day_gets_other_rows() {
    let place: Place = "2026-01-05/customer/version/deis-router/v2.9.5".parse().unwrap();
    let rows = Daily::new(fleet(), Some(place)).next(1).await.unwrap();
    assert_eq!(Sheet::rows(COLUMNS, &rows), "2026-01-05,customer,version,deis-router,v2.10.0,3\r\n");
}

#[test]
fn a_text_that_is_no_place_is_refused() {
    for text in ["", "x", "2026-01-05", "2026-01-05/acme/known", "2026-01-05/ci/version", "2026-01-05/ci/known/a/b"] {
        assert_eq!(text.parse::<Place>(), Err(NotAPlace), "{text}");
    }
}
