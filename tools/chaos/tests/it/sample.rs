//! One payment that went well: held, taken, and partly given back.

use std::collections::HashMap;

use chaos::{
    evidence::{
        Evidence,
        books::{Attempt, Backlog, Event, Moved, Payment},
        ledger::{Effect, Hold},
    },
    load::{
        ask::{Answer, Ask, Operation},
        story::Story,
    },
    world::receiver::Delivery,
};
use serde_json::json;

const STEPS: [(Operation, &str, &str, i64); 3] = [
    (Operation::Authorize, "AUTHORIZE", "AUTHORIZED", 900),
    (Operation::Capture, "CAPTURE", "CAPTURED", 900),
    (Operation::Refund, "REFUND", "PARTIALLY_REFUNDED", 400),
];

/// All that is known of it.
pub(crate) fn evidence() -> Evidence {
    let effects = STEPS.map(|(_, name, _, minor)| effect(name, minor)).to_vec();
    let names = ["PaymentCreated", "PaymentAuthorized", "PaymentCaptured", "PaymentRefunded"];
    let events: Vec<_> = (1..).zip(names).map(|(sequence, name)| event(sequence, name)).collect();
    let taken = Delivery { body: "{}".to_owned(), arrived: 2, taken: 1, differed: 0 };
    let deliveries: HashMap<_, _> =
        events.iter().map(|event| (event.id.clone(), taken.clone())).collect();
    let payment = Payment {
        id: "payment".to_owned(),
        status: "PARTIALLY_REFUNDED".to_owned(),
        minor: 900,
        currency: "TRY".to_owned(),
        captured: 900,
        refunded: 400,
        is_pending: false,
        attempts: STEPS.map(|(_, name, _, _)| attempt(name)).to_vec(),
        moved: vec![moved("CAPTURE", 900), moved("REFUND", 400)],
        events,
    };
    Evidence {
        stories: vec![story()],
        payments: vec![payment],
        backlog: Backlog::default(),
        effects,
        holds: vec![Hold { payment: "payment".to_owned(), left: 0 }],
        deliveries,
        outages: Vec::new(),
    }
}

fn story() -> Story {
    let mut asks = vec![ask(Operation::Create, 900, 201, "CREATED")];
    asks.extend(STEPS.map(|(operation, _, status, minor)| ask(operation, minor, 200, status)));
    Story { payment: Some("payment".to_owned()), is_automatic: false, asks }
}

fn ask(operation: Operation, minor: i64, http: u16, status: &str) -> Ask {
    let body = json!({ "id": "payment", "status": status }).to_string();
    Ask {
        operation,
        minor,
        key: Some(format!("key of {operation:?}")),
        path: "/v1/payments".to_owned(),
        body: json!({}),
        answers: vec![answer(503, "SERVICE_UNAVAILABLE", "{}"), answer(http, "", &body)],
    }
}

pub(crate) fn answer(status: u16, code: &str, body: &str) -> Answer {
    let (code, body) = (code.to_owned(), body.to_owned());
    Answer { status, code, body, retry_after: false, is_replay: false }
}

fn effect(operation: &str, minor: i64) -> Effect {
    Effect {
        reference: format!("attempt to {operation}"),
        operation: operation.to_owned(),
        minor,
        currency: "TRY".to_owned(),
        is_reversed: false,
    }
}

fn attempt(operation: &str) -> Attempt {
    Attempt {
        id: format!("attempt to {operation}"),
        operation: operation.to_owned(),
        status: "SUCCESS".to_owned(),
        reverses: None,
        began_ms: 1_000,
        took_ms: Some(20),
    }
}

fn moved(kind: &str, minor: i64) -> Moved {
    Moved { attempt: format!("attempt to {kind}"), kind: kind.to_owned(), minor }
}

fn event(sequence: i64, name: &str) -> Event {
    Event { id: format!("evt_{sequence}"), sequence, name: name.to_owned() }
}
