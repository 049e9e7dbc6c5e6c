//! A provider that moves no money and answers by card token, for sandboxes and tests.
//!
//! It remembers nothing. What comes of an attempt is a pure function of the attempt, so that
//! asking again gives the same answer, and a query finds the truth after any crash.

mod decline;
mod mode;
mod play;
mod provider;
mod reference;
mod scenario;

pub use mode::MockMode;
pub(crate) use provider::KNOWN;
pub use provider::MockProvider;
