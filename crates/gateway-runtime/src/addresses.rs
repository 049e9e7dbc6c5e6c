//! Which addresses merchants may name.

use std::sync::Arc;

use http_transport::{
    error::SetupError,
    guard::{
        lookup::Lookup,
        rules::{Guard, Reach, Refusal, Schemes},
    },
    transport::{Connecting, Transport},
};
use payment_core::id::Mode;
use payment_ports::address::{AddressCheck, AddressRefusal};
use url::Url;

use crate::settings::{Environment, Settings};

/// Checks addresses by the same guard that watches over what is sent to them.
#[derive(Debug, Clone)]
pub struct GuardedAddresses(Arc<Guard>);

impl GuardedAddresses {
    /// The check of that guard.
    #[must_use]
    pub fn new(guard: Guard) -> Self {
        Self(Arc::new(guard))
    }

    /// What the operator decided about addresses.
    #[must_use]
    pub fn of(settings: &Settings) -> Self {
        let own = Url::parse(&settings.public_url).ok();
        let own = own.and_then(|url| url.host().map(|host| host.to_owned()));
        Self::new(Guard {
            reach: match settings.environment {
                Environment::Development => Reach::PublicAndLoopback,
                Environment::Production => Reach::Public,
            },
            own_hosts: own.into_iter().collect(),
            allowed: settings.payment.webhook_allowed_hosts.clone(),
        })
    }

    /// A transport that sends to no other addresses.
    ///
    /// # Errors
    ///
    /// [`SetupError`] if TLS cannot be set up.
    pub fn transport(
        &self,
        connecting: Connecting,
        lookup: Arc<dyn Lookup>,
    ) -> Result<Transport, SetupError> {
        Transport::guarded(connecting, Guard::clone(&self.0), lookup)
    }
}

impl AddressCheck for GuardedAddresses {
    fn check(&self, address: &str, mode: Mode) -> Result<(), AddressRefusal> {
        let url = Url::parse(address).or(Err(Refusal::NotWeb));
        let checked = url.and_then(|url| self.0.check(&url, schemes(mode)));
        checked.map_err(|refusal| AddressRefusal(refusal.to_string()))
    }
}

const fn schemes(mode: Mode) -> Schemes {
    match mode {
        Mode::Live => Schemes::HttpsOnly,
        Mode::Test => Schemes::HttpToo,
    }
}
