//! What the customer sees. No page needs a cookie, a script of ours, or anything from elsewhere.

mod challenge;
mod ended;
mod html;
mod language;
mod shown;
mod words;

pub(crate) use language::Language;
pub(crate) use shown::{failed, shown};
