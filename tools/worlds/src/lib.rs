//! Simulated worlds: the real use-cases, with a store, provider, clock and network that fail.
//!
//! A world follows from its seed alone and is played on virtual time, many thousands a minute. Once
//! nothing goes wrong any more and workers have had their time, the books of the gateway must agree
//! with those of the provider.

pub mod fault;
pub mod plan;
pub mod play;
pub mod sabotage;
pub mod sweep;
pub mod world;

mod bank;
mod client;
mod executor;
mod inbox;
mod judge;
mod outline;
mod ports;
mod process;
mod provider;
mod sim;
mod store;
mod watch;
mod webhook_reads;
