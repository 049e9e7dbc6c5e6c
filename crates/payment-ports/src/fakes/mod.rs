//! Stand-ins for the world, written by hand.

mod address;
mod clock;
mod ids;
mod mailer;
mod memory;
mod provider;
mod samples;
mod samples_webhooks;
mod sender;

pub use address::ScriptedAddresses;
pub use clock::FakeClock;
pub use ids::CountingIds;
pub use mailer::RecordingMailer;
pub use memory::{MemoryStore, OutboxRow, QueueRow, Tables};
pub use provider::{Answer, Call, ScriptedProvider, Step, notice_post, signed_with};
pub use samples::Samples;
pub use sender::{RecordingSender, SentWebhook};
