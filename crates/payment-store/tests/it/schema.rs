//! A version works on the schema that it knows, and on no other.

use futures::future::join_all;
use payment_store::{SchemaError, SqlStore};

use crate::databases::{migrated, on_every_database, settings, tamper};

#[tokio::test]
async fn an_empty_database_is_refused_until_it_is_migrated() {
    on_every_database(async |url| {
        let store = SqlStore::connect(&settings(url)).await.unwrap();
        let refused = store.check_schema().await.unwrap_err();
        assert!(matches!(refused, SchemaError::Outdated(_)), "{refused}");
        assert!(refused.to_string().contains("run `gateway-api migrate`"), "{refused}");
        store.migrate().await.unwrap();
        assert_eq!(store.check_schema().await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn a_current_schema_may_be_migrated_again() {
    on_every_database(async |url| {
        let store = migrated(url).await;
        assert_eq!(store.migrate().await, Ok(()));
    })
    .await;
}

#[tokio::test]
async fn a_schema_of_a_later_version_is_refused_and_left_alone() {
    on_every_database(async |url| {
        let store = migrated(url).await;
        let later = "INSERT INTO seaql_migrations (version, applied_at) VALUES ('m2999', 0)";
        tamper(url, later).await;
        let newer = Err(SchemaError::Newer("m2999".to_owned()));
        assert_eq!(store.check_schema().await, newer);
        assert_eq!(store.migrate().await, newer);
    })
    .await;
}

#[tokio::test]
async fn a_schema_that_lacks_a_step_is_refused() {
    on_every_database(async |url| {
        let store = migrated(url).await;
        tamper(url, "DELETE FROM seaql_migrations WHERE version LIKE '%create_webhooks'").await;
        let lacks = "m20261121_000005_create_webhooks".to_owned();
        assert_eq!(store.check_schema().await, Err(SchemaError::Outdated(lacks)));
    })
    .await;
}

#[tokio::test]
async fn processes_that_start_together_migrate_once() {
    on_every_database(async |url| {
        let starts = (0..4).map(|_: i32| async {
            let store = SqlStore::connect(&settings(url)).await.unwrap();
            store.migrate().await.unwrap();
            store
        });
        for store in join_all(starts).await {
            assert_eq!(store.check_schema().await, Ok(()));
        }
    })
    .await;
}
