//! What the pages say, in both languages.

use super::Language;

/// The words of all pages in one language.
#[derive(Debug)]
pub(super) struct Words {
    pub(super) verification: &'static str,
    pub(super) enter_code: &'static str,
    pub(super) amount: &'static str,
    pub(super) code: &'static str,
    pub(super) confirm: &'static str,
    pub(super) wrong_code: &'static str,
    pub(super) tries_left: &'static str,
    pub(super) to_bank: &'static str,
    pub(super) proceed: &'static str,
    pub(super) try_again: &'static str,
    pub(super) bank_unreachable: &'static str,
    pub(super) approved: &'static str,
    pub(super) approved_text: &'static str,
    pub(super) declined: &'static str,
    pub(super) declined_text: &'static str,
    pub(super) blocked_text: &'static str,
    pub(super) expired: &'static str,
    pub(super) expired_text: &'static str,
    pub(super) processing: &'static str,
    pub(super) processing_text: &'static str,
    pub(super) not_found: &'static str,
    pub(super) not_found_text: &'static str,
    pub(super) failed: &'static str,
    pub(super) failed_text: &'static str,
}

impl Words {
    pub(super) const fn of(language: Language) -> &'static Self {
        match language {
            Language::Turkish => &TURKISH,
            Language::English => &ENGLISH,
        }
    }
}

const TURKISH: Words = Words {
    verification: "3D Secure doğrulaması",
    enter_code: "Ödemeyi onaylamak için bankanızın gönderdiği doğrulama kodunu girin.",
    amount: "Tutar",
    code: "Doğrulama kodu",
    confirm: "Onayla",
    wrong_code: "Girdiğiniz kod yanlış.",
    tries_left: "Kalan deneme hakkı:",
    to_bank: "Bankanızın doğrulama sayfasına yönlendiriliyorsunuz.",
    proceed: "Devam et",
    try_again: "Yeniden dene",
    bank_unreachable: "Bankanıza şu anda ulaşılamıyor. Lütfen biraz sonra yeniden deneyin.",
    approved: "Ödeme onaylandı",
    approved_text: "Doğrulama tamamlandı. Bu sayfayı kapatabilirsiniz.",
    declined: "Ödeme onaylanmadı",
    declined_text: "Doğrulama tamamlanamadı. Kartınızdan para çekilmedi.",
    blocked_text: "Kod çok fazla kez yanlış girildi. Kartınızdan para çekilmedi.",
    expired: "Süre doldu",
    expired_text: "Doğrulama için tanınan süre doldu. Kartınızdan para çekilmedi.",
    processing: "Ödemeniz işleniyor",
    processing_text: "Sonuç satıcıya bildirilecek. Lütfen yeniden ödeme yapmayın.",
    not_found: "Sayfa bulunamadı",
    not_found_text: "Bu doğrulama bağlantısı geçerli değil.",
    failed: "Bir sorun oluştu",
    failed_text: "İsteğiniz tamamlanamadı. Lütfen satıcınızın sitesine dönün.",
};

const ENGLISH: Words = Words {
    verification: "3-D Secure verification",
    enter_code: "To approve the payment, enter the verification code that your bank sent you.",
    amount: "Amount",
    code: "Verification code",
    confirm: "Confirm",
    wrong_code: "This code is wrong.",
    tries_left: "Tries left:",
    to_bank: "You are being sent to your bank's verification page.",
    proceed: "Continue",
    try_again: "Try again",
    bank_unreachable: "Your bank cannot be reached right now. Please try again in a moment.",
    approved: "Payment approved",
    approved_text: "The verification is complete. You may close this page.",
    declined: "Payment not approved",
    declined_text: "The verification was not completed. Your card was not charged.",
    blocked_text: "A wrong code was entered too often. Your card was not charged.",
    expired: "Time is over",
    expired_text: "The time for the verification is over. Your card was not charged.",
    processing: "Your payment is being processed",
    processing_text: "The merchant will be told of the outcome. Please do not pay again.",
    not_found: "Page not found",
    not_found_text: "This verification link is not valid.",
    failed: "Something went wrong",
    failed_text: "Your request could not be completed. Please go back to the shop.",
};
