//! The transport against servers on loopback that behave in every way.

#[cfg(test)]
mod answers;
#[cfg(test)]
mod guard_rules;
#[cfg(test)]
mod guarded;
#[cfg(test)]
mod not_sent;
#[cfg(test)]
mod once;
#[cfg(test)]
mod secrets;
#[cfg(test)]
mod server;
#[cfg(test)]
mod tls;
#[cfg(test)]
mod unknown;
#[cfg(test)]
mod vectors;
