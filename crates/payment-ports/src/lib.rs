//! What the use-cases need from the world: traits, and the words they use.
//!
//! Adapters implement these traits; use-cases know nothing else. The feature `test-util` adds
//! fakes, and the contract that every [`store::Store`] must keep.
#![warn(clippy::future_not_send)]

pub mod address;
pub mod clock;
#[cfg(feature = "test-util")]
#[expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::missing_panics_doc,
    missing_docs,
    reason = "these are tests: they panic, and their names say what they show"
)]
pub mod contract;
#[cfg(feature = "test-util")]
pub mod fakes;
pub mod ids;
pub mod mail;
pub mod notice;
pub mod provider;
pub mod store;
pub mod wake;
pub mod webhook;
