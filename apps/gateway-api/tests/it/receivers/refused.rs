//! What a merchant's receiver refuses.

use super::{
    language::{Language, Running, in_every_language},
    webhook::{Webhook, known, other},
};

in_every_language! {
    what_was_changed_on_the_way_is_refused
    another_secret_is_refused
    what_is_more_than_five_minutes_old_or_early_is_refused
    a_missing_header_is_refused
    nonsense_in_a_header_is_refused
    a_right_code_of_another_version_is_refused
}

async fn assert_refused(receiver: &Running, webhook: &Webhook) {
    assert_eq!(webhook.post_to(receiver.address).await, 400, "{webhook:?}");
    assert_eq!(receiver.line(), "refused");
}

async fn what_was_changed_on_the_way_is_refused(language: Language) {
    let receiver = language.start(&known());
    let genuine = Webhook::new("evt_1", &known());
    let body = genuine.body.replace("1500.00", "1500.0");
    let mut other_id = genuine.clone();
    *other_id.value("webhook-id") = "evt_2".to_owned();
    let mut later = genuine.clone();
    let timestamp: i64 = later.value("webhook-timestamp").parse().unwrap();
    *later.value("webhook-timestamp") = (timestamp + 1).to_string();
    for changed in [Webhook { body, ..genuine.clone() }, other_id, later] {
        assert_refused(&receiver, &changed).await;
    }
    assert_eq!(genuine.post_to(receiver.address).await, 204);
    assert!(receiver.line().starts_with("evt_1 "));
}

async fn another_secret_is_refused(language: Language) {
    let receiver = language.start(&known());
    assert_refused(&receiver, &Webhook::new("evt_1", &other())).await;
}

async fn what_is_more_than_five_minutes_old_or_early_is_refused(language: Language) {
    let receiver = language.start(&known());
    // Early by more, because the receiver's clock goes on meanwhile.
    for seconds in [-301, 360] {
        assert_refused(&receiver, &Webhook::at(seconds)).await;
    }
}

async fn a_missing_header_is_refused(language: Language) {
    let receiver = language.start(&known());
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert_refused(&receiver, &Webhook::new("evt_1", &known()).without(name)).await;
    }
}

async fn nonsense_in_a_header_is_refused(language: Language) {
    let receiver = language.start(&known());
    for (name, value) in [
        ("webhook-timestamp", "yesterday"),
        ("webhook-timestamp", "NaN"),
        ("webhook-timestamp", "99999999999999999999999999"),
        ("webhook-signature", "v1"),
        ("webhook-signature", "v1, v1,="),
        ("webhook-signature", "v1,bm90IG91cnM="),
    ] {
        let mut webhook = Webhook::new("evt_1", &known());
        value.clone_into(webhook.value(name));
        assert_refused(&receiver, &webhook).await;
    }
}

async fn a_right_code_of_another_version_is_refused(language: Language) {
    let receiver = language.start(&known());
    let mut webhook = Webhook::new("evt_1", &known());
    let signature = webhook.value("webhook-signature");
    *signature = signature.replace("v1,", "v2,");
    assert_refused(&receiver, &webhook).await;
}
