//! What the fakes promise to the tests that rely on them.

#[cfg(test)]
mod address;
#[cfg(test)]
mod clock;
#[cfg(test)]
mod ids;
#[cfg(test)]
mod memory_store;
#[cfg(test)]
mod provider;
#[cfg(test)]
mod sender;
#[cfg(test)]
mod store_contract;
