//! The real processes: two of the API, two workers, a bank, a database.

pub mod database;
pub mod kill;
pub mod process;
pub mod proxy;
pub mod receiver;
pub mod seed;
pub mod simulator;
pub mod stage;
