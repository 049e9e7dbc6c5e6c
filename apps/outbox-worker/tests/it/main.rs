//! The worker as a process.

#[cfg(test)]
mod process;
