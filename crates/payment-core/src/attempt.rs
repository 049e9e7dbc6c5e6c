//! One call sequence to one provider for one operation.

use std::fmt;

use crate::{
    card::{Bin, CardToken},
    decline::Decline,
    id::{AttemptId, MerchantId, Mode, PaymentId, ProviderId, ThreeDsSessionId},
    money::Money,
    payment::{Operation, Pending},
    redact::Hidden,
    time::Timestamp,
    words::words,
};

/// What was asked of a provider, all that is needed to ask again, and the outcome.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Attempt {
    /// Our reference at the provider, and its idempotency key; a UUIDv7.
    pub id: AttemptId,
    /// For which payment.
    pub payment: PaymentId,
    /// Whose payment it is.
    pub merchant: MerchantId,
    /// Whether the money is real.
    pub mode: Mode,
    /// Who is asked.
    pub provider: ProviderId,
    /// Why this provider, for people.
    pub routing_reason: String,
    /// How much it is about.
    pub amount: Money,
    /// What is asked.
    pub instruction: Instruction,
    /// The attempt that it takes back. Such an attempt is never pending on the payment.
    pub reverses: Option<AttemptId>,
    /// Where it stands.
    pub state: AttemptState,
    /// The provider's name for what it did.
    pub provider_reference: Option<String>,
    /// Why it was refused.
    pub decline: Option<Decline>,
    /// What went wrong, for people; free of card data.
    pub error: Option<String>,
    /// The `X-Correlation-Id` of the request that started it.
    pub correlation_id: String,
    /// The idempotency record that its end completes.
    pub idempotency: Option<ScopeHash>,
    /// When it is asked about next, while it is open or watched.
    pub next_check_at: Option<Timestamp>,
    /// How often it was asked about.
    pub checks: i32,
    /// When it was recorded, before any byte was sent.
    pub created_at: Timestamp,
    /// When its end was recorded, or that it was given up.
    pub finished_at: Option<Timestamp>,
}

/// SHA-256 that names the scope of an idempotency key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct ScopeHash(pub [u8; 32]);

/// What a provider is asked to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Instruction {
    /// Hold the money, or ask for 3-D Secure first.
    Authorize(Authorize),
    /// Hold the money, now that the customer passed 3-D Secure.
    ConfirmThreeDs(ConfirmThreeDs),
    /// Take held money.
    Capture(Capture),
    /// Give up the hold.
    Void(Void),
    /// Give taken money back.
    Refund(Refund),
}

/// How to authorize; `Debug` hides the card and the merchant's page.
#[derive(Clone, PartialEq, Eq)]
pub struct Authorize {
    /// The provider's stand-in for the card.
    pub token: CardToken,
    /// The first digits of the card.
    pub bin: Bin,
    /// In how many monthly payments; 1 is none.
    pub installments: u8,
    /// Whether the merchant wants 3-D Secure.
    pub three_ds: ThreeDsPreference,
    /// Where the customer goes after 3-D Secure; the merchant's page.
    pub return_url: Option<String>,
}

/// How to authorize after 3-D Secure; `Debug` hides the proof.
#[derive(Clone, PartialEq, Eq)]
pub struct ConfirmThreeDs {
    /// The session that the customer passed.
    pub session: ThreeDsSessionId,
    /// The card and terms of the attempt that asked for it.
    pub terms: Authorize,
    /// What the provider gave us when it asked for 3-D Secure.
    pub state: String,
    /// What the browser brought back, in the provider's own form.
    pub proof: String,
}

/// How to capture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Capture {
    /// The provider's name for the authorization.
    pub reference: String,
    /// Whether what is left of the hold is given up.
    pub is_final: bool,
    /// Whether it follows its authorization by itself.
    pub is_automatic: bool,
}

/// How to void.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Void {
    /// The provider's name for the authorization.
    pub reference: String,
    /// The merchant's reason.
    pub reason: Option<String>,
}

/// How to refund.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refund {
    /// The provider's name for the authorization that was captured.
    pub reference: String,
    /// The merchant's reason.
    pub reason: Option<String>,
}

/// Whether the merchant wants 3-D Secure.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum ThreeDsPreference {
    /// Always.
    Always,
    /// When the issuer or the rules want it.
    WhenRequired,
    /// Never; an issuer that insists declines.
    Never,
}

words!(ThreeDsPreference: Always = "ALWAYS", WhenRequired = "WHEN_REQUIRED", Never = "NEVER");

/// Where an attempt stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum AttemptState {
    /// Recorded; sent or about to be, outcome unknown.
    Intent,
    /// The provider did it.
    Succeeded,
    /// The provider refused.
    Declined,
    /// The provider wants 3-D Secure; no money moved.
    Challenged,
    /// Proved not to have reached the provider, or refused before processing.
    FailedNotSent,
    /// Given up after the doubt window. It is watched for a while: should it take effect after
    /// all, it becomes [`AttemptState::Reversed`], or [`AttemptState::Succeeded`] where it is a
    /// void or refund, which nobody can take back.
    Abandoned,
    /// Given up, then found successful and taken back.
    Reversed,
    /// Only a person can settle it: it then succeeds, is declined, abandoned or reversed.
    NeedsReview,
}

words!(AttemptState: Intent = "INTENT", Succeeded = "SUCCEEDED", Declined = "DECLINED",
    Challenged = "CHALLENGED", FailedNotSent = "FAILED_NOT_SENT", Abandoned = "ABANDONED",
    Reversed = "REVERSED", NeedsReview = "NEEDS_REVIEW");

/// How far an attempt has come: what a store compares before it writes one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Progress {
    /// Where it stands.
    pub state: AttemptState,
    /// How often it was claimed to be asked about. Who sent it may only say that nothing was sent
    /// while nobody else could have sent it since.
    pub checks: i32,
}

impl Attempt {
    /// How far it has come.
    #[must_use]
    pub const fn progress(&self) -> Progress {
        Progress { state: self.state, checks: self.checks }
    }

    /// What it reserves on the payment while it is open.
    #[must_use]
    pub const fn pending(&self) -> Pending {
        let is_final = match &self.instruction {
            Instruction::Capture(capture) => capture.is_final,
            Instruction::Authorize(_)
            | Instruction::ConfirmThreeDs(_)
            | Instruction::Void(_)
            | Instruction::Refund(_) => true,
        };
        let operation = self.instruction.operation();
        Pending { attempt: self.id, operation, amount: self.amount, is_final }
    }
}

impl Instruction {
    /// The operation that it is part of.
    #[must_use]
    pub const fn operation(&self) -> Operation {
        match self {
            Self::Authorize(_) | Self::ConfirmThreeDs(_) => Operation::Authorize,
            Self::Capture(_) => Operation::Capture,
            Self::Void(_) => Operation::Void,
            Self::Refund(_) => Operation::Refund,
        }
    }
}

impl fmt::Debug for Authorize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { token, bin, installments, three_ds, return_url } = self;
        f.debug_struct("Authorize")
            .field("token", token)
            .field("bin", bin)
            .field("installments", installments)
            .field("three_ds", three_ds)
            .field("return_url", &return_url.as_ref().map(|_| Hidden))
            .finish()
    }
}

impl fmt::Debug for ConfirmThreeDs {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { session, terms, state: _, proof: _ } = self;
        f.debug_struct("ConfirmThreeDs")
            .field("session", session)
            .field("terms", terms)
            .field("state", &Hidden)
            .field("proof", &Hidden)
            .finish()
    }
}
