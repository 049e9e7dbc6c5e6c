//! What a test can tell a provider to do.

use std::time::Duration;

use payment_core::{decline::DeclineCode, three_ds::Challenge};

/// A call that may move money.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Call {
    /// [`crate::provider::Provider::authorize`].
    Authorize,
    /// [`crate::provider::ThreeDs::confirm`].
    Confirm,
    /// [`crate::provider::Provider::capture`].
    Capture,
    /// [`crate::provider::Provider::void`].
    Void,
    /// [`crate::provider::Provider::refund`].
    Refund,
    /// [`crate::provider::Provider::cancel`].
    Cancel,
}

/// What comes of a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Answer {
    /// Done: one effect.
    Approve,
    /// Refused.
    Decline(DeclineCode),
    /// The customer must pass 3-D Secure first.
    NeedThreeDs(Challenge),
    /// Still at work, until [`super::ScriptedProvider::land`].
    Pending,
    /// It never left.
    NotSent,
    /// Done, and the answer lost on its way back.
    UnknownWithEffect,
    /// Lost on its way there.
    UnknownWithoutEffect,
    /// The account or the settings are refused.
    Misconfigured,
}

/// An answer, and when it is given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    pub(super) answer: Answer,
    pub(super) pause: Pause,
}

/// How long the answer takes; what the provider does, it does before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Pause {
    None,
    For(Duration),
    UntilReleased,
}

impl Answer {
    /// The provider acts at once, and answers so much later.
    #[must_use]
    pub const fn after(self, pause: Duration) -> Step {
        Step { answer: self, pause: Pause::For(pause) }
    }

    /// The provider acts at once, and answers after [`super::ScriptedProvider::release`].
    #[must_use]
    pub const fn when_released(self) -> Step {
        Step { answer: self, pause: Pause::UntilReleased }
    }
}

impl From<Answer> for Step {
    fn from(answer: Answer) -> Self {
        Self { answer, pause: Pause::None }
    }
}
