use proptest::prelude::*;

use super::*;

fn release(train: &str, version: &str, day: i8) -> Release {
    Release::new(
        "deis-router".parse().unwrap(),
        train.parse().unwrap(),
        version.parse().unwrap(),
        format!("2020-01-{day:02}T00:00:00Z").parse().unwrap(),
    )
}

fn router() -> ComponentName {
    "deis-router".parse().unwrap()
}

#[test]
fn a_back_port_published_later_does_not_become_latest() {
    let all: Releases =
        [release("stable", "v2.9.0", 1), release("stable", "v2.10.0", 2), release("stable", "v2.9.1", 9)]
            .into_iter()
            .collect();
    assert_eq!(all.latest(&Train::stable(), &router()).unwrap().version().to_string(), "v2.10.0");
}

#[test]
fn trains_do_not_see_each_other() {
    let all: Releases = [release("stable", "v2.9.0", 1), release("beta", "v3.0.0-rc1", 2)].into_iter().collect();
    assert_eq!(all.latest(&Train::stable(), &router()).unwrap().version().to_string(), "v2.9.0");
    assert_eq!(all.latest(&Train::beta(), &router()).unwrap().version().to_string(), "v3.0.0-rc1");
}

#[test]
fn versions_are_listed_newest_first_across_trains() {
    let all: Releases =
        [release("stable", "v2.9.0", 1), release("stable", "v2.10.0", 2), release("beta", "v2.10.0-rc1", 1)]
            .into_iter()
            .collect();
    let names: Vec<String> = all.versions(&router()).into_iter().map(ToString::to_string).collect();
    assert_eq!(names, ["v2.10.0", "v2.10.0-rc1", "v2.9.0"]);
}

proptest! {
    #[test]
    fn the_order_of_publication_does_not_matter(numbers in proptest::collection::vec((0u64..4, 0u64..4, 0u64..4), 1..20)) {
        let releases: Vec<Release> = numbers.iter().map(|(a, b, c)| release("stable", &format!("{a}.{b}.{c}"), 1)).collect();
        let forwards: Releases = releases.iter().cloned().collect();
        let backwards: Releases = releases.iter().rev().cloned().collect();
        prop_assert_eq!(&forwards, &backwards);
        let highest = releases.iter().map(Release::version).max().unwrap();
        prop_assert_eq!(forwards.latest(&Train::stable(), &router()).unwrap().version(), highest);
    }
}

#[test]
fn a_yanked_release_is_listed_but_never_latest() {
    let yank = Yank { reason: "it loses data".parse().unwrap(), at: "2020-02-01T00:00:00Z".parse().unwrap() };
    let mut all: Releases =
        [release("stable", "v2.9.0", 1), release("stable", "v2.10.0", 2).with_yank(Some(yank.clone()))]
            .into_iter()
            .collect();
    assert_eq!(all.latest(&Train::stable(), &router()).unwrap().version().to_string(), "v2.9.0");
    assert_eq!(all.line(&Train::stable(), &router()).len(), 2);
    all.insert(release("stable", "v2.9.0", 1).with_yank(Some(yank)));
    assert_eq!(all.latest(&Train::stable(), &router()), None);
}
