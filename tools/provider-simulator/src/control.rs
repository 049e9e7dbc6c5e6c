//! What tests ask the simulator itself.

use bytes::Bytes;
use http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::{
    answer::Refusal,
    bank::Inner,
    books::Books,
    delivery::{self, Delivery},
    entry::Entry,
    fault::Faults,
    hold::Hold,
    order::Operation,
    reply,
    server::Shared,
};

/// Answers a request below `/simulator`.
pub(crate) async fn answer(
    shared: &Shared,
    method: &Method,
    path: &[&str],
    body: &Bytes,
) -> Delivery {
    match (method, path) {
        (&Method::GET, ["ledger"]) => {
            delivery::json(StatusCode::OK, &shared.bank.read(ledger).await?)
        }
        (&Method::GET, ["health"]) => {
            let health = json!({ "status": "up", "faults": shared.dice().drawn() });
            delivery::json(StatusCode::OK, &health)
        }
        (&Method::GET, ["faults"]) => delivery::json(StatusCode::OK, shared.dice().faults()),
        (&Method::PUT, ["notify-url"]) => redirect(shared, body),
        (&Method::PUT, ["faults"]) => match Faults::parse(body) {
            Ok(faults) => {
                shared.dice().set(faults.clone());
                delivery::json(StatusCode::OK, &faults)
            }
            Err(message) => reply::refusal(&Refusal::Invalid(message)),
        },
        _ => reply::refusal(&Refusal::NotFound),
    }
}

/// Notices go to another address, because their receiver was started anew.
fn redirect(shared: &Shared, body: &Bytes) -> Delivery {
    let url = str::from_utf8(body).ok().and_then(|text| text.trim().parse().ok());
    match (url, &shared.notices) {
        (Some(url), Some(notices)) => {
            notices.redirect(url);
            delivery::json(StatusCode::OK, &json!({}))
        }
        (None, _) => reply::refusal(&Refusal::Invalid("the body is no address".to_owned())),
        (_, None) => reply::refusal(&Refusal::Invalid("notices are switched off".to_owned())),
    }
}

/// All that took effect, what became of each hold, and how often was asked.
fn ledger(inner: &Inner) -> Value {
    let books = &inner.books;
    let effects = books.entries().iter().filter(|entry| is_effect(entry));
    let effects: Vec<_> = effects.map(|entry| effect(books, entry)).collect();
    let holds: Vec<_> = books.holds().iter().map(|(name, hold)| a_hold(name, hold)).collect();
    let asked = inner.asked.iter().map(|((reference, operation), count)| {
        json!({ "reference": reference, "operation": operation, "count": count })
    });
    let asked: Vec<_> = asked.collect();
    json!({ "effects": effects, "holds": holds, "asked": asked, "underWay": inner.under_way })
}

fn is_effect(entry: &Entry) -> bool {
    entry.is_done() && entry.operation != Operation::Cancel
}

fn effect(books: &Books, entry: &Entry) -> Value {
    let Entry { at, operation, order, answer, is_late, .. } = entry;
    json!({
        "reference": order.reference,
        "operation": operation,
        "payment": order.payment,
        "amountMinor": order.amount_minor,
        "currency": order.currency,
        "at": at,
        "isLate": is_late,
        "bankReference": answer.bank_reference,
        "authorization": order.authorization,
        "reversed": books.is_cancelled(&order.reference),
    })
}

fn a_hold(name: &str, hold: &Hold) -> Value {
    let Hold { payment, currency, authorized, captured, refunded, .. } = hold;
    json!({
        "authorization": name,
        "payment": payment,
        "currency": currency,
        "authorizedMinor": authorized,
        "capturedMinor": captured,
        "refundedMinor": refunded,
        "leftMinor": hold.left(),
        "isVoided": hold.is_voided,
    })
}
