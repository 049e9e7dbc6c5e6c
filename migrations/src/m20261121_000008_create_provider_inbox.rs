//! What providers tell us by themselves, and how attempts are found that it is about.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000008_create_provider_inbox",
    up: &[
        "CREATE TABLE provider_inbox (
            id {uuid} NOT NULL PRIMARY KEY,
            provider VARCHAR(50) NOT NULL,
            event_id VARCHAR(255) NOT NULL,
            content {text} NOT NULL,
            status VARCHAR(20) NOT NULL,
            tries INTEGER NOT NULL,
            next_try_at {time},
            received_at {time} NOT NULL,
            finished_at {time},
            CONSTRAINT provider_inbox_once UNIQUE (provider, event_id)
        ) {table}",
        "CREATE INDEX provider_inbox_due ON provider_inbox (status, next_try_at)",
        "CREATE INDEX payment_attempts_by_reference
            ON payment_attempts (provider_name, {provider_ref})",
    ],
};
