//! Values that are stored as JSON text.
//!
//! The core knows no serialization, so its types are mirrored here. The mirrors are the format of
//! rows that exist: a change must still read them.

use std::collections::BTreeMap;

use payment_core::{
    attempt::{Authorize, Capture, ConfirmThreeDs, Instruction, Refund, ThreeDsPreference, Void},
    card::{Bin, CardToken},
    three_ds::Challenge,
};
use payment_ports::store::StoreError;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

use crate::rows::{corrupt, word};

/// Writes a value.
pub(crate) fn write(column: &str, value: &impl Serialize) -> Result<String, StoreError> {
    serde_json::to_string(value).ok().ok_or_else(|| corrupt(column))
}

/// Reads a value.
pub(crate) fn read<T: DeserializeOwned>(column: &str, text: &str) -> Result<T, StoreError> {
    // The parser's message may repeat the text, which may be secret.
    serde_json::from_str(text).ok().ok_or_else(|| corrupt(column))
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum InstructionText {
    Authorize(AuthorizeText),
    ConfirmThreeDs { session: String, terms: AuthorizeText, state: String, proof: String },
    Capture { reference: String, is_final: bool, is_automatic: bool },
    Void { reference: String, reason: Option<String> },
    Refund { reference: String, reason: Option<String> },
}

#[derive(Serialize, Deserialize)]
pub(crate) struct AuthorizeText {
    token: String,
    bin: String,
    installments: u8,
    three_ds: String,
    return_url: Option<String>,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum ChallengeText {
    Code,
    Post { url: String, fields: BTreeMap<String, String> },
    Redirect { url: String },
}

impl From<&Instruction> for InstructionText {
    fn from(instruction: &Instruction) -> Self {
        match instruction.clone() {
            Instruction::Authorize(terms) => Self::Authorize(terms.into()),
            Instruction::ConfirmThreeDs(ConfirmThreeDs { session, terms, state, proof }) => {
                let (session, terms) = (session.to_string(), terms.into());
                Self::ConfirmThreeDs { session, terms, state, proof }
            }
            Instruction::Capture(Capture { reference, is_final, is_automatic }) => {
                Self::Capture { reference, is_final, is_automatic }
            }
            Instruction::Void(Void { reference, reason }) => Self::Void { reference, reason },
            Instruction::Refund(Refund { reference, reason }) => Self::Refund { reference, reason },
        }
    }
}

impl InstructionText {
    pub(crate) fn instruction(self, column: &str) -> Result<Instruction, StoreError> {
        Ok(match self {
            Self::Authorize(terms) => Instruction::Authorize(terms.terms(column)?),
            Self::ConfirmThreeDs { session, terms, state, proof } => {
                let session = word(column, &session, |text| text.parse().ok())?;
                let terms = terms.terms(column)?;
                Instruction::ConfirmThreeDs(ConfirmThreeDs { session, terms, state, proof })
            }
            Self::Capture { reference, is_final, is_automatic } => {
                Instruction::Capture(Capture { reference, is_final, is_automatic })
            }
            Self::Void { reference, reason } => Instruction::Void(Void { reference, reason }),
            Self::Refund { reference, reason } => Instruction::Refund(Refund { reference, reason }),
        })
    }
}

impl From<Authorize> for AuthorizeText {
    fn from(terms: Authorize) -> Self {
        Self {
            token: terms.token.expose().to_owned(),
            bin: terms.bin.as_str().to_owned(),
            installments: terms.installments,
            three_ds: terms.three_ds.as_str().to_owned(),
            return_url: terms.return_url,
        }
    }
}

impl AuthorizeText {
    fn terms(self, column: &str) -> Result<Authorize, StoreError> {
        Ok(Authorize {
            token: word(column, &self.token, |text| CardToken::parse(text).ok())?,
            bin: word(column, &self.bin, |text| Bin::parse(text).ok())?,
            installments: self.installments,
            three_ds: word(column, &self.three_ds, ThreeDsPreference::parse)?,
            return_url: self.return_url,
        })
    }
}

impl From<&Challenge> for ChallengeText {
    fn from(challenge: &Challenge) -> Self {
        match challenge.clone() {
            Challenge::Code => Self::Code,
            Challenge::Post { url, fields } => Self::Post { url, fields },
            Challenge::Redirect { url } => Self::Redirect { url },
        }
    }
}

impl From<ChallengeText> for Challenge {
    fn from(challenge: ChallengeText) -> Self {
        match challenge {
            ChallengeText::Code => Self::Code,
            ChallengeText::Post { url, fields } => Self::Post { url, fields },
            ChallengeText::Redirect { url } => Self::Redirect { url },
        }
    }
}
