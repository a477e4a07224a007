//! Which version of a component runs: what its pods run decides, and its template only where no pod does.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::catalog::Catalog;
use crate::collector::{Container, ContainerStatus, Pod, Rollout, Unreadable, Workload};
use crate::image;
use crate::installed::{
    Installed, Overruled, TemplateVersion, VersionOrigin, VersionUnknown, of_template, text_of_image,
};
use crate::version::Version;

mod container;

use container::own;

/// In the place of a version of which nothing is known.
const UNKNOWN: &str = "unknown";

/// In the place of a version of pods whose own container is unknown. No tag has a space, so no template is mistaken for it.
const UNKNOWN_CONTAINER: &str = "unknown container";

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
    /// The template, because every pod there is has run to its end.
    NoRunningPods,
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
    /// The best rank of one of them: 3 for a pod that serves.
    rank: u8,
}

/// Pods of one image, and its version.
#[derive(Debug)]
struct Group<'a> {
    image: Image<'a>,
    tally: Tally,
    version: Result<Installed, VersionUnknown>,
}

/// What runs of a workload. `pods` are its own; `is_published` answers for versions of this component.
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
    let total = tallies.values().map(|tally| tally.pods).sum();
    let of = |(image, tally)| Group { image, tally, version: version_of(image, tally, total, &template) };
    let groups: Vec<Group<'_>> = tallies.into_iter().map(of).collect();
    let decisive = decisive(&groups);
    let image = match decisive.map(|group| group.image) {
        Some(Image::Other(image)) => Some(image.to_owned()),
        _ => own.map(|container| container.image.clone()),
    };
    Running {
        version: match decisive {
            Some(group) => group.version.clone(),
            None if pods.is_err() => unseen(&template.version, &workload.rollout),
            None => template.version.clone(),
        },
        basis: match pods {
            Err(_) => Basis::PodsUnreadable,
            Ok([]) => Basis::NoPods,
            Ok(_) if groups.is_empty() => Basis::NoRunningPods,
            Ok(_) => Basis::Pods,
        },
        target: text(&template.version),
        versions: listed(groups),
        container: own.map(|container| container.name.clone()),
        image,
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
    let serves = |pod: &Pod| pod.ready && pod.deleted.is_none();
    let live = || pods.iter().filter(|pod| !pod.has_ended());
    let any_serves = live().any(|pod| serves(pod));
    let is_done = is_done(&workload.rollout);
    let mut tallies: BTreeMap<Image<'a>, Tally> = BTreeMap::new();
    for pod in live().filter(|pod| !any_serves || pod.deleted.is_none()) {
        // Its controller no longer counts a pod that is being deleted.
        let is_newest = is_done && pod.deleted.is_none();
        let image = match image_of(pod, workload, own, catalog) {
            // A version of its own is believed, whatever the counters are.
            Image::Other(reference) if has_version(reference) => Image::Other(reference),
            _ if is_newest => Image::Template,
            other => other,
        };
        let tally = tallies.entry(image).or_default();
        tally.pods += 1;
        tally.ready += u32::from(serves(pod));
        tally.deleted += u32::from(pod.deleted.is_some());
        let rank = match (pod.ready, pod.deleted.is_some()) {
            (true, false) => 3,
            (true, true) => 2,
            (false, false) => 1,
            (false, true) => 0,
        };
        tally.rank = tally.rank.max(rank);
    }
    tallies
}

/// Whether the controller counts every pod as one of the newest template. Then a pod's image may look different from the
/// template's all the same: admission may pin a digest or name a mirror.
fn is_done(rollout: &Rollout) -> bool {
    !rollout.unobserved && rollout.total > 0 && rollout.updated == Some(rollout.total)
}

/// Whether an image's tag is a version.
fn has_version(reference: &str) -> bool {
    image::tag(reference).is_some_and(|tag| tag.parse::<Version>().is_ok())
}

/// The version of pods that could not be read: the template's, unless the controller has yet to bring it to some of them.
fn unseen(template: &Result<Installed, VersionUnknown>, rollout: &Rollout) -> Result<Installed, VersionUnknown> {
    let installed = template.as_ref().map_err(Clone::clone)?;
    let target = installed.version.clone();
    let total = rollout.total;
    match rollout.updated {
        _ if rollout.unobserved => Err(VersionUnknown::RolloutUnobserved { target }),
        Some(updated) if updated < total => Err(VersionUnknown::RolloutUnfinished { target, updated, total }),
        _ => Ok(installed.clone()),
    }
}

fn image_of<'a>(pod: &'a Pod, workload: &Workload, template: Option<&Container>, catalog: &Catalog) -> Image<'a> {
    let running = || pod.containers.iter().filter(|container| !container.init);
    let same = |wanted: &Container| {
        running().any(|container| *container.name == *wanted.name && image::is_same(&container.image, &wanted.image))
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
        if image::is_same(&container.image, &template.image) { Image::Template } else { other(container) }
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

fn version_of(
    image: Image<'_>,
    tally: Tally,
    total: u32,
    template: &TemplateVersion,
) -> Result<Installed, VersionUnknown> {
    match image {
        Image::Template => template.version.clone(),
        Image::Other(image) => match image::tag(image).and_then(|tag| tag.parse().ok()) {
            Some(version) => Ok(Installed { version, source: VersionOrigin::ImageTag }),
            None => {
                let text = text_of_image(image).unwrap_or_else(|| UNKNOWN.to_owned());
                Err(VersionUnknown::Pods { text, pods: tally.pods, of: total })
            }
        },
        Image::Unknown => Err(VersionUnknown::OwnContainer { pods: tally.pods, of: total }),
    }
}

/// The pods whose version is the component's: of those that serve (else of those that are ready although they are being
/// deleted, else of those that are not being deleted, else of all) the ones without a version, else the ones with the
/// lowest.
fn decisive<'g, 'a>(groups: &'g [Group<'a>]) -> Option<&'g Group<'a>> {
    let best = groups.iter().map(|group| group.tally.rank).max()?;
    groups.iter().filter(|group| group.tally.rank == best).min_by(|a, b| match (&a.version, &b.version) {
        (Ok(a), Ok(b)) => a.version.age_order(&b.version),
        (a, b) => a.is_ok().cmp(&b.is_ok()),
    })
}

/// What the pods run, lowest version first, then what is no version.
fn listed(mut groups: Vec<Group<'_>>) -> Vec<RunningVersion> {
    groups.sort_by(|a, b| match (&a.version, &b.version) {
        (Ok(a), Ok(b)) => a.version.age_order(&b.version),
        (a, b) => (a.is_err(), text(a)).cmp(&(b.is_err(), text(b))),
    });
    let mut listed: Vec<RunningVersion> = Vec::new();
    // Images of one version, spelled with and without its `v` or kept in two registries, are one.
    for same in groups.chunk_by(|a, b| is_same(&a.version, &b.version)) {
        let sum = |of: fn(&Tally) -> u32| same.iter().map(|group| of(&group.tally)).sum();
        listed.push(RunningVersion {
            version: text(&same[0].version),
            pods: sum(|tally| tally.pods),
            ready: sum(|tally| tally.ready),
            deleted: sum(|tally| tally.deleted),
        });
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
        Err(VersionUnknown::OwnContainer { .. }) => UNKNOWN_CONTAINER.to_owned(),
        Err(why) => why.text().unwrap_or_else(|| UNKNOWN.to_owned()),
    }
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}
