//! Every path that is served, one file a resource.

mod actuator;
mod admin;
mod documents;
mod events;
mod fallback;
mod history;
mod notices;
mod operations;
mod payments;
mod recoveries;
mod served;
mod three_ds;
mod webhook_deliveries;
mod webhook_endpoints;

pub(crate) use served::{Routes, configure};
