//! One seed for a run, others for its parts.

/// A seed that `words` tell apart from others made of the same one (FNV-1a).
#[must_use]
pub fn mixed(seed: u64, words: &[&str]) -> u64 {
    let bytes = words.iter().flat_map(|word| word.bytes());
    let mix = |hash: u64, byte: u8| (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    seed.to_le_bytes().into_iter().chain(bytes).fold(0xcbf2_9ce4_8422_2325, mix)
}
