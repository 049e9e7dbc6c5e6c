//! Kills everything while payments are made, and compares the books afterwards.
//!
//! Real processes: two of the API, two workers, the provider simulator as the bank, and SQLite,
//! PostgreSQL or MariaDB. What the gateway's API shows afterwards must be what the bank's ledger
//! says, to the last unit, and the merchant's endpoint must have been told all of it.
#![expect(
    clippy::disallowed_methods,
    reason = "it stands outside of the gateway: it needs a client, a clock and tasks of its own"
)]

pub mod check;
pub mod evidence;
pub mod goal;
pub mod load;
pub mod matrix;
pub mod report;
pub mod soak;
pub mod world;
