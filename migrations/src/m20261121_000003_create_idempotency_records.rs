//! Requests with an `Idempotency-Key` and their answers.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000003_create_idempotency_records",
    up: &[
        "CREATE TABLE idempotency_records (
            scope {hash} NOT NULL PRIMARY KEY,
            fingerprint {hash} NOT NULL,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            method VARCHAR(10) NOT NULL,
            path {text} NOT NULL,
            idempotency_key {text} NOT NULL,
            payment_id {uuid},
            attempt_id {uuid},
            state VARCHAR(20) NOT NULL,
            lease_owner {uuid},
            lease_until {time},
            response_status INTEGER,
            response_body {text},
            created_at {time} NOT NULL,
            completed_at {time},
            expires_at {time} NOT NULL
        ) {table}",
        "CREATE INDEX idempotency_records_expired ON idempotency_records (state, expires_at)",
    ],
};
