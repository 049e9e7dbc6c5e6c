//! What a worker does, and when. Time is paused: it passes only while everybody waits.

mod failures;
mod housekeeping;
mod pace;
mod shutdown;
mod world;
