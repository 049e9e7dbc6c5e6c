//! What workers do; any number of them may do it at once.

mod deliver;
mod fan_out;
mod housekeeping;
mod recover;
mod settle;

pub use deliver::{claim_queues, deliver, serve_queue};
pub use fan_out::fan_out;
pub use housekeeping::{expire_sessions, forget_records, release};
pub use recover::recover;
pub use settle::settle;
