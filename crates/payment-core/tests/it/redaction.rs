//! What must not be in a log is not in `Debug` either.

use std::collections::BTreeMap;

use payment_core::{
    attempt::{Authorize, ConfirmThreeDs, Instruction, ThreeDsPreference},
    card::{Bin, CardToken},
    id::{PaymentId, ThreeDsSessionId},
    payment::Details,
    person::Email,
    three_ds::{Challenge, ThreeDsSession, ThreeDsStatus},
};
use uuid::Uuid;

use crate::samples::{at, attempt};

const SECRET: &str = "sEcReT";

fn session_id() -> ThreeDsSessionId {
    ThreeDsSessionId::from_random([0xab; 16])
}

fn authorize() -> Authorize {
    Authorize {
        token: CardToken::parse(SECRET).unwrap(),
        bin: Bin::parse("454671").unwrap(),
        installments: 3,
        three_ds: ThreeDsPreference::Always,
        return_url: Some(SECRET.to_owned()),
    }
}

#[test]
fn a_token_is_hidden() {
    assert_eq!(format!("{:?}", CardToken::parse(SECRET).unwrap()), "CardToken(…)");
}

#[test]
fn a_session_id_is_hidden() {
    assert_eq!(format!("{:?}", session_id()), "ThreeDsSessionId(…)");
}

#[test]
fn an_address_is_masked() {
    let customer_email = Some(Email::parse("sEcReT@email.com").unwrap());
    assert_eq!(format!("{:?}", customer_email.clone().unwrap()), "Email(s***@email.com)");
    let details = Details { customer_email, ..Details::default() };
    assert!(!format!("{details:?}").contains(SECRET));
}

#[test]
fn an_authorization_shows_its_terms_and_hides_the_card() {
    insta::assert_snapshot!(
        format!("{:?}", Instruction::Authorize(authorize())),
        @r#"Authorize(Authorize { token: CardToken(…), bin: Bin("454671"), installments: 3, three_ds: Always, return_url: Some(…) })"#
    );
    let without_page = Authorize { return_url: None, ..authorize() };
    assert!(format!("{without_page:?}").ends_with("return_url: None }"));
}

#[test]
fn a_confirmation_hides_what_the_bank_and_the_browser_said() {
    let confirm = ConfirmThreeDs {
        session: session_id(),
        terms: authorize(),
        state: SECRET.to_owned(),
        proof: SECRET.to_owned(),
    };
    insta::assert_snapshot!(
        format!("{:?}", Instruction::ConfirmThreeDs(confirm)),
        @r#"ConfirmThreeDs(ConfirmThreeDs { session: ThreeDsSessionId(…), terms: Authorize { token: CardToken(…), bin: Bin("454671"), installments: 3, three_ds: Always, return_url: Some(…) }, state: …, proof: … })"#
    );
}

#[test]
fn a_challenge_hides_where_it_leads() {
    let (name, url) = (SECRET.to_owned(), SECRET.to_owned());
    let fields = BTreeMap::from([(name, SECRET.to_owned())]);
    assert_eq!(format!("{:?}", Challenge::Code), "Code");
    assert_eq!(format!("{:?}", Challenge::Post { url: url.clone(), fields }), "Post(…)");
    assert_eq!(format!("{:?}", Challenge::Redirect { url }), "Redirect(…)");
}

#[test]
fn a_session_shows_where_it_stands_and_hides_the_rest() {
    let session = ThreeDsSession {
        id: session_id(),
        payment: PaymentId::from(Uuid::nil()),
        attempt: attempt(1),
        challenge: Challenge::Redirect { url: SECRET.to_owned() },
        provider_state: SECRET.to_owned(),
        return_url: Some(SECRET.to_owned()),
        status: ThreeDsStatus::Pending,
        wrong_codes: 2,
        version: 3,
        created_at: at(0),
        expires_at: at(300),
    };
    insta::assert_snapshot!(
        format!("{session:?}"),
        @"ThreeDsSession { id: ThreeDsSessionId(…), payment: PaymentId(00000000-0000-0000-0000-000000000000), attempt: AttemptId(00000000-0000-0000-0000-000000000001), challenge: Redirect(…), provider_state: …, return_url: Some(…), status: Pending, wrong_codes: 2, version: 3, created_at: 1970-01-01T00:00:00Z, expires_at: 1970-01-01T00:05:00Z }"
    );
}
