//! Payment providers, one folder each, and the list of them all.
//!
//! A provider is a folder with a [`known::Known`], and a line in [`known::KNOWN`].

pub mod known;
pub mod mock;
