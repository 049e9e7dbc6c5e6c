//! How the bank words its refusals: ISO 8583 field 39, where that has a word.

/// A reason to refuse.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Code {
    /// The bank's word for it.
    pub(crate) code: &'static str,
    /// For people.
    pub(crate) message: &'static str,
}

/// Every reason that `tok_decline_<word>` asks for.
const NAMED: [(&str, Code); 17] = [
    ("insufficient_funds", INSUFFICIENT_FUNDS),
    ("card_expired", CARD_EXPIRED),
    ("card_declined", CARD_DECLINED),
    ("invalid_card", INVALID_CARD),
    ("invalid_cvv", code("82", "wrong card verification value")),
    ("three_ds_failed", NOT_AUTHENTICATED),
    ("three_ds_required", AUTHENTICATION_REQUIRED),
    ("limit_exceeded", code("61", "exceeds withdrawal amount limit")),
    ("lost_or_stolen", LOST_CARD),
    ("fraud_suspected", FRAUD),
    ("card_not_supported", code("57", "transaction not permitted to cardholder")),
    ("installment_not_allowed", code("58", "installments not permitted")),
    ("currency_not_supported", WRONG_CURRENCY),
    ("duplicate", code("94", "duplicate transmission")),
    ("issuer_unavailable", code("91", "issuer or switch inoperative")),
    ("provider_unavailable", code("92", "unable to route the transaction")),
    ("processing_error", code("96", "system malfunction")),
];

pub(crate) const INSUFFICIENT_FUNDS: Code = code("51", "insufficient funds");
pub(crate) const CARD_EXPIRED: Code = code("54", "expired card");
pub(crate) const CARD_DECLINED: Code = code("05", "do not honour");
pub(crate) const INVALID_CARD: Code = code("14", "invalid card number");
pub(crate) const LOST_CARD: Code = code("41", "lost card");
pub(crate) const FRAUD: Code = code("59", "suspected fraud");
pub(crate) const NOT_AUTHENTICATED: Code = code("MD0", "cardholder not authenticated");
pub(crate) const AUTHENTICATION_REQUIRED: Code =
    code("1A", "additional customer authentication required");
pub(crate) const WRONG_CURRENCY: Code = code("12", "invalid transaction currency");
/// More than there is to take, to give up or to give back.
pub(crate) const WRONG_AMOUNT: Code = code("13", "invalid amount");
pub(crate) const CANCELLED: Code = code("17", "cancelled by the merchant");
pub(crate) const NOT_LOCATED: Code = code("25", "unable to locate the authorization");
pub(crate) const TOO_LATE: Code = code("79", "already captured, voided or refunded");

/// The reason of that name.
pub(crate) fn named(word: &str) -> Option<Code> {
    NAMED.iter().find(|(name, _)| *name == word).map(|(_, code)| *code)
}

const fn code(code: &'static str, message: &'static str) -> Code {
    Code { code, message }
}
