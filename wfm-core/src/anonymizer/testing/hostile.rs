//! Release lists as a hostile service writes them: it publishes what it wants to know of the clusters.

use super::World;
use super::dice::Dice;
use super::facts::Facts;
use super::world::{CANONICAL, ReleaseList};
use crate::collector::{Inventory, Workload};

impl Facts {
    /// A list that publishes what it takes from the very inventories that it must not tell apart: names and versions of
    /// their workloads and pods, in any spelling and on any train. Of the components it may publish other versions, too.
    pub(super) fn release_list(&self, world: &World, inventories: &[Inventory], dice: &mut Dice<'_>) -> ReleaseList {
        let mut list = ReleaseList::default();
        let share = dice.pick(&[0, 50, 90, 100]);
        for workload in inventories.iter().flat_map(Inventory::workloads) {
            if dice.percent(share) {
                for version in versions(workload) {
                    list.publish(world, &workload.name, &respelled(version, dice), dice.percent(20));
                }
            }
        }
        for pod in inventories.iter().flat_map(|inventory| inventory.pods.as_deref().unwrap_or_default()) {
            if let (Some(owner), true) = (&pod.owner, dice.percent(share)) {
                for tag in pod.containers.iter().filter_map(|container| tag(&container.image)) {
                    list.publish(world, &owner.name, &respelled(tag, dice), dice.percent(20));
                }
            }
        }
        for (name, _) in &self.components {
            for _ in 0..dice.below(3) {
                let version = respelled(dice.pick(&CANONICAL), dice);
                list.publish(world, world.names[*name].as_str(), &version, dice.percent(20));
            }
        }
        list
    }
}

/// What of a workload may be its version: the annotation, the label, and what follows a colon in an image.
fn versions(workload: &Workload) -> impl Iterator<Item = &str> {
    let tags = workload.containers.iter().filter_map(|container| tag(&container.image));
    let marks = [&workload.version_annotation, &workload.version_label];
    marks.into_iter().flatten().map(|text| text.trim()).chain(tags)
}

fn tag(image: &str) -> Option<&str> {
    image.split('@').next()?.rsplit_once(':').map(|(_, tag)| tag)
}

/// With or without a leading `v`.
fn respelled<'a>(version: &'a str, dice: &mut Dice<'_>) -> std::borrow::Cow<'a, str> {
    match version.strip_prefix('v') {
        _ if dice.percent(50) => version.into(),
        Some(bare) => bare.into(),
        None => ["v", version].concat().into(),
    }
}
