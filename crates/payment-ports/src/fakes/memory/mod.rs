//! A whole store in memory.

mod change;
mod directory;
mod inbox;
mod reads;
mod store;
mod tables;
mod webhook_reads;
mod webhooks;
mod work;

pub use store::MemoryStore;
pub use tables::{OutboxRow, QueueRow, Tables};
