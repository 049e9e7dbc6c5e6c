//! Merchants who pay, whatever happens.

pub mod ask;
pub mod client;
pub mod crowd;
pub mod story;
