//! From what comes next to the answer of the customer's browser.

use actix_web::{
    HttpResponse,
    http::{StatusCode, header::LOCATION},
};
use payment_core::id::ThreeDsSessionId;
use payment_usecases::finish_three_ds::Shown;

use super::{Language, challenge, ended, html};
use crate::{api::Api, error::ApiError};

/// The next thing that the customer's browser does.
pub(crate) fn shown(
    next: Shown,
    api: &Api,
    session: ThreeDsSessionId,
    language: Language,
) -> Result<HttpResponse, ApiError> {
    let nonce = html::Nonce::new(api.ports.ids.as_ref());
    match next {
        Shown::AskCode { amount, was_wrong, tries_left } => {
            let tries_left = was_wrong.then_some(tries_left);
            Ok(html::page(
                StatusCode::OK,
                &nonce,
                &challenge::ask_code(language, amount, tries_left),
            ))
        }
        Shown::Post { url, fields } => Ok(html::page(
            StatusCode::OK,
            &nonce,
            &challenge::post(language, &nonce, &url, &fields),
        )),
        Shown::Redirect { url } => Ok(see_other(&url)),
        Shown::TryAgain => {
            let page = format!("{}/3ds/verify?session={session}", api.ports.policy.public_url);
            let content = challenge::try_again(language, &page);
            Ok(html::page(StatusCode::SERVICE_UNAVAILABLE, &nonce, &content))
        }
        Shown::Ended { payment, return_url: Some(return_url), .. } => {
            Ok(see_other(&ended::address(&return_url, &payment)?))
        }
        Shown::Ended { payment, status, return_url: None } => {
            Ok(html::page(StatusCode::OK, &nonce, &ended::result(language, &payment, status)))
        }
    }
}

/// What the customer sees instead of an error.
pub(crate) fn failed(status: StatusCode, api: &Api, language: Language) -> HttpResponse {
    let nonce = html::Nonce::new(api.ports.ids.as_ref());
    html::page(status, &nonce, &ended::failed(language, status))
}

fn see_other(address: &str) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((LOCATION, address)).finish()
}
