//! What the operator decided: defaults, then `application.yml`, then the environment.
//!
//! Every setting has one path, such as `payment.webhook.max-retries`, and the environment variable
//! of that path, `PAYMENT_WEBHOOK_MAX_RETRIES`. Lists are separated by commas there. A file may
//! name variables as `${NAME}` or `${NAME:default}`.

mod database;
mod error;
mod file;
mod load;
mod logging;
mod model;
mod payment;
mod placeholder;
mod production;
mod read;
mod reader;
mod security;
mod server;

pub use error::{Problem, SettingsError};
pub use model::{
    Database, Environment, Logging, PaymentRules, Security, Server, Settings, WorkerPace,
};
