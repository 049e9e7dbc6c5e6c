//! Moods of the whole mock.

use payment_core::{
    attempt::Attempt,
    decline::{Decline, DeclineCode},
};
use payment_ports::provider::Outcome;

use super::{
    decline::decline,
    play::{News, Play, Truth},
};

/// How the mock treats every call.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash)]
pub enum MockMode {
    /// As the card token says.
    #[default]
    Success,
    /// Declines.
    Fail,
    /// As the card token says, but the answer is lost.
    Timeout,
    /// Declines, loses or never sends some, by the attempt's id.
    Random,
    /// As the card token says, but only after 3-D Secure.
    RequiresThreeDs,
}

impl MockMode {
    /// What [`MockMode::parse`] reads, for people.
    pub const EXPECTED: &str = "SUCCESS, FAIL, TIMEOUT, RANDOM or REQUIRES_3DS";

    /// Reads the word that settings use; `None` for any other.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "SUCCESS" => Some(Self::Success),
            "FAIL" => Some(Self::Fail),
            "TIMEOUT" => Some(Self::Timeout),
            "RANDOM" => Some(Self::Random),
            "REQUIRES_3DS" => Some(Self::RequiresThreeDs),
            _ => None,
        }
    }

    /// What becomes of a play in this mode.
    pub(super) fn bend(self, play: Play, attempt: &Attempt) -> Play {
        match self {
            Self::Success | Self::RequiresThreeDs => play,
            Self::Fail => refused(decline(DeclineCode::CardDeclined)),
            Self::Timeout => Play { news: News::Lost, ..play },
            Self::Random => random(play, attempt),
        }
    }
}

/// Three in five calls go as the token says; the attempt's id is the die.
fn random(play: Play, attempt: &Attempt) -> Play {
    let [.., which, luck] = attempt.id.uuid().into_bytes();
    match luck.rem_euclid(10) {
        0..6 => play,
        6 => Play { news: News::Lost, ..play },
        7 => Play { truth: Truth::NotReached, news: News::AtOnce },
        _ => {
            let code = DeclineCode::ALL.iter().cycle().nth(which.into());
            refused(decline(code.copied().unwrap_or(DeclineCode::CardDeclined)))
        }
    }
}

fn refused(decline: Decline) -> Play {
    Play { truth: Truth::Outcome(Outcome::Declined(decline)), news: News::AtOnce }
}
