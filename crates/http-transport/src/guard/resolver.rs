//! The guard between names and connections.

use std::{net::SocketAddr, sync::Arc};

use reqwest::dns::{Addrs, Name, Resolve, Resolving};

use super::{lookup::Lookup, rules::Reach};

/// Answers only with addresses that are in reach: those that were checked are those that are used,
/// so that a name cannot change its mind in between.
pub(crate) struct GuardedResolver {
    pub(crate) lookup: Arc<dyn Lookup>,
    pub(crate) reach: Reach,
}

/// A name that leads where nothing may be sent.
#[derive(Debug, thiserror::Error)]
#[error("the address is out of reach")]
pub(crate) struct NotAdmitted;

impl Resolve for GuardedResolver {
    fn resolve(&self, name: Name) -> Resolving {
        let (lookup, reach) = (Arc::clone(&self.lookup), self.reach);
        Box::pin(async move {
            let found = lookup.lookup(name.as_str()).await?;
            // One bad answer spoils all: an honest name has none.
            if !found.iter().all(|address| reach.admits(*address)) {
                return Err(NotAdmitted.into());
            }
            // Port 0 stands for the URL's.
            let found = found.into_iter().map(|address| SocketAddr::new(address, 0));
            Ok::<Addrs, _>(Box::new(found))
        })
    }
}
