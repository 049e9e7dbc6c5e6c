//! Sending webhooks to merchants' endpoints.
//!
//! A worker owns the queue of an endpoint for one turn ([`turn`]): it sends what is due, five at
//! once and no faster than the endpoint wants, and records what came of it. [`schedule`] says when
//! a delivery is tried again, [`circuit`] when the endpoint is left alone, and [`disable`] when it
//! is told nothing any more.

mod circuit;
mod disable;
mod ending;
mod record;
mod schedule;
pub(crate) mod send;
mod turn;

pub(crate) use turn::serve;
