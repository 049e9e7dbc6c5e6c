//! The JSON of what merchants see, shared by answers, webhooks and stored replays.

pub mod attempt;
pub mod delivery;
pub mod endpoint;
pub mod endpoint_event;
pub mod error;
pub mod event;
pub mod payment;
pub mod recovery;
pub mod sample;
pub mod sent_event;
pub mod three_ds;
pub mod timeline;
pub mod transaction;
