//! Identifiers.

use payment_core::id::{
    AttemptId, DeliveryId, EndpointId, EventId, InvalidId, MerchantId, Mode, PaymentId, ProviderId,
    ThreeDsSessionId, TransactionId,
};
use uuid::{Uuid, uuid};

const UUID: Uuid = uuid!("01980a5c-7b4e-7c3d-9a1f-0123456789ab");

/// Texts that are UUIDs in other clothes, or none.
const NOT_HYPHENATED: [&str; 6] = [
    "",
    "01980a5c7b4e7c3d9a1f0123456789ab",
    "{01980a5c-7b4e-7c3d-9a1f-0123456789ab}",
    "urn:uuid:01980a5c-7b4e-7c3d-9a1f-0123456789ab",
    "01980a5c-7b4e-7c3d-9a1f-0123456789ag",
    "01980a5c-7b4e-7c3d-9a1f-0123456789a",
];

macro_rules! uuid_id_tests {
    ($($test:ident: $id:ident is a $kind:literal;)+) => {$(
        #[test]
        fn $test() {
            let text = UUID.to_string();
            let id: $id = text.parse().unwrap();
            assert_eq!((id.uuid(), id.to_string()), (UUID, text));
            assert_eq!($id::from(UUID), id);
            for text in NOT_HYPHENATED {
                let refused = text.parse::<$id>();
                let wrong = InvalidId { kind: $kind, expected: "a hyphenated UUID" };
                assert_eq!(refused, Err(wrong), "{text}");
            }
        }
    )+};
}

uuid_id_tests! {
    a_payment_id_is_a_hyphenated_uuid: PaymentId is a "payment id";
    an_attempt_id_is_a_hyphenated_uuid: AttemptId is a "attempt id";
    a_transaction_id_is_a_hyphenated_uuid: TransactionId is a "transaction id";
    an_event_id_is_a_hyphenated_uuid: EventId is a "event id";
    a_delivery_id_is_a_hyphenated_uuid: DeliveryId is a "delivery id";
    an_endpoint_id_is_a_hyphenated_uuid: EndpointId is a "webhook endpoint id";
}

#[test]
fn a_merchant_id_is_1_to_50_plain_characters() {
    for text in ["TRENDYOL", "a.b_c-9", &"x".repeat(50)] {
        let id = MerchantId::parse(text).unwrap();
        assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
    }
    for text in ["", "a b", "ş", "a/b", "a\n", &"x".repeat(51)] {
        let expected = "1 to 50 letters, digits, dots, underscores or hyphens";
        let wrong = InvalidId { kind: "merchant id", expected };
        assert_eq!(MerchantId::parse(text), Err(wrong), "{text}");
    }
}

#[test]
fn a_provider_id_is_upper_snake_case() {
    for text in ["GARANTI_VPOS", "P2", &"X".repeat(50)] {
        let id = ProviderId::parse(text).unwrap();
        assert_eq!((id.as_str(), id.to_string().as_str()), (text, text));
    }
    for text in ["", "garanti", "GARANTI-VPOS", "İYZICO", "A B", &"X".repeat(51)] {
        let refused = ProviderId::parse(text).unwrap_err().to_string();
        let expected =
            "not a valid provider id: expected 1 to 50 upper-case letters, digits or underscores";
        assert_eq!(refused, expected, "{text}");
    }
}

#[test]
fn a_session_id_is_its_128_bits_in_hexadecimal() {
    let bytes = [0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 255];
    let id = ThreeDsSessionId::from_random(bytes);
    assert_eq!(id.to_string(), "000102030405060708090a0b0c0d0eff");
    assert_eq!(id.to_string().parse(), Ok(id));
    let wrong = [
        "",
        "ff",
        "000102030405060708090A0B0C0D0EFF",
        "000102030405060708090a0b0c0d0ef",
        "000102030405060708090a0b0c0d0eff0",
        "+00102030405060708090a0b0c0d0eff",
        "g00102030405060708090a0b0c0d0eff",
    ];
    for text in wrong {
        let refused = text.parse::<ThreeDsSessionId>();
        let expected = "32 lower-case hexadecimal digits";
        assert_eq!(refused, Err(InvalidId { kind: "3-D Secure session", expected }), "{text}");
    }
}

#[test]
fn a_mode_is_test_or_live() {
    for (text, mode) in [("test", Mode::Test), ("live", Mode::Live)] {
        assert_eq!((Mode::parse(text), mode.as_str()), (Ok(mode), text));
    }
    let wrong = InvalidId { kind: "mode", expected: "`test` or `live`" };
    for text in ["", "TEST", "Live", "prod"] {
        assert_eq!(Mode::parse(text), Err(wrong.clone()), "{text}");
    }
}
