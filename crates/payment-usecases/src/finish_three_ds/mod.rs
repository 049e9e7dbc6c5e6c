//! 3-D Secure: what the customer's browser is shown, and what comes of its answer.

mod answer;
mod confirm;
mod show;

pub use answer::answer;
pub use show::{Shown, show};
