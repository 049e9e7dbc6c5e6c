//! Signs and verifies webhooks; pure, with time as a parameter.
//!
//! Every webhook carries two families of headers that sign one body with one displayed secret:
//! the seed's `X-Webhook-*`, and those of [Standard Webhooks](https://www.standardwebhooks.com).
//!
//! ```
//! use secrecy::ExposeSecret;
//! use webhook_signing::{
//!     secret::{Secret, Secrets, generate_secret},
//!     sign::sign,
//!     verify::{Received, verify_standard},
//! };
//!
//! let displayed = generate_secret([7; 32]);
//! assert!(displayed.expose_secret().starts_with("whsec_"));
//!
//! let secrets = Secrets { current: Secret::parse(&displayed)?, next: None };
//! let headers = sign(&secrets, "evt_1", 1_770_042_600, b"{}");
//! let value = |name| headers.iter().find(|header| header.0 == name).map(|header| &*header.1);
//! let received = Received {
//!     id: value("webhook-id"),
//!     timestamp: value("webhook-timestamp"),
//!     signature: value("webhook-signature"),
//!     body: b"{}",
//! };
//! verify_standard(&secrets.current, received, 1_770_042_600)?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

pub mod header;
mod mac;
pub mod secret;
pub mod sign;
pub mod verify;
