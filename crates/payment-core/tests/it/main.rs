//! What payment-core promises, seen from outside.

#[cfg(test)]
mod attempt;
#[cfg(test)]
mod card;
#[cfg(test)]
mod currency;
#[cfg(test)]
mod decline;
#[cfg(test)]
mod id;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod money;
#[cfg(test)]
mod pan;
#[cfg(test)]
mod payment;
#[cfg(test)]
mod redaction;
#[cfg(test)]
mod retry;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod three_ds;
#[cfg(test)]
mod words;
