//! Merchants and their API keys.

use crate::step::Step;

pub(crate) const STEP: Step = Step {
    name: "m20261121_000001_create_merchants",
    up: &[
        "CREATE TABLE merchants (
            id VARCHAR(50) NOT NULL PRIMARY KEY,
            name {text} NOT NULL,
            created_at {time} NOT NULL
        ) {table}",
        "CREATE TABLE api_keys (
            id VARCHAR(50) NOT NULL PRIMARY KEY,
            merchant_id VARCHAR(50) NOT NULL,
            mode VARCHAR(10) NOT NULL,
            key_hash {hash} NOT NULL,
            last4 VARCHAR(4) NOT NULL,
            created_at {time} NOT NULL,
            revoked_at {time}
        ) {table}",
        "CREATE INDEX api_keys_by_merchant ON api_keys (merchant_id, mode)",
    ],
};
