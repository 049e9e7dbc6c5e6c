//! Where merchants are told of events, and how far each event has come.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000005_create_webhooks",
    up: &[
        "CREATE TABLE webhook_endpoints (
            id {uuid} NOT NULL PRIMARY KEY,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            url {text} NOT NULL,
            description {text},
            secret {text} NOT NULL,
            event_types {text} NOT NULL,
            created_at {time} NOT NULL
        ) {table}",
        "CREATE INDEX webhook_endpoints_by_merchant ON webhook_endpoints (merchant_id, mode, id)",
        "CREATE TABLE webhook_deliveries (
            id {uuid} NOT NULL PRIMARY KEY,
            merchant_id VARCHAR(50) NOT NULL,
            endpoint_id {uuid} NOT NULL,
            event_id {uuid} NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            payment_id {uuid} NOT NULL,
            sequence BIGINT NOT NULL,
            status VARCHAR(20) NOT NULL,
            attempt_count INTEGER NOT NULL,
            last_attempt_at {time},
            next_retry_at {time},
            lease_owner {uuid},
            lease_until {time},
            CONSTRAINT webhook_deliveries_once UNIQUE (endpoint_id, event_id)
        ) {table}",
        "CREATE INDEX webhook_deliveries_due ON webhook_deliveries (status, next_retry_at, id)",
        "CREATE INDEX webhook_deliveries_order
            ON webhook_deliveries (endpoint_id, payment_id, sequence)",
        "CREATE TABLE webhook_attempts (
            id {uuid} NOT NULL PRIMARY KEY,
            delivery_id {uuid} NOT NULL,
            number INTEGER NOT NULL,
            started_at {time} NOT NULL,
            duration_ms BIGINT NOT NULL,
            status_code INTEGER,
            error_class VARCHAR(50),
            response_excerpt {text}
        ) {table}",
        "CREATE INDEX webhook_attempts_by_delivery ON webhook_attempts (delivery_id, number)",
    ],
};
