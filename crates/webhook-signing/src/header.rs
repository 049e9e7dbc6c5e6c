//! The names of the headers.

/// The event's id, in the seed's family; not signed.
pub const SEED_ID: &str = "X-Webhook-Id";
/// When it was sent, in Unix seconds, in the seed's family; not signed.
pub const SEED_TIMESTAMP: &str = "X-Webhook-Timestamp";
/// `sha256=` and exactly one signature; stays on the old secret while two are valid.
pub const SEED_SIGNATURE: &str = "X-Webhook-Signature";
/// The same with the next secret, while two are valid.
pub const SEED_SIGNATURE_NEXT: &str = "X-Webhook-Signature-Next";

/// The event's id, the same for every try.
pub const STANDARD_ID: &str = "webhook-id";
/// When it was sent, in Unix seconds.
pub const STANDARD_TIMESTAMP: &str = "webhook-timestamp";
/// A signature with each valid secret, separated by spaces.
pub const STANDARD_SIGNATURE: &str = "webhook-signature";
