//! The end of a request's content (RFC 9112 §6.3).
//!
//! Two parties that disagree about it see different requests in the same bytes (§11.2). So
//! any framing that could be read in two ways is refused, and the refusal closes the
//! connection.

use crate::refusal::Refusal;
use crate::request::fields::{Fields, Name};
use crate::request::head::Version;
use crate::syntax::token::{elements, parse_u64_digits};

/// Content that follows the head.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Content {
    /// No content: the next request follows.
    None,
    /// This number of bytes, possibly none.
    Length(u64),
    /// Chunks (RFC 9112 §7.1).
    Chunked,
}

/// Returns how the content is delimited.
///
/// # Errors
///
/// Any framing that is not one plain `Content-Length` or one plain
/// `Transfer-Encoding: chunked`, or that is both.
pub fn content(version: Version, fields: &Fields<'_>) -> Result<Content, Refusal> {
    if fields.has(Name::TransferEncoding) {
        // RFC 9112 §6.1: a 1.0 message that has this field has faulty framing.
        if version == Version::Http10 {
            return Err(Refusal::TransferEncodingInHttp10);
        }
        // RFC 9112 §6.3 rule 3 lets us refuse it as an attempt at smuggling.
        if fields.has(Name::ContentLength) {
            return Err(Refusal::TransferEncodingWithContentLength);
        }
        return transfer_coding(fields);
    }
    if fields.has(Name::ContentLength) {
        return content_length(fields);
    }
    Ok(Content::None)
}

/// Returns chunked for one field with one member, `chunked` (RFC 9112 §6.1, §7). Not even
/// an empty list member may stand beside it, because that has been a way past other
/// parsers.
fn transfer_coding(fields: &Fields<'_>) -> Result<Content, Refusal> {
    let is_chunked = |coding: &[u8]| coding.eq_ignore_ascii_case(b"chunked");
    if fields.only(Name::TransferEncoding).is_some_and(is_chunked) {
        return Ok(Content::Chunked);
    }
    // RFC 9112 §6.1: the response to an unknown coding is 501. §6.3 rule 4: if the last
    // coding isn't chunked, the end is unknown: 400. §7.1: chunked comes once.
    let codings = || fields.all(Name::TransferEncoding).flat_map(elements);
    let delimited = codings().last().is_some_and(is_chunked)
        && codings().filter(|coding| is_chunked(coding)).count() == 1;
    if delimited && codings().count() > 1 {
        return Err(Refusal::UnknownTransferCoding);
    }
    Err(Refusal::MalformedTransferEncoding)
}

/// Returns the length for one field with one number (RFC 9112 §6.2). RFC 9110 §8.6 lets a
/// recipient refuse several equal numbers, and they are refused.
fn content_length(fields: &Fields<'_>) -> Result<Content, Refusal> {
    let value = fields
        .only(Name::ContentLength)
        .ok_or(Refusal::ConflictingContentLengths)?;
    let length = parse_u64_digits(value).ok_or(Refusal::MalformedContentLength)?;
    Ok(Content::Length(length))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;

    #[test]
    fn every_framing() {
        use Content::*;
        use Refusal::*;
        let cases: &[(&str, Result<Content, Refusal>)] = &[
            ("", Ok(None)),
            ("Trailer: X\r\nTE: chunked\r\n", Ok(None)),
            // One plain length.
            ("Content-Length: 0\r\n", Ok(Length(0))),
            ("content-length:5\r\n", Ok(Length(5))),
            ("Content-Length: \t5\t \r\n", Ok(Length(5))),
            ("Content-Length: 007\r\n", Ok(Length(7))),
            (
                "Content-Length: 18446744073709551615\r\n",
                Ok(Length(u64::MAX)),
            ),
            (
                "Content-Length: 18446744073709551616\r\n",
                Err(MalformedContentLength),
            ),
            (
                "Content-Length: 99999999999999999999999\r\n",
                Err(MalformedContentLength),
            ),
            ("Content-Length:\r\n", Err(MalformedContentLength)),
            ("Content-Length: +5\r\n", Err(MalformedContentLength)),
            ("Content-Length: -5\r\n", Err(MalformedContentLength)),
            ("Content-Length: -0\r\n", Err(MalformedContentLength)),
            ("Content-Length: 0x5\r\n", Err(MalformedContentLength)),
            ("Content-Length: 5.0\r\n", Err(MalformedContentLength)),
            ("Content-Length: 1e1\r\n", Err(MalformedContentLength)),
            ("Content-Length: 1_0\r\n", Err(MalformedContentLength)),
            ("Content-Length: 5 5\r\n", Err(MalformedContentLength)),
            ("Content-Length: 5;a\r\n", Err(MalformedContentLength)),
            ("Content-Length: \"5\"\r\n", Err(MalformedContentLength)),
            ("Content-Length: \u{665}\r\n", Err(MalformedContentLength)),
            ("Content-Length: five\r\n", Err(MalformedContentLength)),
            // More than one.
            ("Content-Length: 5, 5\r\n", Err(MalformedContentLength)),
            ("Content-Length: 5,\r\n", Err(MalformedContentLength)),
            ("Content-Length: 5, 6\r\n", Err(MalformedContentLength)),
            (
                "Content-Length: 5\r\nContent-Length: 5\r\n",
                Err(ConflictingContentLengths),
            ),
            (
                "Content-Length: 5\r\nContent-Length: 6\r\n",
                Err(ConflictingContentLengths),
            ),
            (
                "Content-Length: 5\r\nContent-Length:\r\n",
                Err(ConflictingContentLengths),
            ),
            // Chunked, in every spelling that there is.
            ("Transfer-Encoding: chunked\r\n", Ok(Chunked)),
            ("Transfer-Encoding:chunked\r\n", Ok(Chunked)),
            ("Transfer-Encoding: Chunked\r\n", Ok(Chunked)),
            ("TRANSFER-ENCODING: CHUNKED\r\n", Ok(Chunked)),
            ("Transfer-Encoding: \t chunked \t\r\n", Ok(Chunked)),
            // Anything else.
            ("Transfer-Encoding:\r\n", Err(MalformedTransferEncoding)),
            ("Transfer-Encoding: ,\r\n", Err(MalformedTransferEncoding)),
            (
                "Transfer-Encoding: , chunked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked,\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked, chunked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked, gzip\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked, gzip, chunked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked;q=1\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked;\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: xchunked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked x\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chun ked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: \"chunked\"\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chun\u{212a}ed\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: identity\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: gzip\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: gzip, chunked\r\n",
                Err(UnknownTransferCoding),
            ),
            (
                "Transfer-Encoding: identity, chunked\r\n",
                Err(UnknownTransferCoding),
            ),
            (
                "Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n",
                Err(UnknownTransferCoding),
            ),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n",
                Err(MalformedTransferEncoding),
            ),
            (
                "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n",
                Err(TransferEncodingWithContentLength),
            ),
            (
                "Content-Length: 0\r\nTransfer-Encoding: identity\r\n",
                Err(TransferEncodingWithContentLength),
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(
                content(Version::Http11, &parse(lines).unwrap()),
                *expected,
                "{lines:?}"
            );
        }
    }

    #[test]
    fn http_1_0_has_no_transfer_encoding() {
        let cases: &[(&str, Result<Content, Refusal>)] = &[
            ("Content-Length: 5\r\n", Ok(Content::Length(5))),
            (
                "Transfer-Encoding: chunked\r\n",
                Err(Refusal::TransferEncodingInHttp10),
            ),
            (
                "Content-Length: 5\r\nTransfer-Encoding: chunked\r\n",
                Err(Refusal::TransferEncodingInHttp10),
            ),
        ];
        for (lines, expected) in cases {
            assert_eq!(
                content(Version::Http10, &parse(lines).unwrap()),
                *expected,
                "{lines:?}"
            );
        }
    }
}
