//! Where requests may go whose address somebody else chose.
//!
//! A merchant who names an address must not reach through us what only we can reach. So the address
//! is checked when it is named, and again with every request: a literal before anything is sent, a
//! name by all that it resolves to, and in the end by who answered.

pub mod allowed;
pub mod lookup;
pub mod public;
pub mod rules;

pub(crate) mod resolver;
