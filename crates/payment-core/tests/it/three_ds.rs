//! The state machine of a 3-D Secure session, status by status.

use std::fmt::Write as _;

use chrono::TimeDelta;
use payment_core::{
    id::{PaymentId, ThreeDsSessionId},
    three_ds::{Challenge, SessionRefused, ThreeDsSession, ThreeDsStatus},
    time::Timestamp,
};
use uuid::Uuid;

use crate::samples::{at, attempt};

const MAX_ATTEMPTS: i32 = 3;
const FIVE_MINUTES: i64 = 300;

fn session(status: ThreeDsStatus, wrong_codes: i32) -> ThreeDsSession {
    ThreeDsSession {
        id: ThreeDsSessionId::from_random([9; 16]),
        payment: PaymentId::from(Uuid::from_u128(7)),
        attempt: attempt(1),
        challenge: Challenge::Code,
        provider_state: "state".to_owned(),
        return_url: Some("https://shop.example/done".to_owned()),
        status,
        wrong_codes,
        version: 4,
        created_at: at(0),
        expires_at: at(FIVE_MINUTES),
    }
}

fn calls(
    session: &ThreeDsSession,
    now: Timestamp,
) -> [(&'static str, Result<ThreeDsSession, SessionRefused>); 7] {
    [
        ("complete", session.complete(now)),
        ("wrong code", session.wrong_code(MAX_ATTEMPTS, now)),
        ("fail", session.fail(now)),
        ("conclude authorized", session.conclude(Some(true))),
        ("conclude declined", session.conclude(Some(false))),
        ("conclude not sent", session.conclude(None)),
        ("expire", session.expire(now)),
    ]
}

/// Every status, and the shades of it that matter.
fn sessions() -> Vec<ThreeDsSession> {
    let others = ThreeDsStatus::ALL.iter().filter(|status| **status != ThreeDsStatus::Pending);
    let pending = [0, 1, 2].map(|wrong_codes| session(ThreeDsStatus::Pending, wrong_codes));
    pending.into_iter().chain(others.map(|status| session(*status, 0))).collect()
}

#[test]
fn the_whole_state_machine() {
    let last_moment = at(FIVE_MINUTES) - TimeDelta::microseconds(1);
    let moments = [("a microsecond before its end", last_moment), ("ended", at(FIVE_MINUTES))];
    let mut table = String::new();
    for session in sessions() {
        for (moment, now) in moments {
            let ThreeDsSession { status, wrong_codes, .. } = &session;
            writeln!(table, "{status}, wrong codes: {wrong_codes}, {moment}").unwrap();
            for (call, result) in calls(&session, now) {
                let outcome = match result {
                    Ok(next) => format!("{}, wrong codes: {}", next.status, next.wrong_codes),
                    Err(refused) => format!("– {refused}"),
                };
                writeln!(table, "    {call:<20}{outcome}").unwrap();
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_change_counts_one_version_and_leaves_the_rest_alone() {
    for status in [ThreeDsStatus::Pending, ThreeDsStatus::Completing] {
        let before = session(status, 1);
        for now in [at(0), at(FIVE_MINUTES)] {
            for (call, result) in calls(&before, now) {
                let Ok(after) = result else { continue };
                let expected = ThreeDsSession {
                    status: after.status,
                    wrong_codes: after.wrong_codes,
                    version: 5,
                    ..before.clone()
                };
                assert_eq!(after, expected, "{call}");
            }
        }
    }
}

#[test]
fn two_posts_of_one_return_complete_once() {
    let pending = session(ThreeDsStatus::Pending, 0);
    let completing = pending.complete(at(1)).unwrap();
    let refused = SessionRefused::NotPending(ThreeDsStatus::Completing);
    assert_eq!(completing.complete(at(1)), Err(refused));
    let verified = completing.conclude(Some(true)).unwrap();
    let refused = SessionRefused::NotPending(ThreeDsStatus::Verified);
    assert_eq!(verified.complete(at(2)), Err(refused));
    assert_eq!(verified.conclude(Some(true)), Err(refused));
}

#[test]
fn the_third_wrong_code_blocks_and_the_right_one_comes_too_late() {
    let mut session = session(ThreeDsStatus::Pending, 0);
    for _ in 0..2 {
        session = session.wrong_code(MAX_ATTEMPTS, at(1)).unwrap();
        assert_eq!(session.status, ThreeDsStatus::Pending);
    }
    session = session.wrong_code(MAX_ATTEMPTS, at(1)).unwrap();
    assert_eq!((session.status, session.wrong_codes), (ThreeDsStatus::Blocked, 3));
    let refused = SessionRefused::NotPending(ThreeDsStatus::Blocked);
    assert_eq!(session.complete(at(1)), Err(refused));
}

#[test]
fn a_customer_whose_confirmation_was_not_sent_may_answer_again() {
    let completing = session(ThreeDsStatus::Pending, 0).complete(at(1)).unwrap();
    let again = completing.conclude(None).unwrap();
    assert_eq!(again.complete(at(2)).unwrap().status, ThreeDsStatus::Completing);
}
