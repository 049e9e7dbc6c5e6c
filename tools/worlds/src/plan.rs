//! What shall happen in a world, drawn from its seed.

use fastrand::Rng;

use crate::fault::{Fault, PerFault};

const SECOND: u64 = 1_000_000;
const MINUTE: u64 = 60 * SECOND;

/// What every payment is about, in minor units.
pub(crate) const AMOUNT: i64 = 1000;

/// Everything about a world that is decided before it begins; the rest is chance by the same seed.
#[derive(Debug, Clone)]
pub struct Plan {
    /// From what all chances follow.
    pub seed: u64,
    /// What the provider does with what it is sent twice, and how it is asked.
    pub profile: Profile,
    /// Within how many seconds the provider promises to act on what it was sent.
    pub max_late_landing_s: u64,
    /// How many gateway processes there are; each serves clients and works.
    pub processes: usize,
    /// How often things go wrong, per mille of their chances.
    pub rates: PerFault<u16>,
    /// Before which steps of all processes the one that is about to take it dies.
    pub crashes: Vec<u64>,
    /// Before which steps the process sleeps, and for how many microseconds.
    pub pauses: Vec<(u64, u64)>,
    /// From when to when the store answers nobody.
    pub outages: Vec<(u64, u64)>,
    /// When whose wall clock jumps, and by how many microseconds.
    pub jumps: Vec<(u64, usize, i64)>,
    /// From when on nothing goes wrong any more.
    pub calm_at: u64,
    /// What merchants do.
    pub courses: Vec<Course>,
}

/// What a provider does with what it is sent twice, and how it is asked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Profile {
    /// It repeats its first answer.
    Key,
    /// It refuses a reference that it knows.
    UniqueReference,
    /// It does it twice, and can only be asked.
    Query,
    /// As `Query`, and it cancels by our reference.
    Cancel,
}

impl Profile {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Key, Self::UniqueReference, Self::Query, Self::Cancel];
}

/// What merchants do with one payment.
#[derive(Debug, Clone)]
pub struct Course {
    /// Whether the capture follows the authorization by itself.
    pub is_automatic: bool,
    /// Whether the issuer wants 3-D Secure.
    pub three_ds: bool,
    /// One after the other, or nearly so.
    pub steps: Vec<Act>,
}

/// One thing that some clients want done.
#[derive(Debug, Clone)]
pub struct Act {
    /// What.
    pub verb: Verb,
    /// Who, and how.
    pub clients: Vec<Client>,
    /// How many microseconds pass before the next act, if it does not wait for these clients.
    pub gap: u64,
    /// Whether the next act waits until these clients are done.
    pub is_awaited: bool,
}

/// What clients ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verb {
    /// A new payment.
    Create,
    /// Hold the money.
    Authorize,
    /// The customer's browser answers 3-D Secure.
    Answer {
        /// Whether with the right code.
        is_right: bool,
    },
    /// Take money.
    Capture {
        /// How much in minor units; all if none.
        minor: Option<i64>,
        /// Whether the rest is given up.
        is_final: bool,
    },
    /// Give up the hold.
    Void,
    /// Give money back.
    Refund {
        /// How much in minor units; all if none.
        minor: Option<i64>,
    },
}

/// Somebody who asks, and asks again.
#[derive(Debug, Clone)]
pub struct Client {
    /// Which `Idempotency-Key` of this act; none is none.
    pub key: Option<u8>,
    /// How many microseconds after the act's begin.
    pub starts_after: u64,
    /// How often it asks at most.
    pub tries: u32,
    /// How many microseconds it waits for an answer.
    pub patience: u64,
}

impl Plan {
    /// What the seed has planned.
    #[must_use]
    pub fn of(seed: u64) -> Self {
        let mut rng = Rng::with_seed(seed ^ 0x5eed_5eed_5eed_5eed);
        let rng = &mut rng;
        let profile = rng.choice(Profile::ALL).unwrap_or(Profile::Key);
        let processes = rng.usize(1..=3);
        let is_too_late = rng.u8(0..8) == 0;
        let calm_at = rng.u64(30..=600) * SECOND;
        Self {
            seed,
            profile,
            max_late_landing_s: rng.choice([5, 30, 90, 600]).unwrap_or(30),
            processes,
            rates: rates(rng, is_too_late),
            crashes: some(rng, 4, |rng| rng.u64(0..400)),
            pauses: some(rng, 2, |rng| (rng.u64(0..400), rng.u64(0..=120 * SECOND))),
            outages: some(rng, 2, |rng| {
                let from = rng.u64(0..calm_at);
                (from, from + rng.u64(0..=60 * SECOND))
            }),
            jumps: some(rng, 2, |rng| {
                let by = rng.choice([60, 600, 3600]).unwrap_or(60) * 1_000_000;
                let by = if rng.bool() { by } else { -by };
                (rng.u64(0..calm_at), rng.usize(0..processes), by)
            }),
            calm_at,
            courses: (0..rng.usize(1..=2)).map(|_| course(rng)).collect(),
        }
    }
}

/// At most so many, and often none.
fn some<T>(rng: &mut Rng, most: usize, mut one: impl FnMut(&mut Rng) -> T) -> Vec<T> {
    let count = if rng.bool() { 0 } else { rng.usize(1..=most) };
    (0..count).map(|_| one(rng)).collect()
}

/// Each kind is off in half of all worlds, so that few kinds meet in new ways.
fn rates(rng: &mut Rng, is_too_late: bool) -> PerFault<u16> {
    let mut rates = PerFault::default();
    for &fault in Fault::ALL {
        let rate = if rng.bool() { 0 } else { rng.u16(0..=fault.most_per_mille()) };
        rates.change(fault, |_| rate);
    }
    if is_too_late {
        rates.change(Fault::RequestTooLate, |_| 250);
    }
    rates
}

fn course(rng: &mut Rng) -> Course {
    let is_automatic = rng.u8(0..4) == 0;
    let three_ds = rng.u8(0..4) == 0;
    let mut verbs = vec![Verb::Create, Verb::Authorize];
    if three_ds {
        verbs.extend(some(rng, 2, |_| Verb::Answer { is_right: false }));
        verbs.push(Verb::Answer { is_right: true });
    }
    verbs.extend((0..rng.usize(0..=4)).map(|_| verb(rng)));
    let steps = verbs.into_iter().map(|verb| act(rng, verb)).collect();
    Course { is_automatic, three_ds, steps }
}

fn verb(rng: &mut Rng) -> Verb {
    let minor = if rng.bool() { Some(rng.i64(1..=AMOUNT)) } else { None };
    match rng.u8(0..10) {
        0 => Verb::Authorize,
        1 | 2 => Verb::Void,
        3..=5 => Verb::Capture { minor, is_final: true },
        6 => Verb::Capture { minor, is_final: false },
        _ => Verb::Refund { minor },
    }
}

fn act(rng: &mut Rng, verb: Verb) -> Act {
    let count = if rng.bool() { 1 } else { rng.usize(2..=4) };
    let has_one_key = rng.u8(0..4) != 0;
    let clients = (0..count)
        .map(|number| Client {
            key: match (has_one_key, rng.u8(0..4)) {
                (true, _) => Some(0),
                (false, 0) => None,
                (false, _) => u8::try_from(number).ok(),
            },
            starts_after: if rng.bool() { 0 } else { rng.u64(0..=10 * SECOND) },
            tries: rng.u32(1..=6),
            patience: rng.choice([SECOND, 5 * SECOND, 30 * SECOND, 2 * MINUTE]).unwrap_or(SECOND),
        })
        .collect();
    Act { verb, clients, gap: rng.u64(0..=20 * SECOND), is_awaited: rng.u8(0..4) != 0 }
}
