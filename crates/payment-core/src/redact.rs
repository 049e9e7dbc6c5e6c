//! What `Debug` shows in place of a secret.

use std::fmt;

/// Stands for a value that must not reach a log.
pub(crate) struct Hidden;

impl fmt::Debug for Hidden {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("…")
    }
}
