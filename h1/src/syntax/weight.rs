//! Weights of alternatives (RFC 9110 §12.4.2).

/// The weight of what has none, in thousandths.
pub(crate) const FULL: u16 = 1000;

/// Parses `"q=" qvalue` (RFC 9110 §12.4.2) to thousandths. There are at most three
/// decimals, and the value is at most one.
pub(crate) fn parse(text: &[u8]) -> Option<u16> {
    let text = text
        .strip_prefix(b"q=")
        .or_else(|| text.strip_prefix(b"Q="))?;
    let (whole, decimals) = text.split_first()?;
    let decimals = match decimals {
        [] => decimals,
        [b'.', decimals @ ..] if decimals.len() <= 3 => decimals,
        _ => return None,
    };
    if !decimals.iter().all(u8::is_ascii_digit) {
        return None;
    }
    let zeros = core::iter::repeat(&b'0');
    let thousandths = decimals.iter().chain(zeros).take(3);
    let thousandths = thousandths.fold(0_u16, |number, digit| {
        let digit = digit.wrapping_sub(b'0');
        number.wrapping_mul(10).wrapping_add(digit.into())
    });
    match whole {
        b'0' => Some(thousandths),
        b'1' if thousandths == 0 => Some(FULL),
        _ => None,
    }
}
