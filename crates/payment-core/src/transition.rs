//! The state machine of a payment: what may happen to it, and what comes of it.

use crate::{
    event::{Event, EventKind},
    id::AttemptId,
    money::{Money, MoneyError},
    payment::{Operation, Payment, Pending, Status},
    time::Timestamp,
};

/// Something that happened to a payment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// The issuer holds the whole amount.
    AuthorizeApproved,
    /// The issuer refused, or the customer failed 3-D Secure.
    AuthorizeDeclined,
    /// The issuer wants the customer to prove who they are.
    ThreeDsNeeded,
    /// Money was taken.
    Capture {
        /// How much.
        amount: Money,
        /// Whether what is left of the hold was given up.
        is_final: bool,
    },
    /// The hold was given up.
    Void,
    /// Money was given back.
    Refund {
        /// How much.
        amount: Money,
    },
    /// Time ran out.
    Expire,
}

/// Why a payment cannot take an action; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Rejected {
    /// The state machine has no such transition.
    #[error("a payment that is {status} cannot be {action}")]
    IllegalState {
        /// Where the payment stands.
        status: Status,
        /// What was asked, as a participle: `captured`.
        action: &'static str,
    },
    /// Another operation is under way or in doubt.
    #[error("another operation is in progress: {}", .0.operation)]
    Busy(Pending),
    /// More than is left.
    #[error("amount is more than the {left} that is left")]
    TooMuch {
        /// What is left.
        left: Money,
    },
    /// Not an amount of this payment.
    #[error("amount {0}")]
    Amount(#[from] MoneyError),
    /// The attempt is not the pending one.
    #[error("the attempt is no longer the pending one")]
    NotPending,
}

/// A payment after an action, and what to tell the world.
pub type Transition = (Payment, Vec<Event>);

impl Payment {
    /// Reserves the amount of an operation that is about to be sent to a provider.
    ///
    /// Until [`Payment::settle`], every other operation is [`Rejected::Busy`], so that what was
    /// begun can always be recorded, however late its outcome becomes known.
    ///
    /// ```
    /// # use payment_core::{currency::Currency, id::{AttemptId, MerchantId, Mode, PaymentId}};
    /// # use payment_core::money::Money;
    /// # use payment_core::payment::{CaptureMethod, Details, NewPayment, Operation, Payment};
    /// # use payment_core::payment::{Pending, Status};
    /// # use payment_core::{time::Timestamp, transition::{Action, Rejected}};
    /// # let now = Timestamp::UNIX_EPOCH;
    /// # let amount = Money::from_major("100.00", Currency::parse("TRY")?)?;
    /// # let new = NewPayment {
    /// #     id: PaymentId::from(uuid::Uuid::from_u128(1)),
    /// #     merchant: MerchantId::parse("TRENDYOL")?,
    /// #     mode: Mode::Test,
    /// #     amount,
    /// #     capture_method: CaptureMethod::Manual,
    /// #     details: Details::default(),
    /// # };
    /// # let (payment, _) = Payment::create(new, now);
    /// # let attempt = AttemptId::from(uuid::Uuid::from_u128(2));
    /// let operation = Operation::Authorize;
    /// let pending = Pending { attempt, operation, amount, is_final: true };
    /// let payment = payment.begin(pending, now)?;
    /// assert_eq!(payment.apply(Action::Void, now), Err(Rejected::Busy(pending)));
    ///
    /// // The provider is asked here, with no transaction open.
    ///
    /// let (payment, _) = payment.settle(attempt, Some(pending.when_approved()), now)?;
    /// assert_eq!(payment.status, Status::Authorized);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejected`] if the operation would not be legal once it is approved, or another is open.
    pub fn begin(&self, pending: Pending, now: Timestamp) -> Result<Self, Rejected> {
        self.apply(pending.when_approved(), now)?;
        Ok(Self { pending: Some(pending), ..self.changed(now) })
    }

    /// Ends the pending operation: `action` is what came of it, `None` where nothing did.
    ///
    /// A declined capture, void or refund is `None`: it frees what was reserved, and the operation
    /// may be tried again. The example is at [`Payment::begin`].
    ///
    /// # Errors
    ///
    /// [`Rejected::NotPending`] if `attempt` is not the one that is open, so that whoever comes
    /// second changes nothing; otherwise as [`Payment::apply`].
    pub fn settle(
        &self,
        attempt: AttemptId,
        action: Option<Action>,
        now: Timestamp,
    ) -> Result<Transition, Rejected> {
        if self.pending.is_none_or(|pending| pending.attempt != attempt) {
            return Err(Rejected::NotPending);
        }
        let free = Self { pending: None, ..self.clone() };
        match action {
            Some(action) => free.apply(action, now),
            None => Ok((free.changed(now), Vec::new())),
        }
    }

    /// Ends the pending operation, which came to nothing, and tells the world of it.
    ///
    /// For an operation whose outcome was unknown for a while: the status tells nobody how it ended.
    ///
    /// # Errors
    ///
    /// [`Rejected::NotPending`] if `attempt` is not the one that is open.
    pub fn settle_failed(
        &self,
        attempt: AttemptId,
        now: Timestamp,
    ) -> Result<Transition, Rejected> {
        let pending = self.pending.filter(|pending| pending.attempt == attempt);
        let operation = pending.ok_or(Rejected::NotPending)?.operation;
        let free = Self { pending: None, ..self.clone() };
        Ok(free.announce(EventKind::PaymentOperationFailed, operation, now))
    }

    /// Applies `action`: the payment after it, and what to tell the world.
    ///
    /// ```
    /// # use payment_core::{currency::Currency, id::{MerchantId, Mode, PaymentId}};
    /// # use payment_core::money::Money;
    /// # use payment_core::payment::{CaptureMethod, Details, NewPayment, Payment};
    /// # use payment_core::payment::Status;
    /// # use payment_core::{time::Timestamp, transition::{Action, Rejected}};
    /// # let now = Timestamp::UNIX_EPOCH;
    /// # let amount = Money::from_major("100.00", Currency::parse("TRY")?)?;
    /// # let new = NewPayment {
    /// #     id: PaymentId::from(uuid::Uuid::from_u128(1)),
    /// #     merchant: MerchantId::parse("TRENDYOL")?,
    /// #     mode: Mode::Test,
    /// #     amount,
    /// #     capture_method: CaptureMethod::Manual,
    /// #     details: Details::default(),
    /// # };
    /// # let (payment, _) = Payment::create(new, now);
    /// let (payment, events) = payment.apply(Action::AuthorizeApproved, now)?;
    /// let (payment, events) = payment.apply(Action::Capture { amount, is_final: true }, now)?;
    /// assert_eq!(payment.status, Status::Captured);
    /// assert_eq!(events[0].moved, Some(amount));
    ///
    /// let refused = payment.apply(Action::Void, now).unwrap_err();
    /// assert_eq!(refused.to_string(), "a payment that is CAPTURED cannot be voided");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    ///
    /// [`Rejected`]; a refused action changes nothing.
    pub fn apply(&self, action: Action, now: Timestamp) -> Result<Transition, Rejected> {
        if let Some(pending) = self.pending {
            return Err(Rejected::Busy(pending));
        }
        match (self.status, action) {
            (Status::Created, Action::AuthorizeApproved) => {
                let authorized = Self { authorized: self.amount, ..self.changed(now) };
                Ok(authorized.becomes(Status::Authorized, EventKind::PaymentAuthorized, None))
            }
            (Status::Created, Action::AuthorizeDeclined) => {
                Ok(self.changed(now).becomes(Status::Failed, EventKind::PaymentFailed, None))
            }
            (Status::Created, Action::ThreeDsNeeded) => Ok((self.changed(now), Vec::new())),
            (Status::Authorized, Action::Capture { amount, is_final }) => {
                self.capture(amount, is_final, now)
            }
            (Status::Created | Status::Authorized, Action::Void) => {
                Ok(self.give_up(Status::Voided, EventKind::PaymentVoided, now))
            }
            (Status::Created | Status::Authorized, Action::Expire) => {
                Ok(self.give_up(Status::Expired, EventKind::PaymentExpired, now))
            }
            (Status::Captured | Status::PartiallyRefunded, Action::Refund { amount }) => {
                self.refund(amount, now)
            }
            (status, _) => Err(Rejected::IllegalState { status, action: action.participle() }),
        }
    }

    /// The payment as it is, and an event that tells what became of one of its operations.
    ///
    /// For what changes no status, such as [`EventKind::PaymentReversed`]; it may happen beside an
    /// operation that is pending.
    #[must_use]
    pub fn announce(&self, kind: EventKind, operation: Operation, now: Timestamp) -> Transition {
        let (payment, events) = self.changed(now).becomes(self.status, kind, None);
        let about = |event| Event { operation: Some(operation), ..event };
        (payment, events.into_iter().map(about).collect())
    }

    fn capture(
        &self,
        amount: Money,
        is_final: bool,
        now: Timestamp,
    ) -> Result<Transition, Rejected> {
        let left = take(self.left_to_capture(), amount)?;
        let next = Self { captured: self.captured.plus(amount)?, ..self.changed(now) };
        let status = if is_final || left.is_zero() { Status::Captured } else { Status::Authorized };
        Ok(next.becomes(status, EventKind::PaymentCaptured, Some(amount)))
    }

    fn refund(&self, amount: Money, now: Timestamp) -> Result<Transition, Rejected> {
        let left = take(self.left_to_refund(), amount)?;
        let next = Self { refunded: self.refunded.plus(amount)?, ..self.changed(now) };
        let status = if left.is_zero() { Status::Refunded } else { Status::PartiallyRefunded };
        Ok(next.becomes(status, EventKind::PaymentRefunded, Some(amount)))
    }

    /// Ends the hold. What was taken from it before stays taken, and can be refunded.
    fn give_up(&self, status: Status, event: EventKind, now: Timestamp) -> Transition {
        let status = if self.captured.is_zero() { status } else { Status::Captured };
        self.changed(now).becomes(status, event, None)
    }

    fn changed(&self, now: Timestamp) -> Self {
        Self { version: self.version.saturating_add(1), updated_at: now, ..self.clone() }
    }

    fn becomes(self, status: Status, kind: EventKind, moved: Option<Money>) -> Transition {
        let sequence = self.event_count.saturating_add(1);
        let event = Event { kind, sequence, moved, operation: None, at: self.updated_at };
        (Self { status, event_count: sequence, ..self }, vec![event])
    }
}

/// What is left after taking a positive `amount`.
fn take(left: Money, amount: Money) -> Result<Money, Rejected> {
    if amount.is_zero() {
        return Err(MoneyError::NotPositive.into());
    }
    match left.minus(amount) {
        Ok(rest) => Ok(rest),
        Err(MoneyError::CurrencyMismatch) => Err(MoneyError::CurrencyMismatch.into()),
        Err(_) => Err(Rejected::TooMuch { left }),
    }
}

impl Pending {
    /// What happens to the payment once the provider approves.
    #[must_use]
    pub const fn when_approved(self) -> Action {
        let Self { attempt: _, operation, amount, is_final } = self;
        match operation {
            Operation::Authorize => Action::AuthorizeApproved,
            Operation::Capture => Action::Capture { amount, is_final },
            Operation::Void => Action::Void,
            Operation::Refund => Action::Refund { amount },
        }
    }
}

impl Action {
    const fn participle(self) -> &'static str {
        match self {
            Self::AuthorizeApproved | Self::AuthorizeDeclined | Self::ThreeDsNeeded => "authorized",
            Self::Capture { .. } => "captured",
            Self::Void => "voided",
            Self::Refund { .. } => "refunded",
            Self::Expire => "expired",
        }
    }
}
