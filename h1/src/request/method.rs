//! Request methods (RFC 9110 §9).

/// A method, by what this server does with it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// The response has the representation.
    Get,
    /// The response is that to GET, without the content.
    Head,
    /// The response has the allowed methods.
    Options,
    /// Not allowed here either, and the only method with its own form of target
    /// (RFC 9112 §3.2.3): 405.
    Connect,
    /// Known (RFC 9110 §9, RFC 5789) and not allowed here: 405.
    NotAllowed,
    /// Not known: 501.
    Unknown,
}

/// The value of `Allow` (RFC 9110 §10.2.1), the same for every resource.
pub const ALLOW: &str = "GET, HEAD, OPTIONS";

impl Method {
    /// Returns the method of a token. Methods are case-sensitive (RFC 9110 §9.1): `get` is
    /// an unknown method.
    pub fn from_token(token: &[u8]) -> Self {
        match token {
            b"GET" => Self::Get,
            b"HEAD" => Self::Head,
            b"OPTIONS" => Self::Options,
            b"CONNECT" => Self::Connect,
            b"POST" | b"PUT" | b"DELETE" | b"PATCH" | b"TRACE" => Self::NotAllowed,
            _ => Self::Unknown,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn methods_are_case_sensitive() {
        let cases: &[(&[u8], Method)] = &[
            (b"GET", Method::Get),
            (b"HEAD", Method::Head),
            (b"OPTIONS", Method::Options),
            (b"TRACE", Method::NotAllowed),
            (b"CONNECT", Method::Connect),
            (b"POST", Method::NotAllowed),
            (b"get", Method::Unknown),
            (b"PROPFIND", Method::Unknown),
        ];
        for (token, method) in cases {
            assert_eq!(Method::from_token(token), *method, "{token:?}");
        }
    }
}
