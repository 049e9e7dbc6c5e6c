//! The one way to write.

use async_trait::async_trait;
use payment_core::{
    attempt::{Attempt, Progress, ScopeHash},
    payment::Payment,
    three_ds::ThreeDsSession,
    transaction::Transaction,
};
use uuid::Uuid;

use super::{
    ApiKey, ApplyError, AuditEntry, Directory, IdempotencyRecord, Inbox, Lease, Merchant,
    NoticeProgress, PaymentReads, StoredAnswer, StoredNotice, WebhookReads, WorkQueue,
};
use crate::webhook::{
    ClaimedQueue, Delivery, DeliveryAttempt, DeliveryProgress, Endpoint, OutboxEvent, Recovery,
};
use payment_core::{
    id::{EndpointId, EventId, MerchantId, Mode},
    time::Timestamp,
};

/// Everything that the gateway remembers.
#[async_trait]
pub trait Store: PaymentReads + WorkQueue + Directory + Inbox + WebhookReads {
    /// Writes all of `changes` in order, atomically and durably, or none of them.
    ///
    /// Each change has a guard; the first that fails ends it all with
    /// [`ApplyError::Conflict`]. Retries by itself what the database asks to retry
    /// (serialization failures, a busy file); the guards make that safe.
    async fn apply(&self, changes: &[Change]) -> Result<(), ApplyError>;
}

/// One row to write, with what must be true of it beforehand.
#[derive(Debug, Clone)]
pub enum Change {
    /// Guard: no payment has that id.
    InsertPayment(Payment),
    /// Guard: the stored version is one less than this one's.
    UpdatePayment(Payment),
    /// Guard: no attempt has that id.
    InsertAttempt(Attempt),
    /// Guard: the stored attempt has come as far as `from`, and no farther.
    UpdateAttempt {
        /// The row as it shall be.
        attempt: Attempt,
        /// How far it must have come.
        from: Progress,
    },
    /// Guard: no transaction has that id.
    InsertTransaction(Transaction),
    /// Into the history and the outbox. Guard: the payment has no event of that sequence.
    InsertEvent(OutboxEvent),
    /// Guard: no session has that id.
    InsertSession(ThreeDsSession),
    /// Guard: the stored version is one less than this one's.
    UpdateSession(ThreeDsSession),
    /// Guard: the scope has no record.
    InsertRecord(IdempotencyRecord),
    /// The answer of a keyed request is final. Guard: its record is in progress.
    CompleteRecord {
        /// Which record.
        scope: ScopeHash,
        /// What every repetition is answered.
        answer: StoredAnswer,
        /// When that happened.
        completed_at: Timestamp,
        /// When the key may be forgotten.
        expires_at: Timestamp,
    },
    /// Nothing came of a keyed request: it may be tried again. Guard: its record is in progress.
    DeleteRecord(ScopeHash),
    /// Guard: the record is in progress, and its lease is exactly `from`.
    TakeOverRecord {
        /// Which record.
        scope: ScopeHash,
        /// The lease that has ended.
        from: Lease,
        /// The new lease.
        to: Lease,
    },
    /// The outbox is done with an event: status `SENT`. Guard: the claim of `owner` still holds.
    FinishEvent {
        /// Which event.
        event: EventId,
        /// Who claimed it.
        owner: Uuid,
    },
    /// Also makes the endpoint's queue due. Guard: the queue is there, and the endpoint has no
    /// delivery of that event.
    InsertDelivery(Delivery),
    /// Guard: the stored delivery has come as far as `from`, and no farther.
    UpdateDelivery {
        /// The row as it shall be.
        delivery: Delivery,
        /// How far it must have come.
        from: DeliveryProgress,
    },
    /// As [`Change::UpdateDelivery`], and makes the endpoint's queue due: for one that is to be
    /// tried earlier than its queue knows.
    ReopenDelivery {
        /// The row as it shall be.
        delivery: Delivery,
        /// How far it must have come.
        from: DeliveryProgress,
    },
    /// No guard.
    InsertDeliveryAttempt(DeliveryAttempt),
    /// Ends the claim on the queue of an endpoint, which is due again when its next delivery is; at
    /// once if deliveries were added meanwhile. Guard: exactly this claim of `owner` still holds.
    ReleaseQueue {
        /// What was claimed, with its state as it shall be; a disabled endpoint's is due no more.
        queue: ClaimedQueue,
        /// Who claimed it.
        owner: Uuid,
        /// The time now.
        now: Timestamp,
    },
    /// Guard: no endpoint has that id.
    InsertEndpoint(Endpoint),
    /// Guard: the stored version is one less than this one's.
    UpdateEndpoint(Endpoint),
    /// Forgets an endpoint's failures, ends the claim on its queue and makes it due, so that whoever
    /// has it does not write its failures back. Guard: the endpoint is there.
    ResumeQueue {
        /// Which endpoint.
        endpoint: EndpointId,
        /// The time now.
        now: Timestamp,
    },
    /// Its open deliveries end as failed when its queue is next claimed: there may be very many.
    /// Guard: the merchant has it in that mode.
    DeleteEndpoint {
        /// Which endpoint.
        endpoint: EndpointId,
        /// Whose it is.
        merchant: MerchantId,
        /// Of which payments it hears.
        mode: Mode,
    },
    /// Guard: no recovery has that id.
    InsertRecovery(Recovery),
    /// Guard: the stored version is one less than this one's.
    UpdateRecovery(Recovery),
    /// Guard: no merchant has that id.
    InsertMerchant(Merchant),
    /// Guard: no key has that id.
    InsertApiKey(ApiKey),
    /// Guard: no entry has that id.
    InsertAuditEntry(AuditEntry),
    /// Guard: the provider has no notice of that event id.
    InsertNotice(StoredNotice),
    /// Guard: the stored notice is still to be looked at, and was claimed exactly `tries` times.
    UpdateNotice {
        /// Which notice.
        notice: Uuid,
        /// How often it was claimed.
        tries: i32,
        /// How far it has come now.
        progress: NoticeProgress,
    },
}

/// Which guard failed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Guard {
    /// The payment's version, or its id.
    Payment,
    /// The attempt's state, or its id.
    Attempt,
    /// The transaction's id.
    Transaction,
    /// The event's sequence, or its claim.
    Event,
    /// The session's version, or its id.
    Session,
    /// The record's presence, state or lease.
    Record,
    /// The delivery's progress, or its presence.
    Delivery,
    /// The endpoint's version, or its presence.
    Endpoint,
    /// The claim on an endpoint's queue.
    Queue,
    /// The recovery's version, or its id.
    Recovery,
    /// The merchant's id.
    Merchant,
    /// The key's id.
    ApiKey,
    /// The audit entry's id.
    Audit,
    /// The notice's event id, or its claim.
    Notice,
}
