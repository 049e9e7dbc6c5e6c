//! Webhooks to merchants.

mod delivery;
mod endpoint;
mod event;
mod recovery;
mod sender;

pub use delivery::{Delivery, DeliveryAttempt, DeliveryProgress, DeliveryStatus, Trigger};
pub use endpoint::{
    ClaimedQueue, Disabled, DisabledReason, Endpoint, EndpointSecrets, NextSecret, QueueState,
};
pub use event::{Aggregate, OutboxEvent};
pub use recovery::{EventPosition, Recoverable, Recovery};
pub use sender::{RetryAfter, SendFailure, WebhookRequest, WebhookResponse, WebhookSender};
