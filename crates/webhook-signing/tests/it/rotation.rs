//! Two secrets at once.

use webhook_signing::{
    secret::{Secret, Secrets, generate_secret},
    verify::{Received, VerifyError, verify_seed, verify_standard},
};

use crate::fixture::{NOW, Signed};

const BODY: &[u8] = b"{\"amount\":1500.00}";

fn overlap() -> Secrets {
    let secret = |byte| Secret::parse(&generate_secret([byte; 32])).unwrap();
    Secrets { current: secret(1), next: Some(secret(2)) }
}

#[test]
fn both_secrets_verify_the_standard_header() {
    let secrets = overlap();
    let signed = Signed::new(&secrets, BODY);
    for secret in [&secrets.current, secrets.next.as_ref().unwrap()] {
        assert_eq!(verify_standard(secret, signed.standard(BODY), NOW), Ok(()));
    }
    let other = Secret::parse(&generate_secret([3; 32])).unwrap();
    let verdict = verify_standard(&other, signed.standard(BODY), NOW);
    assert_eq!(verdict, Err(VerifyError::NoMatch));
}

#[test]
fn the_seeds_header_stays_on_the_old_secret() {
    let signed = Signed::new(&overlap(), BODY);
    assert_eq!(verify_seed(&generate_secret([1; 32]), signed.seed(BODY), NOW), Ok(()));
    let verdict = verify_seed(&generate_secret([2; 32]), signed.seed(BODY), NOW);
    assert_eq!(verdict, Err(VerifyError::NoMatch));
}

#[test]
fn a_header_of_its_own_carries_the_seeds_signature_with_the_new_secret() {
    let signed = Signed::new(&overlap(), BODY);
    let signature = signed.value("X-Webhook-Signature-Next");
    let received = Received { signature, ..signed.seed(BODY) };
    assert_eq!(verify_seed(&generate_secret([2; 32]), received, NOW), Ok(()));
}

#[test]
fn one_secret_needs_no_second_header() {
    let secrets = Secrets { next: None, ..overlap() };
    assert_eq!(Signed::new(&secrets, BODY).value("X-Webhook-Signature-Next"), None);
}
