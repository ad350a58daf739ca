//! Fields about content that the server makes or has built in.

use super::file::unsatisfied;
use super::{Context, advice, line, number, put};
use crate::limits::NAME_BYTES;
use crate::representation::caching::Caching;
use crate::representation::coding::Coding;
use crate::representation::disposition::{self, Disposition};
use crate::representation::etag::EntityTag;
use crate::status::Status;
use alloc::vec::Vec;

/// Content that the server makes or has built in: a page, a playlist, a style sheet.
#[derive(Clone, Copy, Debug)]
pub struct Page<'a> {
    /// Its status. A 304 says nothing about the content (RFC 9110 §15.4.5).
    pub status: Status,
    /// Its media type. HTML gets a `Content-Security-Policy`.
    pub media_type: &'a str,
    /// Its size, as far as it is known.
    pub length: Length,
    /// Its entity tag, if requests may be conditional.
    pub etag: Option<&'a EntityTag>,
    /// The coding that it is sent in.
    pub coding: Option<Coding>,
    /// Names of the request fields that it depends on, for `Vary`; may be empty.
    pub vary: &'a str,
    /// The time for which caches may use it.
    pub caching: Caching,
    /// What browsers do with it, and the file name for clients that save it.
    pub disposition: Option<(Disposition, &'a str)>,
    /// A reference to the next part of a list, encoded for a field (RFC 8288 §3).
    pub next: Option<&'a str>,
    /// The size of the file of which the requested range does not exist (RFC 9110 §15.5.17).
    pub range_of: Option<u64>,
}

/// Length of content.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Length {
    /// Bytes, known before the first is sent.
    Known(u64),
    /// Not known: the content is sent in chunks (RFC 9112 §7.1).
    Chunked,
}

/// Policy of pages: they load styles, scripts, pictures and media from this server only,
/// and nothing inline runs. A file name that gets past the escaping still can't run as a
/// script.
const CONTENT_SECURITY_POLICY: &[u8] = b"Content-Security-Policy: default-src 'none'; \
    style-src 'self'; script-src 'self'; img-src 'self'; media-src 'self'; \
    connect-src 'self'; manifest-src 'self'; form-action 'self'; base-uri 'none'; \
    frame-ancestors 'none'\r\n";

impl Page<'_> {
    /// Returns the most bytes of a head that depend on the page.
    pub(super) fn bound(&self) -> usize {
        let name = self.disposition;
        let name = name.map_or(0, |(_, name)| name.len().min(NAME_BYTES));
        // Once as an ASCII approximation, once with each byte as `%HH`.
        let name = name.saturating_mul(4);
        let text = self.media_type.len().saturating_add(self.vary.len());
        let next = self.next.map_or(0, str::len);
        name.saturating_add(text).saturating_add(next)
    }

    pub(super) fn write(&self, out: &mut Vec<u8>, context: &Context<'_>) {
        if self.status != Status::NotModified {
            self.describe(out);
        }
        if let Some(etag) = self.etag {
            line(out, b"ETag", etag.as_bytes());
        }
        if !self.vary.is_empty() {
            line(out, b"Vary", self.vary.as_bytes());
        }
        advice(out, self.status, context);
        match self.caching {
            Caching::Revalidate => put(out, &context.policy.page),
            Caching::Immutable => put(
                out,
                b"Cache-Control: public, max-age=31536000, immutable\r\n",
            ),
        }
    }

    fn describe(&self, out: &mut Vec<u8>) {
        line(out, b"Content-Type", self.media_type.as_bytes());
        match self.length {
            Length::Known(bytes) => number(out, b"Content-Length", bytes),
            Length::Chunked => put(out, b"Transfer-Encoding: chunked\r\n"),
        }
        if let Some(coding) = self.coding {
            line(out, b"Content-Encoding", coding.token().as_bytes());
        }
        if let Some((disposition, name)) = self.disposition
            && name.len() <= NAME_BYTES
        {
            put(out, b"Content-Disposition: ");
            disposition::write(out, disposition, name);
            put(out, b"\r\n");
        }
        if let Some(size) = self.range_of {
            unsatisfied(out, size);
        }
        if let Some(next) = self.next {
            for piece in ["Link: <", next, ">; rel=\"next\"\r\n"] {
                put(out, piece.as_bytes());
            }
        }
        if self.media_type.starts_with("text/html") {
            put(out, CONTENT_SECURITY_POLICY);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::representation::etag::Strength;
    use crate::request::head::Version;
    use crate::request::target::scheme::Scheme;
    use crate::response::Policy;
    use crate::syntax::date;
    use alloc::string::String;

    fn written(page: &Page<'_>) -> String {
        let policy = Policy::default();
        let context = Context {
            now: 0,
            date: &date::write(0),
            keep_alive: true,
            version: Version::Http11,
            scheme: Scheme::Http,
            policy: &policy,
        };
        let mut out = Vec::new();
        page.write(&mut out, &context);
        String::from_utf8(out).unwrap().replace("\r\n", "\n")
    }

    #[test]
    fn fields_of_pages() {
        let etag = EntityTag::of_hash(0x1f, Strength::Weak);
        let page = Page {
            status: Status::Ok,
            media_type: "text/html; charset=utf-8",
            length: Length::Known(5),
            etag: Some(&etag),
            coding: None,
            vary: "Accept",
            caching: Caching::Revalidate,
            disposition: None,
            next: None,
            range_of: None,
        };
        let validators = "ETag: W/\"1f\"\nVary: Accept\nCache-Control: no-cache\n";
        let policy = core::str::from_utf8(CONTENT_SECURITY_POLICY).unwrap();
        let whole = [
            "Content-Type: text/html; charset=utf-8\nContent-Length: 5\n",
            &policy.replace("\r\n", "\n"),
            validators,
        ];
        assert_eq!(written(&page), whole.concat());
        let not_modified = Page {
            status: Status::NotModified,
            ..page
        };
        assert_eq!(written(&not_modified), validators);
        let streamed = Page {
            media_type: "application/json",
            length: Length::Chunked,
            etag: None,
            vary: "",
            ..page
        };
        assert_eq!(
            written(&streamed),
            "Content-Type: application/json\nTransfer-Encoding: chunked\nCache-Control: no-cache\n"
        );
        let asset = Page {
            media_type: "text/css",
            coding: Some(Coding::Brotli),
            vary: "Accept-Encoding",
            caching: Caching::Immutable,
            ..page
        };
        assert_eq!(
            written(&asset),
            "Content-Type: text/css\nContent-Length: 5\nContent-Encoding: br\nETag: W/\"1f\"\n\
             Vary: Accept-Encoding\nCache-Control: public, max-age=31536000, immutable\n"
        );
        let playlist = Page {
            media_type: "audio/x-mpegurl",
            disposition: Some((Disposition::Inline, "Films.m3u")),
            ..streamed
        };
        assert!(
            written(&playlist).contains("Content-Disposition: inline; filename=\"Films.m3u\"\n")
        );
        let error = Page {
            status: Status::RangeNotSatisfiable,
            media_type: "text/css",
            range_of: Some(7),
            ..streamed
        };
        assert!(written(&error).contains("Accept-Ranges: bytes\nContent-Range: bytes */7\n"));
        let part = Page {
            media_type: "application/json",
            next: Some("?get=json&limit=5&after=f/a%2C"),
            ..streamed
        };
        assert!(written(&part).contains("Link: <?get=json&limit=5&after=f/a%2C>; rel=\"next\"\n"));
    }
}
