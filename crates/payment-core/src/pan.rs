//! Finds card numbers in text, so that they can be refused or masked.
//!
//! A card number is 12 to 19 digits, single spaces or hyphens between them, that neither touch a
//! letter, another digit or an underscore nor are part of an IBAN, that an issuer may have issued
//! by prefix and length, and whose check digit is right. About one in 25 random 16-digit numbers
//! is taken for one. Text is judged as it is: decode escapes (`\n`, `%20`) first.

use std::{borrow::Cow, ops::Range};

use crate::iban;

/// Field names that are refused whatever their value, without underscores and in lower case.
const CARD_FIELDS: [&str; 9] =
    ["cardnumber", "pan", "cvv", "cvv2", "cvc", "cvc2", "track", "track1", "track2"];

/// How many characters the longest number has: 19 digits and 18 separators.
const LONGEST: usize = 37;
/// How many digits the shortest number has.
const FEWEST_DIGITS: usize = 12;
/// What may be shown of a number, as on a receipt (PCI DSS 3.4.1).
const SHOWN_FIRST: usize = 6;
const SHOWN_LAST: usize = 4;

const ANY_LENGTH: &[usize] = &[12, 13, 14, 15, 16, 17, 18, 19];
const SIXTEEN_AND_UP: &[usize] = &[16, 17, 18, 19];

/// The first six digits that issuers have, and how many digits their numbers have.
const ISSUERS: [(Range<u32>, &[usize]); 13] = [
    // Visa.
    (400_000..500_000, &[13, 16, 19]),
    // Mastercard.
    (222_100..272_100, &[16]),
    (510_000..560_000, &[16]),
    // American Express.
    (340_000..350_000, &[15]),
    (370_000..380_000, &[15]),
    // Diners Club.
    (300_000..306_000, &[14, 16]),
    (360_000..370_000, &[14, 16]),
    (380_000..400_000, &[14, 16]),
    // JCB.
    (352_800..359_000, SIXTEEN_AND_UP),
    // Maestro; from 60 on also Discover and UnionPay.
    (500_000..510_000, ANY_LENGTH),
    (560_000..700_000, ANY_LENGTH),
    // UnionPay.
    (810_000..817_200, SIXTEEN_AND_UP),
    // Troy.
    (979_200..979_300, &[16]),
];

/// Whether a field of that name can only carry card data, such as `card_number`.
///
/// ```
/// assert!(payment_core::pan::is_card_field("cardNumber"));
/// assert!(!payment_core::pan::is_card_field("cardBin"));
/// ```
#[must_use]
pub fn is_card_field(name: &str) -> bool {
    let letters = || name.bytes().filter(|byte| !matches!(byte, b'_' | b'-'));
    CARD_FIELDS
        .iter()
        .any(|field| letters().map(|byte| byte.to_ascii_lowercase()).eq(field.bytes()))
}

/// Whether `text` contains a card number.
///
/// ```
/// assert!(payment_core::pan::contains_card_number("card: 4111-1111-1111-1111"));
/// assert!(!payment_core::pan::contains_card_number("order 4111111111111112"));
/// ```
#[must_use]
pub fn contains_card_number(text: &str) -> bool {
    !find(text).is_empty()
}

/// `text` with only the first six and last four digits of card numbers.
///
/// The others become `*`; separators stay.
///
/// ```
/// assert_eq!(payment_core::pan::mask("paid with 4111111111111111"), "paid with 411111******1111");
/// ```
#[must_use]
pub fn mask(text: &str) -> Cow<'_, str> {
    let cards = find(text);
    if cards.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut bytes = text.as_bytes().to_vec();
    for card in cards {
        let digits = bytes.get_mut(card).into_iter().flatten();
        let digits: Vec<_> = digits.filter(|byte| !is_separator(char::from(**byte))).collect();
        let last = digits.len().saturating_sub(SHOWN_LAST);
        for digit in digits.into_iter().take(last).skip(SHOWN_FIRST) {
            *digit = b'*';
        }
    }
    Cow::Owned(String::from_utf8_lossy(&bytes).into_owned())
}

/// The byte ranges of the card numbers in `text`, in order; they may overlap.
///
/// Takes time in proportion to the length of `text`.
#[must_use]
pub fn find(text: &str) -> Vec<Range<usize>> {
    if text.bytes().filter(u8::is_ascii_digit).count() < FEWEST_DIGITS {
        return Vec::new();
    }
    let characters = read(text);
    let tails = (0..characters.len()).filter_map(|index| characters.get(index..));
    tails.filter_map(card_at_start).collect()
}

/// A character, and whether a number may begin or end with it.
struct Character {
    at: usize,
    value: char,
    begins: bool,
    ends: bool,
}

fn read(text: &str) -> Vec<Character> {
    let mut characters = Vec::with_capacity(text.len());
    let mut iban_end = 0;
    let mut previous = ' ';
    let mut edge = Edge::default();
    for (at, character) in text.char_indices() {
        if at >= iban_end && !previous.is_alphanumeric() {
            let iban = text.as_bytes().get(at..).and_then(iban::grouped_length);
            iban_end = at.saturating_add(iban.unwrap_or_default());
        }
        previous = character;
        let value = if at < iban_end { 'X' } else { character };
        characters.push(Character { at, value, begins: edge.is_at(value), ends: false });
    }
    let mut edge = Edge::default();
    for character in characters.iter_mut().rev() {
        character.ends = edge.is_at(character.value);
    }
    characters
}

/// Where numbers may begin, seen from the left, or end, seen from the right.
///
/// A letter claims the digits of its word, and those that hyphens join to such a word, as in
/// `a716-446655440000`; a word without digits, as in `card-4111…`, claims nothing beyond itself.
#[derive(Default)]
struct Edge {
    is_after_digit: bool,
    is_claimed: bool,
    word_has_digit: bool,
}

impl Edge {
    fn is_at(&mut self, character: char) -> bool {
        let is_digit = character.is_ascii_digit();
        let is_edge = is_digit && !self.is_after_digit && !self.is_claimed;
        self.is_claimed = match character {
            '0'..='9' => self.is_claimed,
            '-' => self.is_claimed && self.word_has_digit,
            _ => is_letter(character),
        };
        self.word_has_digit = is_digit || (self.word_has_digit && is_letter(character));
        self.is_after_digit = is_digit;
        is_edge
    }
}

fn is_letter(character: char) -> bool {
    character.is_alphanumeric() || character == '_'
}

/// The longest card number that begins with the first of `characters`.
fn card_at_start(characters: &[Character]) -> Option<Range<usize>> {
    let start = characters.first().filter(|first| first.begins)?.at;
    let mut digits = Vec::new();
    let mut end = None;
    let mut is_after_digit = false;
    for &Character { at, value, ends, .. } in characters.iter().take(LONGEST) {
        let digit = value.to_digit(10);
        let joins = is_after_digit && is_separator(value);
        if digit.is_none() && !joins {
            break;
        }
        digits.extend(digit);
        is_after_digit = digit.is_some();
        if ends && is_card_number(&digits) {
            end = Some(at.saturating_add(1));
        }
    }
    Some(start..end?)
}

const fn is_separator(character: char) -> bool {
    matches!(character, ' ' | '-')
}

fn is_card_number(digits: &[u32]) -> bool {
    let is_varied = digits.iter().any(|digit| Some(digit) != digits.first());
    is_varied && is_issued(digits) && has_check_digit(digits)
}

fn is_issued(digits: &[u32]) -> bool {
    let prefix = digits.iter().take(6);
    let prefix =
        prefix.fold(0_u32, |prefix, digit| prefix.saturating_mul(10).saturating_add(*digit));
    let length = digits.len();
    ISSUERS
        .iter()
        .any(|(prefixes, lengths)| prefixes.contains(&prefix) && lengths.contains(&length))
}

/// Whether the last digit is the check digit of the others (ISO/IEC 7812-1, Luhn).
fn has_check_digit(digits: &[u32]) -> bool {
    let factors = [1_u32, 2].into_iter().cycle();
    let products =
        digits.iter().rev().zip(factors).map(|(digit, factor)| digit.saturating_mul(factor));
    let sum: u32 =
        products.map(|product| product.div_euclid(10).saturating_add(product.rem_euclid(10))).sum();
    sum.is_multiple_of(10)
}
