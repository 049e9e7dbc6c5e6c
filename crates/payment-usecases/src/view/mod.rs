//! The JSON of what merchants see, shared by answers, webhooks and stored replays.

pub mod attempt;
pub mod endpoint;
pub mod endpoint_event;
pub mod error;
pub mod event;
pub mod payment;
pub mod sample;
pub mod three_ds;
pub mod timeline;
pub mod transaction;
