//! What may be known of cards and customers.

use payment_core::{
    card::{Bin, CardToken, LastFour},
    person::Email,
};

#[test]
fn a_bin_is_six_or_eight_digits() {
    for text in ["454671", "45467100", "000000"] {
        assert_eq!(Bin::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "45467", "4546710", "454671000", "45467a", "４５４６７１", "45 671", "-45467"]
    {
        assert_eq!(Bin::parse(text).unwrap_err().to_string(), "must be 6 or 8 digits", "{text}");
    }
}

#[test]
fn the_last_four_are_four_digits() {
    for text in ["0000", "7890"] {
        assert_eq!(LastFour::parse(text).unwrap().as_str(), text);
    }
    for text in ["", "789", "78901", "789a", "４５", "+789"] {
        assert_eq!(LastFour::parse(text).unwrap_err().to_string(), "must be 4 digits", "{text}");
    }
}

#[test]
fn a_token_is_up_to_255_visible_characters() {
    for text in ["t", "tok_visa", "!~", &"x".repeat(255)] {
        assert_eq!(CardToken::parse(text).unwrap().expose(), text);
    }
    for text in ["", "tok visa", "tok\n", "tok_ş", "\u{7f}", &"x".repeat(256)] {
        let refused = CardToken::parse(text).unwrap_err().to_string();
        assert_eq!(refused, "must be a provider's token of 1 to 255 visible characters");
    }
}

#[test]
fn an_address_has_two_sides_and_a_dotted_domain() {
    let longest = format!("{}@email.com", "x".repeat(245));
    for text in ["customer@email.com", "a@b.c", "ad.soyad+etiket@şirket.com.tr", longest.as_str()]
    {
        assert_eq!(Email::parse(text).unwrap().expose(), text);
    }
    let too_long = format!("{}@email.com", "x".repeat(246));
    let wrong = [
        "",
        "@",
        "customer",
        "customer@",
        "@email.com",
        "customer@email",
        "customer@.com",
        "customer@email.",
        "customer@email..com",
        "a@b@email.com",
        "a b@email.com",
        "a@e mail.com",
        "a@email.com\n",
        "a\u{0}@email.com",
        too_long.as_str(),
    ];
    for text in wrong {
        let refused = Email::parse(text).unwrap_err().to_string();
        assert_eq!(refused, "must be an e-mail address of at most 255 characters", "{text:?}");
    }
}

#[test]
fn merchants_see_the_first_letter_of_an_address() {
    let masked = |text| Email::parse(text).unwrap().masked();
    assert_eq!(masked("customer@email.com"), "c***@email.com");
    assert_eq!(masked("c@email.com"), "c***@email.com");
    assert_eq!(masked("şule@email.com"), "ş***@email.com");
}
