//! Which version of a component is installed, and where that was read.

use serde::{Deserialize, Serialize};

use crate::catalog::AnnotationKey;
use crate::collector::Workload;
use crate::image;
use crate::version::Version;

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
    /// The tag of the component's image.
    ImageTag,
}

/// Why the installed version cannot be told.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum NotTold {
    /// The annotation holds something else.
    #[error("the annotation {annotation} says “{text}”, which is no version")]
    Annotation {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// What it says, cut to a readable length.
        text: String,
    },
    /// There is no annotation, and the tag is something else.
    #[error("no annotation {annotation}, and the image tag “{text}” is no version")]
    ImageTag {
        /// Which annotation it is.
        annotation: AnnotationKey,
        /// What it says, cut to a readable length.
        text: String,
    },
    /// There is neither.
    #[error("no annotation {annotation}, and the image has no tag")]
    Nothing {
        /// Which annotation it is.
        annotation: AnnotationKey,
    },
}

impl NotTold {
    /// What stands in the version's place, if anything does.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Annotation { text, .. } | Self::ImageTag { text, .. } => Some(text),
            Self::Nothing { .. } => None,
        }
    }
}

/// Reads a workload's version: the annotation, else the tag of its own container's image.
///
/// An annotation that says something else than a version is not passed over for the tag: somebody wrote it to be read.
/// Its own container is [`Workload::own_container`]. `annotation` is the one that the collector has read, to name it.
///
/// # Errors
/// [`NotTold`], which says what was looked at.
pub fn installed(workload: &Workload, annotation: &AnnotationKey) -> Result<Installed, NotTold> {
    let annotation = || annotation.clone();
    if let Some(text) = workload.version_annotation.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
        let version =
            text.parse().map_err(|_| NotTold::Annotation { annotation: annotation(), text: shortened(text) })?;
        return Ok(Installed { version, source: VersionOrigin::Annotation });
    }
    let tag = workload
        .own_container()
        .and_then(|container| image::tag(&container.image))
        .ok_or_else(|| NotTold::Nothing { annotation: annotation() })?;
    let version = tag.parse().map_err(|_| NotTold::ImageTag { annotation: annotation(), text: shortened(tag) })?;
    Ok(Installed { version, source: VersionOrigin::ImageTag })
}

fn shortened(text: &str) -> String {
    text.chars().take(64).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    use crate::collector::Container;
    use crate::component::WorkloadKind;

    fn workload(annotation: Option<&str>, containers: &[(&str, &str, bool)]) -> Workload {
        Workload {
            version_annotation: annotation.map(Into::into),
            containers: containers
                .iter()
                .map(|(name, image, init)| Container { name: (*name).into(), image: (*image).into(), init: *init })
                .collect(),
            ready: 1,
            ..Workload::new("deis-router", WorkloadKind::Deployment)
        }
    }

    fn read(workload: &Workload) -> Result<Installed, NotTold> {
        installed(workload, &AnnotationKey::default())
    }

    #[test]
    fn the_annotation_goes_before_the_tag() {
        let read = read(&workload(Some("v2.13.1"), &[("a", "hephy/router:v2.14.0", false)])).unwrap();
        assert_eq!((read.version.to_string().as_str(), read.source), ("v2.13.1", VersionOrigin::Annotation));
    }

    #[test]
    fn the_tag_serves_where_no_annotation_is() {
        for annotation in [None, Some(""), Some("  ")] {
            let read = read(&workload(annotation, &[("a", "r.example:5000/m/router:v2.14.0", false)])).unwrap();
            assert_eq!((read.version.to_string().as_str(), read.source), ("v2.14.0", VersionOrigin::ImageTag));
        }
    }

    #[test]
    fn a_branch_in_the_annotation_is_told_and_not_passed_over() {
        let why = read(&workload(Some("canary"), &[("a", "hephy/router:v2.14.0", false)])).unwrap_err();
        assert_eq!(why.to_string(), "the annotation component.deis.io/version says “canary”, which is no version");
        assert_eq!(why.text(), Some("canary"));
    }

    #[test]
    fn the_container_of_the_components_name_is_read_and_no_sidecar() {
        let containers = [
            ("setup", "hephy/setup:v9.0.0", true),
            ("envoy", "envoyproxy/envoy:v1.31.2", false),
            ("deis-router", "hephy/router:v2.14.0", false),
        ];
        assert_eq!(read(&workload(None, &containers)).unwrap().version.to_string(), "v2.14.0");
        assert_eq!(read(&workload(None, &containers[..2])).unwrap().version.to_string(), "v1.31.2");
        assert_eq!(
            read(&workload(None, &containers[..1])),
            Err(NotTold::Nothing { annotation: AnnotationKey::default() })
        );
    }
}
