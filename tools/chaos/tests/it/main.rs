//! The checks themselves: they are silent about what is right, and see every breach.

#[cfg(test)]
mod checks;
#[cfg(test)]
mod proxy;
#[cfg(test)]
mod report;
#[cfg(test)]
mod sample;
#[cfg(test)]
mod speed;
