//! The simulator from outside, over HTTP.

#[cfg(test)]
mod bank;
#[cfg(test)]
mod control;
#[cfg(test)]
mod crash;
#[cfg(test)]
mod orders;
