//! Webhooks that were changed on the way.

use proptest::prelude::*;
use webhook_signing::{
    secret::generate_secret,
    verify::{Received, verify_seed, verify_standard},
};

use crate::fixture::{NOW, Signed, one};

/// `bytes` with one of them changed.
fn change(bytes: &[u8], at: prop::sample::Index, flip: u8) -> Vec<u8> {
    let mut changed = bytes.to_vec();
    changed[at.index(bytes.len())] ^= flip;
    changed
}

proptest! {
    #[test]
    fn what_we_sign_verifies(body in prop::collection::vec(any::<u8>(), 0..200)) {
        let secrets = one();
        let signed = Signed::new(&secrets, &body);
        prop_assert_eq!(verify_standard(&secrets.current, signed.standard(&body), NOW), Ok(()));
        let displayed = generate_secret([7; 32]);
        prop_assert_eq!(verify_seed(&displayed, signed.seed(&body), NOW), Ok(()));
    }

    #[test]
    fn a_changed_body_fails(
        body in prop::collection::vec(any::<u8>(), 1..200),
        at in any::<prop::sample::Index>(),
        flip in 1..=u8::MAX,
    ) {
        let secrets = one();
        let signed = Signed::new(&secrets, &body);
        let changed = change(&body, at, flip);
        prop_assert!(verify_standard(&secrets.current, signed.standard(&changed), NOW).is_err());
        let displayed = generate_secret([7; 32]);
        prop_assert!(verify_seed(&displayed, signed.seed(&changed), NOW).is_err());
    }

    #[test]
    fn a_changed_signature_fails(at in any::<prop::sample::Index>(), flip in 1..128_u8) {
        let secrets = one();
        let signed = Signed::new(&secrets, b"{}");
        let altered = |signature: &str| {
            String::from_utf8(change(signature.as_bytes(), at, flip)).unwrap()
        };
        let received = signed.standard(b"{}");
        let changed = altered(received.signature.unwrap());
        let received = Received { signature: Some(&changed), ..received };
        prop_assert!(verify_standard(&secrets.current, received, NOW).is_err(), "{}", changed);
        let received = signed.seed(b"{}");
        let changed = altered(received.signature.unwrap());
        let received = Received { signature: Some(&changed), ..received };
        prop_assert!(verify_seed(&generate_secret([7; 32]), received, NOW).is_err());
    }

    #[test]
    fn a_changed_id_or_time_fails_the_standard_signature(
        id in "[a-z_0-9]{1,8}",
        timestamp in (NOW - 300)..=(NOW + 300),
    ) {
        prop_assume!(id != "evt_1" && timestamp != NOW);
        let secrets = one();
        let signed = Signed::new(&secrets, b"{}");
        let received = Received { id: Some(&id), ..signed.standard(b"{}") };
        prop_assert!(verify_standard(&secrets.current, received, NOW).is_err());
        let timestamp = timestamp.to_string();
        let received = Received { timestamp: Some(&timestamp), ..signed.standard(b"{}") };
        prop_assert!(verify_standard(&secrets.current, received, NOW).is_err());
    }
}
