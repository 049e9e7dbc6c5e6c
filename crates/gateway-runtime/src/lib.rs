//! What both processes share: settings, the wiring of adapters to ports, and the loops of the worker.

pub mod addresses;
pub mod clock;
mod deliveries;
pub mod demo;
pub mod ids;
pub mod logging;
pub mod mail;
mod pause;
pub mod presence;
pub mod relay;
pub mod secrets;
pub mod settings;
pub mod shutdown;
pub mod wake;
pub mod webhooks;
pub mod wiring;
pub mod worker;
