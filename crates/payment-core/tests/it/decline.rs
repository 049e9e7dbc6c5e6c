//! What a refusal means for the merchant, for routing and for the customer.

use std::{collections::BTreeSet, fmt::Write as _};

use payment_core::decline::{DeclineCode, Severity};

#[test]
fn the_table_of_decline_codes() {
    let mut table = String::new();
    for code in DeclineCode::ALL {
        let other = if code.may_try_another_provider() {
            "another provider may be tried"
        } else {
            "final here"
        };
        let message = code.customer_message();
        writeln!(
            table,
            "{code}: {:?}, {other}\n    {}\n    {}",
            code.severity(),
            message.tr,
            message.en
        )
        .unwrap();
    }
    insta::assert_snapshot!(table);
}

#[test]
fn only_a_soft_decline_goes_to_another_provider() {
    let elsewhere = DeclineCode::ALL.iter().filter(|code| code.may_try_another_provider());
    assert!(elsewhere.clone().count() > 0);
    for code in elsewhere {
        assert_eq!(code.severity(), Severity::Soft, "{code}");
    }
}

#[test]
fn the_customer_does_not_learn_of_suspicion_or_theft() {
    let neutral = DeclineCode::CardDeclined.customer_message();
    assert_eq!(DeclineCode::LostOrStolen.customer_message(), neutral);
    assert_eq!(DeclineCode::FraudSuspected.customer_message(), neutral);
    let telling = [
        "fraud",
        "stolen",
        "lost",
        "suspect",
        "risk",
        "çalıntı",
        "kayıp",
        "şüphe",
        "sahte",
        "dolandır",
    ];
    for code in DeclineCode::ALL {
        let message = code.customer_message();
        let text = format!("{} {}", message.tr, message.en).to_lowercase();
        assert!(telling.iter().all(|word| !text.contains(word)), "{code}: {text}");
    }
}

#[test]
fn every_other_code_has_sentences_of_its_own_in_both_languages() {
    let messages = DeclineCode::ALL.iter().map(|code| code.customer_message());
    let turkish: BTreeSet<_> = messages.clone().map(|message| message.tr).collect();
    let english: BTreeSet<_> = messages.clone().map(|message| message.en).collect();
    assert_eq!((turkish.len(), english.len()), (15, 15));
    for sentence in turkish.union(&english) {
        assert!(
            sentence.ends_with('.') && sentence.starts_with(char::is_alphanumeric),
            "{sentence}"
        );
        assert!(!sentence.contains("  "), "{sentence}");
    }
}
