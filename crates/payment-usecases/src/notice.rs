//! What a provider tells us by itself.

use payment_core::id::AttemptId;

use crate::{engine::claim_and_resolve, error::Error, ports::Ports};

/// Heeds a provider's notice about an attempt: asks the provider now what became of it.
///
/// A notice is a hint, never a proof: it may be old, repeated, out of order or forged, and changes
/// nothing that asking would not.
///
/// # Errors
///
/// [`Error`] if it could not be recorded; the attempt stays due.
pub async fn heed(ports: &Ports, attempt: AttemptId) -> Result<(), Error> {
    claim_and_resolve(ports, attempt).await
}
