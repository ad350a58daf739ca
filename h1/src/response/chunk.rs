//! Content in chunks, for content whose length is not known before (RFC 9112 §7.1).

use crate::syntax::digits::Digits;
use alloc::vec::Vec;

/// Most bytes of the start of a chunk.
pub const START_BYTES: usize = 16 + END.len();

/// The end of a chunk.
pub const END: &[u8] = b"\r\n";

/// The chunk that ends the content. Without it, the client knows that something is missing.
pub const LAST: &[u8] = b"0\r\n\r\n";

/// Appends the start of a chunk of this length, which must not be 0.
pub fn start(length: usize, out: &mut Vec<u8>) {
    out.extend_from_slice(Digits::hexadecimal(length as u64).as_bytes());
    out.extend_from_slice(END);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_have_the_length_in_hexadecimal() {
        for (length, expected) in [
            (1, "1\r\n"),
            (0x1f, "1f\r\n"),
            (usize::MAX, "ffffffffffffffff\r\n"),
        ] {
            let mut out = Vec::new();
            start(length, &mut out);
            assert_eq!(out, expected.as_bytes());
            assert!(out.len() <= START_BYTES);
        }
    }
}
