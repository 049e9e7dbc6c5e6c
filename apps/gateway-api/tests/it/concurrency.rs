//! Many requests for one payment at once.

use futures::future::join_all;
use serde_json::json;

use crate::support::{Reply, TestApp, on_every_store};

on_every_store! {
    captures_at_once_never_take_more_than_is_held
    refunds_at_once_never_give_back_more_than_was_taken
    authorizations_at_once_hold_the_money_once
    a_void_and_a_capture_at_once_do_not_both_happen
}

/// How many succeeded; all others must have been refused for a reason of the race.
fn successes(replies: &[Reply]) -> usize {
    let (done, refused): (Vec<_>, Vec<_>) = replies.iter().partition(|reply| reply.status == 200);
    for reply in refused {
        let code = reply.refusal();
        let code = (code.0, code.1.as_str());
        assert!(
            matches!(
                code,
                (409, "OPERATION_IN_PROGRESS" | "INVALID_PAYMENT_STATE")
                    | (400, "INVALID_PARAMETER")
            ),
            "{}",
            reply.text
        );
    }
    done.len()
}

async fn captures_at_once_never_take_more_than_is_held(app: TestApp) {
    let payment = app.client.authorized().await;
    let path = format!("{payment}/capture");
    let body = json!({ "amount": 100, "finalCapture": false });

    let mut done = 0;
    while done < 15 {
        let replies = join_all((0..64).map(|_| app.client.post(&path, &body))).await;
        let more = successes(&replies);
        assert!(more > 0);
        done += more;
    }

    assert_eq!(done, 15);
    let read = app.client.get(&payment).await;
    assert!(read.text.contains(r#""capturedAmount":1500.00,"#), "{}", read.text);
    let transactions = app.client.get(&format!("{payment}/transactions")).await.field("data");
    assert_eq!(transactions.as_array().unwrap().len(), 15);
    assert_eq!(app.events_of(&payment).await.len(), 2 + 15);
    let replies = join_all((0..64).map(|_| app.client.post(&path, &body))).await;
    assert_eq!(successes(&replies), 0);
}

async fn refunds_at_once_never_give_back_more_than_was_taken(app: TestApp) {
    let payment = app.client.captured().await;
    let path = format!("{payment}/refund");
    let body = json!({ "amount": 400 });

    let mut done = 0;
    for _ in 0..4 {
        let replies = join_all((0..64).map(|_| app.client.post(&path, &body))).await;
        done += successes(&replies);
    }

    assert_eq!(done, 3);
    let read = app.client.get(&payment).await;
    assert!(read.text.contains(r#""refundedAmount":1200.00,"#), "{}", read.text);
    assert_eq!(read.string("status"), "PARTIALLY_REFUNDED");
}

async fn authorizations_at_once_hold_the_money_once(app: TestApp) {
    let payment = app.client.created().await;
    let replies = join_all((0..64).map(|_| app.client.authorize(&payment, "tok_slow_50"))).await;
    assert_eq!(successes(&replies), 1);
    let attempts = app.client.get(&format!("{payment}/attempts")).await.field("attempts");
    assert_eq!(attempts.as_array().unwrap().len(), 1);
}

async fn a_void_and_a_capture_at_once_do_not_both_happen(app: TestApp) {
    for _ in 0..8 {
        let payment = app.client.authorized().await;
        let (void, capture) = (format!("{payment}/void"), format!("{payment}/capture"));
        let (void, capture) =
            tokio::join!(app.client.post_empty(&void), app.client.post_empty(&capture));
        assert_eq!(successes(&[void, capture]), 1);
    }
}
