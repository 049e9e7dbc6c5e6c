//! Ids that are the same in every run.

use std::sync::atomic::{AtomicU64, Ordering};

use uuid::Uuid;

use crate::ids::Ids;

/// The milliseconds that the first id carries: 2026-01-01T00:00:00Z.
const FIRST_MILLISECOND: u64 = 1_767_225_600_000;

/// Counts: every id is a valid UUIDv7, higher than all before it, and the same in every run.
#[derive(Debug, Default)]
pub struct CountingIds {
    uuids: AtomicU64,
    randoms: AtomicU64,
}

impl CountingIds {
    /// Starts at 1.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }
}

impl Ids for CountingIds {
    fn uuid(&self) -> Uuid {
        let number = next(&self.uuids);
        let millisecond = FIRST_MILLISECOND.saturating_add(number);
        let version_and_variant = (7 << 76) | (0b10 << 62);
        Uuid::from_u128((u128::from(millisecond) << 80) | version_and_variant | u128::from(number))
    }

    fn random(&self) -> [u8; 32] {
        let number = next(&self.randoms);
        let mut bytes = [0; 32];
        for (lane, chunk) in (0..).zip(bytes.chunks_exact_mut(8)) {
            chunk.copy_from_slice(&scrambled(number, lane).to_be_bytes());
        }
        bytes
    }
}

fn next(counter: &AtomicU64) -> u64 {
    counter.fetch_add(1, Ordering::Relaxed).wrapping_add(1)
}

/// One step of `SplitMix64`, which maps no two numbers to one.
fn scrambled(number: u64, lane: u64) -> u64 {
    let mut bits = number.wrapping_add(lane << 56).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    bits ^ (bits >> 31)
}
