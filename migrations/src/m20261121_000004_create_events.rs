//! What happened, for ever, and what of it still has to be handed on.
//!
//! Payloads are text, not JSON: they are signed and sent byte for byte.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000004_create_events",
    up: &[
        "CREATE TABLE events (
            id {uuid} NOT NULL PRIMARY KEY,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            payment_id {uuid} NOT NULL,
            sequence BIGINT NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            payload {text} NOT NULL,
            created_at {time} NOT NULL,
            CONSTRAINT events_sequence UNIQUE (payment_id, sequence)
        ) {table}",
        "CREATE TABLE outbox_events (
            id {uuid} NOT NULL PRIMARY KEY,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            aggregate_type VARCHAR(50) NOT NULL,
            aggregate_id {uuid} NOT NULL,
            sequence BIGINT NOT NULL,
            event_type VARCHAR(50) NOT NULL,
            payload {text} NOT NULL,
            status VARCHAR(20) NOT NULL,
            retry_count INTEGER NOT NULL,
            lease_owner {uuid},
            lease_until {time},
            created_at {time} NOT NULL,
            CONSTRAINT outbox_events_sequence UNIQUE (aggregate_id, sequence)
        ) {table}",
        "CREATE INDEX outbox_events_due ON outbox_events (status, created_at, id)",
    ],
};
