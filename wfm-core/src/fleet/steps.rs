//! How counts are rounded for the public: down to tens, at steps that are a secret of the service.

use serde::{Deserialize, Serialize};

use crate::wire::insights::Count;

/// The secret steps at which a rounded count rises: one between 10 and 19, one between 20 and 29, and so on.
///
/// If anyone moves a count up to a step, he sees that it is at the step, but not which number that is. All counts have the
/// same steps: the components of one release are installed in the same clusters, and steps of their own would round that one
/// number in twenty ways, whose mean is the number.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Vec<u8>", into = "Vec<u8>")]
pub struct Steps([u8; Self::RANDOM]);

/// The bytes are no secret of this length.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the secret of the public numbers has another length than {} bytes", Steps::RANDOM)]
pub struct NotSteps;

impl Steps {
    /// How many random bytes they are made of. Beyond 2,560 clusters the steps repeat.
    pub const RANDOM: usize = 256;
    const TEN: u64 = 10;

    /// The steps that random bytes make.
    #[must_use]
    pub fn of(random: [u8; Self::RANDOM]) -> Self {
        Self(random)
    }

    /// The bytes they are made of.
    #[must_use]
    pub fn bytes(&self) -> &[u8] {
        &self.0
    }

    /// The count as the public is shown it: a multiple of ten, never more than there are and fewer than twenty less.
    #[must_use]
    pub fn round(&self, clusters: u64) -> Count {
        let tens = clusters / Self::TEN;
        let below = clusters % Self::TEN < self.step(tens);
        match tens - u64::from(below && tens > 0) {
            0 => Count::Few,
            tens => Count::Told(tens * Self::TEN),
        }
    }

    /// By how much the step lies above so many tens: less than ten.
    fn step(&self, tens: u64) -> u64 {
        let index = usize::try_from(tens % Self::RANDOM as u64).unwrap_or(0);
        u64::from(self.0[index]) % Self::TEN
    }
}

impl std::fmt::Debug for Steps {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Steps(secret)")
    }
}

impl TryFrom<Vec<u8>> for Steps {
    type Error = NotSteps;

    fn try_from(bytes: Vec<u8>) -> Result<Self, NotSteps> {
        bytes.try_into().map(Self).map_err(|_| NotSteps)
    }
}

impl From<Steps> for Vec<u8> {
    fn from(steps: Steps) -> Self {
        steps.0.into()
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn bytes() -> impl Strategy<Value = [u8; Steps::RANDOM]> {
        prop::collection::vec(any::<u8>(), Steps::RANDOM).prop_map(|bytes| bytes.try_into().unwrap())
    }

    fn number(count: Count) -> u64 {
        if let Count::Told(number) = count { number } else { 0 }
    }

    proptest! {
        #[test]
        fn a_rounded_count_rises_with_the_count_and_is_less_than_twenty_below_it(random in bytes(), clusters in 0u64..6000) {
            let steps = Steps::of(random);
            let shown = number(steps.round(clusters));
            prop_assert!(shown.is_multiple_of(10) && shown <= clusters && clusters < shown + 20, "{clusters}: {shown}");
            prop_assert!(shown <= number(steps.round(clusters + 1)));
            prop_assert_eq!(steps.round(clusters) == Count::Few, shown == 0);
        }

        /// Whatever number of clusters the attacker adds: with other steps another truth looks the same.
        #[test]
        fn no_number_of_clusters_that_are_added_leads_to_the_count_itself(
            random in bytes(),
            truth in 0u64..2000,
            more in 0u64..10,
        ) {
            let lower = random.map(|byte| byte % 10 % (10 - more as u8));
            let (steps, other) = (Steps::of(lower), Steps::of(lower.map(|byte| byte + more as u8)));
            for added in 0..200 {
                prop_assert_eq!(steps.round(truth + added), other.round(truth + more + added));
            }
        }

        #[test]
        fn steps_read_back(random in bytes()) {
            let steps = Steps::of(random);
            let json = serde_json::to_string(&steps).unwrap();
            prop_assert_eq!(serde_json::from_str::<Steps>(&json).unwrap(), steps);
        }
    }

    #[test]
    fn the_steps_of_two_services_differ() {
        let rises = |random: [u8; Steps::RANDOM]| {
            let steps = Steps::of(random);
            (0..1000).filter(|clusters| steps.round(*clusters) != steps.round(clusters + 1)).collect::<Vec<_>>()
        };
        let random = |salt: u8| std::array::from_fn(|at| (at as u8).wrapping_mul(37).wrapping_add(salt).rotate_left(3));
        let (one, other) = (rises(random(1)), rises(random(2)));
        assert_eq!((one.len(), other.len()), (99, 99));
        assert_ne!(one, other);
        assert!(serde_json::from_str::<Steps>("[1,2]").is_err());
    }
}
