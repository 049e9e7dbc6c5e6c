//! A 3-D Secure session: the customer's one chance to prove who they are.

use std::{collections::BTreeMap, fmt};

use crate::{
    id::{AttemptId, PaymentId, ThreeDsSessionId},
    redact::Hidden,
    time::Timestamp,
    words::words,
};

/// A challenge that a customer's browser may answer once.
///
/// ```
/// # use payment_core::{id::{AttemptId, PaymentId, ThreeDsSessionId}, time::Timestamp};
/// # use payment_core::three_ds::{Challenge, SessionRefused, ThreeDsSession, ThreeDsStatus};
/// # use std::time::Duration;
/// let now = Timestamp::UNIX_EPOCH;
/// let session = ThreeDsSession {
///     id: ThreeDsSessionId::from_random([7; 16]),
///     payment: PaymentId::from(uuid::Uuid::from_u128(1)),
///     attempt: AttemptId::from(uuid::Uuid::from_u128(2)),
///     challenge: Challenge::Code,
///     provider_state: String::new(),
///     return_url: None,
///     status: ThreeDsStatus::Pending,
///     wrong_codes: 0,
///     version: 1,
///     created_at: now,
///     expires_at: now + Duration::from_mins(5),
/// };
/// let session = session.wrong_code(3, now)?;
/// let session = session.complete(now)?;
/// // The bank posts the same return again: it is not confirmed twice.
/// let refused = SessionRefused::NotPending(ThreeDsStatus::Completing);
/// assert_eq!(session.complete(now), Err(refused));
///
/// // The provider is asked here.
///
/// assert_eq!(session.conclude(Some(true))?.status, ThreeDsStatus::Verified);
/// # Ok::<(), SessionRefused>(())
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct ThreeDsSession {
    /// What the browser knows it by.
    pub id: ThreeDsSessionId,
    /// Which payment it is for.
    pub payment: PaymentId,
    /// The attempt that asked for it.
    pub attempt: AttemptId,
    /// What the browser is shown.
    pub challenge: Challenge,
    /// What the provider wants back with the confirmation; ours to keep, not to read.
    pub provider_state: String,
    /// The merchant's page that the customer returns to.
    pub return_url: Option<String>,
    /// Where it stands.
    pub status: ThreeDsStatus,
    /// How many wrong codes were entered.
    pub wrong_codes: i32,
    /// Grows by one with every change; stores compare and set on it.
    pub version: i64,
    /// When it began.
    pub created_at: Timestamp,
    /// When it ends by itself.
    pub expires_at: Timestamp,
}

/// What the customer's browser is shown; `Debug` hides addresses and fields.
#[derive(Clone, PartialEq, Eq)]
pub enum Challenge {
    /// Our own page, which asks for the code that the customer was sent.
    Code,
    /// A page that posts these fields to the bank by itself.
    Post {
        /// The bank's address.
        url: String,
        /// The form's fields.
        fields: BTreeMap<String, String>,
    },
    /// The bank's page.
    Redirect {
        /// The bank's address.
        url: String,
    },
}

/// Where a session stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ThreeDsStatus {
    /// Waiting for the customer.
    Pending,
    /// Passed; the authorization is being confirmed.
    Completing,
    /// Passed, and the payment was authorized.
    Verified,
    /// Not passed, or the authorization was declined.
    Failed,
    /// Not answered in time.
    Expired,
    /// Too many wrong codes.
    Blocked,
}

words!(ThreeDsStatus: Pending = "PENDING", Completing = "COMPLETING", Verified = "VERIFIED",
    Failed = "FAILED", Expired = "EXPIRED", Blocked = "BLOCKED");

/// Why a session takes no answer; nothing was changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum SessionRefused {
    /// It has ended, or is about to.
    #[error("the session is {0}")]
    NotPending(ThreeDsStatus),
    /// Its time is over.
    #[error("the session has expired")]
    TimedOut,
}

impl ThreeDsSession {
    /// The customer passed: the authorization may now be confirmed, once.
    ///
    /// # Errors
    ///
    /// [`SessionRefused`] if it is not pending any more or its time is over.
    pub fn complete(&self, now: Timestamp) -> Result<Self, SessionRefused> {
        self.open(now)?;
        Ok(self.becomes(ThreeDsStatus::Completing))
    }

    /// The customer entered a wrong code; the last of `max_attempts` blocks the session.
    ///
    /// # Errors
    ///
    /// [`SessionRefused`] if it is not pending any more or its time is over.
    pub fn wrong_code(&self, max_attempts: i32, now: Timestamp) -> Result<Self, SessionRefused> {
        self.open(now)?;
        let wrong_codes = self.wrong_codes.saturating_add(1);
        let is_blocked = wrong_codes >= max_attempts;
        let status = if is_blocked { ThreeDsStatus::Blocked } else { ThreeDsStatus::Pending };
        Ok(Self { wrong_codes, ..self.becomes(status) })
    }

    /// The customer did not pass.
    ///
    /// # Errors
    ///
    /// [`SessionRefused`] if it is not pending any more or its time is over.
    pub fn fail(&self, now: Timestamp) -> Result<Self, SessionRefused> {
        self.open(now)?;
        Ok(self.becomes(ThreeDsStatus::Failed))
    }

    /// The authorization was confirmed (`true`) or declined (`false`).
    ///
    /// `None` is one that was proved not to have been sent: the customer may answer again.
    ///
    /// # Errors
    ///
    /// [`SessionRefused`] if no authorization was being confirmed.
    pub fn conclude(&self, is_authorized: Option<bool>) -> Result<Self, SessionRefused> {
        match (self.status, is_authorized) {
            (ThreeDsStatus::Completing, Some(true)) => Ok(self.becomes(ThreeDsStatus::Verified)),
            (ThreeDsStatus::Completing, Some(false)) => Ok(self.becomes(ThreeDsStatus::Failed)),
            (ThreeDsStatus::Completing, None) => Ok(self.becomes(ThreeDsStatus::Pending)),
            (status, _) => Err(SessionRefused::NotPending(status)),
        }
    }

    /// Its time is over; one whose authorization is being confirmed is left to that.
    ///
    /// # Errors
    ///
    /// [`SessionRefused`] if it has ended already, or its time is not over.
    pub fn expire(&self, now: Timestamp) -> Result<Self, SessionRefused> {
        match self.open(now) {
            Err(SessionRefused::TimedOut) => Ok(self.becomes(ThreeDsStatus::Expired)),
            Err(refused) => Err(refused),
            Ok(()) => Err(SessionRefused::NotPending(self.status)),
        }
    }

    fn open(&self, now: Timestamp) -> Result<(), SessionRefused> {
        if self.status != ThreeDsStatus::Pending {
            return Err(SessionRefused::NotPending(self.status));
        }
        if now < self.expires_at { Ok(()) } else { Err(SessionRefused::TimedOut) }
    }

    fn becomes(&self, status: ThreeDsStatus) -> Self {
        Self { status, version: self.version.saturating_add(1), ..self.clone() }
    }
}

/// Hides all that could answer the challenge.
impl fmt::Debug for ThreeDsSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ThreeDsSession")
            .field("id", &self.id)
            .field("payment", &self.payment)
            .field("attempt", &self.attempt)
            .field("challenge", &self.challenge)
            .field("provider_state", &Hidden)
            .field("return_url", &self.return_url.as_ref().map(|_| Hidden))
            .field("status", &self.status)
            .field("wrong_codes", &self.wrong_codes)
            .field("version", &self.version)
            .field("created_at", &self.created_at)
            .field("expires_at", &self.expires_at)
            .finish()
    }
}

impl fmt::Debug for Challenge {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Code => f.write_str("Code"),
            Self::Post { .. } => f.debug_tuple("Post").field(&Hidden).finish(),
            Self::Redirect { .. } => f.debug_tuple("Redirect").field(&Hidden).finish(),
        }
    }
}
