//! What really comes of a call, and what its caller hears of it.

use std::time::Duration;

use payment_core::{
    attempt::{Attempt, Authorize, ConfirmThreeDs, ThreeDsPreference},
    card::{CardToken, LastFour},
    decline::{Decline, DeclineCode},
    three_ds::Challenge,
};
use payment_ports::provider::{Approval, CallResult, Found, Outcome, ProviderError, Redirect};

use super::{
    decline::{decline, unknown_reference},
    reference,
    scenario::Scenario,
};

/// One call: the truth, and the news of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Play {
    pub(super) truth: Truth,
    pub(super) news: News,
}

/// What really came of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Truth {
    /// It was processed.
    Outcome(Outcome),
    /// It never left.
    NotReached,
    /// It was refused unread; why, for people.
    Refused(&'static str),
}

/// What its caller hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum News {
    /// The truth, at once.
    AtOnce,
    /// The truth, after a while.
    After(Duration),
    /// Nothing.
    Lost,
}

impl Play {
    /// Holding the money, or asking for 3-D Secure first.
    pub(super) fn authorize(attempt: &Attempt, terms: &Authorize, must_challenge: bool) -> Self {
        let scenario = Scenario::of(&terms.token);
        let play = Self::hold(attempt, &terms.token);
        let wants_challenge = must_challenge || terms.three_ds == ThreeDsPreference::Always;
        let is_challenged = scenario.insists_on_three_ds() || wants_challenge && play.is_approved();
        match terms.three_ds {
            _ if !is_challenged => play,
            ThreeDsPreference::Never => declined(DeclineCode::ThreeDsRequired),
            ThreeDsPreference::Always | ThreeDsPreference::WhenRequired => {
                let state = reference::write(attempt.id, scenario);
                outcome(Outcome::NeedsRedirect(Redirect { challenge: Challenge::Code, state }))
            }
        }
    }

    /// Holding the money after 3-D Secure.
    pub(super) fn confirm(attempt: &Attempt, terms: &ConfirmThreeDs) -> Self {
        if terms.proof == proof(&terms.state) {
            Self::hold(attempt, &terms.terms.token)
        } else {
            declined(DeclineCode::ThreeDsFailed)
        }
    }

    /// Capturing, voiding or refunding what `authorization` names.
    pub(super) fn later(attempt: &Attempt, authorization: &str) -> Self {
        let operation = attempt.instruction.operation();
        let Some(scenario) = reference::read(authorization) else {
            return refused(unknown_reference());
        };
        if scenario == Scenario::LaterDeclined(operation) {
            return declined(DeclineCode::CardDeclined);
        }
        let is_lost = scenario == Scenario::LaterTimeout(operation);
        let news = if is_lost { News::Lost } else { News::AtOnce };
        Self { news, ..approved(attempt, scenario, None) }
    }

    /// A call that is refused unread.
    pub(super) const fn refused(reason: &'static str) -> Self {
        Self { truth: Truth::Refused(reason), news: News::AtOnce }
    }

    /// What a query finds.
    pub(super) fn found(self) -> Found {
        match self.truth {
            Truth::Outcome(outcome) => Found::Outcome(outcome),
            Truth::NotReached | Truth::Refused(_) => Found::Nothing,
        }
    }

    /// What the caller hears, when it hears it.
    pub(super) async fn told(self) -> CallResult {
        let outcome = match self.truth {
            Truth::Outcome(outcome) => outcome,
            Truth::NotReached => return Err(ProviderError::NotSent("no connection".to_owned())),
            Truth::Refused(reason) => return Err(ProviderError::Misconfigured(reason.to_owned())),
        };
        match self.news {
            News::AtOnce => Ok(outcome),
            News::After(delay) => {
                tokio::time::sleep(delay).await;
                Ok(outcome)
            }
            News::Lost => Err(ProviderError::Unknown("the answer was lost".to_owned())),
        }
    }

    /// The authorization itself, all questions of 3-D Secure aside.
    fn hold(attempt: &Attempt, token: &CardToken) -> Self {
        let scenario = Scenario::of(token);
        let approved = approved(attempt, scenario, last_four(token));
        match scenario {
            Scenario::Approved
            | Scenario::ThreeDs
            | Scenario::LaterDeclined(_)
            | Scenario::LaterTimeout(_) => approved,
            Scenario::Slow(delay) => Self { news: News::After(delay), ..approved },
            Scenario::Timeout | Scenario::ThreeDsTimeout => Self { news: News::Lost, ..approved },
            Scenario::Declined(code) => declined(code),
            Scenario::ThreeDsFail => declined(DeclineCode::ThreeDsFailed),
            Scenario::TimeoutDeclined => {
                Self { news: News::Lost, ..declined(DeclineCode::CardDeclined) }
            }
            Scenario::Unavailable => Self { truth: Truth::NotReached, news: News::AtOnce },
            Scenario::Misconfigured => Self::refused("the account is closed"),
        }
    }

    const fn is_approved(&self) -> bool {
        matches!(self.truth, Truth::Outcome(Outcome::Approved(_)))
    }
}

/// What the mock wants back once the customer passed the challenge of `state`.
pub(super) fn proof(state: &str) -> String {
    format!("PASSED-{state}")
}

const fn outcome(outcome: Outcome) -> Play {
    Play { truth: Truth::Outcome(outcome), news: News::AtOnce }
}

const fn refused(decline: Decline) -> Play {
    outcome(Outcome::Declined(decline))
}

fn declined(code: DeclineCode) -> Play {
    refused(decline(code))
}

fn approved(attempt: &Attempt, scenario: Scenario, card_last4: Option<LastFour>) -> Play {
    let reference = reference::write(attempt.id, scenario);
    outcome(Outcome::Approved(Approval { reference, card_last4 }))
}

/// Four digits that are the same whenever the token is.
fn last_four(token: &CardToken) -> Option<LastFour> {
    let mix = |sum: u32, byte: u8| sum.wrapping_mul(31).wrapping_add(byte.into()).rem_euclid(9973);
    LastFour::parse(&format!("{:04}", token.expose().bytes().fold(0, mix))).ok()
}
