//! What comes back.

use std::fmt;

use bytes::Bytes;

/// The beginning of an answer's body, and whether that is all of it.
#[derive(Clone, PartialEq, Eq)]
pub struct Body {
    /// At most [`crate::limits::Limits::body_bytes`] bytes.
    pub bytes: Bytes,
    /// Whether there was more. Half an answer may look like a whole one, so check this first.
    pub is_truncated: bool,
}

/// Hides the bytes: they may be secrets or card data.
impl fmt::Debug for Body {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { bytes, is_truncated } = self;
        let more = if *is_truncated { " and more" } else { "" };
        write!(f, "Body({} bytes{more})", bytes.len())
    }
}
