//! Randomness, drawn in one place.

use uuid::Uuid;

/// A random UUID (version 4), from the operating system.
#[must_use]
#[expect(clippy::disallowed_methods, reason = "the one place that draws")]
pub fn uuid() -> Uuid {
    Uuid::new_v4()
}
