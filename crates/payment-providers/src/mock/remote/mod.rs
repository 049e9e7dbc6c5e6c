//! The mock as a process of its own: the provider simulator, over HTTP.

mod notices;
mod profile;
mod provider;
pub mod request;
pub mod response;

pub use notices::RemoteNotices;
pub use profile::Profile;
pub use provider::RemoteMock;
