//! Orders that the bank does not take.

use http::Method;
use serde_json::{Value, json};

use crate::bank::{Inside, authorization};

#[tokio::test]
async fn an_order_that_makes_no_sense_is_refused_unprocessed() {
    let bank = Inside::start(json!({}), 0).await;
    let but = |name: &str, value: Value| {
        let mut order = authorization("a");
        order[name] = value;
        order.to_string()
    };
    for order in [
        String::new(),
        "[]".to_owned(),
        but("amountMinor", json!(0)),
        but("amountMinor", json!(-500)),
        but("amountMinor", json!(500.5)),
        but("reference", json!(null)),
        but("cardToken", json!(null)),
        but("threeDs", json!("MAYBE")),
        but("colour", json!("red")),
    ] {
        let answer = bank.client.ask(Method::POST, "/v1/authorize", &order).await.unwrap();
        let (status, body) = answer;
        assert_eq!((status, &body["error"]["processed"]), (400, &json!(false)), "{order}");
    }
    assert_eq!(bank.client.effects().await, [""; 0]);
}

#[tokio::test]
async fn many_orders_at_once_take_effect_once_each() {
    let bank = Inside::start(json!({}), 0).await;
    let orders = (0..200).map(|number| authorization(&number.to_string()));
    let orders: Vec<_> = orders.collect();
    let sent = orders.iter().map(|order| bank.client.post("/v1/authorize", order));
    let answers = futures::future::join_all(sent).await;
    assert!(answers.iter().all(|answer| answer.as_ref().unwrap()["status"] == "approved"));
    let mut effects = bank.client.effects().await;
    effects.sort();
    effects.dedup();
    assert_eq!(effects.len(), 200);
}
