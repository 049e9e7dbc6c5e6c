//! Finding the addresses of names.

use std::{io, net::IpAddr};

use async_trait::async_trait;

/// Finds the addresses of names; a trait, so that tests can answer what no resolver of theirs would.
#[async_trait]
pub trait Lookup: Send + Sync {
    /// All addresses of `name`, asked for anew with every request.
    ///
    /// # Errors
    ///
    /// The name has none, or nobody could be asked.
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>>;
}

/// Asks the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemLookup;

#[async_trait]
impl Lookup for SystemLookup {
    async fn lookup(&self, name: &str) -> io::Result<Vec<IpAddr>> {
        let found = tokio::net::lookup_host((name, 0)).await?;
        Ok(found.map(|address| address.ip()).collect())
    }
}
