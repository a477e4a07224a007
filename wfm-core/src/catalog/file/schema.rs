//! The one schema of a catalog, whatever it is written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Mistake, Mistakes};
use crate::catalog::{AnnotationKey, Catalog, CatalogEntry, LabelSelector, Presence};
use crate::cluster::Namespace;
use crate::component::{ComponentName, WorkloadKind};
use crate::release::PlainText;
use crate::version::Version;

/// A catalog as it is written. `N` and `V` are a name and a version with their places, which are needed where parts of the
/// file contradict each other; the place of everything else is known while it is read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File<N, V> {
    product: PlainText,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    namespace: Option<Namespace>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    selector: Option<LabelSelector>,
    #[serde(default)]
    version_annotation: AnnotationKey,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    release_component: Option<N>,
    components: BTreeMap<ComponentName, Component<V>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Component<V> {
    kind: WorkloadKind,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    description: Option<PlainText>,
    #[serde(default)]
    presence: Word,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    since: Option<V>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    until: Option<V>,
}

/// [`Presence`] as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    #[default]
    Expected,
    OnDemand,
}

/// `#[serde(default)]` alone would ask the type parameters for a default.
fn none<T>() -> Option<T> {
    None
}

/// Something that was read, and where it stands.
#[derive(Debug, Clone)]
pub(super) struct Placed<T> {
    pub(super) value: T,
    pub(super) line: usize,
    pub(super) column: usize,
}

impl<T> Placed<T> {
    fn mistake(&self, message: String) -> Mistake {
        Mistake { line: self.line, column: self.column, message }
    }
}

impl<N, V> File<N, V> {
    /// The same with other names and versions.
    pub(super) fn map<M, W>(self, name: impl Fn(N) -> M, version: impl Fn(V) -> W) -> File<M, W> {
        let component = |component: Component<V>| Component {
            kind: component.kind,
            description: component.description,
            presence: component.presence,
            since: component.since.map(&version),
            until: component.until.map(&version),
        };
        File {
            product: self.product,
            namespace: self.namespace,
            selector: self.selector,
            version_annotation: self.version_annotation,
            release_component: self.release_component.map(name),
            components: self.components.into_iter().map(|(name, entry)| (name, component(entry))).collect(),
        }
    }
}

impl File<Placed<ComponentName>, Placed<Version>> {
    /// The catalog, or all in which the file contradicts itself.
    pub(super) fn catalog(self) -> Result<Catalog, Mistakes> {
        let mut mistakes = self.contradictions();
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
            return Err(Mistakes(mistakes));
        }
        let File { product, namespace, selector, version_annotation, release_component, components } = self;
        let entry = |(name, component): (ComponentName, Component<Placed<Version>>)| {
            let presence = match component.presence {
                Word::Expected => Presence::Expected,
                Word::OnDemand => Presence::OnDemand,
            };
            let description = component.description.map(String::from).unwrap_or_default();
            let value = |version: Option<Placed<Version>>| version.map(|version| version.value);
            CatalogEntry::new(name, component.kind, presence, description)
                .with_releases(value(component.since), value(component.until))
        };
        Ok(Catalog::new(product, components.into_iter().map(entry))
            .with_namespace(namespace)
            .with_selector(selector)
            .with_version_annotation(version_annotation)
            .with_release_component(release_component.map(|name| name.value)))
    }

    fn contradictions(&self) -> Vec<Mistake> {
        let mut mistakes = Vec::new();
        if let Some(name) = self.release_component.as_ref().filter(|name| !self.components.contains_key(&name.value)) {
            let value = &name.value;
            mistakes.push(name.mistake(format!("“{value}” is none of the components: write the name of one of them")));
        }
        for (name, Component { presence, since, until, .. }) in &self.components {
            let Some(first) = since.as_ref().or(until.as_ref()) else { continue };
            if *presence == Word::OnDemand {
                mistakes.push(first.mistake(format!(
                    "{name} runs on demand, so that it is never missing: drop since and until, or write it as expected"
                )));
            } else if self.release_component.is_none() {
                mistakes.push(first.mistake(format!(
                    "{name} belongs to some releases only, and nothing says which one is installed: write \
                     release-component at the top, the component whose version is the product's"
                )));
            }
            if let (Some(since), Some(until)) = (since, until)
                && since.value.precedence(&until.value).is_ge()
            {
                let (since, value) = (&since.value, &until.value);
                mistakes.push(until.mistake(format!(
                    "{name} ends with {value} before it begins with {since}: write a release after {since}"
                )));
            }
        }
        mistakes
    }
}

impl File<ComponentName, Version> {
    /// A catalog as it is written.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let component = |entry: &CatalogEntry| Component {
            kind: entry.kind(),
            description: entry.description().parse().ok(),
            presence: match entry.presence() {
                Presence::Expected => Word::Expected,
                Presence::OnDemand => Word::OnDemand,
            },
            since: entry.since().cloned(),
            until: entry.until().cloned(),
        };
        Self {
            product: catalog.product.parse().unwrap_or_else(|_| unnamed()),
            namespace: catalog.namespace.clone(),
            selector: catalog.selector.clone(),
            version_annotation: catalog.version_annotation.clone(),
            release_component: catalog.release_component.clone(),
            components: catalog.iter().map(|entry| (entry.name().clone(), component(entry))).collect(),
        }
    }
}

fn unnamed() -> PlainText {
    "unnamed".parse().expect("it is plain text")
}
