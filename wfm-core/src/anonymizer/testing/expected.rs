//! Which envelopes facts must become, written by hand.

use std::sync::LazyLock;

use super::facts::{Facts, NodeFacts, WEEKS};
use super::noise::number;
use super::sizes::{BYTES, Bucket, CORES};
use super::tables::{ARCHITECTURE, KERNEL, OS, RUNTIME, VENDOR};
use super::world::LISTED;
use super::{Expected, World};

/// What is told of so many other workloads, and of so many nodes.
pub(super) const OTHERS: [(u64, u64, u64); 7] =
    [(0, 0, 0), (1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 5), (6, 6, 10), (11, 11, 16)];
pub(super) const NODES: [(u64, u64, u64); 7] =
    [(1, 1, 1), (2, 2, 2), (3, 3, 3), (4, 4, 5), (6, 6, 10), (11, 11, 20), (21, 21, 50)];

/// The year and number of every week. A year has 53 where it begins on a Thursday, or on a Wednesday and is a leap year.
static WEEK_NUMBERS: LazyLock<Vec<(u64, u64)>> = LazyLock::new(|| {
    // 2014 began on a Wednesday; 0 is Monday.
    let (mut weeks, mut first_day) = (Vec::with_capacity(WEEKS), 2);
    for year in 2014..=2100u64 {
        let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        let last = if first_day == 3 || first_day == 2 && leap { 53 } else { 52 };
        weeks.extend((1..=last).map(|week| (year, week)));
        first_day = (first_day + if leap { 2 } else { 1 }) % 7;
    }
    weeks
});

/// An envelope in the making.
struct Body(String);

impl Body {
    fn new(first: &str) -> Self {
        let mut body = String::with_capacity(256);
        body.push_str(first);
        Self(body)
    }

    fn word(&mut self, name: &str, word: &str) -> &mut Self {
        for part in [",\"", name, "\":\"", word, "\""] {
            self.0.push_str(part);
        }
        self
    }

    fn number(&mut self, name: &str, told: u64) -> &mut Self {
        for part in [",\"", name, "\":"] {
            self.0.push_str(part);
        }
        number(&mut self.0, told);
        self
    }

    fn sealed(mut self) -> Vec<u8> {
        self.0.push('}');
        self.0.into_bytes()
    }
}

impl Facts {
    /// Which envelopes they must become.
    #[must_use]
    pub fn expected(&self, world: &World) -> Expected {
        let software = self.kubernetes.is_some() || self.nodes.is_some();
        let capacity = self.nodes.as_ref().map(|nodes| self.capacity(nodes));
        let software = software.then(|| self.software());
        [Some(self.check_in(world)), software, capacity, self.creation(), self.other_workloads()]
    }

    fn check_in(&self, world: &World) -> Vec<u8> {
        let mut body = Body::new("{\"schema\":1");
        let id = uuid::Builder::from_random_bytes(self.id.to_be_bytes()).into_uuid();
        body.word("id", id.hyphenated().encode_lower(&mut uuid::Uuid::encode_buffer()));
        self.cohort(&mut body);
        body.0.push_str(",\"components\":[");
        for (index, (name, listed)) in self.components.iter().enumerate() {
            let version = listed.map_or("custom", |listed| LISTED[listed].0);
            for part in [if index > 0 { "," } else { "" }, "{\"name\":\"", &world.names[*name], "\""] {
                body.0.push_str(part);
            }
            body.word("version", version).0.push('}');
        }
        body.0.push(']');
        body.sealed()
    }

    fn software(&self) -> Vec<u8> {
        let mut body = Body::new("{\"schema\":1,\"part\":\"software\"");
        self.cohort(&mut body);
        match self.kubernetes {
            Some(100) => {
                body.word("kubernetes", "other");
            }
            Some(minor) => {
                body.0.push_str(",\"kubernetes\":\"1.");
                number(&mut body.0, minor);
                body.0.push('"');
            }
            None => {}
        }
        body.word("vendor", VENDOR[self.vendor].0);
        if let Some(nodes) = &self.nodes {
            body.word("os", OS[nodes.os].0).word("kernel", KERNEL[nodes.kernel].0);
            body.word("runtime", RUNTIME[nodes.runtime].0).word("architecture", ARCHITECTURE[nodes.architecture].0);
        }
        body.sealed()
    }

    fn capacity(&self, nodes: &NodeFacts) -> Vec<u8> {
        let mut body = Body::new("{\"schema\":1,\"part\":\"capacity\"");
        self.cohort(&mut body);
        body.number("nodes", NODES[nodes.count].0);
        let sums: [(&str, &[Bucket], Option<usize>); 3] =
            [("cpu", &CORES, nodes.cpu), ("memoryMiB", &BYTES, nodes.memory), ("diskMiB", &BYTES, nodes.disk)];
        for (name, table, bucket) in sums {
            if let Some(bucket) = bucket {
                body.number(name, table[bucket].told);
            }
        }
        body.sealed()
    }

    fn creation(&self) -> Option<Vec<u8>> {
        let (year, week) = WEEK_NUMBERS[self.week?];
        let mut body = Body::new("{\"schema\":1,\"part\":\"creation\"");
        self.cohort(&mut body);
        body.0.push_str(",\"created\":{\"year\":");
        number(&mut body.0, year);
        body.number("week", week).0.push('}');
        Some(body.sealed())
    }

    fn other_workloads(&self) -> Option<Vec<u8>> {
        let mut body = Body::new("{\"schema\":1,\"part\":\"other-workloads\"");
        self.cohort(&mut body);
        body.number("workloads", OTHERS[self.others?].0);
        Some(body.sealed())
    }

    fn cohort(&self, body: &mut Body) {
        if let Some(cohort) = self.cohort {
            body.word("cohort", cohort.as_str());
        }
    }
}
