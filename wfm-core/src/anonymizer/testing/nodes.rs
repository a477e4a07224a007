//! Nodes of which most say what the facts say.

use std::sync::Arc;

use super::dice::Dice;
use super::expected::NODES;
use super::facts::{Facts, NodeFacts};
use super::noise::{code, number, text};
use super::sizes::{BYTES, CORES, Parts};
use super::tables::{AKS, ARCHITECTURE, KERNEL, MUTE_SCHEMES, NONE, OS, RUNTIME, TAILS, Table, VENDOR};
use crate::collector::{Capacity, Node};

/// By what the vendor is told. What comes before must say nothing, and what comes after may say anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Teller {
    ApiServer,
    Kubelets,
    Schemes,
}

/// What most nodes say: fewer than half say something else.
struct Vote {
    row: usize,
    others: u64,
    shift: u64,
}

impl Vote {
    fn new(row: usize, nodes: u64, dice: &mut Dice<'_>) -> Self {
        let others = if nodes > 2 { dice.within(0, (nodes - 1) / 2) } else { 0 };
        Self { row, others, shift: if others > 0 { dice.within(0, nodes) } else { 0 } }
    }

    /// Which of so many rows the node says.
    fn of(&self, node: u64, nodes: u64, rows: usize, dice: &mut Dice<'_>) -> usize {
        let dissents = self.others > 0 && (node + self.shift) % nodes < self.others;
        if dissents { dice.below(rows) } else { self.row }
    }
}

impl Facts {
    pub(super) fn teller(&self, dice: &mut Dice<'_>) -> Teller {
        let name = VENDOR[self.vendor].0;
        let mut tellers = [Teller::ApiServer; 3];
        let mut count = 0;
        let mut may = |teller| {
            tellers[count] = teller;
            count += 1;
        };
        if self.kubernetes.is_some() && !matches!(self.vendor, AKS | NONE) {
            may(Teller::ApiServer);
        }
        if self.nodes.is_some() && !matches!(self.vendor, AKS | NONE) {
            may(Teller::Kubelets);
        }
        if self.nodes.is_some() && matches!(name, "k3s" | "rke2" | "aks") {
            may(Teller::Schemes);
        }
        if count == 0 { Teller::Schemes } else { tellers[dice.below(count)] }
    }

    pub(super) fn render_nodes(&self, facts: &NodeFacts, teller: Teller, dice: &mut Dice<'_>) -> Vec<Node> {
        let (_, least, most) = NODES[facts.count];
        let nodes = dice.within(least, most);
        let votes = [facts.os, facts.kernel, facts.runtime, facts.architecture].map(|row| Vote::new(row, nodes, dice));
        let kubelets = Vote::new(if teller == Teller::Kubelets { self.vendor } else { NONE }, nodes, dice);
        let schemes = Vote::new(if teller == Teller::Schemes { self.vendor } else { NONE }, nodes, dice);
        let mut cpu = Parts::of(facts.cpu.map(|bucket| CORES[bucket]), false, nodes, dice);
        let mut memory = Parts::of(facts.memory.map(|bucket| BYTES[bucket]), true, nodes, dice);
        let mut disk = Parts::of(facts.disk.map(|bucket| BYTES[bucket]), true, nodes, dice);
        let node = |node| {
            let vote = |index: usize, table: &Table, dice: &mut Dice<'_>| {
                let row = votes[index].of(node, nodes, table.len(), dice);
                dice.pick(table[row].1)
            };
            let kubelet = if teller < Teller::Kubelets {
                dice.below(VENDOR.len())
            } else {
                kubelets.of(node, nodes, VENDOR.len(), dice)
            };
            let scheme = if teller < Teller::Schemes {
                dice.below(VENDOR.len())
            } else {
                schemes.of(node, nodes, VENDOR.len(), dice)
            };
            let minor = dice.below(40) as u64;
            Node {
                name: text(dice),
                ready: dice.percent(50),
                cordoned: dice.percent(20),
                pressures: if dice.percent(10) { vec![text(dice).into()] } else { Vec::new() },
                capacity: Capacity {
                    cpu: cpu.next(dice),
                    memory: memory.next(dice),
                    ephemeral_storage: disk.next(dice),
                },
                provider: provider(scheme, dice).map(Into::into),
                kubelet_version: version(1, minor, kubelet, dice).into(),
                os_image: tailed(vote(0, OS, dice), dice),
                kernel_version: tailed(vote(1, KERNEL, dice), dice),
                container_runtime: tailed(vote(2, RUNTIME, dice), dice),
                architecture: vote(3, ARCHITECTURE, dice).into(),
            }
        };
        (0..nodes).map(node).collect()
    }
}

fn tailed(beginning: &str, dice: &mut Dice<'_>) -> Arc<str> {
    let tail = dice.pick(&TAILS);
    let mut text = String::with_capacity(beginning.len() + tail.len());
    text.push_str(beginning);
    text.push_str(tail);
    text.into()
}

/// A version of Kubernetes with the tail of a vendor.
pub(super) fn version(major: u64, minor: u64, vendor: usize, dice: &mut Dice<'_>) -> String {
    let mut text = String::with_capacity(48);
    text.push('v');
    number(&mut text, major);
    text.push('.');
    number(&mut text, minor);
    text.push_str(dice.pick(&["", ".0", ".13", ".4.5"]));
    text.push_str(dice.pick(VENDOR[vendor].1));
    if vendor < NONE {
        code(&mut text, dice);
    }
    text
}

/// The scheme of a provider's id. Others than three vendors have none of their own.
fn provider(vendor: usize, dice: &mut Dice<'_>) -> Option<&'static str> {
    match VENDOR[vendor].0 {
        "aks" => Some("azure"),
        own @ ("k3s" | "rke2") => Some(own),
        _ => dice.percent(70).then(|| dice.pick(&MUTE_SCHEMES)),
    }
}
