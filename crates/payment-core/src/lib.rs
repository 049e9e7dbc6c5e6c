//! The pure domain of a payment gateway: money, payments and their state machines.
//!
//! No clock, no randomness, no input or output: time and ids are parameters, and every decision is
//! a function from values to values. Start at [`payment::Payment`].
//!
//! ```
//! use payment_core::{currency::Currency, money::Money};
//!
//! let price = Money::from_major("1500.00", Currency::parse("TRY")?)?;
//! assert_eq!(price.minor(), 150_000);
//! assert_eq!(price.to_string(), "1500.00 TRY");
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
#![warn(clippy::arithmetic_side_effects, clippy::missing_const_for_fn)]

pub mod attempt;
pub mod card;
pub mod currency;
pub mod decline;
pub mod event;
mod iban;
pub mod id;
pub mod money;
pub mod pan;
pub mod payment;
pub mod person;
mod redact;
pub mod retry;
pub mod three_ds;
pub mod time;
pub mod transaction;
pub mod transition;
mod words;
