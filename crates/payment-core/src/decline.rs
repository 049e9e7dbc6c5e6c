//! Why a card was refused, in one vocabulary for all providers.

use crate::words::words;

/// A refusal by the issuer or the provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decline {
    /// Our word for it.
    pub code: DeclineCode,
    /// The provider's word for it.
    pub provider_code: Option<String>,
    /// The provider's text; free of card data.
    pub message: Option<String>,
}

/// Our words for refusals; each provider's codes are mapped to them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum DeclineCode {
    /// Not enough money or credit.
    InsufficientFunds,
    /// The card is past its date.
    CardExpired,
    /// The issuer refused and gave no reason.
    CardDeclined,
    /// No such card.
    InvalidCard,
    /// The security code is wrong.
    InvalidCvv,
    /// The customer failed to prove who they are.
    ThreeDsFailed,
    /// The issuer wants 3-D Secure.
    ThreeDsRequired,
    /// Over a limit of the card.
    LimitExceeded,
    /// The card was reported lost or stolen.
    LostOrStolen,
    /// The issuer or provider suspects fraud.
    FraudSuspected,
    /// The provider does not take such cards.
    CardNotSupported,
    /// The card cannot pay in that many installments.
    InstallmentNotAllowed,
    /// The card or provider does not take the currency.
    CurrencyNotSupported,
    /// The provider takes it for a repetition.
    Duplicate,
    /// The issuer cannot be reached.
    IssuerUnavailable,
    /// The provider is out of service.
    ProviderUnavailable,
    /// The provider failed to process it.
    ProcessingError,
}

words!(DeclineCode: InsufficientFunds = "INSUFFICIENT_FUNDS", CardExpired = "CARD_EXPIRED",
    CardDeclined = "CARD_DECLINED", InvalidCard = "INVALID_CARD", InvalidCvv = "INVALID_CVV",
    ThreeDsFailed = "THREE_DS_FAILED", ThreeDsRequired = "THREE_DS_REQUIRED",
    LimitExceeded = "LIMIT_EXCEEDED", LostOrStolen = "LOST_OR_STOLEN",
    FraudSuspected = "FRAUD_SUSPECTED", CardNotSupported = "CARD_NOT_SUPPORTED",
    InstallmentNotAllowed = "INSTALLMENT_NOT_ALLOWED",
    CurrencyNotSupported = "CURRENCY_NOT_SUPPORTED", Duplicate = "DUPLICATE",
    IssuerUnavailable = "ISSUER_UNAVAILABLE", ProviderUnavailable = "PROVIDER_UNAVAILABLE",
    ProcessingError = "PROCESSING_ERROR");

/// Whether trying again can help.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Severity {
    /// It may work later, elsewhere, or with corrected input.
    Soft,
    /// It will not work with this card.
    Hard,
}

/// What to tell the customer, who reads one of the two languages.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct CustomerMessage {
    /// In Turkish.
    pub tr: &'static str,
    /// In English.
    pub en: &'static str,
}

impl DeclineCode {
    /// Whether trying again can help; merchants see it as `retryable`.
    ///
    /// ```
    /// use payment_core::decline::{DeclineCode, Severity};
    ///
    /// assert_eq!(DeclineCode::InsufficientFunds.severity(), Severity::Soft);
    /// assert_eq!(DeclineCode::LostOrStolen.severity(), Severity::Hard);
    /// ```
    #[must_use]
    pub const fn severity(self) -> Severity {
        match self {
            Self::InsufficientFunds
            | Self::CardDeclined
            | Self::InvalidCvv
            | Self::ThreeDsFailed
            | Self::ThreeDsRequired
            | Self::LimitExceeded
            | Self::CardNotSupported
            | Self::InstallmentNotAllowed
            | Self::CurrencyNotSupported
            | Self::IssuerUnavailable
            | Self::ProviderUnavailable
            | Self::ProcessingError => Severity::Soft,
            Self::CardExpired
            | Self::InvalidCard
            | Self::LostOrStolen
            | Self::FraudSuspected
            | Self::Duplicate => Severity::Hard,
        }
    }

    /// Whether the payment may be sent to another provider at once.
    ///
    /// Only where another acquirer changes the answer: its own outage, its route to the issuer,
    /// or what its contract and installment programme allow. Where the issuer itself refused,
    /// `CARD_DECLINED` included, the same issuer would be asked again: a second refusal costs
    /// fees and looks like card testing.
    #[must_use]
    pub const fn may_try_another_provider(self) -> bool {
        match self {
            Self::CardNotSupported
            | Self::InstallmentNotAllowed
            | Self::CurrencyNotSupported
            | Self::IssuerUnavailable
            | Self::ProviderUnavailable
            | Self::ProcessingError => true,
            Self::InsufficientFunds
            | Self::CardExpired
            | Self::CardDeclined
            | Self::InvalidCard
            | Self::InvalidCvv
            | Self::ThreeDsFailed
            | Self::ThreeDsRequired
            | Self::LimitExceeded
            | Self::LostOrStolen
            | Self::FraudSuspected
            | Self::Duplicate => false,
        }
    }

    /// What the customer is told.
    ///
    /// A lost or stolen card and suspected fraud read like any refusal, so that the person at the
    /// checkout, who may be the thief, learns nothing.
    #[must_use]
    pub const fn customer_message(self) -> CustomerMessage {
        CustomerMessage { tr: self.in_turkish(), en: self.in_english() }
    }

    const fn in_turkish(self) -> &'static str {
        match self {
            Self::CardDeclined | Self::LostOrStolen | Self::FraudSuspected => {
                "Bankanız bu ödemeyi onaylamadı. Başka bir kart deneyebilir veya bankanızla \
                 görüşebilirsiniz."
            }
            Self::InsufficientFunds => {
                "Kartınızın bakiyesi veya kullanılabilir limiti bu ödeme için yeterli değil. \
                 Başka bir kart deneyebilirsiniz."
            }
            Self::CardExpired => {
                "Kartın son kullanma tarihi geçmiş görünüyor. Tarihi kontrol edebilir veya başka \
                 bir kart deneyebilirsiniz."
            }
            Self::InvalidCard => {
                "Kart bilgileri doğrulanamadı. Lütfen kart numarasını ve son kullanma tarihini \
                 kontrol edip yeniden deneyin."
            }
            Self::InvalidCvv => {
                "Güvenlik kodu (CVV) doğrulanamadı. Lütfen kartın üzerindeki kodu kontrol edip \
                 yeniden deneyin."
            }
            Self::ThreeDsFailed => "3D Secure doğrulaması tamamlanamadı. Lütfen yeniden deneyin.",
            Self::ThreeDsRequired => {
                "Bankanız bu ödeme için 3D Secure doğrulaması istiyor. Lütfen doğrulama adımıyla \
                 yeniden deneyin."
            }
            Self::LimitExceeded => {
                "Bu ödeme, kart için tanımlı bir limiti aşıyor. Başka bir kart deneyebilir veya \
                 bankanızla görüşebilirsiniz."
            }
            Self::CardNotSupported => {
                "Bu kart türüyle ödeme alınamıyor. Lütfen başka bir kart deneyin."
            }
            Self::InstallmentNotAllowed => {
                "Seçilen taksit sayısı bu kartla kullanılamıyor. Tek çekim veya başka bir taksit \
                 sayısı seçebilirsiniz."
            }
            Self::CurrencyNotSupported => {
                "Bu kartla bu para biriminde ödeme alınamıyor. Lütfen başka bir kart deneyin."
            }
            Self::Duplicate => {
                "Bu ödeme daha önce gönderilmiş görünüyor. Yeniden denemeden önce lütfen \
                 siparişinizin durumunu kontrol edin."
            }
            Self::IssuerUnavailable => {
                "Bankanıza şu anda ulaşılamıyor. Lütfen birkaç dakika sonra yeniden deneyin."
            }
            Self::ProviderUnavailable => {
                "Ödeme hizmetine şu anda ulaşılamıyor. Lütfen birkaç dakika sonra yeniden \
                 deneyin."
            }
            Self::ProcessingError => {
                "Ödemeniz şu anda işlenemedi. Lütfen birkaç dakika sonra yeniden deneyin."
            }
        }
    }

    const fn in_english(self) -> &'static str {
        match self {
            Self::CardDeclined | Self::LostOrStolen | Self::FraudSuspected => {
                "Your bank did not approve this payment. You can try another card or contact your \
                 bank."
            }
            Self::InsufficientFunds => {
                "The balance or available credit of this card does not cover the payment. You can \
                 try another card."
            }
            Self::CardExpired => {
                "This card appears to have expired. You can check the date or try another card."
            }
            Self::InvalidCard => {
                "The card details could not be verified. Please check the card number and the \
                 expiry date, and try again."
            }
            Self::InvalidCvv => {
                "The security code (CVV) could not be verified. Please check the code on the card \
                 and try again."
            }
            Self::ThreeDsFailed => {
                "The 3-D Secure verification could not be completed. Please try again."
            }
            Self::ThreeDsRequired => {
                "Your bank asks for 3-D Secure verification of this payment. Please try again \
                 with the verification step."
            }
            Self::LimitExceeded => {
                "This payment is above a limit that is set for the card. You can try another card \
                 or contact your bank."
            }
            Self::CardNotSupported => {
                "This type of card is not accepted here. Please try another card."
            }
            Self::InstallmentNotAllowed => {
                "The chosen number of installments is not available for this card. You can pay in \
                 full or choose another number."
            }
            Self::CurrencyNotSupported => {
                "This card cannot be charged in this currency. Please try another card."
            }
            Self::Duplicate => {
                "This payment seems to have been sent before. Please check the status of your \
                 order before you try again."
            }
            Self::IssuerUnavailable => {
                "Your bank cannot be reached right now. Please try again in a few minutes."
            }
            Self::ProviderUnavailable => {
                "The payment service cannot be reached right now. Please try again in a few \
                 minutes."
            }
            Self::ProcessingError => {
                "Your payment could not be processed right now. Please try again in a few \
                 minutes."
            }
        }
    }
}
