//! Status codes of this server's responses (RFC 9110 §15).

/// Defines each status once: its name, its code and its reason phrase.
macro_rules! statuses {
    ($($name:ident = $code:literal $reason:literal,)*) => {
        /// A status code, with its reason phrase.
        #[derive(Clone, Copy, Debug, PartialEq, Eq)]
        #[repr(u16)]
        #[allow(missing_docs, reason = "the names are those of RFC 9110 §15")]
        pub enum Status {
            $($name = $code,)*
        }

        impl Status {
            /// All statuses, in the order of their codes.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// Returns the status line. It has the version that the server conforms to,
            /// whatever the client's (RFC 9110 §2.5).
            pub(crate) const fn line(self) -> &'static str {
                match self {
                    $(Self::$name => concat!("HTTP/1.1 ", $code, " ", $reason, "\r\n"),)*
                }
            }
        }
    };
}

statuses! {
    Ok = 200 "OK",
    NoContent = 204 "No Content",
    PartialContent = 206 "Partial Content",
    MovedPermanently = 301 "Moved Permanently",
    NotModified = 304 "Not Modified",
    PermanentRedirect = 308 "Permanent Redirect",
    BadRequest = 400 "Bad Request",
    Unauthorized = 401 "Unauthorized",
    Forbidden = 403 "Forbidden",
    NotFound = 404 "Not Found",
    MethodNotAllowed = 405 "Method Not Allowed",
    RequestTimeout = 408 "Request Timeout",
    PreconditionFailed = 412 "Precondition Failed",
    ContentTooLarge = 413 "Content Too Large",
    UriTooLong = 414 "URI Too Long",
    RangeNotSatisfiable = 416 "Range Not Satisfiable",
    ExpectationFailed = 417 "Expectation Failed",
    MisdirectedRequest = 421 "Misdirected Request",
    TooManyRequests = 429 "Too Many Requests",
    RequestHeaderFieldsTooLarge = 431 "Request Header Fields Too Large",
    InternalServerError = 500 "Internal Server Error",
    NotImplemented = 501 "Not Implemented",
    ServiceUnavailable = 503 "Service Unavailable",
    HttpVersionNotSupported = 505 "HTTP Version Not Supported",
}

impl Status {
    /// Returns the reason phrase.
    pub fn reason(self) -> &'static str {
        self.line()
            .get("HTTP/1.1 200 ".len()..)
            .unwrap_or_default()
            .trim_end()
    }

    /// Returns the three digits.
    pub const fn code(self) -> u16 {
        self as u16
    }

    /// Whether the connection is closed after this status: the client was too slow, or
    /// there is no place for it.
    pub const fn ends_connection(self) -> bool {
        matches!(self, Self::RequestTimeout | Self::ServiceUnavailable)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_line_has_code_and_reason() {
        assert_eq!(Status::NotFound.line(), "HTTP/1.1 404 Not Found\r\n");
        let lines = Status::ALL
            .iter()
            .map(|status| (status.code(), status.line()));
        for (code, line) in lines {
            assert!(
                line.starts_with(&alloc::format!("HTTP/1.1 {code} ")),
                "{line}"
            );
        }
    }
}
