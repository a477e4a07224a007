//! Which version of a component runs: what its pods run decides, and its template only where no pod does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::collector::{Container, ContainerStatus, Pod, Unreadable, Workload};
use crate::image;
use crate::installed::{
    Installed, Overruled, TemplateVersion, VersionOrigin, VersionUnknown, of_template, text_of_image,
};
use crate::version::Version;

mod container;

use container::own;

/// What runs of a workload.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Running {
    /// The version: the lowest that serves; if no pod serves, the lowest of those there are.
    pub version: Result<Installed, VersionUnknown>,
    /// Whether that is the version of the pods, and if not, why.
    pub basis: Basis,
    /// What the pods run, lowest version first.
    pub versions: Vec<RunningVersion>,
    /// The version of the template, or what is in its place: what a rollout leads to.
    pub target: String,
    /// The name of the template's container that is the component's, if that is known.
    pub container: Option<String>,
    /// The image that the version was read of.
    pub image: Option<String>,
    /// An annotation or label of the workload that the image's tag overrules.
    pub overruled: Option<Overruled>,
}

/// A version, and how many pods run it. Pods that are over (evicted, for example) do not count, and those that are being
/// deleted only if no other pod serves.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RunningVersion {
    /// The version; or the tag, the digest or the annotation if that is no version.
    pub version: String,
    /// How many pods run it.
    pub pods: u32,
    /// How many of them serve: they are ready and not being deleted.
    pub ready: u32,
    /// How many of them are being deleted.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub deleted: u32,
}

/// What a version was read from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Basis {
    /// The pods.
    Pods,
    /// The template, because there are no pods.
    NoPods,
    /// The template, because pods could not be read.
    PodsUnreadable,
}

/// What a pod runs, beside what its workload's template would run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Image<'a> {
    Template,
    Other(&'a str),
    /// None of its containers is known to be the component's.
    Unknown,
}

/// Pods of one image.
#[derive(Debug, Clone, Copy, Default)]
struct Tally {
    pods: u32,
    ready: u32,
    deleted: u32,
    /// The best rank of one of them, and how many have it.
    rank: (u8, u32),
}

/// What of the pods of a workload runs. `pods` are its own; `is_published` answers for versions of this component.
pub fn running(
    workload: &Workload,
    pods: Result<&[&Pod], &Unreadable>,
    catalog: &Catalog,
    is_published: &dyn Fn(&Version) -> bool,
) -> Running {
    let own = own(&workload.containers, &workload.name, catalog);
    let template = of_template(workload, own, catalog.version_annotation(), is_published);
    let tallies = tally(workload, own, pods.unwrap_or_default(), catalog);
    let template = believed(template, own, &tallies);
    let basis = match pods {
        Err(_) => Basis::PodsUnreadable,
        Ok(_) if tallies.is_empty() => Basis::NoPods,
        Ok(_) => Basis::Pods,
    };
    let of_image = |image: &Image<'_>| version_of(*image, &template);
    let target = text(&template.version);
    let (version, image) = decide(&tallies, of_image).unwrap_or_else(|| (template.version.clone(), Image::Template));
    Running {
        version,
        basis,
        versions: listed(&tallies, of_image),
        target,
        container: own.map(|container| container.name.clone()),
        image: match image {
            Image::Other(image) => Some(image.to_owned()),
            Image::Template | Image::Unknown => own.map(|container| container.image.clone()),
        },
        overruled: template.overruled,
    }
}

/// Counts the pods that there are, by what they run.
fn tally<'a>(
    workload: &Workload,
    own: Option<&Container>,
    pods: &[&'a Pod],
    catalog: &Catalog,
) -> BTreeMap<Image<'a>, Tally> {
    let is_over = |pod: &Pod| matches!(&*pod.phase, "Succeeded" | "Failed");
    let serves = |pod: &Pod| pod.ready && pod.deleted.is_none();
    let live = || pods.iter().filter(|pod| !is_over(pod));
    let any_serves = live().any(|pod| serves(pod));
    let mut tallies: BTreeMap<Image<'a>, Tally> = BTreeMap::new();
    for pod in live().filter(|pod| !any_serves || pod.deleted.is_none()) {
        let tally = tallies.entry(image_of(pod, workload, own, catalog)).or_default();
        tally.pods += 1;
        tally.ready += u32::from(serves(pod));
        tally.deleted += u32::from(pod.deleted.is_some());
        let rank = match (pod.ready, pod.deleted.is_some()) {
            (true, false) => 3,
            (true, true) => 2,
            (false, false) => 1,
            (false, true) => 0,
        };
        tally.rank = match tally.rank {
            (best, count) if best == rank => (best, count + 1),
            (best, count) if best > rank => (best, count),
            _ => (rank, 1),
        };
    }
    tallies
}

fn image_of<'a>(pod: &'a Pod, workload: &Workload, template: Option<&Container>, catalog: &Catalog) -> Image<'a> {
    let running = || pod.containers.iter().filter(|container| !container.init);
    let same = |wanted: &Container| {
        running().any(|container| *container.name == *wanted.name && *container.image == *wanted.image)
    };
    let Some(template) = template else {
        let mut wanted = workload.containers.iter().filter(|container| !container.init).peekable();
        if wanted.peek().is_some() && wanted.all(same) {
            return Image::Template;
        }
        return own(&pod.containers, &workload.name, catalog).map_or(Image::Unknown, other);
    };
    if same(template) {
        return Image::Template;
    }
    let named = running().find(|container| *container.name == *template.name);
    named.or_else(|| own(&pod.containers, &workload.name, catalog)).map_or(Image::Unknown, |container| {
        if *container.image == *template.image { Image::Template } else { other(container) }
    })
}

fn other(container: &ContainerStatus) -> Image<'_> {
    if container.image.is_empty() { Image::Unknown } else { Image::Other(&container.image) }
}

/// The template's version. What an annotation or label names while the tag is no version is true of the template's image
/// alone, so every pod must run that.
fn believed(
    template: TemplateVersion,
    own: Option<&Container>,
    tallies: &BTreeMap<Image<'_>, Tally>,
) -> TemplateVersion {
    let is_of_a_version =
        |container: &Container| image::tag(&container.image).is_some_and(|tag| tag.parse::<Version>().is_ok());
    match template.version {
        Ok(Installed { version, source: VersionOrigin::Annotation | VersionOrigin::Label })
            if tallies.keys().any(|image| *image != Image::Template) && !own.is_some_and(is_of_a_version) =>
        {
            let text = own.and_then(|container| text_of_image(&container.image));
            TemplateVersion { version: Err(VersionUnknown::OtherImage { version, text }), ..template }
        }
        version => TemplateVersion { version, ..template },
    }
}

/// The version of an image; the number of pods in the error is filled in by whoever counts them.
fn version_of(image: Image<'_>, template: &TemplateVersion) -> Result<Installed, VersionUnknown> {
    let unknown = |text: Option<String>| VersionUnknown::Pods {
        text: text.unwrap_or_else(|| "unknown".to_owned()),
        pods: 0,
        of: 0,
    };
    match image {
        Image::Template => template.version.clone(),
        Image::Other(image) => match image::tag(image).and_then(|tag| tag.parse().ok()) {
            Some(version) => Ok(Installed { version, source: VersionOrigin::ImageTag }),
            None => Err(unknown(text_of_image(image))),
        },
        Image::Unknown => Err(unknown(None)),
    }
}

/// The lowest version of the pods that decide, and its image: the pods that serve; else those that are ready although they are
/// being deleted; else those that are not. One of them without a version leaves it unknown.
fn decide<'a>(
    tallies: &BTreeMap<Image<'a>, Tally>,
    version_of: impl Fn(&Image<'a>) -> Result<Installed, VersionUnknown>,
) -> Option<(Result<Installed, VersionUnknown>, Image<'a>)> {
    let best = tallies.values().map(|tally| tally.rank.0).max()?;
    let deciding = || tallies.iter().filter(|(_, tally)| tally.rank.0 == best);
    let of = deciding().map(|(_, tally)| tally.rank.1).sum();
    let mut lowest: Option<(Installed, Image<'a>)> = None;
    for (image, tally) in deciding() {
        match version_of(image) {
            Err(VersionUnknown::Pods { text, .. }) => {
                return Some((Err(VersionUnknown::Pods { text, pods: tally.rank.1, of }), *image));
            }
            Err(why) => return Some((Err(why), *image)),
            Ok(found) if lowest.as_ref().is_some_and(|(known, _)| known.version.age_order(&found.version).is_le()) => {}
            Ok(found) => lowest = Some((found, *image)),
        }
    }
    lowest.map(|(installed, image)| (Ok(installed), image))
}

/// What the pods run, lowest version first, then what is no version.
fn listed<'a>(
    tallies: &BTreeMap<Image<'a>, Tally>,
    version_of: impl Fn(&Image<'a>) -> Result<Installed, VersionUnknown>,
) -> Vec<RunningVersion> {
    let mut found: Vec<(Result<Installed, VersionUnknown>, Tally)> =
        tallies.iter().map(|(image, tally)| (version_of(image), *tally)).collect();
    found.sort_by(|(a, _), (b, _)| match (a, b) {
        (Ok(a), Ok(b)) => a.version.age_order(&b.version),
        (a, b) => (a.is_err(), text(a)).cmp(&(b.is_err(), text(b))),
    });
    let mut listed: Vec<RunningVersion> = Vec::new();
    let mut last: Option<Result<Installed, VersionUnknown>> = None;
    for (version, Tally { pods, ready, deleted, .. }) in found {
        match (listed.last_mut(), &last) {
            // Images of one version, spelled with and without its `v` or kept in two registries.
            (Some(known), Some(last)) if is_same(last, &version) => {
                known.pods += pods;
                known.ready += ready;
                known.deleted += deleted;
            }
            _ => listed.push(RunningVersion { version: text(&version), pods, ready, deleted }),
        }
        last = Some(version);
    }
    listed
}

fn is_same(a: &Result<Installed, VersionUnknown>, b: &Result<Installed, VersionUnknown>) -> bool {
    match (a, b) {
        (Ok(a), Ok(b)) => a.version == b.version,
        (a, b) => text(a) == text(b),
    }
}

fn text(version: &Result<Installed, VersionUnknown>) -> String {
    match version {
        Ok(installed) => installed.version.to_string(),
        Err(why) => why.text().unwrap_or_else(|| "unknown".to_owned()),
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
