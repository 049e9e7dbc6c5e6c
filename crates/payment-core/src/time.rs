//! Points in time.

/// A point in time, UTC, kept to the microsecond by every store.
pub type Timestamp = chrono::DateTime<chrono::Utc>;
