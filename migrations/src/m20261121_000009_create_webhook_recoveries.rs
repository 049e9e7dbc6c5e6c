//! Endpoints that are sent again what they did not take, and what merchants look up about webhooks.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000009_create_webhook_recoveries",
    up: &[
        "CREATE TABLE webhook_recoveries (
            id {uuid} NOT NULL PRIMARY KEY,
            endpoint_id {uuid} NOT NULL,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            events_since {time} NOT NULL,
            events_until {time} NOT NULL,
            position_at {time},
            position_id {uuid},
            examined BIGINT NOT NULL,
            queued BIGINT NOT NULL,
            created_at {time} NOT NULL,
            completed_at {time},
            version BIGINT NOT NULL
        ) {table}",
        "CREATE INDEX webhook_recoveries_by_endpoint ON webhook_recoveries (endpoint_id, id)",
        "CREATE INDEX webhook_recoveries_open ON webhook_recoveries (completed_at, id)",
        "CREATE INDEX events_by_time ON events (merchant_id, mode, created_at, id)",
        "ALTER TABLE webhook_deliveries ADD COLUMN mode VARCHAR(10) NOT NULL DEFAULT 'test'",
        "UPDATE webhook_deliveries SET mode = 'live' WHERE event_id IN
            (SELECT e.id FROM events e WHERE e.mode = 'live')",
        "CREATE INDEX webhook_deliveries_by_event
            ON webhook_deliveries (merchant_id, mode, event_id, id)",
    ],
};
