//! Where a merchant receives webhooks, one verb a file.

mod change;
mod checks;
mod create;
mod delete;
mod read;
mod recover;
mod sample;
mod secret;
mod update;

pub use create::{NewEndpoint, create};
pub use delete::delete;
pub use read::{get, list};
pub use recover::{Recover, recover, recoveries, recovery};
pub use sample::send_sample;
pub use secret::{promote_secret, rotate_secret};
pub use update::{Edit, EndpointUpdate, update};
