//! The worker as a process.

#[cfg(test)]
mod process;
#[cfg(test)]
mod wake_up;
