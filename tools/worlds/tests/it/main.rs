//! Tests of the simulator, and of the gateway inside it.

mod many_worlds;
mod regressions;
mod sabotage;
mod store_contract;
