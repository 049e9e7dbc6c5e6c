//! What was sent where, and sending it again.

mod list;
mod retry;

pub use list::{ListDeliveries, get, list};
pub use retry::retry;
