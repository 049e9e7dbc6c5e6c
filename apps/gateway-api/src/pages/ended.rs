//! How it ended.

use actix_web::http::StatusCode;
use payment_core::{
    payment::{Payment, Status},
    three_ds::ThreeDsStatus,
};
use url::Url;

use super::{Language, html::Content, words::Words};
use crate::error::ApiError;

/// The merchant's page, with what came of the payment added to its query.
pub(super) fn address(return_url: &str, payment: &Payment) -> Result<String, ApiError> {
    let url = Url::parse(return_url);
    let mut url = url.map_err(|error| ApiError::Crashed(format!("a return URL: {error}")))?;
    // The shop must not take what is not known yet for an end.
    let status = if payment.pending.is_some() { "PENDING" } else { payment.status.as_str() };
    url.query_pairs_mut()
        .append_pair("paymentId", &payment.id.to_string())
        .append_pair("status", status);
    Ok(url.into())
}

/// For customers whose merchant has no page for them.
///
/// The payment may have gone another way than this session, so it is asked first: nobody may read
/// that a card was not charged while the payment holds money, or may come to.
pub(super) fn result(language: Language, payment: &Payment, status: ThreeDsStatus) -> Content {
    let words = Words::of(language);
    let (title, text) = match (payment.status, status) {
        (
            Status::Authorized | Status::Captured | Status::PartiallyRefunded | Status::Refunded,
            _,
        ) => (words.approved, words.approved_text),
        _ if payment.pending.is_some() => (words.processing, words.processing_text),
        (_, ThreeDsStatus::Pending | ThreeDsStatus::Completing) => {
            (words.processing, words.processing_text)
        }
        (_, ThreeDsStatus::Blocked) => (words.declined, words.blocked_text),
        (_, ThreeDsStatus::Expired) => (words.expired, words.expired_text),
        (_, ThreeDsStatus::Failed | ThreeDsStatus::Verified) => {
            (words.declined, words.declined_text)
        }
    };
    Content { language, title, body: format!("<p>{text}</p>") }
}

/// For customers who came to a wrong address, or at a wrong time.
pub(super) fn failed(language: Language, status: StatusCode) -> Content {
    let words = Words::of(language);
    let (title, text) = if status == StatusCode::NOT_FOUND {
        (words.not_found, words.not_found_text)
    } else {
        (words.failed, words.failed_text)
    };
    Content { language, title, body: format!("<p>{text}</p>") }
}
