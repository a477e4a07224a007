//! What runs a node's containers becomes a name, major and minor.

use std::ops::RangeInclusive;

use crate::facets::{Runtime, RuntimeName};

use super::numbers::numbers;

/// The schemes of `status.nodeInfo.containerRuntimeVersion`.
const SCHEMES: [(&str, RuntimeName); 3] =
    [("containerd", RuntimeName::Containerd), ("docker", RuntimeName::Docker), ("cri-o", RuntimeName::CriO)];

/// The majors of each, with their minors.
const LINES: &[(RuntimeName, u16, RangeInclusive<u16>)] = &[
    (RuntimeName::Containerd, 1, 0..=7),
    (RuntimeName::Containerd, 2, 0..=19),
    (RuntimeName::Docker, 1, 6..=13),
    (RuntimeName::Docker, 17, 3..=12),
    (RuntimeName::Docker, 18, 1..=9),
    (RuntimeName::Docker, 19, 3..=3),
    (RuntimeName::Docker, 20, 10..=10),
    (RuntimeName::Docker, 23, 0..=0),
    (RuntimeName::Docker, 24, 0..=0),
    (RuntimeName::Docker, 25, 0..=0),
    (RuntimeName::Docker, 26, 0..=1),
    (RuntimeName::Docker, 27, 0..=5),
    (RuntimeName::Docker, 28, 0..=5),
    (RuntimeName::Docker, 29, 0..=9),
    (RuntimeName::CriO, 1, 0..=99),
];

/// `containerd://1.7.23-k3s2` becomes `containerd 1.7`; a version that is not in the table is left out, a scheme that is
/// not becomes `other`.
pub(in crate::anonymizer) fn normalise(container_runtime_version: &str) -> Runtime {
    let parts = container_runtime_version.split_once("://");
    let known = parts.and_then(|(scheme, version)| {
        let (_, name) = SCHEMES.iter().find(|(known, _)| *known == scheme)?;
        Some((name, version))
    });
    let Some((name, version)) = known else { return Runtime::unversioned(RuntimeName::Other) };
    let found = numbers(version).and_then(|found| found.minor.map(|minor| (found.major, minor)));
    let listed = found.filter(|(major, minor)| {
        LINES.iter().any(|(line, m, minors)| line == name && m == major && minors.contains(minor))
    });
    let told = listed.and_then(|(major, minor)| Runtime::versioned(*name, major, Some(minor)));
    told.unwrap_or(Runtime::unversioned(*name))
}

pub(super) fn words() -> impl Iterator<Item = Runtime> {
    let listed = LINES.iter().flat_map(|(name, major, minors)| {
        minors.clone().filter_map(move |minor| Runtime::versioned(*name, *major, Some(minor)))
    });
    listed.chain(RuntimeName::ALL.iter().copied().map(Runtime::unversioned))
}
