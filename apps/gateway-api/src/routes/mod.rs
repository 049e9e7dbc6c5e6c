//! Every path that is served, one file a resource.

mod actuator;
mod admin;
mod documents;
mod fallback;
mod history;
mod notices;
mod operations;
mod payments;
mod served;
mod three_ds;
mod webhook_endpoints;

pub(crate) use served::{Routes, configure};
