//! Records of `pax` (POSIX.1-2001, "pax Extended Header").

use alloc::vec::Vec;

use h1::syntax::digits::Digits;

/// Appends a record: its length in digits, a space, the keyword, an equals sign, the value, and
/// a newline. The length counts its own digits.
pub(super) fn write(out: &mut Vec<u8>, keyword: &[u8], value: &[u8]) {
    const SIGNS: usize = 3;
    let rest = [keyword.len(), value.len(), SIGNS]
        .into_iter()
        .fold(0, usize::saturating_add) as u64;
    // One more digit may make the length one digit longer, but not twice.
    let once = rest.saturating_add(digits(rest));
    let length = rest.saturating_add(digits(once));
    for piece in [
        Digits::decimal(length).as_bytes(),
        b" ",
        keyword,
        b"=",
        value,
        b"\n",
    ] {
        out.extend_from_slice(piece);
    }
}

fn digits(number: u64) -> u64 {
    Digits::decimal(number).as_bytes().len() as u64
}
