//! The behaviour of what both processes share.

#[cfg(test)]
mod relay;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod settings;
#[cfg(test)]
mod system;
#[cfg(test)]
mod webhooks;
#[cfg(test)]
mod wiring;
#[cfg(test)]
mod worker;
