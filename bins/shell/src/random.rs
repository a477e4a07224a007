//! Randomness, drawn in one place.

use uuid::Uuid;

/// 32 random bytes, from the operating system.
///
/// # Errors
/// If the operating system gives none.
pub fn bytes() -> Result<[u8; 32], getrandom::Error> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes)?;
    Ok(bytes)
}

/// A random UUID (version 4), from the operating system.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws")]
pub fn uuid() -> Uuid {
    Uuid::new_v4()
}
