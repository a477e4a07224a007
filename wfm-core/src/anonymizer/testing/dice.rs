//! Choices, from a seed or from bytes.

/// Where every choice comes from: bytes, as long as there are any, then numbers that follow from a seed.
#[derive(Debug, Clone)]
pub struct Dice<'a> {
    bytes: &'a [u8],
    state: u64,
}

impl<'a> Dice<'a> {
    /// Dice that fall alike for a seed.
    #[must_use]
    pub fn seeded(seed: u64) -> Self {
        Self { bytes: &[], state: seed }
    }

    /// Dice that a fuzzer loads.
    #[must_use]
    pub fn loaded(bytes: &'a [u8]) -> Self {
        Self { bytes, state: 0 }
    }

    /// SplitMix64.
    pub(super) fn next(&mut self) -> u64 {
        if let Some((eight, rest)) = self.bytes.split_first_chunk() {
            self.bytes = rest;
            return u64::from_le_bytes(*eight);
        }
        self.bytes = &[];
        self.state = self.state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.state;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number below another one, which is not 0 and small.
    pub(super) fn below(&mut self, end: usize) -> usize {
        match self.bytes {
            [first, rest @ ..] if end <= 256 => {
                self.bytes = rest;
                usize::from(*first) % end
            }
            _ => ((u128::from(self.next()) * end as u128) >> 64) as usize,
        }
    }

    /// A number from one to another, both included.
    pub(super) fn within(&mut self, first: u64, last: u64) -> u64 {
        first + ((u128::from(self.next()) * u128::from(last - first + 1)) >> 64) as u64
    }

    /// True so many times in a hundred.
    pub(super) fn percent(&mut self, share: usize) -> bool {
        self.below(100) < share
    }

    /// One of several.
    pub(super) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}
