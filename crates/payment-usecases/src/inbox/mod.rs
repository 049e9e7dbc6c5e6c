//! What providers tell us by themselves: taken at once, heeded later.

mod process;
mod receive;
mod search;

pub use process::process;
pub use receive::{NotTaken, Taken, receive};
