//! How much a request may cost.

use std::time::Duration;

/// What one request may take and bring.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// From the call until the last byte of the answer.
    pub timeout: Duration,
    /// How many bytes of the answer's body are read; the rest is dropped.
    pub body_bytes: usize,
}

impl Limits {
    /// The default of [`Limits::body_bytes`]: 16 KiB.
    pub const BODY_BYTES: usize = 16 * 1024;

    /// At most 16 KiB within `timeout`.
    #[must_use]
    pub const fn within(timeout: Duration) -> Self {
        Self { timeout, body_bytes: Self::BODY_BYTES }
    }
}
