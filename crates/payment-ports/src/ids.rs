//! Ids and randomness.

use uuid::Uuid;

/// Makes what must not repeat, or must not be guessed.
pub trait Ids: Send + Sync {
    /// A UUIDv7: unique, and later ones sort after earlier ones.
    fn uuid(&self) -> Uuid;

    /// Bytes from a cryptographically secure source.
    fn random(&self) -> [u8; 32];

    /// 16 such bytes.
    fn random_128_bits(&self) -> [u8; 16] {
        let mut bytes = [0; 16];
        for (place, byte) in bytes.iter_mut().zip(self.random()) {
            *place = byte;
        }
        bytes
    }
}
