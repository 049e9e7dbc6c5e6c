//! How the mock words its refusals.

use payment_core::decline::{Decline, DeclineCode};

const NOT_LOCATED: &str = "25";
/// What a bank says to an order that its books do not allow: 13 is an amount that is not there, 17
/// an order that was cancelled, 79 a hold that is spent.
const BOOKS: [&str; 4] = ["13", "17", NOT_LOCATED, "79"];

/// A refusal in the words of ISO 8583 field 39, where it has one.
pub(super) fn decline(code: DeclineCode) -> Decline {
    let (provider_code, message) = match code {
        DeclineCode::InsufficientFunds => ("51", "insufficient funds"),
        DeclineCode::CardExpired => ("54", "expired card"),
        DeclineCode::CardDeclined => ("05", "do not honour"),
        DeclineCode::InvalidCard => ("14", "invalid card number"),
        DeclineCode::InvalidCvv => ("82", "wrong card verification value"),
        DeclineCode::ThreeDsFailed => ("MD0", "cardholder not authenticated"),
        DeclineCode::ThreeDsRequired => ("1A", "additional customer authentication required"),
        DeclineCode::LimitExceeded => ("61", "exceeds withdrawal amount limit"),
        DeclineCode::LostOrStolen => ("41", "lost card"),
        DeclineCode::FraudSuspected => ("59", "suspected fraud"),
        DeclineCode::CardNotSupported => ("57", "transaction not permitted to cardholder"),
        DeclineCode::InstallmentNotAllowed => ("58", "installments not permitted"),
        DeclineCode::CurrencyNotSupported => ("12", "invalid transaction currency"),
        DeclineCode::Duplicate => ("94", "duplicate transmission"),
        DeclineCode::IssuerUnavailable => ("91", "issuer or switch inoperative"),
        DeclineCode::ProviderUnavailable => ("92", "unable to route the transaction"),
        DeclineCode::ProcessingError => ("96", "system malfunction"),
    };
    worded(code, provider_code, message)
}

/// The refusal of a reference that the mock never gave out.
pub(super) fn unknown_reference() -> Decline {
    worded(DeclineCode::ProcessingError, NOT_LOCATED, "unable to locate the authorization")
}

/// Our word for a refusal in those of ISO 8583; `None` for one that nobody knows.
pub(super) fn code_of(provider_code: &str) -> Option<DeclineCode> {
    if BOOKS.contains(&provider_code) {
        return Some(DeclineCode::ProcessingError);
    }
    let is_it = |code: &DeclineCode| decline(*code).provider_code.as_deref() == Some(provider_code);
    DeclineCode::ALL.iter().copied().find(is_it)
}

fn worded(code: DeclineCode, provider_code: &str, message: &str) -> Decline {
    let (provider_code, message) = (provider_code.to_owned(), message.to_owned());
    Decline { code, provider_code: Some(provider_code), message: Some(message) }
}
