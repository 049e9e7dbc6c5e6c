//! How the mock words its refusals.

use payment_core::decline::{Decline, DeclineCode};

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
    worded(DeclineCode::ProcessingError, "25", "unable to locate the authorization")
}

fn worded(code: DeclineCode, provider_code: &str, message: &str) -> Decline {
    let (provider_code, message) = (provider_code.to_owned(), message.to_owned());
    Decline { code, provider_code: Some(provider_code), message: Some(message) }
}
