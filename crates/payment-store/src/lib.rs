//! The sea-orm adapter of the Store port: SQLite, PostgreSQL, MySQL and MariaDB.
//!
//! One [`SqlStore`] for all of them, chosen by the scheme of its URL. Nothing of sea-orm is visible
//! outside. Start at [`SqlStore::connect`].

mod apply;
mod cipher;
mod claim;
mod connect;
mod directory;
mod failure;
mod json;
mod random;
mod reads;
mod rows;
mod schema;
mod settings;
mod store;
mod tables;
mod utc_time;
mod work;

pub use cipher::EncryptionKey;
pub use schema::SchemaError;
pub use settings::StoreSettings;
pub use store::SqlStore;
