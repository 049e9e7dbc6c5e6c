//! Time, and headers that are not there.

use webhook_signing::verify::{Received, VerifyError, verify_seed, verify_standard};

use crate::fixture::{NOW, Signed, one};

/// What both verifiers say of a webhook that was changed on the way.
fn verdicts(now: i64, change: fn(&mut Received<'_>)) -> [Result<(), VerifyError>; 2] {
    let (secrets, body) = (one(), b"{}");
    let signed = Signed::new(&secrets, body);
    let (mut standard, mut seed) = (signed.standard(body), signed.seed(body));
    change(&mut standard);
    change(&mut seed);
    let displayed = webhook_signing::secret::generate_secret([7; 32]);
    [verify_standard(&secrets.current, standard, now), verify_seed(&displayed, seed, now)]
}

#[test]
fn five_minutes_are_tolerated_both_ways() {
    for now in [NOW - 300, NOW, NOW + 300] {
        assert_eq!(verdicts(now, |_| ()), [Ok(()); 2], "{now}");
    }
    for now in [i64::MIN, NOW - 301, NOW + 301, i64::MAX] {
        assert_eq!(verdicts(now, |_| ()), [Err(VerifyError::OutsideTolerance); 2], "{now}");
    }
}

#[test]
fn a_time_that_is_no_number_is_refused() {
    let verdicts = verdicts(NOW, |received| received.timestamp = Some("1770042600.0"));
    assert_eq!(verdicts, [Err(VerifyError::InvalidTimestamp); 2]);
}

#[test]
fn a_missing_header_is_named() {
    let missing = |name| Err(VerifyError::MissingHeader(name));
    assert_eq!(
        verdicts(NOW, |received| received.id = None),
        [missing("webhook-id"), missing("X-Webhook-Id")]
    );
    assert_eq!(
        verdicts(NOW, |received| received.timestamp = None),
        [missing("webhook-timestamp"), missing("X-Webhook-Timestamp")]
    );
    assert_eq!(
        verdicts(NOW, |received| received.signature = None),
        [missing("webhook-signature"), missing("X-Webhook-Signature")]
    );
}
