//! Which container of several is the component's.

use crate::catalog::Catalog;
use crate::collector::{Container, ContainerStatus};
use crate::image;

/// A container of a template or of a pod.
pub(super) trait AnyContainer {
    fn name(&self) -> &str;
    fn image(&self) -> &str;
    fn is_init(&self) -> bool;
}

impl AnyContainer for Container {
    fn name(&self) -> &str {
        &self.name
    }

    fn image(&self) -> &str {
        &self.image
    }

    fn is_init(&self) -> bool {
        self.init
    }
}

impl AnyContainer for ContainerStatus {
    fn name(&self) -> &str {
        &self.name
    }

    fn image(&self) -> &str {
        &self.image
    }

    fn is_init(&self) -> bool {
        self.init
    }
}

/// The container that a workload is about, init containers aside: the one with the workload's name, with or without the
/// beginning that all names of the product share; else the only one whose image's last segment is that name; else the only
/// one there is. `None` if that is unknown: a sidecar must never decide.
pub(super) fn own<'c, C: AnyContainer>(containers: &'c [C], workload: &str, catalog: &Catalog) -> Option<&'c C> {
    let running = || containers.iter().filter(|container| !container.is_init());
    if let Some(named) = running().find(|container| container.name() == workload) {
        return Some(named);
    }
    let short = short_name(workload, catalog);
    let is_named = |name: &str| name == workload || Some(name) == short;
    running()
        .find(|container| is_named(container.name()))
        .or_else(|| only(running().filter(|container| is_named(image::name(container.image())))))
        .or_else(|| only(running()))
}

fn only<T>(mut of: impl Iterator<Item = T>) -> Option<T> {
    let first = of.next()?;
    of.next().is_none().then_some(first)
}

/// The name without its first word, if every component of the product begins with that word: `router` of `deis-router`.
fn short_name<'n>(name: &'n str, catalog: &Catalog) -> Option<&'n str> {
    let (word, rest) = name.split_once('-')?;
    let begins = |name: &str| name.split_once('-').is_some_and(|(first, _)| first == word);
    catalog.iter().all(|entry| begins(entry.name().as_str())).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::catalog::{CatalogEntry, Presence};
    use crate::component::WorkloadKind;

    fn found(containers: &[(&str, &str)], workload: &str, catalog: &Catalog) -> Option<String> {
        let container = |(name, image): &(&str, &str)| Container {
            name: (*name).into(),
            image: (*image).into(),
            init: name.starts_with("init"),
        };
        let containers: Vec<Container> = containers.iter().map(container).collect();
        own(&containers, workload, catalog).map(|container| container.name.clone())
    }

    #[test]
    fn a_name_goes_before_an_image_and_an_image_before_being_alone() {
        let of = |containers: &[(&str, &str)]| found(containers, "deis-router", &Catalog::workflow());
        let (istio, init) = (("istio-proxy", "istio/proxyv2:1.22.3"), ("init-router", "hephy/router:v9.0.0"));
        assert_eq!(of(&[istio, ("a", "hephy/router:v2"), ("deis-router", "x")]).as_deref(), Some("deis-router"));
        assert_eq!(of(&[istio, ("a", "hephy/router:v2"), ("router", "x")]).as_deref(), Some("router"));
        assert_eq!(of(&[istio, ("a", "hephy/router:v2"), ("b", "hephy/router-x:v2")]).as_deref(), Some("a"));
        assert_eq!(of(&[init, ("a", "x/y:v2")]).as_deref(), Some("a"));
        assert_eq!(of(&[istio, ("a", "x/y:v2")]), None);
        assert_eq!(of(&[("a", "hephy/router:v2"), ("b", "hephy/router:v1")]), None);
        assert_eq!((of(&[init]), of(&[])), (None, None));
    }

    #[test]
    fn a_name_is_shortened_only_by_a_word_that_all_components_begin_with() {
        let entry = |name: &str| {
            CatalogEntry::new(name.parse().unwrap(), WorkloadKind::Deployment, Presence::Expected, String::new())
        };
        let containers = [("linkerd-proxy", "linkerd/proxy:v2"), ("main", "x/y:v1")];
        let mixed = Catalog::new("Mixed", [entry("nodeport-proxy"), entry("api")]);
        assert_eq!(found(&containers, "nodeport-proxy", &mixed), None);
        let shop = Catalog::new("Shop", [entry("shop-api"), entry("shop-search")]);
        assert_eq!(found(&[("log", "x"), ("api", "y")], "shop-api", &shop).as_deref(), Some("api"));
    }
}
