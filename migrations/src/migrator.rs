//! The steps, in order.

use sea_orm_migration::prelude::*;

use crate::{
    m20261121_000001_create_merchants, m20261121_000002_create_payments,
    m20261121_000003_create_idempotency_records, m20261121_000004_create_events,
    m20261121_000005_create_webhooks, m20261121_000006_create_audit_log,
    m20261121_000007_extend_webhooks, m20261121_000008_create_provider_inbox,
    m20261121_000009_create_webhook_recoveries,
};

/// Brings a database to the schema of this version.
#[derive(Debug)]
pub struct Migrator;

impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261121_000001_create_merchants::STEP),
            Box::new(m20261121_000002_create_payments::STEP),
            Box::new(m20261121_000003_create_idempotency_records::STEP),
            Box::new(m20261121_000004_create_events::STEP),
            Box::new(m20261121_000005_create_webhooks::STEP),
            Box::new(m20261121_000006_create_audit_log::STEP),
            Box::new(m20261121_000007_extend_webhooks::STEP),
            Box::new(m20261121_000008_create_provider_inbox::STEP),
            Box::new(m20261121_000009_create_webhook_recoveries::STEP),
        ]
    }
}
