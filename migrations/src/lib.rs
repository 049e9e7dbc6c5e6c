//! The schema, one step a file.
//!
//! A step is frozen once it is released: a change is a new step. [`Migrator`] applies them in
//! order and remembers which were applied. One that broke off half-way is finished by the next run.

mod dialect;
mod m20261121_000001_create_merchants;
mod m20261121_000002_create_payments;
mod m20261121_000003_create_idempotency_records;
mod m20261121_000004_create_events;
mod m20261121_000005_create_webhooks;
mod m20261121_000006_create_audit_log;
mod m20261121_000007_extend_webhooks;
mod m20261121_000008_create_provider_inbox;
mod m20261121_000009_create_webhook_recoveries;
mod migrator;
mod step;

pub use migrator::Migrator;
