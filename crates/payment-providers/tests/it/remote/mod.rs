//! The mock as a process of its own: the adapter against the real simulator.

mod answers;
mod bank;
mod faults;
mod notices;
mod operations;
mod profiles;
mod requests;
mod three_ds;
