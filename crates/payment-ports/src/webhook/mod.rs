//! Webhooks to merchants.

mod delivery;
mod endpoint;
mod event;
mod sender;

pub use delivery::{Delivery, DeliveryAttempt, DeliveryProgress, DeliveryStatus, Trigger};
pub use endpoint::{
    ClaimedQueue, Disabled, DisabledReason, Endpoint, EndpointSecrets, NextSecret, QueueState,
};
pub use event::{Aggregate, OutboxEvent};
pub use sender::{RetryAfter, SendFailure, WebhookRequest, WebhookResponse, WebhookSender};
