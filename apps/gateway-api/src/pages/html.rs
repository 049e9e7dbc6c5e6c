//! The frame of all pages.

use std::fmt;

use actix_web::{
    HttpResponse,
    http::{
        StatusCode,
        header::{CONTENT_SECURITY_POLICY, ContentType, REFERRER_POLICY},
    },
};
use payment_ports::ids::Ids;

use super::Language;

const STYLE: &str = "\
body{margin:0;background:#f3f4f6;color:#111827;font:16px/1.5 system-ui,sans-serif}\
main{max-width:26rem;margin:10vh auto;padding:2rem;background:#fff;border-radius:.75rem}\
h1{margin-top:0;font-size:1.25rem}\
label,input,button{display:block;width:100%;box-sizing:border-box}\
input,button{margin:.5rem 0;padding:.75rem;font:inherit;border-radius:.5rem}\
input{border:1px solid #6b7280;letter-spacing:.2em}\
button{border:0;background:#1d4ed8;color:#fff}\
.wrong{color:#b91c1c}";

/// A number used once: only what carries it is let in by the browser.
#[derive(Debug)]
pub(super) struct Nonce(String);

impl Nonce {
    pub(super) fn new(ids: &dyn Ids) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(ids.random_128_bits())))
    }
}

impl fmt::Display for Nonce {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// What stands on a page; `body` is HTML.
#[derive(Debug)]
pub(super) struct Content {
    pub(super) language: Language,
    pub(super) title: &'static str,
    pub(super) body: String,
}

/// The page as it is sent.
///
/// The policy does not limit where forms lead: browsers apply that to redirects after a form too,
/// and the merchant's page, to which the customer returns, may redirect anywhere.
pub(super) fn page(status: StatusCode, nonce: &Nonce, content: &Content) -> HttpResponse {
    let Content { language, title, body } = content;
    let policy = format!(
        "default-src 'none'; style-src 'nonce-{nonce}'; script-src 'nonce-{nonce}'; \
         base-uri 'none'; frame-ancestors 'none'"
    );
    let tag = language.tag();
    let html = format!(
        "<!DOCTYPE html>\n<html lang=\"{tag}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{title}</title>\n<style nonce=\"{nonce}\">{STYLE}</style>\n</head>\n<body>\n\
         <main>\n<h1>{title}</h1>\n{body}\n</main>\n</body>\n</html>\n"
    );
    HttpResponse::build(status)
        .content_type(ContentType::html())
        .insert_header((CONTENT_SECURITY_POLICY, policy))
        // Banks want to see where a customer comes from, and must not see the session.
        .insert_header((REFERRER_POLICY, "strict-origin"))
        .body(html)
}

/// Text that can stand anywhere in HTML, also in a quoted attribute.
pub(super) fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            '\'' => escaped.push_str("&#39;"),
            other => escaped.push(other),
        }
    }
    escaped
}
