use std::borrow::Cow;

use payment_core::pan::{contains_card_number, find, is_card_field, mask};
use proptest::prelude::*;

const VECTORS: &str = include_str!("../fixtures/pan_detection.json");

fn vectors(list: &str) -> Vec<String> {
    let vectors: serde_json::Value = serde_json::from_str(VECTORS).unwrap();
    let texts = vectors[list].as_array().unwrap();
    assert!(texts.len() > 10, "{list} is shorter than it should be");
    texts.iter().map(|text| text.as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_vector_that_is_a_card_number_is_found_and_masked() {
    for text in vectors("must_detect") {
        assert!(contains_card_number(&text), "{text}");
        assert!(!contains_card_number(&mask(&text)), "{text}");
    }
}

#[test]
fn every_vector_that_is_none_is_left_alone() {
    for text in vectors("must_not_detect") {
        assert!(!contains_card_number(&text), "{text}");
        assert!(matches!(mask(&text), Cow::Borrowed(same) if same == text), "{text}");
    }
}

#[test]
fn the_first_six_and_last_four_digits_stay_and_separators_too() {
    let masked = [
        ("4111111111111111", "411111******1111"),
        ("4242 4242 4242 4242", "4242 42** **** 4242"),
        ("4242-4242-4242-4242", "4242-42**-****-4242"),
        ("500000000009", "500000**0009"),
        ("4000000000000000006", "400000*********0006"),
        ("a 4111111111111111, b 5555555555554444.", "a 411111******1111, b 555555******4444."),
        ("ödeme ✓ 4111111111111111 ✓", "ödeme ✓ 411111******1111 ✓"),
    ];
    for (text, expected) in masked {
        assert_eq!(mask(text), expected);
    }
}

#[test]
fn the_place_of_each_number_is_told_in_bytes() {
    assert_eq!(find("ş 4111111111111111 / 5555-5555-5555-4444"), [3..19, 22..41]);
    assert_eq!(find("nothing here"), []);
}

#[test]
fn overlapping_numbers_are_both_masked() {
    // 16 digits are valid from the first group on, and again from the second.
    let text = "4242 4242 4242 4242 4242";
    assert_eq!(find(text), [0..19, 5..24]);
    assert_eq!(mask(text), "4242 42** **** **** 4242");
}

#[test]
fn issuers_are_known_by_prefix_and_length() {
    let issued = [
        "4000000000006",
        "4000000000000002",
        "4000000000000000006",
        "4999990000000007",
        "2221000000000009",
        "2720990000000007",
        "5100000000000008",
        "5599990000000008",
        "340000000000009",
        "349999000000003",
        "370000000000002",
        "379999000000006",
        "30000000000004",
        "3000000000000004",
        "30599900000006",
        "36000000000008",
        "36999900000002",
        "38000000000006",
        "3999990000000009",
        "3528000000000007",
        "35899900000000001",
        "500000000009",
        "5000000000000000005",
        "5099990000000003",
        "560000000003",
        "6999990000000000009",
        "8100000000000002",
        "8171990000000000003",
        "9792000000000003",
        "9792990000000005",
    ];
    for number in issued {
        assert!(contains_card_number(number), "{number}");
    }
}

#[test]
fn right_check_digits_alone_are_not_enough() {
    let not_issued = [
        "3999990000002",
        "400000000002",
        "40000000000002",
        "400000000000006",
        "40000000000000006",
        "400000000000000002",
        "50000000005",
        "50000000000000000009",
        "2220990000000002",
        "2721000000000004",
        "510000000000003",
        "3400000000000000",
        "339999000000005",
        "350000000000006",
        "369999000000008",
        "3527990000000000",
        "3590000000000000",
        "30600000000001",
        "8099990000000007",
        "8172000000000005",
        "9791990000000006",
        "9793000000000002",
        "7000000000000005",
        "1000000000000008",
        "97920000000000003",
    ];
    for number in not_issued {
        assert!(!contains_card_number(number), "{number}");
    }
}

#[test]
fn one_digit_repeated_is_no_card_number() {
    // Maestro by prefix and length, with a right check digit.
    assert!(!contains_card_number("6666666666666"));
}

#[test]
fn digits_that_touch_a_letter_an_underscore_or_more_digits_are_left_alone() {
    let glued = [
        "x4111111111111111",
        "4111111111111111x",
        "_4111111111111111",
        "4111111111111111_",
        "ş4111111111111111",
        "4111111111111111ş",
        "４4111111111111111",
        "94111111111111111",
        "41111111111111119",
        "a1-4111111111111111",
        "4111111111111111-1a",
        "1a-4111111111111111",
        "4111111111111111-a1",
        "a1-2-4111-1111-1111-1111",
    ];
    for text in glued {
        assert!(!contains_card_number(text), "{text}");
    }
}

#[test]
fn what_else_stands_beside_a_number_does_not_hide_it() {
    let beside = [
        "card-4111111111111111",
        "4111111111111111-card",
        "a1 4111111111111111",
        "4111111111111111 1a",
        "a1--4111111111111111",
        "1 a-4111111111111111",
        "INV-2026-4111111111111111",
        "💳4111111111111111💳",
        "4111111111111111 12/27 123",
        "4111111111111111 1227 123",
        "4111111111111111-1227-123",
        "12-4111111111111111",
        "no 12 4111111111111111",
        "4111 1111 1111 1111 exp",
        "\"4111111111111111\"",
        "0  4111111111111111  0",
        "+4111111111111111",
    ];
    for text in beside {
        assert!(contains_card_number(text), "{text}");
    }
}

#[test]
fn only_single_spaces_and_hyphens_separate_digits() {
    assert!(contains_card_number("4 1 1 1-1 1 1 1-1 1 1 1-1 1 1 1"));
    assert!(contains_card_number("4-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-0-6"));
    for text in
        ["4111  111111111111", "4111 -111111111111", "4111.1111.1111.1111", "4111\n111111111111"]
    {
        assert!(!contains_card_number(text), "{text:?}");
    }
}

#[test]
fn an_iban_in_groups_is_no_card_number() {
    let ibans = [
        "TR33 0006 1005 1978 6457 8413 26",
        "NO09 4111 1111 111",
        "BE84 4111 1111 1111",
        "GB70 4111 1111 1111 1111",
        "(GB70 4111 1111 1111 1111).",
        "IBAN:GB70 4111 1111 1111 1111, thanks",
        "DE89 4111 1111 1111 1111 11",
        "LC94 AAAA 4111 1111 1111 1111 XXXX 1111 11",
    ];
    for text in ibans {
        assert!(!contains_card_number(text), "{text}");
    }
}

#[test]
fn what_only_looks_like_an_iban_hides_no_card_number() {
    let others = [
        "GB71 4111 1111 1111 1111",
        "gb70 4111 1111 1111 1111",
        "1B70 4111 1111 1111 1111",
        "GBA0 4111 1111 1111 1111",
        "AGB70 4111 1111 1111 1111",
        "GB70  4111 1111 1111 1111",
        "GB70 4111111111111111",
        "BE84 4111 1111 1111 4111 1111 1111 1111",
    ];
    for text in others {
        assert!(contains_card_number(text), "{text}");
    }
}

#[test]
fn names_of_card_fields_are_known_in_every_spelling() {
    let names = [
        "cvv",
        "CVV",
        "cvc",
        "cvv2",
        "cvc2",
        "cardNumber",
        "card_number",
        "CARD-NUMBER",
        "CardNumber",
        "pan",
        "PAN",
        "track",
        "track1",
        "track_2",
    ];
    for name in names {
        assert!(is_card_field(name), "{name}");
    }
    for name in ["", "_", "cardBin", "cardToken", "panel", "trackingNumber", "cvv3", "company"] {
        assert!(!is_card_field(name), "{name}");
    }
}

proptest! {
    /// Whatever the text, masking only turns digits into stars.
    #[test]
    fn masking_changes_nothing_but_digits(text in "([0-9]{0,6}[ -]?|4111 1111 1111 1111|[A-Zşé４💳_]?){0,12}") {
        let masked = mask(&text);
        prop_assert_eq!(masked.chars().count(), text.chars().count());
        for (before, after) in text.chars().zip(masked.chars()) {
            prop_assert!(before == after || (before.is_ascii_digit() && after == '*'));
        }
        prop_assert_eq!(contains_card_number(&text), masked.contains('*'));
    }

    /// A card number in a sentence is found, and nothing else of it is touched.
    #[test]
    fn a_number_between_words_is_masked(before in "[a-zş ,]{0,20}[ ,]", after in "[ ,.][a-zş ,]{0,20}") {
        let masked = mask(&format!("{before}4111111111111111{after}")).into_owned();
        prop_assert_eq!(masked, format!("{before}411111******1111{after}"));
    }
}

#[test]
fn a_long_text_of_digit_groups_takes_no_longer_than_its_length() {
    let text = "4 ".repeat(200_000);
    assert!(!contains_card_number(&text));
    let text = "TR33 ".repeat(100_000);
    assert!(!contains_card_number(&text));
}
