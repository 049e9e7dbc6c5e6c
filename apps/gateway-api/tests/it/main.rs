//! The API from outside, over HTTP; every test runs on every store.

#[cfg(test)]
mod addresses;
#[cfg(test)]
mod auth;
#[cfg(test)]
mod bad_input;
#[cfg(test)]
mod bank;
#[cfg(test)]
mod card_data;
#[cfg(test)]
mod compose;
#[cfg(test)]
mod concurrency;
#[cfg(test)]
mod documents;
#[cfg(test)]
mod doubt;
#[cfg(test)]
mod fail_points;
#[cfg(test)]
mod headers;
#[cfg(test)]
mod idempotency;
#[cfg(test)]
mod lists;
#[cfg(test)]
mod mid_send;
#[cfg(test)]
mod noticed;
#[cfg(test)]
mod notices;
#[cfg(test)]
mod operations;
#[cfg(test)]
mod operators;
#[cfg(test)]
mod program;
#[cfg(test)]
mod receivers;
#[cfg(test)]
mod routing;
#[cfg(test)]
mod seed_examples;
#[cfg(test)]
mod shutdown;
#[cfg(test)]
mod simulator;
#[cfg(test)]
mod strict_json;
#[cfg(test)]
mod support;
#[cfg(test)]
mod three_ds;
#[cfg(test)]
mod webhook_endpoints;
#[cfg(test)]
mod webhook_history;
