//! The pages of the challenge.

use std::collections::BTreeMap;

use payment_core::money::Money;

use super::{
    Language,
    html::{Content, Nonce, escape},
    words::Words,
};

/// Asks for the code; `tries_left` after a wrong one.
///
/// The form has no address, so that it is posted to the page's own.
pub(super) fn ask_code(language: Language, amount: Money, tries_left: Option<i32>) -> Content {
    let words = Words::of(language);
    let wrong = tries_left.map_or_else(String::new, |left| {
        let (wrong, tries) = (words.wrong_code, words.tries_left);
        format!("<p class=\"wrong\" role=\"alert\">{wrong} {tries} {left}</p>\n")
    });
    let Words { enter_code, amount: amount_label, code, confirm, .. } = words;
    let amount = escape(&amount.to_string());
    let body = format!(
        "<p>{enter_code}</p>\n<p>{amount_label}: <strong>{amount}</strong></p>\n{wrong}\
         <form method=\"post\">\n<label for=\"code\">{code}</label>\n\
         <input id=\"code\" name=\"code\" inputmode=\"numeric\" autocomplete=\"one-time-code\" \
         maxlength=\"10\" required autofocus>\n<button>{confirm}</button>\n</form>"
    );
    Content { language, title: words.verification, body }
}

/// Posts the bank's fields to the bank: at once with scripts on, by a button with scripts off.
pub(super) fn post(
    language: Language,
    nonce: &Nonce,
    url: &str,
    fields: &BTreeMap<String, String>,
) -> Content {
    let words = Words::of(language);
    let (to_bank, proceed, url) = (words.to_bank, words.proceed, escape(url));
    let inputs: Vec<_> = fields
        .iter()
        .map(|(name, value)| {
            let (name, value) = (escape(name), escape(value));
            format!("<input type=\"hidden\" name=\"{name}\" value=\"{value}\">\n")
        })
        .collect();
    let inputs = inputs.concat();
    let body = format!(
        "<p>{to_bank}</p>\n<form id=\"bank\" method=\"post\" action=\"{url}\">\n{inputs}\
         <button>{proceed}</button>\n</form>\n\
         <script nonce=\"{nonce}\">HTMLFormElement.prototype.submit.call(\
         document.getElementById(\"bank\"))</script>"
    );
    Content { language, title: words.verification, body }
}

/// The bank is away: the customer may come back to the challenge at `address`.
pub(super) fn try_again(language: Language, address: &str) -> Content {
    let words = Words::of(language);
    let (text, again, address) = (words.bank_unreachable, words.try_again, escape(address));
    let body = format!("<p>{text}</p>\n<p><a href=\"{address}\">{again}</a></p>");
    Content { language, title: words.verification, body }
}
