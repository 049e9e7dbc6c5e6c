//! Endpoints that can be paused, slowed, ordered and given another secret; a queue for each; and
//! events of endpoints beside those of payments.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000007_extend_webhooks",
    up: &[
        "ALTER TABLE events RENAME COLUMN payment_id TO aggregate_id",
        "ALTER TABLE events ADD COLUMN aggregate_type VARCHAR(50) NOT NULL DEFAULT 'PAYMENT'",
        "ALTER TABLE webhook_endpoints ADD COLUMN next_secret {text}",
        "ALTER TABLE webhook_endpoints ADD COLUMN next_secret_at {time}",
        "ALTER TABLE webhook_endpoints ADD COLUMN is_ordered BOOLEAN NOT NULL DEFAULT FALSE",
        "ALTER TABLE webhook_endpoints ADD COLUMN rate_per_second INTEGER",
        "ALTER TABLE webhook_endpoints ADD COLUMN disabled_reason VARCHAR(20)",
        "ALTER TABLE webhook_endpoints ADD COLUMN disabled_at {time}",
        "ALTER TABLE webhook_endpoints ADD COLUMN event_count BIGINT NOT NULL DEFAULT 0",
        "ALTER TABLE webhook_endpoints ADD COLUMN version BIGINT NOT NULL DEFAULT 1",
        "ALTER TABLE webhook_deliveries RENAME COLUMN payment_id TO aggregate_id",
        "ALTER TABLE webhook_deliveries ADD COLUMN cause VARCHAR(10) NOT NULL DEFAULT 'AUTO'",
        "ALTER TABLE webhook_deliveries ADD COLUMN scheduled_tries INTEGER NOT NULL DEFAULT 0",
        "UPDATE webhook_deliveries SET scheduled_tries = attempt_count WHERE scheduled_tries = 0",
        "ALTER TABLE webhook_deliveries DROP COLUMN lease_owner",
        "ALTER TABLE webhook_deliveries DROP COLUMN lease_until",
        "CREATE INDEX webhook_deliveries_next
            ON webhook_deliveries (endpoint_id, status, next_retry_at, id)",
        "ALTER TABLE webhook_attempts ADD COLUMN cause VARCHAR(10) NOT NULL DEFAULT 'AUTO'",
        "CREATE TABLE webhook_queues (
            id {uuid} NOT NULL PRIMARY KEY,
            next_due_at {time},
            additions BIGINT NOT NULL,
            consecutive_failures INTEGER NOT NULL,
            failing_since {time},
            not_before {time},
            lease_owner {uuid},
            lease_until {time}
        ) {table}",
        "CREATE INDEX webhook_queues_due ON webhook_queues (next_due_at, id)",
        "INSERT INTO webhook_queues (id, next_due_at, additions, consecutive_failures)
            SELECT e.id, e.created_at, 0, 0 FROM webhook_endpoints e
            WHERE NOT EXISTS (SELECT 1 FROM webhook_queues q WHERE q.id = e.id)",
    ],
};
