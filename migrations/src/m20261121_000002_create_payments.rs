//! Payments, the calls made for them, and the money that moved.
//!
//! Whatever a provider words itself is `{text}`: an answer must never be too long to be recorded.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: [&str; 11] = [
    "CREATE TABLE payments (
        id {uuid} NOT NULL PRIMARY KEY,
        merchant_id VARCHAR(50) NOT NULL,
        mode VARCHAR(10) NOT NULL,
        currency VARCHAR(3) NOT NULL,
        amount_minor BIGINT NOT NULL,
        authorized_minor BIGINT NOT NULL,
        captured_minor BIGINT NOT NULL,
        refunded_minor BIGINT NOT NULL,
        status VARCHAR(30) NOT NULL,
        capture_method VARCHAR(20) NOT NULL,
        order_id VARCHAR(255),
        customer_id {text},
        customer_email {text},
        description {text},
        metadata {text} NOT NULL,
        provider VARCHAR(50),
        provider_ref {text},
        card_bin VARCHAR(8),
        card_last4 VARCHAR(4),
        pending_attempt_id {uuid},
        pending_operation VARCHAR(20),
        pending_minor BIGINT,
        pending_is_final BOOLEAN,
        event_count BIGINT NOT NULL,
        version BIGINT NOT NULL,
        created_at {time} NOT NULL,
        updated_at {time} NOT NULL
    ) {table}",
    "CREATE INDEX payments_by_merchant ON payments (merchant_id, mode, id)",
    "CREATE INDEX payments_by_order ON payments (merchant_id, mode, order_id, id)",
    "CREATE INDEX payments_by_status ON payments (merchant_id, mode, status, id)",
    "CREATE TABLE payment_attempts (
        id {uuid} NOT NULL PRIMARY KEY,
        payment_id {uuid} NOT NULL,
        merchant_id VARCHAR(50) NOT NULL,
        mode VARCHAR(10) NOT NULL,
        operation_type VARCHAR(20) NOT NULL,
        provider_name VARCHAR(50) NOT NULL,
        routing_reason {text} NOT NULL,
        currency VARCHAR(3) NOT NULL,
        amount_minor BIGINT NOT NULL,
        instruction {text} NOT NULL,
        status VARCHAR(20) NOT NULL,
        provider_ref {text},
        error_code VARCHAR(50),
        provider_code {text},
        provider_message {text},
        error_message {text},
        correlation_id {text} NOT NULL,
        idempotency_scope {hash},
        next_check_at {time},
        checks INTEGER NOT NULL,
        created_at {time} NOT NULL,
        finished_at {time},
        FOREIGN KEY (payment_id) REFERENCES payments (id)
    ) {table}",
    "CREATE INDEX payment_attempts_by_payment ON payment_attempts (payment_id, created_at, id)",
    "CREATE INDEX payment_attempts_due ON payment_attempts (status, next_check_at)",
    "CREATE TABLE transactions (
        id {uuid} NOT NULL PRIMARY KEY,
        payment_id {uuid} NOT NULL,
        attempt_id {uuid} NOT NULL,
        type VARCHAR(20) NOT NULL,
        currency VARCHAR(3) NOT NULL,
        amount_minor BIGINT NOT NULL,
        provider_ref {text},
        created_at {time} NOT NULL,
        FOREIGN KEY (payment_id) REFERENCES payments (id)
    ) {table}",
    "CREATE INDEX transactions_by_payment ON transactions (payment_id, created_at, id)",
    "CREATE TABLE three_ds_sessions (
        id VARCHAR(32) NOT NULL PRIMARY KEY,
        payment_id {uuid} NOT NULL,
        attempt_id {uuid} NOT NULL,
        challenge {text} NOT NULL,
        provider_state {text} NOT NULL,
        return_url {text},
        status VARCHAR(20) NOT NULL,
        wrong_codes INTEGER NOT NULL,
        version BIGINT NOT NULL,
        created_at {time} NOT NULL,
        expires_at {time} NOT NULL,
        FOREIGN KEY (payment_id) REFERENCES payments (id)
    ) {table}",
    "CREATE INDEX three_ds_sessions_overdue ON three_ds_sessions (status, expires_at)",
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &UP).await
    }
}
