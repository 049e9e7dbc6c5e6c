//! Secrets, and signed webhooks to read back.

use webhook_signing::{
    header,
    secret::{Secret, Secrets, generate_secret},
    sign::sign,
    verify::Received,
};

/// The time that everything is signed at, in Unix seconds.
pub(crate) const NOW: i64 = 1_770_042_600;

pub(crate) fn secret(displayed: &str) -> Secret {
    Secret::parse(&displayed.into()).unwrap()
}

pub(crate) fn one() -> Secrets {
    Secrets { current: Secret::parse(&generate_secret([7; 32])).unwrap(), next: None }
}

/// The headers of one webhook.
pub(crate) struct Signed(pub(crate) Vec<(&'static str, String)>);

impl Signed {
    pub(crate) fn new(secrets: &Secrets, body: &[u8]) -> Self {
        Self(sign(secrets, "evt_1", NOW, body))
    }

    pub(crate) fn value(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|header| header.0 == name).map(|header| header.1.as_str())
    }

    pub(crate) fn standard<'a>(&'a self, body: &'a [u8]) -> Received<'a> {
        Received {
            id: self.value(header::STANDARD_ID),
            timestamp: self.value(header::STANDARD_TIMESTAMP),
            signature: self.value(header::STANDARD_SIGNATURE),
            body,
        }
    }

    pub(crate) fn seed<'a>(&'a self, body: &'a [u8]) -> Received<'a> {
        Received {
            id: self.value(header::SEED_ID),
            timestamp: self.value(header::SEED_TIMESTAMP),
            signature: self.value(header::SEED_SIGNATURE),
            body,
        }
    }
}
