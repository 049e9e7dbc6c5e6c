//! The receivers of docs/webhooks.md, as processes, and the libraries that merchants use.

mod language;
mod libraries;
mod page;
mod refused;
mod rotation;
mod taken;
mod webhook;
