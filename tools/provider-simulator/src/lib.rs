//! A bank over HTTP, with books of its own and faults on demand.
//!
//! It shares no code with the gateway's idea of a payment, so that its books are a second opinion:
//! what it says has moved, has moved.

mod answer;
mod bank;
mod books;
mod card;
mod clock;
mod code;
mod control;
mod delivery;
mod entry;
pub mod fault;
mod hold;
mod journal;
mod judge;
mod notice;
mod operate;
pub mod options;
mod order;
pub mod profile;
mod reply;
mod route;
pub mod server;
