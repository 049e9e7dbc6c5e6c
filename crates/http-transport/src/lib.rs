//! HTTP out: the only user of reqwest, with timeouts, TLS and size limits.
//!
//! Each request is sent once, or provably not at all: no redirect is followed, nothing is tried
//! again, no proxy is taken from the environment, and no connection is used twice.

pub mod error;
pub mod guard;
pub mod limits;
pub mod response;
pub mod transport;
