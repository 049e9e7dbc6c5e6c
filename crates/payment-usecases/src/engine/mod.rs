//! One engine for every operation at a provider: T1 – call – T2.

mod answering;
mod call;
mod commit;
mod conclude;
mod finding;
mod fold;
mod hear;
mod load;
mod resolve;
mod start;
mod window;

pub(crate) use call::{authorizer, in_time, provider_of};
pub(crate) use commit::{commit, event_change};
pub(crate) use conclude::{carry_out, context};
pub(crate) use finding::{Finding, readable};
pub(crate) use fold::{Folded, Open, fold, reversed_attempt};
pub(crate) use hear::{can_be_asked, hear};
pub(crate) use load::load_open;
pub(crate) use resolve::{claim_and_resolve, resolve_attempt};
pub(crate) use start::{Draft, Plan, new_attempt, operate, refusal, write_down};
