use jiff::civil::date;
use proptest::prelude::*;

use super::*;
use crate::cluster::Cohort;

const ALL: [Facet; 13] = [
    Facet::Kubernetes,
    Facet::Vendor,
    Facet::Os,
    Facet::Kernel,
    Facet::Runtime,
    Facet::Architecture,
    Facet::Nodes,
    Facet::Cpu,
    Facet::Memory,
    Facet::Disk,
    Facet::Creation,
    Facet::OtherWorkloads,
    Facet::Part,
];

fn read(facet: Facet, code: &str) -> FacetValue {
    FacetValue::read(facet, code).unwrap_or_else(|e| panic!("{code}: {e}"))
}

/// Codes of a facet in their order.
fn ordered(facet: Facet) -> Vec<String> {
    let words = |words: &[&str]| words.iter().map(ToString::to_string).collect();
    match facet {
        Facet::Kubernetes | Facet::Kernel => words(&["0.0", "1.9", "1.31", "5.4", "5.15", "999.999"]),
        Facet::Vendor => words(&["eks", "gke", "aks", "k3s", "rke2", "other", "none"]),
        Facet::Os => {
            words(&["ubuntu", "ubuntu 8", "ubuntu 20.10", "ubuntu 22.04", "debian 12", "amazon 2023", "other"])
        }
        Facet::Runtime => words(&["containerd", "containerd 1.7", "containerd 1.10", "docker 20.10", "cri-o", "other"]),
        Facet::Architecture => words(&["amd64", "arm64", "arm", "s390x", "ppc64le", "other"]),
        Facet::Nodes => Nodes::all().map(|nodes| nodes.to_string()).collect(),
        Facet::Cpu => (0..=u8::MAX).filter(|n| Cores::numbered(*n).is_some()).map(|n| n.to_string()).collect(),
        Facet::Memory | Facet::Disk => {
            [119].into_iter().chain((120..=200).step_by(2)).map(|n: u8| n.to_string()).collect()
        }
        Facet::Creation => words(&["2014-W01", "2020-W53", "2024-W07", "2024-W10", "2100-W52"]),
        Facet::OtherWorkloads => words(&["0", "1", "2", "3", "4–5", "6–10", "11+"]),
        Facet::Part => words(&["software", "capacity", "creation", "other-workloads"]),
    }
}

#[test]
fn what_is_kept_reads_back_and_is_in_order() {
    for facet in ALL {
        assert_eq!(facet.to_string().parse(), Ok(facet));
        assert_eq!(serde_json::to_value(facet).unwrap(), facet.as_str());
        let values: Vec<FacetValue> = ordered(facet).iter().map(|code| read(facet, code)).collect();
        assert_eq!(values.iter().map(FacetValue::code).collect::<Vec<_>>(), ordered(facet));
        assert!(values.is_sorted_by(|one, next| one < next), "{facet}");
        assert!(values.iter().all(|value| value.facet() == facet));
        let shown: std::collections::BTreeSet<String> = values.iter().map(ToString::to_string).collect();
        assert_eq!(shown.len(), values.len(), "{facet}: two values look alike");
    }
    assert!(Facet::REPORTED.is_sorted() && Facet::REPORTED.iter().all(|facet| facet.part().is_some()));
}

#[test]
fn values_are_shown_as_people_write_them() {
    for (facet, code, shown) in [
        (Facet::Kubernetes, "1.31", "1.31"),
        (Facet::Os, "ubuntu 22.04", "ubuntu 22.04"),
        (Facet::Runtime, "containerd 1.7", "containerd 1.7"),
        (Facet::Nodes, "4–5", "4–5"),
        (Facet::Nodes, "1001+", "1001+"),
        (Facet::Cpu, "0", "1 core"),
        (Facet::Cpu, "16", "16–22 cores"),
        (Facet::Cpu, "18", "23–31 cores"),
        (Facet::Cpu, "80", "1048576+ cores"),
        (Facet::Memory, "119", "under 1 GiB"),
        (Facet::Memory, "120", "1–1.4 GiB"),
        (Facet::Memory, "136", "16–23 GiB"),
        (Facet::Disk, "158", "724–1024 GiB"),
        (Facet::Disk, "160", "1–1.4 TiB"),
        (Facet::Disk, "200", "1024+ TiB"),
    ] {
        assert_eq!(read(facet, code).to_string(), shown);
    }
}

#[test]
fn numbers_lie_in_their_buckets() {
    for (count, bucket) in [(1, "1"), (5, "4–5"), (6, "6–10"), (1000, "501–1000"), (u64::MAX, "1001+")] {
        assert_eq!(Nodes::of(count).unwrap().to_string(), bucket);
    }
    for (cores, bucket) in [(1, 0), (2, 4), (3, 6), (16, 16), (22, 16), (23, 18), (u64::MAX, 80)] {
        assert_eq!(Cores::of(cores).unwrap().number(), bucket);
    }
    let gib = 1u64 << 30;
    for (bytes, bucket) in [(1, 119), (gib - 1, 119), (gib, 120), (22 * gib, 136), (23 * gib, 138), (u64::MAX, 200)] {
        assert_eq!(Bytes::of(bytes).unwrap().number(), bucket);
    }
    assert_eq!((Nodes::of(0), Cores::of(0), Bytes::of(0)), (None, None, None));
}

#[test]
fn everything_else_is_refused_and_not_repeated() {
    let foreign =
        ["", " ", "globex", "1", "1.31-eks", "01.3", "1.031", "+1.3", "1.1000", "ubuntu 22.4", "ubuntu 22.004"];
    let more = [
        "ubuntu  22",
        "ubuntu ",
        "other 1.7",
        "containerd 1",
        "Ubuntu",
        "4-5",
        "4",
        "1–1",
        "016",
        "201",
        "17",
        "137",
        "256",
        "cores",
        "2024-W7",
        "+2024-W07",
        "2024-W54",
        "2025-W53",
        "2013-W52",
        "2101-W01",
        "2024-07",
    ];
    for code in foreign.into_iter().chain(more) {
        for facet in ALL {
            // “1”, “4” and “201” are numbers of nodes or of buckets.
            let fits = matches!((facet, code), (Facet::Nodes | Facet::OtherWorkloads, "1") | (Facet::Cpu, "4"));
            match FacetValue::read(facet, code) {
                Ok(value) => assert!(fits, "{facet} took {code} for {value}"),
                Err(error) => assert!(!fits && error.to_string() == format!("{facet}: not one of its values")),
            }
        }
        assert_eq!(code.parse::<Facet>(), Err(NotAFacet::Facet));
    }
}

#[test]
fn a_report_says_each_thing_once_and_names_a_week() {
    let (kubernetes, nodes) = (read(Facet::Kubernetes, "1.31"), read(Facet::Nodes, "3"));
    let monday = date(2026, 1, 5);
    let new = |week, values: &[FacetValue]| FacetReport::new(week, Cohort::Customer, values.iter().copied());
    let report = new(monday, &[nodes, kubernetes]).unwrap();
    let parts = [Part::Software, Part::Capacity].map(FacetValue::Part);
    assert!(report.counted().eq([kubernetes, nodes].into_iter().chain(parts)));
    let software = new(monday, &[kubernetes]).unwrap();
    assert!(software.counted().eq([kubernetes, FacetValue::Part(Part::Software)]));
    assert_eq!(new(date(2026, 1, 6), &[nodes]), Err(NotAFacetReport::Week));
    assert_eq!(new(monday, &[]), Err(NotAFacetReport::Empty));
    assert_eq!(new(monday, &[nodes, nodes]), Err(NotAFacetReport::Value(Facet::Nodes)));
    let part = FacetValue::Part(Part::Software);
    assert_eq!(new(monday, &[part]), Err(NotAFacetReport::Value(Facet::Part)));
}

#[test]
fn a_count_reads_back_and_only_a_count_does() {
    let value = read(Facet::Cpu, "16");
    let count = FacetCount { week: date(2026, 1, 5), cohort: Cohort::Staff, value, reports: 7 };
    let json = r#"{"week":"2026-01-05","cohort":"staff","facet":"cpu","value":"16","reports":7}"#;
    assert_eq!(serde_json::to_string(&count).unwrap(), json);
    assert_eq!(serde_json::from_str::<FacetCount>(json).unwrap(), count);
    for (was, is) in [("01-05", "01-06"), ("\"16\"", "\"globex\""), ("cpu", "globex")] {
        let error = serde_json::from_str::<FacetCount>(&json.replace(was, is)).unwrap_err();
        assert!(!error.to_string().contains("globex"), "{error}");
    }
}

#[test]
fn weeks_are_apart_by_whole_weeks_over_every_year() {
    let week = |text: &str| text.parse::<Week>().unwrap();
    assert_eq!(week("2024-W07").weeks_until(date(2024, 2, 12)), Some(0));
    assert_eq!(week("2024-W07").weeks_until(date(2024, 2, 5)), None);
    assert_eq!(week("2020-W53").weeks_until(week("2021-W01").monday()), Some(1));
    assert_eq!(week("2014-W01").weeks_until(week("2100-W52").monday()), Some(4539));
}

proptest! {
    #[test]
    fn whatever_is_read_is_written_the_same(facet in prop::sample::select(ALL.to_vec()), text in "[a-zW0-9 .–+-]{0,12}") {
        if let Ok(value) = FacetValue::read(facet, &text) {
            prop_assert_eq!(value.code(), text);
        }
    }

    #[test]
    fn more_is_never_a_smaller_bucket(one in 1u64.., other in 1u64..) {
        let (less, more) = (one.min(other), one.max(other));
        prop_assert!(Nodes::of(less) <= Nodes::of(more));
        prop_assert!(Cores::of(less) <= Cores::of(more) && Bytes::of(less) <= Bytes::of(more));
        let cores = Cores::of(less).unwrap();
        prop_assert_eq!(Cores::numbered(cores.number()), Some(cores));
    }

    #[test]
    fn versions_read_back(major in 0u16..1000, minor in 0u16..1000, family in prop::sample::select(OsFamily::ALL.to_vec())) {
        let kernel = FacetValue::Kernel(Minor::new(major, minor).unwrap());
        prop_assert_eq!(FacetValue::read(Facet::Kernel, &kernel.code()), Ok(kernel));
        for minor in [None, Some(minor)] {
            if let Some(os) = Os::versioned(family, major, minor).map(FacetValue::Os) {
                prop_assert_eq!(FacetValue::read(Facet::Os, &os.code()), Ok(os));
            }
        }
    }
}
