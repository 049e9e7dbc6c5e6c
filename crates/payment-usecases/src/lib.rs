//! What a merchant can do with a payment, one verb a file.
//!
//! Every verb that talks to a provider runs through the engine: read, decide, write down what is
//! about to be asked (T1), ask, write down what came of it (T2). Both the API and the worker call
//! these functions, so a payment ends the same way whoever finishes it.
#![warn(clippy::future_not_send)]

pub mod answer;
pub mod api_keys;
pub mod authorize;
pub mod caller;
pub mod capture;
pub mod create;
pub mod deliveries;
pub mod endpoints;
pub mod error;
pub mod events;
pub mod finish_three_ds;
pub mod history;
pub mod idempotency;
pub mod inbox;
pub mod list;
pub mod merchants;
pub mod notice;
pub mod pages;
pub mod ports;
pub mod read;
pub mod refund;
pub mod review;
pub mod view;
pub mod void;
pub mod worker;

mod engine;
mod fields;
mod pacing;
mod webhooks;
