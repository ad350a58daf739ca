//! Chunked content (RFC 9112 §7.1), counted and discarded.
//!
//! Nothing here looks at the content. Its end must be found exactly where every other
//! parser finds it.

use crate::limits::{CHUNK_LINE_BYTES, DISCARD_BYTES, TRAILER_BYTES};
use crate::refusal::Refusal;
use crate::request::fields::{Syntax, is_value_byte};
use crate::syntax::token::is_tchar;

/// Progress through the content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Bytes taken from the start of the given bytes: all of them, until the content is
    /// done.
    pub used: usize,
    /// Whether the content is over, including its trailers.
    pub done: bool,
}

/// Follows chunked content as it arrives. It looks at each byte once.
#[derive(Clone, Copy, Debug, Default)]
pub struct Chunked {
    part: Part,
    /// Size of the chunk, and then the bytes of it that are still missing.
    size: u64,
    /// Bytes of the current chunk-size line, without its end.
    line: usize,
    trailers: usize,
    /// Bytes counted against [`DISCARD_BYTES`].
    total: u64,
}

impl Chunked {
    /// Takes bytes that follow those of the last call.
    ///
    /// # Errors
    ///
    /// Bytes that aren't strictly chunked coding, and content that exceeds
    /// [`CHUNK_LINE_BYTES`], [`TRAILER_BYTES`] or [`DISCARD_BYTES`].
    pub fn discard(&mut self, bytes: &[u8]) -> Result<Progress, Refusal> {
        let mut rest = bytes;
        while self.part != Part::Trailers(Syntax::End) {
            if self.part == Part::Data {
                rest = self.skip_data(rest);
            }
            let Some((byte, after)) = rest.split_first() else {
                return Ok(Progress {
                    used: bytes.len(),
                    done: false,
                });
            };
            self.step(*byte)?;
            rest = after;
        }
        Ok(Progress {
            used: bytes.len().saturating_sub(rest.len()),
            done: true,
        })
    }

    fn skip_data<'b>(&mut self, bytes: &'b [u8]) -> &'b [u8] {
        let available = u64::try_from(bytes.len())
            .unwrap_or(u64::MAX)
            .min(self.size);
        self.size = self.size.saturating_sub(available);
        if self.size == 0 {
            self.part = Part::DataEnd;
        }
        let skipped = usize::try_from(available).unwrap_or(bytes.len());
        bytes.get(skipped..).unwrap_or_default()
    }

    fn step(&mut self, byte: u8) -> Result<(), Refusal> {
        self.part = match (self.part, byte) {
            (Part::SizeStart | Part::Size, byte) if byte.is_ascii_hexdigit() => {
                count(&mut self.line, CHUNK_LINE_BYTES, Refusal::MalformedChunk)?;
                self.add_digit(byte)?;
                Part::Size
            }
            (Part::LineEnd, b'\n') => self.end_line()?,
            (Part::DataEnd, b'\r') => Part::DataLineEnd,
            (Part::DataLineEnd, b'\n') => Part::SizeStart,
            (Part::LineEnd | Part::DataLineEnd, _) => return Err(Refusal::BareCarriageReturn),
            (Part::Trailers(syntax), byte) => {
                count(&mut self.trailers, TRAILER_BYTES, Refusal::TrailersTooLarge)?;
                Part::Trailers(syntax.step(byte)?)
            }
            (part, b'\r') => part.extend(b'\r')?,
            (part, byte) => {
                count(&mut self.line, CHUNK_LINE_BYTES, Refusal::MalformedChunk)?;
                part.extend(byte)?
            }
        };
        Ok(())
    }

    /// Adds a digit of `1*HEXDIG` (RFC 9112 §7.1), in which an overflow would be a way to
    /// hide bytes.
    fn add_digit(&mut self, byte: u8) -> Result<(), Refusal> {
        let digit = char::from(byte).to_digit(16).map(u64::from);
        let shifted = self.size.checked_mul(16);
        let size = shifted
            .zip(digit)
            .and_then(|(size, digit)| size.checked_add(digit));
        self.size = size.ok_or(Refusal::MalformedChunk)?;
        Ok(())
    }

    /// Returns the part after a complete chunk-size line. The bytes of the line beyond the
    /// digits of any size count as content, because extensions and leading zeros on tiny
    /// chunks must not multiply the work (RFC 9112 §7.1.1 asks for a limit).
    fn end_line(&mut self) -> Result<Part, Refusal> {
        let padding = u64::try_from(self.line.saturating_sub(SIZE_DIGITS)).unwrap_or(u64::MAX);
        self.total = self.total.saturating_add(padding).saturating_add(self.size);
        if self.total > DISCARD_BYTES {
            return Err(Refusal::ContentTooLarge);
        }
        self.line = 0;
        match self.size {
            0 => Ok(Part::Trailers(Syntax::LineStart)),
            _ => Ok(Part::Data),
        }
    }
}

/// Counts one more, up to a limit.
fn count(counter: &mut usize, limit: usize, refusal: Refusal) -> Result<(), Refusal> {
    *counter = counter.saturating_add(1);
    if *counter > limit {
        return Err(refusal);
    }
    Ok(())
}

/// Hexadecimal digits of 64 bits.
const SIZE_DIGITS: usize = 16;

/// Position of the next byte in chunked content.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Part {
    #[default]
    SizeStart,
    Size,
    /// Whitespace before the semicolon of an extension.
    Gap,
    Semicolon,
    Name,
    NameGap,
    Equals,
    Value,
    Quoted,
    Escaped,
    QuotedEnd,
    LineEnd,
    Data,
    DataEnd,
    DataLineEnd,
    Trailers(Syntax),
}

impl Part {
    /// Follows chunk extensions, which are ignored if they match the grammar of
    /// RFC 9112 §7.1.1. It allows whitespace before and after `;` and `=` ("bad
    /// whitespace", RFC 9110 §5.6.3), and nowhere else.
    fn extend(self, byte: u8) -> Result<Self, Refusal> {
        match (self, byte) {
            (Self::Size | Self::Name | Self::Value | Self::QuotedEnd, b'\r') => Ok(Self::LineEnd),
            (Self::Quoted, b'"') => Ok(Self::QuotedEnd),
            (Self::Quoted, b'\\') => Ok(Self::Escaped),
            (Self::Quoted | Self::Escaped, byte) if is_value_byte(byte) => Ok(Self::Quoted),
            (Self::Size | Self::Gap | Self::Value | Self::QuotedEnd, b' ' | b'\t') => Ok(Self::Gap),
            (Self::Name | Self::NameGap, b' ' | b'\t') => Ok(Self::NameGap),
            (Self::Semicolon | Self::Equals, b' ' | b'\t') => Ok(self),
            (Self::Size | Self::Gap | Self::Value | Self::QuotedEnd, b';') => Ok(Self::Semicolon),
            (Self::Name | Self::NameGap, b';') => Ok(Self::Semicolon),
            (Self::Name | Self::NameGap, b'=') => Ok(Self::Equals),
            (Self::Equals, b'"') => Ok(Self::Quoted),
            (Self::Semicolon | Self::Name, byte) if is_tchar(byte) => Ok(Self::Name),
            (Self::Equals | Self::Value, byte) if is_tchar(byte) => Ok(Self::Value),
            (_, b'\n') => Err(Refusal::BareLineFeed),
            _ => Err(Refusal::MalformedChunk),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn whole(bytes: &[u8]) -> Result<Progress, Refusal> {
        Chunked::default().discard(bytes)
    }

    #[test]
    fn whole_contents() {
        let cases: &[&str] = &[
            "0\r\n\r\n",
            "000\r\n\r\n",
            "5\r\nhello\r\n0\r\n\r\n",
            "00000000000000000005\r\nhello\r\n0\r\n\r\n",
            "a\r\n0123456789\r\nA\r\n0123456789\r\n0\r\n\r\n",
            "5\r\n\r\n0\r\n\r\n0\r\n\r\n",
            // Extensions.
            "0;a\r\n\r\n",
            "0;a=b\r\n\r\n",
            "0;a=\"b\"\r\n\r\n",
            "0;a=\"b;\\\"\\\\,\tc\"\r\n\r\n",
            "0;a=\"\u{e9}\\\u{e9}\"\r\n\r\n",
            "0 ;a\r\n\r\n",
            "0 \t ; a = b ; c ;d=\"e\" ;f\r\n\r\n",
            "5;a;b=c\r\nhello\r\n0;d\r\n\r\n",
            // Trailers.
            "0\r\nA: b\r\n\r\n",
            "0\r\nA:\r\nContent-Length: 5\r\nTransfer-Encoding: x\r\n\r\n",
        ];
        for text in cases {
            let done = Ok(Progress {
                used: text.len(),
                done: true,
            });
            assert_eq!(whole(text.as_bytes()), done, "{text:?}");
            let pipelined = format!("{text}GET / HTTP/1.1\r\n");
            assert_eq!(whole(pipelined.as_bytes()), done, "{pipelined:?}");
            for cut in 0..text.len() {
                let part = whole(&text.as_bytes()[..cut]);
                assert_eq!(
                    part,
                    Ok(Progress {
                        used: cut,
                        done: false
                    }),
                    "{text:?} to {cut}"
                );
            }
        }
    }

    #[test]
    fn refused_at_the_last_byte() {
        use Refusal::*;
        let cases: &[(&str, Refusal)] = &[
            ("\r", MalformedChunk),
            ("\n", BareLineFeed),
            (" ", MalformedChunk),
            ("+", MalformedChunk),
            ("-", MalformedChunk),
            ("0x", MalformedChunk),
            ("5h", MalformedChunk),
            ("5_", MalformedChunk),
            (";", MalformedChunk),
            ("g", MalformedChunk),
            ("5\n", BareLineFeed),
            ("5\r\r", BareCarriageReturn),
            ("5\rh", BareCarriageReturn),
            ("5 \r", MalformedChunk),
            ("5\t\r", MalformedChunk),
            ("5 5", MalformedChunk),
            ("5\0", MalformedChunk),
            ("10000000000000000", MalformedChunk),
            ("fffffffffffffffff", MalformedChunk),
            ("ffffffffffffffff\r\n", ContentTooLarge),
            ("10001\r\n", ContentTooLarge),
            // Extensions.
            ("5;\r", MalformedChunk),
            ("5;a\n", BareLineFeed),
            ("5;\n", BareLineFeed),
            ("5;a=\"\n", BareLineFeed),
            ("5;a=\"b\"\n", BareLineFeed),
            ("5;a\rb", BareCarriageReturn),
            ("5;;", MalformedChunk),
            ("5;=", MalformedChunk),
            ("5;a=\r", MalformedChunk),
            ("5;a=;", MalformedChunk),
            ("5;a=b=", MalformedChunk),
            ("5;a=b \r", MalformedChunk),
            ("5;a \r", MalformedChunk),
            ("5;a b", MalformedChunk),
            ("5;a=\"b\"c", MalformedChunk),
            ("5;a=\"\r", MalformedChunk),
            ("5;a=\"\\\r", MalformedChunk),
            ("5;a=\"\0", MalformedChunk),
            ("5;\"", MalformedChunk),
            // Data.
            ("5\r\nhello0", MalformedChunk),
            ("5\r\nhello\n", BareLineFeed),
            ("5\r\nhello\rx", BareCarriageReturn),
            ("5\r\nhello!", MalformedChunk),
            ("5\r\nhell\r\n", BareLineFeed),
            ("5\r\nhello\r\n\r", MalformedChunk),
            // Trailers.
            ("0\r\n\n", BareLineFeed),
            ("0\r\n\rx", BareCarriageReturn),
            ("0\r\n ", FoldedField),
            ("0\r\nA ", MalformedField),
            ("0\r\nA\r", MalformedField),
            ("0\r\nA: b\n", BareLineFeed),
            ("0\r\nA: b\r\n\t", FoldedField),
            ("0\r\nA: \0", MalformedField),
        ];
        for (text, refusal) in cases {
            assert_eq!(whole(text.as_bytes()), Err(*refusal), "{text:?}");
            let before = text.len() - 1;
            let part = whole(&text.as_bytes()[..before]);
            assert_eq!(
                part,
                Ok(Progress {
                    used: before,
                    done: false
                }),
                "{text:?} but for a byte"
            );
        }
    }

    #[test]
    fn limits() {
        let discard = usize::try_from(DISCARD_BYTES).unwrap();
        let zeros = |count: usize| format!("{}\r\n\r\n", "0".repeat(count));
        let trailers =
            |len: usize| format!("0\r\nA:{}\r\n\r\n", "b".repeat(len - "A:\r\n\r\n".len()));
        let bytes = |count: usize| format!("{}0\r\n\r\n", "1\r\nx\r\n".repeat(count));
        let extension = |len: usize| format!("0{}1;{}\r\nx\r\n", "0".repeat(12), "a".repeat(len));
        let extensions = |len: usize, count: usize| extension(len).repeat(count) + "0\r\n\r\n";
        let cases: &[(String, Option<Refusal>)] = &[
            (zeros(CHUNK_LINE_BYTES), None),
            (zeros(CHUNK_LINE_BYTES + 1), Some(Refusal::MalformedChunk)),
            (trailers(TRAILER_BYTES), None),
            (trailers(TRAILER_BYTES + 1), Some(Refusal::TrailersTooLarge)),
            (
                format!("{discard:x}\r\n{}\r\n0\r\n\r\n", "x".repeat(discard)),
                None,
            ),
            (bytes(discard), None),
            (bytes(discard + 1), Some(Refusal::ContentTooLarge)),
            (extensions(1, 1), None),
            (extensions(200, 320), None),
            (extensions(200, 330), Some(Refusal::ContentTooLarge)),
        ];
        for (text, refusal) in cases {
            assert_eq!(
                whole(text.as_bytes()).err(),
                *refusal,
                "{} bytes",
                text.len()
            );
        }
    }

    /// Chunked contents that are nearly valid: parts of real ones, in any order.
    fn nearly() -> impl Strategy<Value = Vec<u8>> {
        let parts: &[&[u8]] = &[
            b"5\r\nhello\r\n",
            b"5;a=\"b\"\r\nhello\r\n",
            b"0\r\n\r\n",
            b"0",
            b"5",
            b"\r\n",
            b"\r",
            b"\n",
            b"hello",
            b";",
            b"a",
            b"=",
            b"\"",
            b" ",
            b"A: b\r\n",
            b"8000\r\n",
        ];
        prop::collection::vec(prop::sample::select(parts), 0..12).prop_map(|parts| parts.concat())
    }

    proptest! {
        #[test]
        fn any_split_gives_the_same(bytes in nearly(), cuts in prop::collection::vec(0..60_usize, 0..6)) {
            let mut cuts: Vec<_> = cuts.into_iter().map(|cut| cut.min(bytes.len())).collect();
            cuts.push(bytes.len());
            cuts.sort_unstable();
            let (mut chunked, mut used) = (Chunked::default(), 0);
            let mut outcome = Ok(Progress { used: 0, done: false });
            for cut in cuts {
                outcome = chunked.discard(&bytes[used..cut]).map(|progress| {
                    used = progress.used.saturating_add(used);
                    Progress { used, ..progress }
                });
                if outcome != Ok(Progress { used: cut, done: false }) {
                    break;
                }
            }
            prop_assert_eq!(outcome, whole(&bytes));
        }
    }
}
