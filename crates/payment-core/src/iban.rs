//! Recognises IBANs written in groups of four, whose digits look like those of a card.

/// How many characters a group has.
const GROUP: usize = 4;
/// The shortest IBAN (Norway) in bytes: 15 characters and 3 spaces.
const SHORTEST: usize = 18;
/// The longest IBAN in bytes: 34 characters and 8 spaces.
const LONGEST: usize = 42;

/// How many bytes the IBAN takes that `text` starts with, such as `TR33 0006 1005 …`.
///
/// It ends at the first group that makes its check digits right; more groups may follow.
pub(crate) fn grouped_length(text: &[u8]) -> Option<usize> {
    let head @ [b'A'..=b'Z', b'A'..=b'Z', b'0'..=b'9', b'0'..=b'9'] = text.first_chunk()? else {
        return None;
    };
    let is_grouped = |(byte, column): &(&u8, usize)| match *column {
        GROUP => **byte == b' ',
        _ => byte.is_ascii_alphanumeric(),
    };
    let columns = (0..=GROUP).cycle();
    let end = text.iter().zip(columns).take(LONGEST).take_while(is_grouped).count();
    let mut length = GROUP;
    let mut remainder = 0;
    for group in text.get(..end)?.split(|byte| *byte == b' ').skip(1) {
        length = length.saturating_add(group.len()).saturating_add(1);
        remainder = group.iter().copied().fold(remainder, append);
        if length >= SHORTEST && head.iter().copied().fold(remainder, append) == 1 {
            return Some(length);
        }
    }
    None
}

/// The remainder by 97 once `character` is added, where letters count from A = 10 (ISO 13616).
fn append(remainder: u32, character: u8) -> u32 {
    let value = char::from(character).to_digit(36).unwrap_or_default();
    let shift = if value < 10 { 10 } else { 100 };
    remainder.saturating_mul(shift).saturating_add(value).rem_euclid(97)
}

#[cfg(test)]
mod tests {
    use super::grouped_length;

    fn length(text: &str) -> Option<usize> {
        grouped_length(text.as_bytes())
    }

    #[test]
    fn an_iban_ends_where_its_check_digits_are_right() {
        assert_eq!(length("TR33 0006 1005 1978 6457 8413 26"), Some(32));
        assert_eq!(length("TR33 0006 1005 1978 6457 8413 26 4111 1111 1111 1111"), Some(32));
        assert_eq!(length("GB29 NWBK 6016 1331 9268 19, please"), Some(27));
        assert_eq!(length("NO93 8601 1117 947"), Some(18));
        assert_eq!(length("LC94 AAAA 4111 1111 1111 1111 XXXX 1111 11"), Some(42));
    }

    #[test]
    fn what_is_not_in_groups_or_has_wrong_check_digits_is_none() {
        let others = [
            "",
            "TR33",
            "TR330006100519786457841326",
            "TR35 0006 1005 1978 6457 8413 26",
            "TR33 00061005 1978 6457 8413 26",
            "TR33  0006 1005 1978 6457 8413 26",
            "tr33 0006 1005 1978 6457 8413 26",
            "33TR 0006 1005 1978 6457 8413 26",
            "TR33 0006 1005 1978 6457 8413",
        ];
        for text in others {
            assert_eq!(length(text), None, "{text}");
        }
    }
}
