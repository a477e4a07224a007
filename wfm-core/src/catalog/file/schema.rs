//! The one schema of a catalog, whatever it is written in.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::{Mistake, Mistakes};
use crate::catalog::{AnnotationKey, Catalog, CatalogEntry, LabelSelector, Neighbour, Presence};
use crate::cluster::Namespace;
use crate::component::{ComponentName, WorkloadKind};
use crate::release::PlainText;
use crate::version::Version;

/// A catalog as it is written. `N`, `V` and `B` are a name, a version and a neighbour with their places, which are needed if
/// parts of the file contradict each other; the place of everything else is known while it is read.
#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub(super) struct File<N, V, B> {
    product: PlainText,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    namespace: Option<Namespace>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    selector: Option<LabelSelector>,
    #[serde(default)]
    version_annotation: AnnotationKey,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    release_component: Option<N>,
    components: BTreeMap<ComponentName, Component<V, B>>,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Component<V, B> {
    kind: WorkloadKind,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    description: Option<PlainText>,
    #[serde(default)]
    presence: Word,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    since: Option<V>,
    #[serde(default = "none", skip_serializing_if = "Option::is_none")]
    until: Option<V>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    with: Vec<B>,
    #[serde(default = "Vec::new", skip_serializing_if = "Vec::is_empty")]
    without: Vec<B>,
}

/// [`Presence`] as it is written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
enum Word {
    #[default]
    Expected,
    Optional,
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

impl<N, V, B> File<N, V, B> {
    /// The same with other names, versions and neighbours.
    pub(super) fn map<M, W, C>(
        self,
        name: impl Fn(N) -> M,
        version: impl Fn(V) -> W,
        neighbour: impl Fn(B) -> C,
    ) -> File<M, W, C> {
        let component = |component: Component<V, B>| Component {
            kind: component.kind,
            description: component.description,
            presence: component.presence,
            since: component.since.map(&version),
            until: component.until.map(&version),
            with: component.with.into_iter().map(&neighbour).collect(),
            without: component.without.into_iter().map(&neighbour).collect(),
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

/// A file with the place of everything that can contradict another part.
pub(super) type PlacedFile = File<Placed<ComponentName>, Placed<Version>, Placed<Neighbour>>;
type PlacedComponent = Component<Placed<Version>, Placed<Neighbour>>;

impl PlacedFile {
    /// The catalog, or all in which the file contradicts itself.
    pub(super) fn catalog(self) -> Result<Catalog, Mistakes> {
        let mut mistakes = self.contradictions();
        if !mistakes.is_empty() {
            mistakes.sort_by_key(|mistake| (mistake.line, mistake.column));
            return Err(Mistakes(mistakes));
        }
        let File { product, namespace, selector, version_annotation, release_component, components } = self;
        let entry = |(name, component): (ComponentName, PlacedComponent)| {
            let presence = match component.presence {
                Word::Expected => Presence::Expected,
                Word::Optional => Presence::Optional,
                Word::OnDemand => Presence::OnDemand,
            };
            let description = component.description.map(String::from).unwrap_or_default();
            let value = |version: Option<Placed<Version>>| version.map(|version| version.value);
            let values = |all: Vec<Placed<Neighbour>>| all.into_iter().map(|neighbour| neighbour.value).collect();
            CatalogEntry::new(name, component.kind, presence, description)
                .with_releases(value(component.since), value(component.until))
                .with_neighbours(values(component.with), values(component.without))
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
        for (name, component) in &self.components {
            let Component { since, until, with, without, .. } = component;
            mistakes.extend(component.never_missing(name));
            if let Some(first) = since.as_ref().or(until.as_ref())
                && component.presence == Word::Expected
                && self.release_component.is_none()
            {
                mistakes.push(first.mistake(format!(
                    "{name} belongs to some releases only, and nothing says which one is installed: write \
                     release-component at the top, the component whose version dates the installation"
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
            mistakes.extend(with.iter().chain(without).filter_map(|neighbour| self.stranger(name, neighbour)));
        }
        mistakes
    }

    /// A neighbour that is no component of this file, or the component itself.
    fn stranger(&self, name: &ComponentName, neighbour: &Placed<Neighbour>) -> Option<Mistake> {
        let Neighbour::Component(other) = &neighbour.value else { return None };
        if other == name {
            return Some(
                neighbour.mistake(format!("{name} is its own neighbour: write another component or a Service")),
            );
        }
        let message =
            || format!("“{other}” is none of the components: write one of them, or service/{other} for a Service");
        (!self.components.contains_key(other)).then(|| neighbour.mistake(message()))
    }
}

impl PlacedComponent {
    /// The mistake if a component that is never missing has conditions.
    fn never_missing(&self, name: &ComponentName) -> Option<Mistake> {
        let what = match self.presence {
            Word::Expected => return None,
            Word::Optional => "is optional",
            Word::OnDemand => "runs on demand",
        };
        let message = || {
            format!(
                "{name} {what}, so it is never missing: drop since, until, with and without, or write it as expected"
            )
        };
        let version = self.since.as_ref().or(self.until.as_ref()).map(|version| version.mistake(message()));
        version.or_else(|| self.with.first().or(self.without.first()).map(|neighbour| neighbour.mistake(message())))
    }
}

impl File<ComponentName, Version, Neighbour> {
    /// A catalog as it is written.
    pub(super) fn of(catalog: &Catalog) -> Self {
        let component = |entry: &CatalogEntry| Component {
            kind: entry.kind(),
            description: entry.description().parse().ok(),
            presence: match entry.presence() {
                Presence::Expected => Word::Expected,
                Presence::Optional => Word::Optional,
                Presence::OnDemand => Word::OnDemand,
            },
            since: entry.since().cloned(),
            until: entry.until().cloned(),
            with: entry.with().to_vec(),
            without: entry.without().to_vec(),
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
