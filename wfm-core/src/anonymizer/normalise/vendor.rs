//! Whose Kubernetes it is, by the tail of a version, else by the scheme of a provider's id.

use crate::facets::Vendor;

use super::numbers::numbers;

/// How the tail of a version begins, right after its numbers.
const TAILS: [(&str, Vendor); 4] =
    [("-eks-", Vendor::Eks), ("-gke.", Vendor::Gke), ("+k3s", Vendor::K3s), ("+rke2r", Vendor::Rke2)];

/// Schemes of `spec.providerID` that one vendor's clusters alone have: Azure's versions carry no tail. (`aws` and `gce`
/// are schemes of clusters of any vendor.)
const SCHEMES: [(&str, Vendor); 3] = [("k3s", Vendor::K3s), ("rke2", Vendor::Rke2), ("azure", Vendor::Aks)];

/// `v1.31.4+k3s1` becomes `k3s`, `v1.31.4` becomes `none`, and any other tail `other`. The API server's version and the
/// kubelets' are read alike.
pub(in crate::anonymizer) fn by_version(version: &str) -> Vendor {
    let Some(found) = version.strip_prefix('v').and_then(numbers) else { return Vendor::Other };
    let tail = TAILS.iter().find(|(tail, _)| found.rest.starts_with(tail));
    match tail {
        Some((_, vendor)) => *vendor,
        None if found.rest.is_empty() => Vendor::None,
        None => Vendor::Other,
    }
}

/// `azure` becomes `aks`; most schemes say nothing.
pub(in crate::anonymizer) fn by_scheme(scheme: &str) -> Vendor {
    SCHEMES.iter().find(|(known, _)| *known == scheme).map_or(Vendor::None, |(_, vendor)| *vendor)
}
