//! The use-cases on fakes and a paused clock.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod crashes;
#[cfg(test)]
mod directory;
#[cfg(test)]
mod doubt;
#[cfg(test)]
mod endpoint_changes;
#[cfg(test)]
mod endpoint_queues;
#[cfg(test)]
mod fingerprints;
#[cfg(test)]
mod idempotent;
#[cfg(test)]
mod inbox;
#[cfg(test)]
mod late;
#[cfg(test)]
mod manual_retries;
#[cfg(test)]
mod payments;
#[cfg(test)]
mod races;
#[cfg(test)]
mod recoveries;
#[cfg(test)]
mod review;
#[cfg(test)]
mod support;
#[cfg(test)]
mod three_ds;
#[cfg(test)]
mod views;
#[cfg(test)]
mod webhooks;
