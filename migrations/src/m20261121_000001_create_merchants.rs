//! Merchants and their API keys.

use sea_orm_migration::prelude::*;

use crate::dialect;

#[derive(DeriveMigrationName)]
pub(crate) struct Migration;

const UP: [&str; 3] = [
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
];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        dialect::run(manager, &UP).await
    }
}
