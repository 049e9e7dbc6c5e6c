//! Randomness that nobody needs to repeat: nonces and the jitter of retries.

use payment_ports::store::StoreError;

/// Bytes from the operating system.
#[expect(clippy::disallowed_methods, reason = "nonces are part of encryption, not of decisions")]
pub(crate) fn bytes<const N: usize>() -> Result<[u8; N], StoreError> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes)
        .map_err(|error| StoreError::Unavailable(format!("no randomness: {error}")))?;
    Ok(bytes)
}
