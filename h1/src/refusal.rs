//! Every reason to refuse a request before a file is looked at.

use crate::status::Status;

/// A fault of the peer. [`Refusal::status`] is the status of the response, and
/// [`Refusal::explanation`] the reason in words for a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "`explanation` has the words")]
pub enum Refusal {
    // The head (RFC 9112 §3, §5)
    MalformedRequestLine,
    BareCarriageReturn,
    BareLineFeed,
    TooManyEmptyLines,
    MalformedField,
    FoldedField,
    TargetTooLong,
    HeadTooLarge,
    TooManyFields,
    UnsupportedVersion,
    // The host (RFC 9112 §3.2)
    MissingHost,
    RepeatedHost,
    MalformedHost,
    // The content (RFC 9112 §6, §7)
    MalformedContentLength,
    ConflictingContentLengths,
    TransferEncodingWithContentLength,
    TransferEncodingInHttp10,
    MalformedTransferEncoding,
    UnknownTransferCoding,
    MalformedChunk,
    TrailersTooLarge,
    ContentTooLarge,
    // The request itself
    MethodNotAllowed,
    MethodNotImplemented,
    UnknownExpectation,
    // The target (RFC 9112 §3.2, RFC 3986)
    MalformedTarget,
    TargetOfOtherScheme,
    NotBelowBasePath,
    MalformedPercentEncoding,
    ForbiddenByteInPath,
    EncodedSlashInPath,
    ReservedCharacterInPath,
    // Time
    HeadTimeout,
}

impl Refusal {
    /// Returns the status of the response (RFC 9110 §15.5, §15.6).
    pub const fn status(self) -> Status {
        match self {
            Self::TargetTooLong => Status::UriTooLong,
            Self::HeadTooLarge | Self::TooManyFields | Self::TrailersTooLarge => {
                Status::RequestHeaderFieldsTooLarge
            }
            Self::UnsupportedVersion => Status::HttpVersionNotSupported,
            Self::UnknownTransferCoding | Self::MethodNotImplemented => Status::NotImplemented,
            Self::ContentTooLarge => Status::ContentTooLarge,
            Self::MethodNotAllowed => Status::MethodNotAllowed,
            Self::UnknownExpectation => Status::ExpectationFailed,
            Self::TargetOfOtherScheme => Status::MisdirectedRequest,
            Self::NotBelowBasePath => Status::NotFound,
            Self::HeadTimeout => Status::RequestTimeout,
            Self::MalformedRequestLine
            | Self::BareCarriageReturn
            | Self::BareLineFeed
            | Self::TooManyEmptyLines
            | Self::MalformedField
            | Self::FoldedField
            | Self::MissingHost
            | Self::RepeatedHost
            | Self::MalformedHost
            | Self::MalformedContentLength
            | Self::ConflictingContentLengths
            | Self::TransferEncodingWithContentLength
            | Self::TransferEncodingInHttp10
            | Self::MalformedTransferEncoding
            | Self::MalformedChunk
            | Self::MalformedTarget
            | Self::MalformedPercentEncoding
            | Self::ForbiddenByteInPath
            | Self::EncodedSlashInPath
            | Self::ReservedCharacterInPath => Status::BadRequest,
        }
    }

    /// Returns the reason in one sentence for a person. It never has anything that was
    /// sent.
    pub const fn explanation(self) -> &'static str {
        match self {
            Self::MalformedRequestLine => "The request line is not METHOD TARGET HTTP/1.1.",
            Self::BareCarriageReturn => "A carriage return is not followed by a line feed.",
            Self::BareLineFeed => "A line ends with a line feed alone.",
            Self::TooManyEmptyLines => "Too many empty lines come before the request.",
            Self::MalformedField => "A header field is not a name, a colon and a value.",
            Self::FoldedField => "A header field is folded over two lines.",
            Self::TargetTooLong => "The request target is too long.",
            Self::HeadTooLarge => "The header fields are too large.",
            Self::TooManyFields => "There are too many header fields.",
            Self::UnsupportedVersion => "Only HTTP/1.1 and HTTP/1.0 are spoken here.",
            Self::MissingHost => "The Host field is missing.",
            Self::RepeatedHost => "There is more than one Host field.",
            Self::MalformedHost => "The Host field is not a host with an optional port.",
            Self::MalformedContentLength => "Content-Length is not one plain number.",
            Self::ConflictingContentLengths => "There is more than one Content-Length field.",
            Self::TransferEncodingWithContentLength => {
                "Transfer-Encoding and Content-Length exclude each other."
            }
            Self::TransferEncodingInHttp10 => "HTTP/1.0 has no Transfer-Encoding.",
            Self::MalformedTransferEncoding => "Transfer-Encoding does not end in one `chunked`.",
            Self::UnknownTransferCoding => "The only transfer coding known here is `chunked`.",
            Self::MalformedChunk => "The chunked content is malformed.",
            Self::TrailersTooLarge => "The trailer fields are too large.",
            Self::ContentTooLarge => "The request has too much content.",
            Self::MethodNotAllowed => "The method is not allowed here.",
            Self::MethodNotImplemented => "The method is not known here.",
            Self::UnknownExpectation => "The only expectation met here is 100-continue.",
            Self::MalformedTarget => "The request target is malformed.",
            Self::TargetOfOtherScheme => {
                "The request target is https and the connection plain, or the other way round."
            }
            Self::NotBelowBasePath => "The path is not below the one that is served.",
            Self::MalformedPercentEncoding => {
                "A percent sign is not followed by two hexadecimal digits."
            }
            Self::ForbiddenByteInPath => "The path holds a NUL.",
            Self::EncodedSlashInPath => "The path holds an encoded slash.",
            Self::ReservedCharacterInPath => {
                "The path holds a character that stands for a byte here (U+10FF80 to U+10FFFF)."
            }
            Self::HeadTimeout => "The request did not arrive in time.",
        }
    }
}
