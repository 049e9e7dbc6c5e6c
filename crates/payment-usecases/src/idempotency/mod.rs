//! Requests with an `Idempotency-Key`: done once, answered the same every time.

mod canonical;
mod key;
mod meet;

pub use canonical::canonical;
pub use key::{IdempotencyKey, InvalidKey, KeyedRequest};
pub(crate) use meet::{Met, done_record, meet, new_record};
