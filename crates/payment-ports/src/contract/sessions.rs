//! 3-D Secure sessions: written by version.

use std::{collections::BTreeMap, sync::Arc};

use chrono::{DateTime, TimeDelta};
use payment_core::{
    id::ThreeDsSessionId,
    three_ds::{Challenge, ThreeDsSession, ThreeDsStatus},
};

use super::{concurrently::one_wins, given::Given};
use crate::store::{Change, Guard, Store};

pub async fn a_session_keeps_every_field(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for challenge in challenges() {
        let attempt = given.attempt().await;
        let session = ThreeDsSession {
            challenge,
            provider_state: "durum ✓\u{301}".repeat(1_000),
            return_url: Some("https://mağaza.example/dönüş?a=1&b='\"".to_owned()),
            wrong_codes: i32::MAX,
            version: i64::MAX,
            created_at: DateTime::from_timestamp_micros(1).unwrap(),
            expires_at: DateTime::from_timestamp_micros(4_102_444_799_999_999).unwrap(),
            ..given.samples.session(&attempt)
        };
        given.apply([Change::InsertSession(session.clone())]).await;
        assert_eq!(store.sessions(attempt.payment).await.unwrap(), [session]);
    }
}

pub async fn sessions_keep_every_status(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for &status in ThreeDsStatus::ALL {
        let attempt = given.attempt().await;
        let session = ThreeDsSession { status, ..given.samples.session(&attempt) };
        given.apply([Change::InsertSession(session.clone())]).await;
        assert_eq!(store.sessions(attempt.payment).await.unwrap(), [session]);
    }
}

pub async fn a_session_keeps_the_ends_of_the_id_range(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    for byte in [u8::MIN, u8::MAX] {
        let attempt = given.attempt().await;
        let id = ThreeDsSessionId::from_random([byte; 16]);
        let session = ThreeDsSession { id, ..given.samples.session(&attempt) };
        given.apply([Change::InsertSession(session.clone())]).await;
        let loaded = store.load_session(id).await.unwrap().unwrap();
        assert_eq!(loaded.session, session);
    }
}

pub async fn a_session_update_writes_status_and_wrong_codes(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    let changed = session.wrong_code(1, session.created_at).unwrap();
    given.apply([Change::UpdateSession(changed.clone())]).await;
    assert_eq!(store.sessions(session.payment).await.unwrap(), [changed]);
}

pub async fn a_session_is_inserted_once(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    let again = ThreeDsSession { wrong_codes: 2, ..session.clone() };
    given.refused(Change::InsertSession(again), Guard::Session).await;
    assert_eq!(store.sessions(session.payment).await.unwrap(), [session]);
}

pub async fn a_session_update_of_another_version_conflicts(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    for version in [0, 1, 3] {
        let stale = ThreeDsSession { version, status: ThreeDsStatus::Blocked, ..session.clone() };
        given.refused(Change::UpdateSession(stale), Guard::Session).await;
    }
    assert_eq!(store.sessions(session.payment).await.unwrap(), [session]);
}

pub async fn a_session_that_is_not_there_cannot_be_updated(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.samples.session(&given.attempt().await);
    let missing = ThreeDsSession { version: 2, ..session };
    given.refused(Change::UpdateSession(missing), Guard::Session).await;
}

pub async fn one_of_many_concurrent_session_updates_wins(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    let updates = (0..32).map(|wrong_codes| {
        Change::UpdateSession(ThreeDsSession { wrong_codes, version: 2, ..session.clone() })
    });
    let winner = one_wins(store, updates, Guard::Session).await;
    let Change::UpdateSession(winner) = winner else { panic!("not an update: {winner:?}") };
    assert_eq!(store.sessions(session.payment).await.unwrap(), [winner]);
}

pub async fn a_session_is_loaded_with_its_payment_and_attempt(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let payment = given.payment().await;
    let [attempt, later] = [(); 2].map(|()| given.samples.attempt(&payment));
    let session = given.samples.session(&attempt);
    given.apply([attempt.clone(), later].map(Change::InsertAttempt)).await;
    given.apply([Change::InsertSession(session.clone())]).await;
    let loaded = store.load_session(session.id).await.unwrap().unwrap();
    assert_eq!((loaded.session, loaded.payment), (session, payment));
    assert_eq!(loaded.attempt, attempt);
}

pub async fn an_unknown_session_is_not_there(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    given.session().await;
    let loaded = store.load_session(ThreeDsSessionId::from_random([7; 16])).await.unwrap();
    assert!(loaded.is_none(), "{loaded:?}");
}

pub async fn sessions_of_a_payment_are_read_oldest_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    given.session().await;
    let sessions = [9, 1, 5].map(|byte| ThreeDsSession {
        id: ThreeDsSessionId::from_random([byte; 16]),
        ..given.samples.session(&attempt)
    });
    let [first, second, third] = sessions.clone();
    given.apply([second, third, first].map(Change::InsertSession)).await;
    assert_eq!(store.sessions(attempt.payment).await.unwrap(), sessions);
}

pub async fn pending_sessions_are_overdue_once_their_time_is_over(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let session = given.session().await;
    let just_before = session.expires_at - TimeDelta::microseconds(1);
    assert_eq!(store.overdue_sessions(just_before, 10).await.unwrap(), []);
    assert_eq!(store.overdue_sessions(session.expires_at, 10).await.unwrap(), [session.id]);
}

pub async fn sessions_that_are_not_pending_are_never_overdue(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    for &status in ThreeDsStatus::ALL.iter().filter(|&&status| status != ThreeDsStatus::Pending) {
        let session = ThreeDsSession { status, ..given.samples.session(&attempt) };
        given.apply([Change::InsertSession(session)]).await;
    }
    let far = given.samples.now() + TimeDelta::days(365);
    assert_eq!(store.overdue_sessions(far, 10).await.unwrap(), []);
}

pub async fn the_longest_overdue_sessions_come_first(store: &Arc<dyn Store>) {
    let given = Given::empty(store).await;
    let attempt = given.attempt().await;
    let sessions = [9, 1, 5].map(|byte| ThreeDsSession {
        id: ThreeDsSessionId::from_random([byte; 16]),
        ..given.samples.session(&attempt)
    });
    let [first, second, third] = sessions.each_ref().map(|session| session.id);
    let [a, b, c] = sessions;
    given.apply([b, c, a].map(Change::InsertSession)).await;
    let far = given.samples.now() + TimeDelta::days(365);
    assert_eq!(store.overdue_sessions(far, 2).await.unwrap(), [first, second]);
    assert_eq!(store.overdue_sessions(far, 3).await.unwrap(), [first, second, third]);
}

fn challenges() -> [Challenge; 4] {
    let url = "https://banka.example/3d?ş=1&x=\"".to_owned();
    let fields = BTreeMap::from([
        ("PaReq".to_owned(), "a+/=".repeat(2_000)),
        ("MD".to_owned(), String::new()),
        ("TermUrl ✓".to_owned(), "<>&'\"\\\n".to_owned()),
    ]);
    [
        Challenge::Code,
        Challenge::Redirect { url: url.clone() },
        Challenge::Post { url: url.clone(), fields },
        Challenge::Post { url, fields: BTreeMap::new() },
    ]
}
