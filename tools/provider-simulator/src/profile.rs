//! What a bank does with an order that it knows already.

use clap::ValueEnum;

/// What a bank does with an order that it knows already.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Profile {
    /// Repeats its first answer for an `Idempotency-Key`.
    Key,
    /// Refuses a reference that it knows, with an answer that says so.
    UniqueReference,
    /// Does it again.
    Query,
    /// Does it again, and cancels by our reference.
    Cancel,
}
