//! The secret that permits its owner to erase a cluster at the versions service.

use std::fmt;
use std::str::FromStr;

use sha2::{Digest, Sha256};
use uuid::Builder;

use super::ClusterId;

/// 32 random bytes, kept beside the cluster's id. The id is made of their SHA-256, so a service that knows the id can check
/// the secret and keeps nothing more, and no one who knows the id can compute the secret.
#[derive(Clone, PartialEq, Eq)]
pub struct ErasureSecret([u8; 32]);

impl ErasureSecret {
    /// The header that carries the secret: lower case, 64 hexadecimal digits as its value.
    pub const HEADER: &str = "erasure-secret";

    /// Wraps 32 bytes that the caller drew at random.
    #[must_use]
    pub const fn new(random: [u8; 32]) -> Self {
        Self(random)
    }

    /// The id that belongs to this secret: the first 16 bytes of its SHA-256, in the shape of a random UUID (version 4).
    #[must_use]
    pub fn cluster_id(&self) -> ClusterId {
        let digest = Sha256::digest(self.0);
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&digest[..16]);
        ClusterId::new(Builder::from_random_bytes(bytes).into_uuid())
    }

    /// The secret as 64 hexadecimal digits. It goes into the Secret of the cluster, and to the service to erase; nowhere else.
    #[must_use]
    pub fn reveal(&self) -> String {
        self.0.iter().map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Without the secret: it must not get into logs.
impl fmt::Debug for ErasureSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ErasureSecret")
    }
}

/// The text is not an erasure secret. The text itself is not repeated.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an erasure secret: send 64 hexadecimal digits")]
pub struct NotAnErasureSecret;

impl FromStr for ErasureSecret {
    type Err = NotAnErasureSecret;

    fn from_str(text: &str) -> Result<Self, NotAnErasureSecret> {
        let digits = text.as_bytes();
        let mut bytes = [0; 32];
        if digits.len() != 2 * bytes.len() {
            return Err(NotAnErasureSecret);
        }
        let digit = |digit: u8| char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok());
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (digit(pair[0]).ok_or(NotAnErasureSecret)?, digit(pair[1]).ok_or(NotAnErasureSecret)?);
            *byte = high << 4 | low;
        }
        Ok(Self(bytes))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_id_of_a_secret_never_changes() {
        assert_eq!(ErasureSecret::new([0; 32]).cluster_id().to_string(), "66687aad-f862-4d77-ac8f-c18b8e9f8e20");
    }

    proptest! {
        #[test]
        fn every_secret_reads_back_and_has_an_id_that_looks_random(bytes: [u8; 32]) {
            let secret = ErasureSecret::new(bytes);
            prop_assert!(secret.cluster_id().is_random());
            prop_assert_eq!(secret.reveal().parse(), Ok(secret.clone()));
            prop_assert_eq!(format!("{secret:?}"), "ErasureSecret");
        }

        #[test]
        fn no_other_text_is_a_secret_and_its_error_does_not_repeat_it(text in ".{0,70}") {
            let is_one = text.len() == 64 && text.bytes().all(|byte| byte.is_ascii_hexdigit());
            match text.parse::<ErasureSecret>() {
                Ok(_) => prop_assert!(is_one),
                Err(error) => prop_assert!(!is_one && (text.len() < 9 || !error.to_string().contains(&text))),
            }
        }

        #[test]
        fn one_flipped_bit_is_another_id(bytes: [u8; 32], bit in 0usize..256) {
            let mut other = bytes;
            other[bit / 8] ^= 1 << (bit % 8);
            prop_assert_ne!(ErasureSecret::new(bytes).cluster_id(), ErasureSecret::new(other).cluster_id());
        }
    }
}
