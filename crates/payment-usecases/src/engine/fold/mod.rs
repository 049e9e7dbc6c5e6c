//! What a finding means: pure, and the same for requests, workers and notices.

mod approved;
mod checks;
mod folded;
mod late;
mod nothing;
mod reversal;
mod rows;
mod undecided;

pub(crate) use folded::{Context, Folded, Open, fold};
pub(crate) use late::is_being_taken_back;
pub(crate) use reversal::reversed_attempt;
