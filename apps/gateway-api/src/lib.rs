//! The HTTP API: reads a request, runs one use-case, and writes the answer.
//!
//! Nothing is decided here. A request becomes a [`payment_usecases`] command with the values as
//! they came; the use-case judges them, and its answer or error becomes the response.

pub mod api;
pub mod metrics;
pub mod openapi;
pub mod server;
pub mod sources;

mod correlation;
mod dto;
mod envelope;
mod error;
mod input;
mod pages;
mod reply;
mod routes;
