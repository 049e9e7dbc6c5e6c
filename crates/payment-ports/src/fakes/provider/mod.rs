//! A provider that does what a test tells it, and counts what it did.

mod ledger;
mod notices;
mod script;
mod scripted;

pub use notices::{notice_post, signed_with};
pub use script::{Answer, Call, Step};
pub use scripted::ScriptedProvider;
