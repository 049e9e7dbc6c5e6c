//! An API of one's own for each test, and a short way to ask it things.

mod app;
mod client;
mod every_store;
mod payments;
pub(crate) mod program;
pub(crate) mod receiver;

pub(crate) use app::{TestApp, addresses, providers};
pub(crate) use client::{Client, Reply};
pub(crate) use every_store::on_every_store;
