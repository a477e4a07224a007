//! Which version a workload's template has, and where that was read.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::catalog::AnnotationKey;
use crate::collector::{Container, Workload};
use crate::image;
use crate::version::Version;

/// The label that carries a version by convention:
/// <https://kubernetes.io/docs/concepts/overview/working-with-objects/common-labels/>.
const LABEL: &str = "app.kubernetes.io/version";

/// So many names of containers are in a sentence.
const NAMES: usize = 4;

/// An installed version and its source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Installed {
    /// The version.
    pub version: Version,
    /// Where it was read.
    pub source: VersionOrigin,
}

/// Where a version was read.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum VersionOrigin {
    /// The workload's annotation that carries the version.
    Annotation,
    /// The workload's label `app.kubernetes.io/version`.
    Label,
    /// The tag of the component's image.
    ImageTag,
}

/// A version in an annotation or a label that the image's tag overrules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Overruled {
    /// Where it was read.
    pub source: VersionOrigin,
    /// The key of the annotation or label.
    pub key: String,
    /// The version.
    pub version: Version,
}

impl fmt::Display for Overruled {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let kind = if self.source == VersionOrigin::Label { "label" } else { "annotation" };
        write!(f, "the {kind} {} is {}", self.key, self.version)
    }
}

/// Why the version that runs is unknown.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum VersionUnknown {
    /// The annotation holds something else.
    #[error("the annotation {annotation} is “{text}”, which is no version")]
    Annotation {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// Its text, cut to a readable length.
        text: String,
    },
    /// There is no annotation, and the tag is something else.
    #[error("no annotation {annotation}, and the image tag “{text}” is no version")]
    ImageTag {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// The tag, cut to a readable length.
        text: String,
    },
    /// There is no annotation, and the image has a digest in place of a tag.
    #[error("no annotation {annotation}, and the image is pinned by digest: {digest}…")]
    Digest {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// The algorithm and the first 12 digits.
        digest: String,
    },
    /// There is neither.
    #[error("no annotation {annotation}, and the image has no tag")]
    Nothing {
        /// Which annotation it is.
        annotation: AnnotationKey,
    },
    /// There is no annotation, and no container is known to be the component's.
    #[error("no annotation {annotation}, and which of the containers ({containers}) is the component's is unknown")]
    Container {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// The names of the first few containers, with commas between them, and how many more there are.
        containers: String,
    },
    /// Annotation and tag are two versions, and the tag's is not known to be published.
    #[error(
        "the annotation {annotation} is {annotated} and the image tag is {tag}, which is not known to be published: \
         correct the annotation"
    )]
    Conflict {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// The version in the annotation.
        annotated: Version,
        /// The version in the tag.
        tag: Version,
    },
    /// An annotation or label has the version, the tag has none, and not every pod runs the template's image.
    #[error("the template has {version} by its annotation or label, but not every pod runs the template's image")]
    OtherImage {
        /// The version of the template.
        version: Version,
        /// The tag or digest of the template's image.
        text: Option<String>,
    },
    /// Pods run an image whose tag is no version.
    #[error("{pods} of {of} pods run “{text}”, which is no version")]
    Pods {
        /// The tag or digest, cut to a readable length.
        text: String,
        /// How many pods run it.
        pods: u32,
        /// How many pods there are.
        of: u32,
    },
    /// Pods in which no container is known to be the component's.
    #[error("which container is the component's is unknown in {pods} of {of} pods")]
    OwnContainer {
        /// How many such pods there are.
        pods: u32,
        /// How many pods there are.
        of: u32,
    },
    /// Pods could not be read, and not all of them have the newest template.
    #[error("pods could not be read, and only {updated} of {total} have the newest template, that of {target}")]
    RolloutUnfinished {
        /// The version of the template.
        target: Version,
        /// How many pods have the newest template.
        updated: u32,
        /// How many pods there are.
        total: u32,
    },
    /// Pods could not be read, and whether any of them has the newest template is unknown.
    #[error("pods could not be read, and its controller has not seen the newest template yet, that of {target}")]
    RolloutUnobserved {
        /// The version of the template.
        target: Version,
    },
}

impl VersionUnknown {
    /// What is shown in the version's place, if anything is known.
    #[must_use]
    pub fn text(&self) -> Option<String> {
        match self {
            Self::Annotation { text, .. } | Self::ImageTag { text, .. } | Self::Pods { text, .. } => Some(text.clone()),
            Self::Digest { digest, .. } => Some(digest.clone()),
            Self::Conflict { annotated, tag, .. } => Some(format!("{annotated} or {tag}")),
            Self::OtherImage { text, .. } => text.clone(),
            Self::Nothing { .. }
            | Self::Container { .. }
            | Self::OwnContainer { .. }
            | Self::RolloutUnfinished { .. }
            | Self::RolloutUnobserved { .. } => None,
        }
    }
}

/// The version of a template.
#[derive(Debug, Clone)]
pub(crate) struct TemplateVersion {
    pub(crate) version: Result<Installed, VersionUnknown>,
    /// An annotation or label with another version than the tag's.
    pub(crate) overruled: Option<Overruled>,
}

/// Reads the version of a workload's template, of which `own` is the component's container, if that is known.
///
/// The tag decides. An annotation holds if the tag is no version; if both are versions and differ, the tag must be a
/// published one. A label holds if there is no annotation and the tag is no version. An annotation that is no version is
/// not passed over for the tag: somebody wrote it to be read.
pub(crate) fn of_template(
    workload: &Workload,
    own: Option<&Container>,
    annotation: &AnnotationKey,
    is_published: &dyn Fn(&Version) -> bool,
) -> TemplateVersion {
    let tag_text = own.and_then(|container| image::tag(&container.image));
    let tag: Option<Version> = tag_text.and_then(|text| text.parse().ok());
    let found = |version, source| TemplateVersion { version: Ok(Installed { version, source }), overruled: None };
    let unknown = |why| TemplateVersion { version: Err(why), overruled: None };
    if let Some(text) = trimmed(workload.version_annotation.as_deref()) {
        let annotation = annotation.clone();
        let Ok(annotated) = text.parse::<Version>() else {
            return unknown(VersionUnknown::Annotation { annotation, text: shortened(text) });
        };
        return match tag {
            None => found(annotated, VersionOrigin::Annotation),
            Some(tag) if tag == annotated => found(annotated, VersionOrigin::Annotation),
            Some(tag) if tag.is_akin_to(&annotated) || is_published(&tag) => {
                let source = VersionOrigin::Annotation;
                let overruled = Overruled { source, key: annotation.to_string(), version: annotated };
                TemplateVersion { overruled: Some(overruled), ..found(tag, VersionOrigin::ImageTag) }
            }
            Some(tag) => unknown(VersionUnknown::Conflict { annotation, annotated, tag }),
        };
    }
    let label: Option<Version> = trimmed(workload.version_label.as_deref()).and_then(|text| text.parse().ok());
    match (tag, label) {
        (Some(tag), label) => {
            let key = LABEL.to_owned();
            let differs = label.filter(|label| *label != tag);
            let overruled = differs.map(|version| Overruled { source: VersionOrigin::Label, key, version });
            TemplateVersion { overruled, ..found(tag, VersionOrigin::ImageTag) }
        }
        (None, Some(label)) => found(label, VersionOrigin::Label),
        (None, None) => unknown(nothing(workload, own, tag_text, annotation.clone())),
    }
}

fn nothing(
    workload: &Workload,
    own: Option<&Container>,
    tag: Option<&str>,
    annotation: AnnotationKey,
) -> VersionUnknown {
    let running = || workload.containers.iter().filter(|container| !container.init);
    match (own, tag) {
        (None, _) if running().next().is_some() => {
            let containers: Vec<&str> = running().map(|container| container.name.as_str()).collect();
            VersionUnknown::Container { annotation, containers: first_few(&containers) }
        }
        (_, Some(tag)) => VersionUnknown::ImageTag { annotation, text: shortened(tag) },
        (Some(own), None) => match image::short_digest(&own.image) {
            Some(digest) => VersionUnknown::Digest { annotation, digest },
            None => VersionUnknown::Nothing { annotation },
        },
        (None, None) => VersionUnknown::Nothing { annotation },
    }
}

/// The first names, and how many more there are.
fn first_few(names: &[&str]) -> String {
    let (first, more) = names.split_at(names.len().min(NAMES));
    let first = first.join(", ");
    if more.is_empty() { first } else { format!("{first} and {} more", more.len()) }
}

/// What an image's reference has in a version's place: the tag, else the digest.
pub(crate) fn text_of_image(reference: &str) -> Option<String> {
    image::tag(reference).map(shortened).or_else(|| image::short_digest(reference))
}

fn trimmed(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::component::WorkloadKind;

    fn read(annotation: Option<&str>, label: Option<&str>, image: &str) -> TemplateVersion {
        let own = Container { name: "deis-router".into(), image: image.into(), init: false };
        let workload = Workload {
            version_annotation: annotation.map(Into::into),
            version_label: label.map(Into::into),
            ..Workload::new("deis-router", WorkloadKind::Deployment)
        };
        let is_published = |version: &Version| version.to_string().trim_start_matches('v') == "2.14.0";
        of_template(&workload, Some(&own), &AnnotationKey::default(), &is_published)
    }

    fn version(annotation: Option<&str>, label: Option<&str>, image: &str) -> (String, VersionOrigin) {
        let Installed { version, source } = read(annotation, label, image).version.unwrap();
        (version.to_string(), source)
    }

    #[test]
    fn the_tag_holds_if_there_is_no_annotation() {
        for annotation in [None, Some(""), Some("  ")] {
            let read = version(annotation, None, "r.example:5000/m/router:v2.14.0");
            assert_eq!(read, ("v2.14.0".to_owned(), VersionOrigin::ImageTag));
        }
    }

    #[test]
    fn a_published_tag_overrules_the_annotation_which_is_named() {
        let read = read(Some("v2.13.1"), None, "hephy/router:v2.14.0");
        assert_eq!(read.version.unwrap().source, VersionOrigin::ImageTag);
        let named = read.overruled.unwrap().to_string();
        assert_eq!(named, "the annotation component.deis.io/version is v2.13.1");
    }

    #[test]
    fn of_two_versions_neither_holds_if_the_tag_is_not_known_to_be_published() {
        let why = read(Some("v2.14.0"), None, "hephy/router:v2.14.7").version.unwrap_err();
        assert_eq!(why.text().as_deref(), Some("v2.14.0 or v2.14.7"));
    }

    #[test]
    fn an_annotation_holds_if_the_tag_is_no_version_and_a_label_if_there_is_no_annotation_either() {
        for image in ["hephy/router:latest", "hephy/router:git-a1b2c3d", "hephy/router@sha256:abab", "hephy/router"] {
            assert_eq!(version(Some("v2.14.0"), Some("v1.0.0"), image), ("v2.14.0".into(), VersionOrigin::Annotation));
            assert_eq!(version(None, Some("v2.14.0"), image), ("v2.14.0".into(), VersionOrigin::Label));
            assert!(read(None, Some("stable"), image).version.is_err());
        }
        assert_eq!(version(None, Some("v1.0.0"), "hephy/router:v2.14.7"), ("v2.14.7".into(), VersionOrigin::ImageTag));
    }

    #[test]
    fn text_in_the_annotation_is_not_passed_over() {
        let why = read(Some("canary"), Some("v2.14.0"), "hephy/router:v2.14.0").version.unwrap_err();
        assert_eq!(why.to_string(), "the annotation component.deis.io/version is “canary”, which is no version");
        assert_eq!(why.text().as_deref(), Some("canary"));
    }

    #[test]
    fn of_many_containers_four_are_named_and_the_others_counted() {
        let named = |count: usize| {
            let container =
                |at: usize| Container { name: format!("c{at}"), image: format!("hephy/c{at}:v2.14.0"), init: false };
            let containers = (1..=count).map(container).collect();
            let workload = Workload { containers, ..Workload::new("deis-router", WorkloadKind::Deployment) };
            of_template(&workload, None, &AnnotationKey::default(), &|_| false).version.unwrap_err().to_string()
        };
        assert!(named(4).contains("(c1, c2, c3, c4) is"), "{}", named(4));
        assert!(named(90).contains("(c1, c2, c3, c4 and 86 more) is"), "{}", named(90));
    }

    #[test]
    fn an_image_with_a_digest_and_no_tag_is_pinned() {
        let why = read(None, None, "hephy/router@sha256:0123456789abcdef").version.unwrap_err();
        assert_eq!(
            why.to_string(),
            "no annotation component.deis.io/version, and the image is pinned by digest: sha256:0123456789ab…"
        );
    }
}
