//! Secrets at rest.

use base64::{Engine, engine::general_purpose::STANDARD};
use payment_core::{
    attempt::{Attempt, ConfirmThreeDs, Instruction},
    card::CardToken,
    payment::{Details, Payment},
    person::Email,
    three_ds::{Challenge, ThreeDsSession},
};
use payment_ports::{
    fakes::Samples,
    notice::NoticePost,
    store::{
        Change, Claim, Directory as _, Inbox as _, Load, PaymentReads as _, Store as _, StoreError,
        StoredNotice,
    },
    webhook::{Endpoint, EndpointSecrets, NextSecret},
};
use payment_store::{EncryptionKey, SqlStore, StoreSettings};
use tempfile::TempDir;

use crate::databases::{migrated, settings, sqlite_url, tamper};

const EMAIL: &str = "canary@customer.example";
const TOKEN: &str = "tok_canary_card";
const SECRET: &str = "whsec_canary_secret";
const STATE: &str = "canary provider state";
const PROOF: &str = "canary proof";
const FIELD: &str = "canary form field";
const SIGNATURE: &str = "canary signature";
const NOTICE: &str = "canary notice of a provider";

/// One of everything that holds a secret.
struct Secrets {
    payment: Payment,
    attempt: Attempt,
    confirmation: Attempt,
    session: ThreeDsSession,
    endpoint: Endpoint,
    notice: StoredNotice,
}

impl Secrets {
    fn of(samples: &Samples) -> Self {
        let details =
            Details { customer_email: Some(Email::parse(EMAIL).unwrap()), ..Details::default() };
        let payment = Payment { details, ..samples.payment() };
        let attempt = samples.attempt(&payment);
        let Instruction::Authorize(mut terms) = attempt.instruction else { panic!() };
        terms.token = CardToken::parse(TOKEN).unwrap();
        let instruction = Instruction::Authorize(terms.clone());
        let attempt = Attempt { instruction, ..samples.attempt(&payment) };
        let fields = [("PaReq".to_owned(), FIELD.to_owned())].into();
        let challenge = Challenge::Post { url: "https://bank.example".to_owned(), fields };
        let provider_state = STATE.to_owned();
        let session = ThreeDsSession { challenge, provider_state, ..samples.session(&attempt) };
        let instruction = Instruction::ConfirmThreeDs(ConfirmThreeDs {
            session: session.id,
            terms,
            state: STATE.to_owned(),
            proof: PROOF.to_owned(),
        });
        let confirmation = Attempt { instruction, ..samples.attempt(&payment) };
        let next = NextSecret { secret: SECRET.into(), replaces_at: samples.now() };
        let secrets = EndpointSecrets { current: SECRET.into(), next: Some(next) };
        let endpoint = Endpoint { secrets, ..samples.endpoint() };
        let headers = vec![("x-signature".to_owned(), SIGNATURE.to_owned())];
        let post = NoticePost { headers, body: NOTICE.as_bytes().to_vec() };
        let notice = StoredNotice { post, ..samples.notice() };
        Self { payment, attempt, confirmation, session, endpoint, notice }
    }

    fn changes(&self) -> [Change; 6] {
        [
            Change::InsertPayment(self.payment.clone()),
            Change::InsertAttempt(self.attempt.clone()),
            Change::InsertAttempt(self.confirmation.clone()),
            Change::InsertSession(self.session.clone()),
            Change::InsertEndpoint(self.endpoint.clone()),
            Change::InsertNotice(self.notice.clone()),
        ]
    }
}

#[tokio::test]
async fn no_secret_is_in_the_files() {
    let folder = tempfile::tempdir().unwrap();
    let store = migrated(&sqlite_url(&folder)).await;
    let secrets = Secrets::of(&Samples::new());
    store.apply(&secrets.changes()).await.unwrap();
    let witness = secrets.payment.merchant.as_str();
    assert!(is_in_a_file(&folder, witness), "the files were not searched");
    store.close().await;
    assert!(is_in_a_file(&folder, witness), "the files were not searched");
    let of_notice = [NOTICE.to_owned(), STANDARD.encode(NOTICE), SIGNATURE.to_owned()];
    let others = [EMAIL, TOKEN, SECRET, STATE, PROOF, FIELD].map(str::to_owned);
    for canary in of_notice.iter().chain(&others) {
        assert!(!is_in_a_file(&folder, canary), "{canary} can be read");
    }
}

#[tokio::test]
async fn a_wrong_key_reads_nothing_and_is_named() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let payment = written(&url).await.payment;
    let other = StoreSettings { encryption_key: EncryptionKey::new([8; 32]), ..settings(&url) };
    let store = SqlStore::connect(&other).await.unwrap();
    let Err(StoreError::Corrupt(why)) = load(&store, &payment).await else { panic!("it was read") };
    assert!(why.starts_with("payments.customer_email is encrypted with the key "), "{why}");
    assert!(why.ends_with(", which is not configured"), "{why}");
}

#[tokio::test]
async fn a_new_key_writes_while_the_old_one_still_reads() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let old = written(&url).await.payment;
    let rotated = StoreSettings {
        encryption_key: EncryptionKey::new([8; 32]),
        previous_keys: vec![EncryptionKey::new([7; 32])],
        ..settings(&url)
    };
    let store = SqlStore::connect(&rotated).await.unwrap();
    assert_eq!(load(&store, &old).await.unwrap(), Some(old.clone()));
    let next = Payment { version: 2, ..old };
    store.apply(&[Change::UpdatePayment(next.clone())]).await.unwrap();

    let new_key_only = StoreSettings { previous_keys: Vec::new(), ..rotated };
    let store = SqlStore::connect(&new_key_only).await.unwrap();
    assert_eq!(load(&store, &next).await.unwrap(), Some(next));
}

#[tokio::test]
async fn a_secret_of_another_row_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let [ours, theirs] = [Secrets::of(&samples), Secrets::of(&samples)];
    store.apply(&[ours.changes(), theirs.changes()].concat()).await.unwrap();
    let their_email = "(SELECT customer_email FROM payments ORDER BY id DESC LIMIT 1)";
    tamper(&url, &format!("UPDATE payments SET customer_email = {their_email}")).await;
    assert_eq!(
        load(&store, &ours.payment).await,
        Err(StoreError::Corrupt(
            "payments.customer_email was changed, or belongs to another row".to_owned()
        ))
    );
    assert_eq!(load(&store, &theirs.payment).await.unwrap(), Some(theirs.payment));
}

#[tokio::test]
async fn a_notice_that_cannot_be_read_does_not_keep_others_waiting() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let store = migrated(&url).await;
    let samples = Samples::new();
    let [first, second] = [(); 2].map(|()| samples.notice());
    let changes = [&first, &second].map(|notice| Change::InsertNotice(notice.clone()));
    store.apply(&changes).await.unwrap();
    let theirs = "(SELECT content FROM provider_inbox ORDER BY id DESC LIMIT 1)";
    tamper(&url, &format!("UPDATE provider_inbox SET content = {theirs}")).await;
    let now = second.received_at;
    let until = now + chrono::TimeDelta::minutes(1);
    let claim = Claim { owner: samples.uuid(), now, until, limit: 10 };
    let claimed = store.claim_notices(&claim).await.unwrap();
    assert_eq!(claimed.iter().map(|notice| notice.id).collect::<Vec<_>>(), [second.id]);
}

#[tokio::test]
async fn a_secret_of_another_mode_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let payment = written(&url).await.payment;
    tamper(&url, "UPDATE payments SET mode = 'live'").await;
    let store = migrated(&url).await;
    let moved = Payment { mode: payment_core::id::Mode::Live, ..payment };
    assert!(matches!(load(&store, &moved).await, Err(StoreError::Corrupt(_))));
}

#[tokio::test]
async fn a_row_that_makes_no_sense_names_the_column_and_not_the_value() {
    let folder = tempfile::tempdir().unwrap();
    let url = sqlite_url(&folder);
    let secrets = written(&url).await;
    let store = migrated(&url).await;
    let Secrets { payment, endpoint, .. } = secrets;
    for (table, column, value) in [
        ("payments", "status", "'NONSENSE'"),
        ("payments", "currency", "'NON'"),
        ("payments", "amount_minor", "-1"),
        ("payments", "metadata", "'NONSENSE'"),
        ("payment_attempts", "status", "'NONSENSE'"),
        ("payment_attempts", "instruction", "'NONSENSE'"),
        ("three_ds_sessions", "status", "'NONSENSE'"),
        ("webhook_endpoints", "event_types", "'NONSENSE'"),
    ] {
        let column_name = format!("{table}.{column}");
        tamper(&url, &format!("ALTER TABLE {table} ADD COLUMN kept TEXT")).await;
        tamper(&url, &format!("UPDATE {table} SET kept = {column}, {column} = {value}")).await;
        let refused = match table {
            "payments" => load(&store, &payment).await.err(),
            "payment_attempts" => store.attempts(payment.id).await.err(),
            "three_ds_sessions" => store.sessions(payment.id).await.err(),
            _ => store.endpoints(&endpoint.merchant, endpoint.mode).await.err(),
        };
        let Some(StoreError::Corrupt(why)) = refused else { panic!("{column_name}: {refused:?}") };
        assert!(why.starts_with(&column_name), "{why}");
        assert!(!why.contains("NON"), "{why}");
        tamper(&url, &format!("UPDATE {table} SET {column} = kept")).await;
        tamper(&url, &format!("ALTER TABLE {table} DROP COLUMN kept")).await;
    }
}

async fn written(url: &str) -> Secrets {
    let secrets = Secrets::of(&Samples::new());
    migrated(url).await.apply(&secrets.changes()).await.unwrap();
    secrets
}

async fn load(store: &SqlStore, payment: &Payment) -> Result<Option<Payment>, StoreError> {
    let query = Load {
        merchant: payment.merchant.clone(),
        mode: payment.mode,
        payment: Some(payment.id),
        scope: None,
    };
    Ok(store.load(&query).await?.payment)
}

fn is_in_a_file(folder: &TempDir, text: &str) -> bool {
    let files = std::fs::read_dir(folder.path()).unwrap();
    files
        .map(|file| std::fs::read(file.unwrap().path()).unwrap())
        .any(|bytes| bytes.windows(text.len()).any(|window| window == text.as_bytes()))
}
