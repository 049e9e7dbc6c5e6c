//! Opening databases, and losing them.

use payment_ports::{
    fakes::Samples,
    store::{ApiKey, ApplyError, Change, Directory as _, Merchant, Store as _, StoreError},
};
use payment_store::{Limits, SqlStore, StoreSettings};
use sea_orm::{ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement};

use crate::{
    databases::{migrated, on_every_database, on_mysql, on_postgres, settings, tamper},
    proxy::{Fault, Proxy},
};

#[tokio::test]
async fn the_folder_of_a_file_is_made() {
    let folder = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}/new/folder/gateway.db", folder.path().display());
    assert_eq!(migrated(&url).await.ping().await, Ok(()));
    assert!(folder.path().join("new/folder/gateway.db").is_file());
}

#[tokio::test]
async fn a_database_in_memory_reads_what_it_wrote() {
    let store = migrated("sqlite::memory:").await;
    let merchant = Samples::new().merchant();
    store.apply(&[Change::InsertMerchant(merchant.clone())]).await.unwrap();
    assert_eq!(store.merchant(&merchant.id).await.unwrap(), Some(merchant));
}

#[tokio::test]
async fn a_url_that_is_refused_is_not_repeated() {
    for url in [
        "oracle://user:password@127.0.0.1/gateway",
        "password",
        "postgres://user:password@127.0.0.1:port/gateway",
        "mysql://user:password@[/gateway",
        "postgres://user:password@127.0.0.1:1/gateway",
    ] {
        let refused = SqlStore::connect(&settings(url)).await.unwrap_err();
        assert!(matches!(refused, StoreError::Unavailable(_)), "{refused:?}");
        assert!(!refused.to_string().contains("password"), "{refused}");
        assert!(!format!("{:?}", settings(url)).contains("password"));
    }
}

#[tokio::test]
async fn a_pool_of_connections_that_the_server_ended_is_replaced() {
    on_postgres(async |url| {
        survives(url, async |administrator| {
            let end_all = "SELECT pg_terminate_backend(pid)::text FROM pg_stat_activity \
                 WHERE datname = current_database() AND pid <> pg_backend_pid()";
            let end_all = Statement::from_string(DbBackend::Postgres, end_all);
            administrator.query_all_raw(end_all).await.unwrap().len()
        })
        .await;
    })
    .await;
    on_mysql(async |url| {
        survives(url, async |administrator| {
            let others = "SELECT CAST(id AS SIGNED) FROM information_schema.processlist \
                 WHERE db = DATABASE() AND id <> CONNECTION_ID()";
            let others = Statement::from_string(DbBackend::MySql, others);
            let others = administrator.query_all_raw(others).await.unwrap();
            for other in &others {
                let id: i64 = other.try_get_by_index(0).unwrap();
                administrator.execute_unprepared(&format!("KILL {id}")).await.unwrap();
            }
            others.len()
        })
        .await;
    })
    .await;
}

/// Ends more connections than an apply has tries, and goes on.
async fn survives(url: &str, end_all: impl AsyncFnOnce(&DatabaseConnection) -> usize) {
    let limits = Limits { max_connections: 24, ..Limits::default() };
    let many_connections = StoreSettings { limits, ..settings(url) };
    let store = SqlStore::connect(&many_connections).await.unwrap();
    store.migrate().await.unwrap();
    let samples = Samples::new();
    let merchants: Vec<_> = (0..24).map(|n: i32| samples.of(&format!("M{n}")).merchant()).collect();
    let reads = merchants.iter().map(|merchant| store.merchant(&merchant.id));
    futures::future::join_all(reads).await;
    let administrator = Database::connect(url).await.unwrap();
    let ended = end_all(&administrator).await;
    assert!(ended > 20, "only {ended} connections were open");

    for merchant in merchants {
        let inserted = store.apply(&[Change::InsertMerchant(merchant.clone())]).await;
        assert_eq!(inserted, Ok(()));
        assert_eq!(store.merchant(&merchant.id).await.unwrap(), Some(merchant));
    }
    administrator.close().await.unwrap();
}

#[tokio::test]
async fn a_value_that_will_never_fit_is_not_told_as_an_outage() {
    on_postgres(async |url| {
        let samples = Samples::new();
        let merchant = Merchant { name: "nul\0byte".to_owned(), ..samples.merchant() };
        let refused = migrated(url).await.apply(&[Change::InsertMerchant(merchant)]).await;
        assert!(matches!(refused, Err(ApplyError::Store(StoreError::Corrupt(_)))), "{refused:?}");
    })
    .await;
    on_mysql(async |url| {
        let samples = Samples::new();
        let key = ApiKey { last4: "too long".to_owned(), ..samples.api_key("key") };
        let refused = migrated(url).await.apply(&[Change::InsertApiKey(key)]).await;
        assert!(matches!(refused, Err(ApplyError::Store(StoreError::Corrupt(_)))), "{refused:?}");
    })
    .await;
}

#[tokio::test]
async fn a_lost_answer_to_commit_is_told_as_unknown() {
    on_postgres(a_cut_at_commit_is_unknown).await;
    on_mysql(a_cut_at_commit_is_unknown).await;
}

async fn a_cut_at_commit_is_unknown(url: &str) {
    let proxy = Proxy::before(url).await;
    let store = migrated(&proxy.url).await;
    let samples = Samples::new();
    for (fault, is_written) in [(Fault::CutBeforeCommit, false), (Fault::CutAfterCommit, true)] {
        let merchant = samples.of(&format!("WRITTEN_{is_written}")).merchant();
        proxy.inject(fault);
        let unknown = store.apply(&[Change::InsertMerchant(merchant.clone())]).await;
        assert!(matches!(unknown, Err(ApplyError::CommitUnknown(_))), "{unknown:?}");
        let found = store.merchant(&merchant.id).await.unwrap();
        assert_eq!(found, is_written.then_some(merchant));
    }
}

#[tokio::test]
async fn an_apply_that_is_dropped_while_it_begins_leaves_no_transaction_open() {
    on_postgres(async |url| {
        dropped_while_it_begins(url, "SET lock_timeout = '2s'; LOCK TABLE merchants").await;
    })
    .await;
    on_mysql(async |url| {
        let alter = "ALTER TABLE merchants COMMENT 'altered'";
        dropped_while_it_begins(url, &format!("SET lock_wait_timeout = 2; {alter}")).await;
    })
    .await;
}

/// Runs `exclusive`, which no open transaction that has read the merchants lets pass.
async fn dropped_while_it_begins(url: &str, exclusive: &str) {
    migrated(url).await.close().await;
    let proxy = Proxy::before(url).await;
    let limits = Limits { max_connections: 1, ..Limits::default() };
    let one_connection = StoreSettings { limits, ..settings(&proxy.url) };
    let store = SqlStore::connect(&one_connection).await.unwrap();
    let merchant = Samples::new().merchant();
    let insert = [Change::InsertMerchant(merchant.clone())];
    proxy.inject(Fault::HoldBegin);
    tokio::select! {
        applied = store.apply(&insert) => panic!("{applied:?}"),
        () = proxy.is_held() => proxy.go_on(),
    }
    assert_eq!(store.merchant(&merchant.id).await.unwrap(), None);
    tamper(url, exclusive).await;
}

#[tokio::test]
async fn a_server_that_may_forget_a_commit_is_warned_of() {
    on_every_database(async |url| {
        let store = SqlStore::connect(&settings(url)).await.unwrap();
        assert_eq!(store.durability_warnings().await, Ok(Vec::new()));
    })
    .await;
    on_postgres(async |url| {
        tamper(url, UNSAFE).await;
        let store = SqlStore::connect(&settings(url)).await.unwrap();
        let warnings = store.durability_warnings().await.unwrap();
        assert!(warnings[0].contains("synchronous_commit = off"), "{warnings:?}");
        assert_eq!(warnings.len(), 1);
    })
    .await;
}

/// Lets the server confirm commits that it has not flushed, in this database only.
const UNSAFE: &str = "DO $$ BEGIN EXECUTE \
     format('ALTER DATABASE %I SET synchronous_commit = off', current_database()); END $$";
