//! Every seed, and many mutations of it: what can be had of fuzzing without nightly.

use std::fs;
use std::path::Path;

use super::*;

/// How many mutations each target is given.
const MUTATIONS: usize = 100_000;

/// Bytes that mean something to one target or another.
const SIGNS: &[u8] = b"\0\n*\"{}[],:.-+eEmK09/@ \xff";

/// xorshift64.
struct Random(u64);

impl Random {
    fn below(&mut self, end: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % end.max(1) as u64) as usize
    }

    /// Changes bytes, and cuts, doubles, moves or adds some.
    fn mutate(&mut self, bytes: &mut Vec<u8>, other: &[u8]) {
        for _ in 0..=self.below(4) {
            let at = self.below(bytes.len() + 1);
            let to = (at + self.below(16)).min(bytes.len());
            let place = self.below(bytes.len() + 1);
            match self.below(6) {
                0 if at < bytes.len() => bytes[at] ^= 1 << self.below(8),
                1 if at < bytes.len() => bytes[at] = self.below(256) as u8,
                2 => drop(bytes.drain(at..to)),
                3 => {
                    let part = bytes[at..to].to_vec();
                    bytes.splice(place..place, part);
                }
                4 => {
                    let from = self.below(other.len() + 1);
                    let part = &other[from..(from + self.below(32)).min(other.len())];
                    bytes.splice(at..to, part.iter().copied());
                }
                _ => bytes.insert(at, SIGNS[self.below(SIGNS.len())]),
            }
        }
        bytes.truncate(4096);
    }
}

fn feed(target: &str, run: fn(&[u8])) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    seeds.sort();
    let seeds: Vec<Vec<u8>> = seeds.iter().map(|path| fs::read(path).unwrap()).collect();
    assert!(!seeds.is_empty(), "{target} has seeds");
    seeds.iter().for_each(|seed| run(seed));
    let mut random = Random(0x8c6d_a034_c8b1_489a);
    let mut bytes = Vec::new();
    for round in 0..MUTATIONS {
        // A mutation is mutated again, up to 16 times.
        if round % 16 == 0 {
            bytes.clone_from(&seeds[random.below(seeds.len())]);
        }
        let other = random.below(seeds.len());
        random.mutate(&mut bytes, &seeds[other]);
        run(&bytes);
    }
}

#[test]
fn version_diff_bears_mutations() {
    feed("version_diff", version_diff::run);
}

#[test]
fn wire_roundtrip_bears_mutations() {
    feed("wire_roundtrip", wire_roundtrip::run);
}

#[test]
fn anonymizer_non_interference_bears_mutations() {
    feed("anonymizer_non_interference", anonymizer_non_interference::run);
}

#[test]
fn anonymizer_canary_bears_mutations() {
    feed("anonymizer_canary", anonymizer_canary::run);
}

#[test]
fn quantity_parse_bears_mutations() {
    feed("quantity_parse", quantity_parse::run);
}
