use proptest::prelude::*;

use super::*;

fn release(train: &str, version: &str) -> Release {
    Release::new(
        "deis-router".parse().unwrap(),
        train.parse().unwrap(),
        version.parse().unwrap(),
        "2021-04-19T01:08:22Z".parse().unwrap(),
    )
}

#[test]
fn a_trains_document_reads_back_as_the_releases_it_was_made_of() {
    let stable: Releases = [release("stable", "v2.9.0"), release("stable", "v2.10.0")].into_iter().collect();
    let mut all = stable.clone();
    all.insert(release("beta", "v3.0.0-rc1"));
    let document = TrainReleases::of(&all, &Train::stable());
    let text = serde_json::to_string(&document).unwrap();
    assert_eq!(
        text,
        r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[{"version":"v2.9.0","released":"2021-04-19T01:08:22Z"},{"version":"v2.10.0","released":"2021-04-19T01:08:22Z"}]}]}"#
    );
    let read: TrainReleases = serde_json::from_str(&text).unwrap();
    assert_eq!(Releases::from(read), stable);
}

#[test]
fn notices_yanks_and_minimums_read_back() {
    let at = "2021-04-19T01:08:22Z".parse().unwrap();
    let version = |text: &str| text.parse::<Version>().unwrap();
    let mut all: Releases = [Release::new("deis-router".parse().unwrap(), Train::stable(), version("v2.9.0"), at)
        .with_minimum(Some(version("v2.0.0")))
        .with_yank(Some(Yank { reason: "it loses data".parse().unwrap(), at }))]
    .into_iter()
    .collect();
    all.insert_notice(Notice {
        id: "end-of-v2".parse().unwrap(),
        train: Train::stable(),
        level: crate::release::NoticeLevel::EndOfLife,
        component: None,
        affected: Some("<3".parse().unwrap()),
        text: "Version 2 is not repaired any more.".parse().unwrap(),
        published: at,
    });
    let text = serde_json::to_string(&TrainReleases::of(&all, &Train::stable())).unwrap();
    assert_eq!(
        text,
        r#"{"schemaVersion":1,"train":"stable","components":[{"name":"deis-router","releases":[{"version":"v2.9.0","released":"2021-04-19T01:08:22Z","minimum":"v2.0.0","yanked":{"reason":"it loses data","at":"2021-04-19T01:08:22Z"}}]}],"notices":[{"id":"end-of-v2","train":"stable","level":"end_of_life","affected":"<3","text":"Version 2 is not repaired any more.","published":"2021-04-19T01:08:22Z"}]}"#
    );
    let read: TrainReleases = serde_json::from_str(&text).unwrap();
    assert_eq!(Releases::from(read), all);
}

const AT: &str = "2021-04-19T01:08:22Z";

fn document(components: &str, more: &str) -> String {
    format!(r#"{{"schemaVersion":1,"train":"stable","components":[{components}]{more}}}"#)
}

fn component(name: &str, releases: &str) -> String {
    format!(r#"{{"name":"{name}","releases":[{releases}]}}"#)
}

fn one(version: &str) -> String {
    format!(r#"{{"version":"{version}","released":"{AT}"}}"#)
}

fn read(text: &str) -> crate::source::ReleaseList {
    TrainReleases::read(text.as_bytes(), &Train::stable(), |_| true).unwrap()
}

#[test]
fn blanks_order_spelling_and_unknown_members_make_no_mark() {
    let issue = r#","serial":7,"issued":"2026-01-01T00:00:00Z""#;
    let two = |a: &str, b: &str| component("deis-router", &format!("{a},{b}"));
    let honest = document(&two(&one("v2.9.0"), &one("v2.10.0")), issue);
    let canonical = read(&honest);
    assert_eq!(
        TrainReleases::sha256(honest.replace(r#","serial":7,"issued":"2026-01-01T00:00:00Z""#, "").as_bytes()).len(),
        64
    );
    let written = TrainReleases::of(&canonical.releases, &Train::stable());
    assert_eq!(TrainReleases::sha256(&written.to_json()), canonical.sha256, "the service's tag");
    let minio = component("deis-minio", "");
    for marked in [
        format!("{honest}{}", " ".repeat(17)),
        honest.replace("\":", "\" :\t"),
        document(&two(&one("v2.10.0"), &one("v2.9.0")), issue),
        document(
            &two(&one("v2.9.0"), &one("v2.10.0")),
            r#","issued":"2026-01-01T01:00:00+01:00","serial":7,"mark":42"#,
        ),
        honest.replace("router", "\\u0072outer"),
        document(
            &format!("{},{},{}", two(&one("v2.9.0"), &one("v2.10.0")), component("deis-router", &one("v2.9.0")), minio),
            issue,
        ),
        honest.replace(&one("v2.9.0"), &format!(r#"{},{{"version":"victim-0042"}}"#, one("v2.9.0"))),
        honest.replace(AT, "2021-04-19 01:08:22.000Z"),
    ] {
        assert_eq!(read(&marked).sha256, canonical.sha256, "{marked}");
    }
    assert_ne!(read(&document(&two(&one("v2.9.0"), &one("v2.11.0")), issue)).sha256, canonical.sha256);
}

#[test]
fn one_entry_that_cannot_be_read_does_not_cost_the_others() {
    let releases = [
        one("v2.9.0"),
        one("latest"),
        r#"{"version":"v2.9.1","released":"NaN"}"#.into(),
        r#"{"version":"v2.9.2","released":"99999-01-01T00:00:00Z"}"#.into(),
        format!(r#"{{"version":"v2.9.3","released":"{AT}","yanked":{{"reason":"x","at":"soon"}}}}"#),
        format!(r#"{{"version":"v2.9.4","released":"{AT}","minimum":[]}}"#),
        "7".into(),
        "[".repeat(1000) + &"]".repeat(1000),
    ];
    let notices = format!(
        r#","notices":[{{"id":"a","level":"catastrophe","text":"x","published":"{AT}"}},{{"id":"b","level":"security","text":"x","published":"{AT}"}}]"#
    );
    let list = read(&document(
        &format!("{},7,{}", component("deis-router", &releases.join(",")), component("A b", "")),
        &notices,
    ));
    assert_eq!((list.releases.len(), list.passed_over), (1, 10));
    assert_eq!(list.releases.notices(&Train::stable()).count(), 1);
}

#[test]
fn a_withdrawal_counts_whatever_its_reason_is() {
    let yanked = |reason: &str| {
        let text = format!(r#"{{"version":"v2.9.0","released":"{AT}","yanked":{{"reason":{reason},"at":"{AT}"}}}}"#);
        let list = read(&document(&component("deis-router", &text), ""));
        list.releases.iter().next().unwrap().yanked().unwrap().reason.to_string()
    };
    assert_eq!(yanked(r#""lo\u202ess\u001b""#), "loss");
    assert_eq!(yanked(r#"" \u200b""#), "no reason can be shown");
    assert_eq!(yanked(&format!("\"{}\"", "x".repeat(9000))).len(), PlainText::MAX_CHARS);
}

#[test]
fn a_document_is_bounded_however_much_is_sent() {
    let names: Vec<String> = (0..9_000).map(|n| component(&format!("a{n}"), "")).collect();
    let list = read(&document(&names.join(","), ""));
    assert_eq!(list.passed_over, 9_000 - 256);
    for forwards in [true, false] {
        let mut versions: Vec<String> = (0..15_000).map(|n| one(&format!("1.{n}.0"))).collect();
        if !forwards {
            versions.reverse();
        }
        let list = read(&document(&component("deis-router", &versions.join(",")), ""));
        assert_eq!((list.releases.len(), list.passed_over), (500, 14_500));
        let latest = list.releases.latest(&Train::stable(), &"deis-router".parse().unwrap()).unwrap();
        assert_eq!(latest.version().to_string(), "1.14999.0");
    }
    let notice = |n: usize| {
        let level = if n == 0 { "security" } else { "advisory" };
        format!(r#"{{"id":"n{n}","level":"{level}","text":"x","published":"2021-04-19T01:{:02}:22Z"}}"#, n % 60)
    };
    let notices: Vec<String> = (0..8_000).map(notice).collect();
    let list = read(&document("", &format!(r#","notices":[{}]"#, notices.join(","))));
    assert_eq!((list.releases.notices(&Train::stable()).count(), list.passed_over), (32, 8_000 - 32));
    assert!(list.releases.notice(&Train::stable(), &"n0".parse().unwrap()).is_some(), "security comes first");
    let long = document("", &" ".repeat(TrainReleases::MAX_BYTES));
    assert_eq!(TrainReleases::read(long.as_bytes(), &Train::stable(), |_| true), Err(UnreadableList::TooLong));
}

#[test]
fn a_train_with_long_notes_fits_and_its_newest_releases_keep_theirs() {
    let notes = Notes { description: Some("<\u{202e}&>ü".repeat(2_000)), fixes: None, image: None };
    let release = |n: u32, at: Timestamp| {
        Release::new("deis-router".parse().unwrap(), Train::stable(), format!("1.{n}.0").parse().unwrap(), at)
            .with_notes(notes.clone())
    };
    let all: Releases = (0..700).map(|n| release(n, AT.parse().unwrap())).collect();
    let document = TrainReleases::of(&all, &Train::stable());
    let text = document.to_json();
    assert!(text.len() <= TrainReleases::MAX_BYTES, "{}", text.len());
    let releases = &document.components[0].releases;
    assert_eq!(releases.len(), TrainReleases::MAX_RELEASES);
    assert_eq!(releases[499].notes.description.as_ref().unwrap().chars().count(), PlainText::MAX_CHARS);
    assert!(!releases[499].notes.description.as_ref().unwrap().contains('\u{202e}') && releases[0].notes.is_empty());
    let list = TrainReleases::read(&text, &Train::stable(), |_| true).unwrap();
    assert_eq!(
        (list.sha256, list.passed_over),
        (TrainReleases::sha256(&text), 0),
        "an honest service's tag is the reader's"
    );
}

#[test]
fn what_the_reader_does_not_ask_for_is_not_kept_and_the_hash_is_the_same() {
    let notices =
        format!(r#","notices":[{{"id":"a","level":"advisory","component":"b","text":"x","published":"{AT}"}}]"#);
    let text = document(&format!("{},{}", component("a", &one("1.0.0")), component("b", &one("1.0.0"))), &notices);
    let some = TrainReleases::read(text.as_bytes(), &Train::stable(), |name| name.as_str() == "a").unwrap();
    assert_eq!((some.releases.len(), some.releases.notices(&Train::stable()).count()), (1, 0));
    assert_eq!((some.sha256, some.passed_over), (read(&text).sha256, 0));
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_and_read_the_same(
        versions in proptest::collection::vec((0u64..3, 0u64..3, "(\\PC|\\u{202e}|\n){0,30}"), 0..12),
        serial in 0u64..3,
    ) {
        let releases: Vec<String> = versions.iter().map(|(a, b, text)| {
            let text = serde_json::to_string(text).unwrap();
            format!(r#"{{"version":"{a}.{b}.0","released":"{AT}","description":{text}}}"#)
        }).collect();
        let issue = format!(r#","serial":{serial},"issued":"{AT}""#);
        let list = read(&document(&component("deis-router", &releases.join(",")), &issue));
        let written = TrainReleases::of(&list.releases, &Train::stable()).to_json();
        prop_assert_eq!(TrainReleases::sha256(&written), list.sha256.clone());
        prop_assert_eq!(TrainReleases::read(&written, &Train::stable(), |_| true).unwrap(), list);
    }

    #[test]
    fn no_bytes_are_too_strange_to_be_read_or_refused(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        let _ = TrainReleases::read(&bytes, &Train::stable(), |_| true);
    }
}

#[test]
fn the_list_of_beta_has_what_stable_offers_and_the_own_release_of_a_version_counts() {
    let mut all = Releases::default();
    for (train, version) in
        [("beta", "v2.14.0"), ("beta", "v2.20.0-rc.1"), ("stable", "v2.14.0"), ("stable", "v2.19.0")]
    {
        all.insert(release(train, version));
    }
    all.insert(release("beta", "v2.14.0").with_minimum(Some("v2.0.0".parse().unwrap())));
    let versions = |train: &Train| -> Vec<String> {
        let document = TrainReleases::of(&all, train);
        document.components[0].releases.iter().map(|release| release.version.to_string()).collect()
    };
    assert_eq!(versions(&Train::beta()), ["v2.14.0", "v2.19.0", "v2.20.0-rc.1"]);
    assert_eq!(versions(&Train::stable()), ["v2.14.0", "v2.19.0"]);
    let document = TrainReleases::of(&all, &Train::beta());
    assert!(document.components[0].releases[0].minimum.is_some());
    let read = TrainReleases::read(&document.to_json(), &Train::beta(), |_| true).unwrap();
    assert_eq!(read.sha256, TrainReleases::sha256(&document.to_json()), "reader and writer compute the same tag");
}
