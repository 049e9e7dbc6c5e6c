//! The sea-orm adapter of the Store port: SQLite, PostgreSQL, MySQL and MariaDB.
//!
//! One [`SqlStore`] for all of them, chosen by the scheme of its URL. Nothing of sea-orm is visible
//! outside. Start at [`SqlStore::connect`]. The feature `test-util` adds databases for tests.

mod applier;
mod apply;
mod cipher;
mod claim;
mod connect;
mod directory;
mod durability;
mod failure;
mod group_commit;
mod inbox;
mod json;
mod locks;
mod random;
mod reads;
mod rows;
mod schema;
mod settings;
mod signals;
mod store;
mod suspicion;
mod tables;
#[cfg(feature = "test-util")]
#[expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "only tests use it: without their database they panic"
)]
pub mod test_database;
mod utc_time;
mod webhook_reads;
mod work;

pub use cipher::EncryptionKey;
pub use schema::SchemaError;
pub use settings::{Limits, StoreSettings};
pub use signals::{Signal, SignalListener, Signals};
pub use store::SqlStore;
