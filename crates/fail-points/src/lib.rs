//! Places at which a test build of the gateway dies when it is told to.
//!
//! The variable `FAILPOINT` names one, such as `capture.t1.committed`, and after `@` which time it
//! is reached (the first by default): `FAILPOINT=refund.call.answered@3`. The process then aborts,
//! as if it were killed. Only builds with the feature `failpoints` of `gateway-api` and
//! `outbox-worker` have this crate in them.
//!
//! | point | where |
//! | --- | --- |
//! | `OPERATION.t1.before`, `.within`, `.committed` | around the write that records an attempt before it is sent |
//! | `OPERATION.call.before`, `.answered` | around the call to the provider |
//! | `OPERATION.query.before`, `.answered` | around the question what became of it |
//! | `OPERATION.cancel.before`, `.answered` | around the order to take back what came of it |
//! | `OPERATION.t2.before`, `.within`, `.committed` | around the write that records the outcome |
//! | `OPERATION.doubt.before`, `.within`, `.committed` | around the write that records that nobody knows yet |
//! | `notice.t1.before`, `.within`, `.committed` | around the write that takes a provider's notice |
//! | `notice.t2.before`, `.within`, `.committed` | around the write that ends it, or puts it off |
//! | `events.claimed`, `deliveries.claimed`, `attempts.claimed`, `notices.claimed` | after a worker claimed something |
//! | `delivery.before`, `delivery.sent` | around the request to a merchant's endpoint |
//! | `fan_out.t2.before` …, `delivery.t2.before` … | around the writes that end these |
//!
//! An operation is `create`, `authorize`, `confirm` (after 3-D Secure), `capture`, `void` or `refund`.

mod aim;
mod name;
mod provider;
mod store;
mod webhooks;

pub use aim::{VARIABLE, announce};
pub use provider::FailingProvider;
pub use store::{FailingStore, between_statements};
pub use webhooks::FailingWebhooks;
