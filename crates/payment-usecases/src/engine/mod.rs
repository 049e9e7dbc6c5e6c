//! One engine for every operation at a provider: T1 – call – T2.

mod answering;
mod call;
mod commit;
mod conclude;
mod finding;
mod fold;
mod resolve;
mod start;

pub(crate) use call::{authorizer, in_time, provider_of};
pub(crate) use commit::{commit, event_change};
pub(crate) use conclude::carry_out;
pub(crate) use finding::readable;
pub(crate) use fold::Open;
pub(crate) use resolve::{claim_and_resolve, resolve_attempt};
pub(crate) use start::{Draft, Plan, new_attempt, operate, refusal, write_down};
