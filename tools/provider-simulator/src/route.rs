//! Which request means what.

use std::{io, sync::Arc};

use bytes::Bytes;
use http::{Method, Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use serde::Deserialize;
use serde_json::json;

use crate::{
    answer::Refusal,
    bank::{Arrival, Bank},
    card::ThreeDs,
    code, control,
    delivery::{self, Delivery},
    fault::Fault,
    judge::proof,
    operate::operate,
    order::Operation,
    reply,
    server::Shared,
};

/// More than any order has.
const MOST_BYTES: usize = 64 * 1024;
/// The code that every challenge accepts.
const CODE: &str = "111111";

/// Answers one request.
pub(crate) async fn answer(shared: Arc<Shared>, request: Request<Incoming>) -> Delivery {
    let (head, body) = request.into_parts();
    let path: Vec<_> = head.uri.path().split('/').skip(1).collect();
    match (&head.method, &*path) {
        (method, ["simulator", rest @ ..]) => {
            control::answer(&shared, method, rest, &read(body).await?).await
        }
        (&Method::GET, ["v1", "account"]) => {
            delivery::json(StatusCode::OK, &json!({ "status": "open" }))
        }
        (&Method::GET, ["v1", "operations", reference]) => find(&shared.bank, reference).await,
        (&Method::POST, ["v1", "challenge"]) => challenge(&shared.bank, &read(body).await?).await,
        (&Method::POST, ["v1", name]) => match Operation::named(name) {
            Some(operation) => {
                let key = head.headers.get("Idempotency-Key").map(|key| key.to_str());
                let key = key.transpose().map_err(io::Error::other)?.map(str::to_owned);
                order(&shared, operation, key, body).await
            }
            None => reply::refusal(&Refusal::NotFound),
        },
        _ => reply::refusal(&Refusal::NotFound),
    }
}

async fn order(
    shared: &Arc<Shared>,
    operation: Operation,
    key: Option<String>,
    body: Incoming,
) -> Delivery {
    let fault = shared.dice().draw(operation);
    if fault == Fault::RefuseConnection {
        return delivery::hang_up();
    }
    match serde_json::from_slice(&read(body).await?) {
        Ok(order) => operate(shared, Arrival { operation, key, order }, fault).await,
        Err(error) => reply::refusal(&Refusal::Invalid(error.to_string())),
    }
}

async fn find(bank: &Bank, reference: &str) -> Delivery {
    match bank.find(reference).await? {
        Some(answer) => delivery::json(StatusCode::OK, &answer),
        None => reply::refusal(&Refusal::NotFound),
    }
}

/// What the customer's browser brought back.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Brought {
    challenge: String,
    code: String,
}

async fn challenge(bank: &Bank, body: &[u8]) -> Delivery {
    let Brought { challenge, code } = match serde_json::from_slice(body) {
        Ok(brought) => brought,
        Err(error) => return reply::refusal(&Refusal::Invalid(error.to_string())),
    };
    let card = bank.read(|inner| inner.books.challenged(&challenge)).await?;
    let verdict = match card {
        Some(card) if card.three_ds == ThreeDs::Fails => failed(),
        Some(_) if code == CODE => json!({ "status": "verified", "proof": proof(&challenge) }),
        Some(_) => json!({ "status": "wrong_code" }),
        None => failed(),
    };
    delivery::json(StatusCode::OK, &verdict)
}

fn failed() -> serde_json::Value {
    let code = code::NOT_AUTHENTICATED;
    json!({ "status": "failed", "code": code.code, "message": code.message })
}

async fn read(body: Incoming) -> io::Result<Bytes> {
    let body = Limited::new(body, MOST_BYTES).collect().await.map_err(io::Error::other)?;
    Ok(body.to_bytes())
}
