//! A migration that broke off is finished by the next one.

use migrations::Migrator;
use sea_orm::{
    ConnectOptions, ConnectionTrait as _, Database, DatabaseConnection, DbBackend, Statement,
};
use sea_orm_migration::MigratorTrait as _;

use crate::{
    databases::{TestDatabase, migrated},
    proxy::{Fault, Proxy},
};

#[tokio::test]
async fn a_migration_that_loses_its_server_is_finished_by_the_next() {
    for server in [TestDatabase::Postgres, TestDatabase::MySql] {
        wherever_it_breaks_off(server, loses_its_server).await;
    }
}

#[tokio::test]
async fn a_migration_that_finds_the_disk_full_is_finished_by_the_next() {
    wherever_it_breaks_off(TestDatabase::Sqlite, finds_the_disk_full).await;
}

/// Breaks off at one place after the other, until there is none left.
async fn wherever_it_breaks_off(
    database: TestDatabase,
    breaks_off: impl AsyncFn(&str, u32) -> bool,
) {
    database
        .empty(async |url| {
            let whole = schema_after(url).await;
            let (mut place, mut is_broken_off) = (0, true);
            while is_broken_off {
                place += 1;
                let on_another = async |url: &str| {
                    is_broken_off = breaks_off(url, place).await;
                    assert_eq!(schema_after(url).await, whole, "place {place}");
                };
                database.empty(on_another).await;
            }
            assert!(place > 20, "it broke off at {place} places only");
        })
        .await;
}

async fn loses_its_server(url: &str, statement: u32) -> bool {
    let proxy = Proxy::before(url).await;
    proxy.inject(Fault::CutAfterSchemaChange(statement));
    let connection = Database::connect(&proxy.url).await.unwrap();
    Migrator::up(&connection, None).await.is_err()
}

async fn finds_the_disk_full(url: &str, page: u32) -> bool {
    let mut one_connection = ConnectOptions::new(format!("{url}?mode=rwc"));
    one_connection.max_connections(1);
    let connection = Database::connect(one_connection).await.unwrap();
    let limit = format!("PRAGMA max_page_count = {page}");
    connection.execute_unprepared(&limit).await.unwrap();
    let is_broken_off = Migrator::up(&connection, None).await.is_err();
    connection.close().await.unwrap();
    is_broken_off
}

/// Every column and every index, once the database is migrated.
async fn schema_after(url: &str) -> Vec<String> {
    migrated(url).await.close().await;
    let connection = Database::connect(url).await.unwrap();
    let schema = schema(&connection).await;
    connection.close().await.unwrap();
    schema
}

async fn schema(connection: &DatabaseConnection) -> Vec<String> {
    let backend = connection.get_database_backend();
    let questions: &[&str] = match backend {
        DbBackend::Postgres => &[
            "SELECT concat_ws(' ', table_name, column_name, data_type, is_nullable) \
             FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1",
            "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY 1",
        ],
        DbBackend::MySql => &[
            "SELECT concat_ws(' ', table_name, column_name, column_type, is_nullable) \
             FROM information_schema.columns WHERE table_schema = DATABASE() ORDER BY 1",
            "SELECT concat_ws(' ', table_name, index_name, seq_in_index, column_name, non_unique) \
             FROM information_schema.statistics WHERE table_schema = DATABASE() ORDER BY 1",
        ],
        DbBackend::Sqlite | _ => {
            &["SELECT concat_ws(' ', name, sql) FROM sqlite_master ORDER BY 1"]
        }
    };
    let mut schema = Vec::new();
    for question in questions {
        let rows = connection.query_all_raw(Statement::from_string(backend, *question)).await;
        let rows = rows.unwrap();
        assert!(!rows.is_empty());
        schema.extend(rows.iter().map(|row| row.try_get_by_index::<String>(0).unwrap()));
    }
    schema
}
