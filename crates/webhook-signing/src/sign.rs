//! What the gateway sends.

use base64::{Engine, engine::general_purpose::STANDARD};

use crate::{
    header, mac,
    secret::{Secret, Secrets},
};

/// The headers that sign `body`, both families, ready to send.
///
/// `id` is the same for every try and has no dot in it; `timestamp` is the time of this try, in
/// Unix seconds.
///
/// The seed's receivers crash on a second signature in one header. So while two secrets are
/// valid, that header stays on the old one, and a header of its own carries the new one.
#[must_use]
pub fn sign(
    secrets: &Secrets,
    id: &str,
    timestamp: i64,
    body: &[u8],
) -> Vec<(&'static str, String)> {
    let timestamp = timestamp.to_string();
    let v1 = |secret: &Secret| {
        format!("v1,{}", STANDARD.encode(mac::standard(secret, id, &timestamp, body)))
    };
    let Secrets { current, next } = secrets;
    let standard = match next {
        Some(next) => format!("{} {}", v1(current), v1(next)),
        None => v1(current),
    };
    let mut headers = vec![
        (header::SEED_ID, id.to_owned()),
        (header::SEED_TIMESTAMP, timestamp.clone()),
        (header::SEED_SIGNATURE, mac::seed(&current.text, body)),
        (header::STANDARD_ID, id.to_owned()),
        (header::STANDARD_TIMESTAMP, timestamp.clone()),
        (header::STANDARD_SIGNATURE, standard),
    ];
    headers.extend(
        next.as_ref().map(|next| (header::SEED_SIGNATURE_NEXT, mac::seed(&next.text, body))),
    );
    headers
}
