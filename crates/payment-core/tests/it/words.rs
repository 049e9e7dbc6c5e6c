//! The words of the API and the stores, which must never change.

use std::fmt::Write as _;

use payment_core::{
    attempt::{AttemptState, ThreeDsPreference},
    decline::DeclineCode,
    event::EventKind,
    payment::{CaptureMethod, Operation, Status},
    three_ds::ThreeDsStatus,
    transaction::TransactionKind,
};

#[test]
fn the_words_of_every_enum() {
    let mut table = String::new();
    macro_rules! list {
        ($($name:ident)+) => {$(
            writeln!(table, "{}", stringify!($name)).unwrap();
            for variant in $name::ALL {
                let word = variant.as_str();
                assert_eq!($name::parse(word), Some(*variant));
                assert_eq!(variant.to_string(), word);
                writeln!(table, "    {variant:?} = {word}").unwrap();
            }
            for text in ["", "created", " CREATED", "NO_SUCH_WORD"] {
                assert_eq!($name::parse(text), None);
            }
        )+};
    }
    list!(Status CaptureMethod Operation AttemptState ThreeDsPreference ThreeDsStatus);
    list!(TransactionKind EventKind DeclineCode);
    for kind in EventKind::ALL {
        writeln!(table, "{kind} = {}", kind.dotted()).unwrap();
    }
    insta::assert_snapshot!(table);
}
