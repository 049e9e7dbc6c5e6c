//! Webhooks as receivers see them.

#[cfg(test)]
mod changed;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod rotation;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod seed_vectors;
#[cfg(test)]
mod standard_vectors;
#[cfg(test)]
mod tolerance;

#[cfg(test)]
mod fixture;
