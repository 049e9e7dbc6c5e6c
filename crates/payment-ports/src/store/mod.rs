//! Storage: reads, one atomic write, and claims of work.

mod audit;
mod change;
mod directory;
mod error;
mod idempotency;
mod inbox;
mod reads;
mod webhook_reads;
mod work;

pub use audit::AuditEntry;
pub use change::{Change, Guard, Store};
pub use directory::{ApiKey, Directory, Merchant};
pub use error::{ApplyError, StoreError};
pub use idempotency::{IdempotencyRecord, Lease, RecordState, StoredAnswer};
pub use inbox::{Inbox, NoticeProgress, StoredNotice};
pub use reads::{Load, Loaded, LoadedAttempt, LoadedSession, PaymentFilter, PaymentReads};
pub use webhook_reads::{DeliveryFilter, EventFilter, WebhookReads};
pub use work::{Backlog, Claim, WorkQueue};
