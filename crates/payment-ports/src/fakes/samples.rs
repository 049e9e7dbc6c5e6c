//! Valid values to begin a test with; a test changes the fields that it is about.
#![expect(
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    reason = "the samples are written to be valid"
)]

use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};

use chrono::TimeDelta;
use payment_core::{
    attempt::{Attempt, AttemptState, Authorize, Instruction, ScopeHash, ThreeDsPreference},
    card::{Bin, CardToken},
    currency::Currency,
    id::{MerchantId, Mode, ProviderId, ThreeDsSessionId},
    money::Money,
    payment::{CaptureMethod, Details, NewPayment, Payment},
    three_ds::{Challenge, ThreeDsSession, ThreeDsStatus},
    time::Timestamp,
    transaction::{Transaction, TransactionKind},
};

use super::{CountingIds, FakeClock};
use crate::{
    ids::Ids as _,
    notice::NoticePost,
    store::{
        ApiKey, IdempotencyRecord, Lease, Merchant, NoticeProgress, RecordState, StoredNotice,
    },
};

/// Makes valid values of one merchant and mode, each with an id of its own and later than the last.
#[derive(Debug, Clone)]
pub struct Samples {
    /// Whose the values are.
    pub merchant: MerchantId,
    /// Of which mode they are.
    pub mode: Mode,
    ids: Arc<CountingIds>,
    ticks: Arc<AtomicI64>,
}

impl Default for Samples {
    fn default() -> Self {
        Self::new()
    }
}

impl Samples {
    /// Values of the merchant `SHOP` in test mode.
    #[must_use]
    pub fn new() -> Self {
        let merchant = MerchantId::parse("SHOP").unwrap();
        Self { merchant, mode: Mode::Test, ids: Arc::default(), ticks: Arc::default() }
    }

    /// Values of another merchant; no id is used twice.
    #[must_use]
    pub fn of(&self, merchant: &str) -> Self {
        Self { merchant: MerchantId::parse(merchant).unwrap(), ..self.clone() }
    }

    /// Values of that mode; no id is used twice.
    #[must_use]
    pub fn in_mode(&self, mode: Mode) -> Self {
        Self { mode, ..self.clone() }
    }

    /// A point in time a little more than a millisecond after the last one given out.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        let tick = self.ticks.fetch_add(1, Ordering::Relaxed).wrapping_add(1);
        FakeClock::START + TimeDelta::microseconds(tick.saturating_mul(1_001))
    }

    /// A UUIDv7 after all that were given out.
    #[must_use]
    pub fn uuid(&self) -> uuid::Uuid {
        self.ids.uuid()
    }

    /// The merchant itself.
    #[must_use]
    pub fn merchant(&self) -> Merchant {
        let name = format!("{} A.Ş.", self.merchant);
        Merchant { id: self.merchant.clone(), name, created_at: self.now() }
    }

    /// A key that is not revoked.
    #[must_use]
    pub fn api_key(&self, id: &str) -> ApiKey {
        ApiKey {
            id: id.to_owned(),
            merchant: self.merchant.clone(),
            mode: self.mode,
            hash: self.ids.random(),
            last4: "wxYZ".to_owned(),
            created_at: self.now(),
            revoked_at: None,
        }
    }

    /// A payment of 1500.00 TRY that was just created.
    #[must_use]
    pub fn payment(&self) -> Payment {
        let new = NewPayment {
            id: self.uuid().into(),
            merchant: self.merchant.clone(),
            mode: self.mode,
            amount: money(150_000),
            capture_method: CaptureMethod::Manual,
            details: Details::default(),
        };
        let (payment, _) = Payment::create(new, self.now());
        payment
    }

    /// A notice that is due at once, and that nobody looked at yet.
    #[must_use]
    pub fn notice(&self) -> StoredNotice {
        let (id, received_at) = (self.uuid(), self.now());
        StoredNotice {
            id,
            provider: ProviderId::parse("MOCK_PROVIDER").unwrap(),
            event_id: format!("evt_{id}"),
            post: NoticePost {
                headers: vec![("content-type".to_owned(), "application/json".to_owned())],
                body: b"{}".to_vec(),
            },
            progress: NoticeProgress::Received { next_try_at: received_at },
            tries: 0,
            received_at,
        }
    }

    /// An open attempt to authorize the whole payment, first checked a minute later.
    #[must_use]
    pub fn attempt(&self, payment: &Payment) -> Attempt {
        let now = self.now();
        Attempt {
            id: self.uuid().into(),
            payment: payment.id,
            merchant: payment.merchant.clone(),
            mode: payment.mode,
            provider: provider(),
            routing_reason: "the only provider".to_owned(),
            amount: payment.amount,
            instruction: Instruction::Authorize(authorize()),
            reverses: None,
            state: AttemptState::Intent,
            provider_reference: None,
            decline: None,
            error: None,
            correlation_id: "correlation-1".to_owned(),
            idempotency: None,
            next_check_at: Some(now + TimeDelta::minutes(1)),
            checks: 0,
            created_at: now,
            finished_at: None,
        }
    }

    /// A capture or refund of the attempt's whole amount.
    #[must_use]
    pub fn transaction(&self, attempt: &Attempt, kind: TransactionKind) -> Transaction {
        Transaction {
            id: self.uuid().into(),
            payment: attempt.payment,
            attempt: attempt.id,
            kind,
            amount: attempt.amount,
            provider_reference: None,
            created_at: self.now(),
        }
    }

    /// A session that waits five minutes for its code.
    #[must_use]
    pub fn session(&self, attempt: &Attempt) -> ThreeDsSession {
        let now = self.now();
        ThreeDsSession {
            id: ThreeDsSessionId::from_random(self.ids.random_128_bits()),
            payment: attempt.payment,
            attempt: attempt.id,
            challenge: Challenge::Code,
            provider_state: "state".to_owned(),
            return_url: None,
            status: ThreeDsStatus::Pending,
            wrong_codes: 0,
            version: 1,
            created_at: now,
            expires_at: now + TimeDelta::minutes(5),
        }
    }

    /// A keyed request that somebody works on, to be remembered for a week.
    #[must_use]
    pub fn record(&self) -> IdempotencyRecord {
        let now = self.now();
        let lease = Lease { owner: self.uuid(), until: now + TimeDelta::minutes(1) };
        IdempotencyRecord {
            scope: ScopeHash(self.ids.random()),
            fingerprint: self.ids.random(),
            merchant: self.merchant.clone(),
            mode: self.mode,
            method: "POST".to_owned(),
            path: "/v1/payments".to_owned(),
            key: "key-1".to_owned(),
            payment: None,
            attempt: None,
            state: RecordState::InProgress(lease),
            created_at: now,
            expires_at: now + TimeDelta::days(7),
        }
    }
}

/// An amount in kuruş.
fn money(minor: i64) -> Money {
    Money::from_minor(minor, Currency::parse("TRY").unwrap()).unwrap()
}

fn provider() -> ProviderId {
    ProviderId::parse("MOCK_PROVIDER").unwrap()
}

fn authorize() -> Authorize {
    Authorize {
        token: CardToken::parse("tok_visa").unwrap(),
        bin: Bin::parse("415565").unwrap(),
        installments: 1,
        three_ds: ThreeDsPreference::WhenRequired,
        return_url: None,
    }
}
