//! A provider that does what a test tells it, and counts what it did.

mod ledger;
mod script;
mod scripted;

pub use script::{Answer, Call, Step};
pub use scripted::ScriptedProvider;
