//! From a request to values, in this order: size, caller, card data, form.

mod auth;
mod body;
mod command;
mod guard;
pub(crate) mod idempotency_key;
mod json;
mod path;
mod query;
mod typed;

pub(crate) use body::{read as read_body, read_within};
pub(crate) use command::{Command, RequestBody};
pub(crate) use query::{Query, pairs};
