//! The tables, one a file: the row, and how it becomes a value of the ports and back.

pub(crate) mod api_keys;
pub(crate) mod audit_log;
pub(crate) mod events;
pub(crate) mod idempotency_records;
pub(crate) mod merchants;
pub(crate) mod outbox_events;
pub(crate) mod payment_attempts;
pub(crate) mod payments;
pub(crate) mod provider_inbox;
pub(crate) mod three_ds_sessions;
pub(crate) mod transactions;
pub(crate) mod webhook_attempts;
pub(crate) mod webhook_deliveries;
pub(crate) mod webhook_endpoints;
pub(crate) mod webhook_queues;
pub(crate) mod webhook_recoveries;
