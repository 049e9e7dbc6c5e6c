//! Whether the server keeps what it has confirmed.
//!
//! An attempt that is written down before the provider is called, and then forgotten, is a charge
//! that nobody knows of.

use std::collections::BTreeMap;

use payment_ports::store::StoreError;
use sea_orm::{ConnectionTrait, DbBackend, DbErr, Statement};

use crate::store::SqlStore;

const POSTGRES: &str = "SELECT name, setting FROM pg_settings \
     WHERE name IN ('fsync', 'full_page_writes', 'synchronous_commit')";
const MYSQL: &str = "SHOW VARIABLES \
     WHERE variable_name IN ('innodb_flush_log_at_trx_commit', 'log_bin', 'sync_binlog')";

/// The values with which nothing that was confirmed is lost; MariaDB's 3 flushes more than 1.
const SAFE: [(&str, &[&str]); 4] = [
    ("fsync", &["on"]),
    ("full_page_writes", &["on"]),
    ("synchronous_commit", &["on", "local", "remote_write", "remote_apply"]),
    ("innodb_flush_log_at_trx_commit", &["1", "3"]),
];

impl SqlStore {
    /// What a loss of power on the database's server would cost, one sentence for each setting.
    ///
    /// # Errors
    ///
    /// [`StoreError::Unavailable`] if the server does not tell.
    pub async fn durability_warnings(&self) -> Result<Vec<String>, StoreError> {
        let backend = self.writer.get_database_backend();
        let question = match backend {
            DbBackend::Postgres => POSTGRES,
            DbBackend::MySql => MYSQL,
            // We open the file ourselves, with `synchronous=FULL`.
            DbBackend::Sqlite | _ => return Ok(Vec::new()),
        };
        let settings = self.retry(|| self.server_settings(backend, question)).await?;
        Ok(warnings(&settings))
    }

    async fn server_settings(
        &self,
        backend: DbBackend,
        question: &str,
    ) -> Result<BTreeMap<String, String>, DbErr> {
        let rows = self.writer.query_all_raw(Statement::from_string(backend, question)).await?;
        let pair =
            |row: &sea_orm::QueryResult| Ok((row.try_get_by_index(0)?, row.try_get_by_index(1)?));
        rows.iter().map(pair).collect()
    }
}

fn warnings(settings: &BTreeMap<String, String>) -> Vec<String> {
    let unsafe_settings = settings.iter().filter(|(name, value)| {
        let is_safe = |(safe, values): &(&str, &[&str])| {
            name.as_str() != *safe || values.contains(&value.as_str())
        };
        !SAFE.iter().all(is_safe)
    });
    // The binary log decides at recovery what was committed.
    let binlog = settings.get_key_value("sync_binlog").filter(|(_, value)| {
        value.as_str() != "1" && settings.get("log_bin").is_some_and(|is_on| is_on == "ON")
    });
    let warning = |(name, value): (&String, &String)| {
        format!(
            "the database server has {name} = {value}: a charge that was sent may be forgotten \
             when it loses power; see docs/operations.md"
        )
    };
    unsafe_settings.chain(binlog).map(warning).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn warned_of(settings: &[(&str, &str)]) -> Vec<String> {
        let text = |&(name, value): &(&str, &str)| (name.to_owned(), value.to_owned());
        let warnings = warnings(&settings.iter().map(text).collect());
        let named = |warning: &String| {
            let setting = settings.iter().find(|(name, _)| warning.contains(name));
            setting.map(|(name, _)| (*name).to_owned())
        };
        warnings.iter().filter_map(named).collect()
    }

    #[test]
    fn servers_that_flush_every_commit_are_not_warned_of() {
        for settings in [
            &[("fsync", "on"), ("full_page_writes", "on"), ("synchronous_commit", "on")][..],
            &[("synchronous_commit", "remote_apply")],
            &[("innodb_flush_log_at_trx_commit", "1"), ("log_bin", "ON"), ("sync_binlog", "1")],
            &[("innodb_flush_log_at_trx_commit", "1"), ("log_bin", "OFF"), ("sync_binlog", "0")],
        ] {
            assert!(warned_of(settings).is_empty(), "{settings:?}");
        }
    }

    #[test]
    fn every_setting_that_may_lose_a_commit_is_named() {
        for (name, value) in [
            ("fsync", "off"),
            ("full_page_writes", "off"),
            ("synchronous_commit", "off"),
            ("innodb_flush_log_at_trx_commit", "0"),
            ("innodb_flush_log_at_trx_commit", "2"),
        ] {
            assert_eq!(warned_of(&[(name, value)]), [name], "{value}");
        }
        assert_eq!(warned_of(&[("log_bin", "ON"), ("sync_binlog", "0")]), ["sync_binlog"]);
    }
}
