//! A payment: what a customer owes, and how far it has come.

use std::collections::BTreeMap;

use crate::{
    card::{Bin, LastFour},
    event::{Event, EventKind},
    id::{AttemptId, MerchantId, Mode, PaymentId, ProviderId},
    money::Money,
    person::Email,
    time::Timestamp,
    transition::Transition,
    words::words,
};

/// What a customer owes a merchant, and how far it has come.
///
/// Always true: `refunded` ≤ `captured` ≤ `authorized` ≤ `amount`, all in one currency, and what
/// [`Payment::pending`] reserves fits in between. A payment changes only through
/// [`Payment::begin`], [`Payment::settle`] and [`Payment::apply`], each of which returns the next
/// version.
///
/// ```
/// # use payment_core::{currency::Currency, id::{MerchantId, Mode, PaymentId}, money::Money};
/// # use payment_core::payment::{CaptureMethod, Details, NewPayment, Payment, Status};
/// # use payment_core::{event::EventKind, time::Timestamp, transition::Action};
/// let now = Timestamp::UNIX_EPOCH;
/// let amount = Money::from_major("1500.00", Currency::parse("TRY")?)?;
/// let new = NewPayment {
///     id: PaymentId::from(uuid::Uuid::from_u128(1)),
///     merchant: MerchantId::parse("TRENDYOL")?,
///     mode: Mode::Test,
///     amount,
///     capture_method: CaptureMethod::Manual,
///     details: Details::default(),
/// };
/// let (payment, events) = Payment::create(new, now);
/// assert_eq!(payment.status, Status::Created);
/// assert_eq!(events[0].kind, EventKind::PaymentCreated);
///
/// let (payment, _) = payment.apply(Action::AuthorizeApproved, now)?;
/// assert_eq!(payment.left_to_capture(), amount);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Payment {
    /// Its id, a UUIDv7.
    pub id: PaymentId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Whether the money is real.
    pub mode: Mode,
    /// What the customer owes.
    pub amount: Money,
    /// What the issuer holds for us; nothing until authorized.
    pub authorized: Money,
    /// What was taken so far.
    pub captured: Money,
    /// What was given back so far.
    pub refunded: Money,
    /// Where it stands.
    pub status: Status,
    /// Who starts the capture.
    pub capture_method: CaptureMethod,
    /// What the merchant said of it.
    pub details: Details,
    /// Who authorized it; capture, void and refund stay there.
    pub provider: Option<ProviderId>,
    /// The provider's name for the authorization.
    pub provider_reference: Option<String>,
    /// The first digits of the card, where known.
    pub card_bin: Option<Bin>,
    /// The last digits of the card, where known.
    pub card_last4: Option<LastFour>,
    /// The one operation that is under way or in doubt; it reserves its amount.
    pub pending: Option<Pending>,
    /// How many events it has emitted: the `sequence` of the last one.
    pub event_count: i64,
    /// Grows by one with every change; stores compare and set on it.
    pub version: i64,
    /// When it was created.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// What the merchant said of a payment; lengths are the caller's to check.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Details {
    /// The merchant's order number.
    pub order_id: Option<String>,
    /// The customer's address, for receipts.
    pub customer_email: Option<Email>,
    /// The merchant's id of the customer.
    pub customer_id: Option<String>,
    /// Free text.
    pub description: Option<String>,
    /// The merchant's own pairs of text.
    pub metadata: BTreeMap<String, String>,
}

/// Where a payment stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Status {
    /// Known, nothing held.
    Created,
    /// The issuer holds the money.
    Authorized,
    /// The money was taken.
    Captured,
    /// Some of the money was given back.
    PartiallyRefunded,
    /// All of the money was given back.
    Refunded,
    /// The authorization was declined.
    Failed,
    /// The hold was given up before anything was taken.
    Voided,
    /// It was not used in time.
    Expired,
}

/// Who starts the capture.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum CaptureMethod {
    /// The merchant, when the goods leave.
    Manual,
    /// The gateway, as soon as the payment is authorized.
    Automatic,
}

/// One thing a merchant wants done at a provider.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Operation {
    /// Hold the money.
    Authorize,
    /// Take held money.
    Capture,
    /// Give up the hold.
    Void,
    /// Give taken money back.
    Refund,
}

/// An operation that is under way or in doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Pending {
    /// The attempt that carries it out.
    pub attempt: AttemptId,
    /// What it does.
    pub operation: Operation,
    /// What it reserves.
    pub amount: Money,
    /// Whether a capture gives up what it does not take.
    pub is_final: bool,
}

impl Payment {
    /// A payment that was just created, and its first event.
    #[must_use]
    pub fn create(new: NewPayment, now: Timestamp) -> Transition {
        let nothing = Money::zero(new.amount.currency());
        let payment = Self {
            id: new.id,
            merchant: new.merchant,
            mode: new.mode,
            amount: new.amount,
            authorized: nothing,
            captured: nothing,
            refunded: nothing,
            status: Status::Created,
            capture_method: new.capture_method,
            details: new.details,
            provider: None,
            provider_reference: None,
            card_bin: None,
            card_last4: None,
            pending: None,
            event_count: 1,
            version: 1,
            created_at: now,
            updated_at: now,
        };
        let event = Event {
            kind: EventKind::PaymentCreated,
            sequence: 1,
            moved: None,
            operation: None,
            at: now,
        };
        (payment, vec![event])
    }

    /// What is left of the hold, less what is being taken.
    ///
    /// Whether it may be captured is for the status to say.
    #[must_use]
    pub fn left_to_capture(&self) -> Money {
        self.left(self.authorized, self.captured, Operation::Capture)
    }

    /// What was taken, less what was and is being given back.
    ///
    /// Whether it may be refunded is for the status to say.
    #[must_use]
    pub fn left_to_refund(&self) -> Money {
        self.left(self.captured, self.refunded, Operation::Refund)
    }

    fn left(&self, from: Money, gone: Money, operation: Operation) -> Money {
        let reserved = self.pending.filter(|pending| pending.operation == operation);
        let left = from
            .minus(gone)
            .and_then(|left| reserved.map_or(Ok(left), |pending| left.minus(pending.amount)));
        left.unwrap_or(Money::zero(self.amount.currency()))
    }
}

/// What a payment is created from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewPayment {
    /// Its id, a UUIDv7.
    pub id: PaymentId,
    /// Whose it is.
    pub merchant: MerchantId,
    /// Whether the money is real.
    pub mode: Mode,
    /// What the customer owes.
    pub amount: Money,
    /// Who starts the capture.
    pub capture_method: CaptureMethod,
    /// What the merchant says of it.
    pub details: Details,
}

words!(Status: Created = "CREATED", Authorized = "AUTHORIZED", Captured = "CAPTURED",
    PartiallyRefunded = "PARTIALLY_REFUNDED", Refunded = "REFUNDED", Failed = "FAILED",
    Voided = "VOIDED", Expired = "EXPIRED");
words!(CaptureMethod: Manual = "MANUAL", Automatic = "AUTOMATIC");
words!(Operation: Authorize = "AUTHORIZE", Capture = "CAPTURE", Void = "VOID", Refund = "REFUND");
