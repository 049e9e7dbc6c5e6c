//! A provider that moves no money and answers by card token, for sandboxes and tests.
//!
//! It remembers nothing. What comes of an attempt is a pure function of the attempt, so that
//! asking again gives the same answer, and a query finds the truth after any crash.
//!
//! With a `base-url` it is a process of its own instead, which remembers: see [`remote`].

mod decline;
mod mode;
mod play;
mod provider;
mod reference;
pub mod remote;
mod scenario;
mod settings;

pub use mode::MockMode;
pub use provider::MockProvider;
pub(crate) use settings::KNOWN;
