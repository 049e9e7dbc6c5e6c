//! ISO 4217, list one.

use std::collections::{BTreeMap, BTreeSet};

use payment_core::currency::{Currency, UnknownCurrency};

/// All codes, as `decimals: codes`.
#[test]
fn the_table_of_currencies() {
    let mut by_exponent = BTreeMap::<u32, Vec<&str>>::new();
    for currency in Currency::all() {
        by_exponent.entry(currency.exponent()).or_default().push(currency.code());
    }
    let lines = by_exponent
        .into_iter()
        .map(|(exponent, codes)| format!("{exponent} ({}): {}\n", codes.len(), codes.join(" ")));
    insta::assert_snapshot!(lines.collect::<String>());
}

#[test]
fn every_code_is_listed_once_and_read_back() {
    let codes: BTreeSet<_> = Currency::all().map(Currency::code).collect();
    assert_eq!(codes.len(), Currency::all().count());
    for currency in Currency::all() {
        assert_eq!(Currency::parse(currency.code()), Ok(currency));
        assert_eq!((currency.to_string(), format!("{currency:?}")), {
            let code = currency.code().to_owned();
            (code.clone(), code)
        });
    }
}

#[test]
fn minor_units_are_those_of_the_standard() {
    let scales = [("JPY", 0, 1), ("TRY", 2, 100), ("KWD", 3, 1000), ("CLF", 4, 10_000)];
    for (code, exponent, scale) in scales {
        let currency = Currency::parse(code).unwrap();
        assert_eq!((currency.exponent(), currency.scale()), (exponent, scale), "{code}");
    }
}

#[test]
fn codes_that_left_the_list_and_codes_without_minor_units_are_unknown() {
    let gone = ["ANG", "BGN", "CUC", "HRK", "SLL", "TRL", "ZWL"];
    let without_minor_units = ["XAU", "XDR", "XTS", "XXX"];
    let not_codes = ["", "try", "TR", "TRYY", "TR ", "₺", "949"];
    for text in gone.iter().chain(&without_minor_units).chain(&not_codes) {
        assert_eq!(Currency::parse(text), Err(UnknownCurrency), "{text:?}");
    }
    assert_eq!(UnknownCurrency.to_string(), "is not an ISO 4217 currency code such as TRY");
}

#[test]
fn codes_that_joined_the_list_are_known() {
    for text in ["SLE", "VED", "XAD", "XCG", "ZWG"] {
        assert_eq!(Currency::parse(text).map(Currency::exponent), Ok(2), "{text}");
    }
}
