//! A node's operating system becomes a family and its major version.

use std::ops::RangeInclusive;

use crate::facets::{Os, OsFamily};

use super::numbers::numbers;

/// Which versions of a family are told.
#[derive(Debug)]
enum Versions {
    /// None: they count in days, or mean nothing.
    Untold,
    /// These majors.
    Majors(&'static [RangeInclusive<u16>]),
    /// April and October of these years.
    YearMonth(RangeInclusive<u16>),
}

use Versions::{Majors, Untold, YearMonth};

/// How `status.nodeInfo.osImage` begins, what that means, and which of its versions are told. The first that fits counts.
const BEGINNINGS: &[(&str, OsFamily, Versions)] = &[
    ("Ubuntu", OsFamily::Ubuntu, YearMonth(14..=34)),
    ("Debian GNU/Linux", OsFamily::Debian, Majors(&[7..=19])),
    ("Red Hat Enterprise Linux CoreOS", OsFamily::Rhel, Untold),
    ("Red Hat Enterprise Linux", OsFamily::Rhel, Majors(&[6..=12])),
    ("CentOS Linux", OsFamily::Centos, Majors(&[6..=8])),
    ("CentOS Stream", OsFamily::Centos, Majors(&[8..=12])),
    ("Rocky Linux", OsFamily::Rocky, Majors(&[8..=12])),
    ("AlmaLinux", OsFamily::Alma, Majors(&[8..=12])),
    ("Amazon Linux", OsFamily::Amazon, Majors(&[1..=2, 2022..=2023, 2025..=2025])),
    ("Bottlerocket OS", OsFamily::Bottlerocket, Majors(&[1..=2])),
    ("Flatcar Container Linux", OsFamily::Flatcar, Untold),
    ("Container-Optimized OS", OsFamily::Cos, Untold),
    ("Talos", OsFamily::Talos, Majors(&[0..=2])),
    ("SUSE Linux Enterprise Server", OsFamily::Sles, Majors(&[11..=16])),
    ("VMware Photon OS", OsFamily::Photon, Untold),
    ("Windows Server", OsFamily::Windows, Majors(&[2016..=2016, 2019..=2019, 2022..=2022, 2025..=2025])),
];

/// `Ubuntu 24.04.1 LTS` becomes `ubuntu 24.04`; a version that is not in the table is left out, a beginning that is not
/// becomes `other`.
pub(in crate::anonymizer) fn normalise(os_image: &str) -> Os {
    let found = BEGINNINGS.iter().find_map(|row| {
        let rest = os_image.strip_prefix(row.0)?;
        (!rest.starts_with(char::is_alphanumeric)).then_some((row, rest))
    });
    let Some(((_, family, versions), rest)) = found else { return Os::unversioned(OsFamily::Other) };
    // `Talos (v1.9.2)`.
    numbers(rest.trim_start_matches([' ', '(', 'v']))
        .and_then(|found| told(*family, versions, found.major, found.minor))
        .unwrap_or(Os::unversioned(*family))
}

/// As much of a version as the table tells.
fn told(family: OsFamily, versions: &Versions, major: u16, minor: Option<u16>) -> Option<Os> {
    match versions {
        Untold => None,
        Majors(ranges) if ranges.iter().any(|range| range.contains(&major)) => Os::versioned(family, major, None),
        YearMonth(years) if years.contains(&major) && matches!(minor, Some(4 | 10)) => {
            Os::versioned(family, major, minor)
        }
        Majors(_) | YearMonth(_) => None,
    }
}

pub(super) fn words() -> impl Iterator<Item = Os> {
    let rows = BEGINNINGS.iter().flat_map(|(_, family, versions)| {
        let (majors, minors): (Vec<u16>, &[Option<u16>]) = match versions {
            Untold => (Vec::new(), &[]),
            Majors(ranges) => (ranges.iter().cloned().flatten().collect(), &[None]),
            YearMonth(years) => (years.clone().collect(), &[Some(4), Some(10)]),
        };
        let listed = majors.into_iter().flat_map(move |major| minors.iter().map(move |minor| (major, *minor)));
        listed.filter_map(|(major, minor)| told(*family, versions, major, minor))
    });
    rows.chain(OsFamily::ALL.iter().copied().map(Os::unversioned))
}
