//! Conversion of a request target to a path that is safe to look up (RFC 9112 §3.2,
//! RFC 3986 §5.2.4).

pub(crate) mod authority;
pub mod link;
mod path;
pub mod scheme;
pub mod site;

use alloc::borrow::Cow;
use alloc::string::String;

use crate::refusal::Refusal;
use crate::request::fields::{Fields, Name};
use crate::request::head::Version;
use crate::request::method::Method;
use crate::syntax::name;
use crate::syntax::percent::{encode_path, encode_query};
use crate::syntax::token::run;
use authority::Authority;
use scheme::Scheme;
use site::Site;

/// Meaning of a request target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'b> {
    /// The server as a whole: `OPTIONS *`.
    Asterisk,
    /// A path below the root.
    Resource(Resource<'b>),
}

/// A path below the root, and the rest of its target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource<'b> {
    /// The path, relative to the root, which is the empty path. It is decoded once. It
    /// never begins or ends with a slash, no segment is empty, `.` or `..`, and it has no
    /// NUL. Bytes that are not UTF-8 are characters ([`crate::syntax::name`]). It is
    /// borrowed from the target if decoding changes nothing.
    pub path: Cow<'b, str>,
    /// Whether the target ended in a slash or in a dot segment, so that it can only mean a
    /// directory.
    pub is_directory: bool,
    /// The bytes after the first `?`, as received.
    pub query: Option<&'b [u8]>,
    /// Number of slashes in the path as received, beside the first. A browser resolves
    /// relative references against that path, so the root is as many `../` away.
    pub depth: usize,
    /// The scheme and the path by which the server is reached.
    pub(super) site: Site<'b>,
    /// The authority of absolute-form, which takes the place of `Host` (RFC 9112 §3.2.2).
    pub(super) authority: Option<&'b [u8]>,
}

impl Resource<'_> {
    /// Whether a segment of the path is a hidden name ([`name::is_hidden`]).
    pub fn hidden(&self) -> bool {
        name::has_hidden(&self.path)
    }

    /// Returns the value of `Location` (RFC 9110 §10.2.2) for the directory of this path,
    /// if the target lacks the slash at its end: the last name and a slash, relative to the
    /// target (RFC 3986 §5.2.3), and the query. A proxy may have removed a prefix from the
    /// target, and a relative value is right below any prefix. The one slash comes last and
    /// no colon comes before it, so the value never names another host.
    pub fn directory_location(&self) -> String {
        let mut location = String::new();
        // The root has no name but `.`.
        let name = match &*self.path {
            "" => self.site.base_path,
            path => path,
        };
        let name = name.rsplit('/').next().unwrap_or_default();
        encode_path(if name.is_empty() { "." } else { name }, &mut location);
        location.push('/');
        if let Some(query) = self.query {
            location.push('?');
            encode_query(query, &mut location);
        }
        location
    }

    /// Whether the query has `key` or `key=…` among its `&`-separated parts.
    pub fn has_query_key(&self, key: &str) -> bool {
        let parts = self
            .query
            .into_iter()
            .flat_map(|query| query.split(|byte| *byte == b'&'));
        let mut rests = parts.filter_map(|part| part.strip_prefix(key.as_bytes()));
        rests.any(|rest| matches!(rest, [] | [b'=', ..]))
    }
}

/// Returns the meaning of a request's target (RFC 9112 §3.2): origin-form, absolute-form,
/// or for OPTIONS the asterisk. Authority-form is for CONNECT only. `site` is how the
/// server is reached.
///
/// # Errors
///
/// Any other form, and a path that can't be a name here. CONNECT is not allowed, whatever
/// host it names.
pub fn resolve<'b>(
    method: Method,
    target: &'b [u8],
    site: Site<'b>,
) -> Result<Target<'b>, Refusal> {
    match target {
        _ if method == Method::Connect => Err(tunnel(target)),
        b"*" if method == Method::Options => Ok(Target::Asterisk),
        [b'/', ..] => resource(target, site, None),
        _ => absolute(target, site),
    }
}

/// Returns the refusal of authority-form (RFC 9112 §3.2.3), which is a host and a port.
fn tunnel(target: &[u8]) -> Refusal {
    let is_place = |place: &Authority<'_>| place.has_host() && place.has_port();
    match Authority::parse(target).filter(is_place) {
        Some(_) => Refusal::MethodNotAllowed,
        None => Refusal::MalformedTarget,
    }
}

/// Checks that a 1.1 request has exactly one valid `Host`, and a 1.0 request at most one
/// (RFC 9112 §3.2). It may be empty (RFC 9110 §7.2).
///
/// # Errors
///
/// Anything else.
pub fn check_host(version: Version, fields: &Fields<'_>) -> Result<(), Refusal> {
    match fields.only(Name::Host) {
        Some(host) if Authority::parse(host).is_some() => Ok(()),
        Some(_) => Err(Refusal::MalformedHost),
        None if fields.has(Name::Host) => Err(Refusal::RepeatedHost),
        None if version == Version::Http11 => Err(Refusal::MissingHost),
        None => Ok(()),
    }
}

/// Resolves absolute-form (RFC 9112 §3.2.2). A `Host` that names another host is ignored,
/// as that section asks. A malformed `Host` was refused before ([`check_host`]).
fn absolute<'b>(target: &'b [u8], site: Site<'b>) -> Result<Target<'b>, Refusal> {
    let (named, rest) = Scheme::split(target).ok_or(Refusal::MalformedTarget)?;
    // RFC 9110 §7.4: a resource that requires a secured connection is not served over a plain
    // one. The other way round the client has mistaken the connection, too.
    if named != site.scheme {
        return Err(Refusal::TargetOfOtherScheme);
    }
    let end = run(rest, |byte| !matches!(byte, b'/' | b'?'));
    let (authority, path) = rest.split_at_checked(end).unwrap_or_default();
    Authority::parse(authority)
        .filter(Authority::has_host)
        .ok_or(Refusal::MalformedTarget)?;
    resource(path, site, Some(authority))
}

/// Resolves an absolute path with an optional query. No path at all means the root
/// (RFC 9110 §4.2.3).
fn resource<'b>(
    target: &'b [u8],
    site: Site<'b>,
    authority: Option<&'b [u8]>,
) -> Result<Target<'b>, Refusal> {
    let mut parts = target.splitn(2, |byte| *byte == b'?');
    let (path, query) = (parts.next().unwrap_or_default(), parts.next());
    let path = below(site.base_path, path).ok_or(Refusal::NotBelowBasePath)?;
    let relative = path.strip_prefix(b"/").unwrap_or(path);
    let depth = relative.iter().filter(|byte| **byte == b'/').count();
    let (resolved, is_directory) = path::resolve(relative)?;
    // `/media` lacks the slash that makes it a directory.
    let is_directory = is_directory && (site.base_path.is_empty() || !path.is_empty());
    Ok(Target::Resource(Resource {
        path: resolved,
        is_directory,
        query,
        depth,
        site,
        authority,
    }))
}

/// Returns the part of a path after the base path, which is nothing or begins with a slash.
/// A proxy that passes the base path on passes it on as it is, so its bytes are compared.
fn below<'b>(base: &str, path: &'b [u8]) -> Option<&'b [u8]> {
    let rest = path.strip_prefix(base.as_bytes())?;
    matches!(rest, [] | [b'/', ..]).then_some(rest)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const PLAIN: Site<'static> = Site {
        scheme: Scheme::Http,
        base_path: "",
    };

    fn get(target: &str) -> Result<Resource<'_>, Refusal> {
        at(PLAIN, target)
    }

    fn at<'t>(site: Site<'t>, target: &'t str) -> Result<Resource<'t>, Refusal> {
        match resolve(Method::Get, target.as_bytes(), site)? {
            Target::Resource(resource) => Ok(resource),
            Target::Asterisk => panic!("{target} is no resource"),
        }
    }

    #[test]
    fn absolute_form() {
        // (target, path); the tests of `path` have the rules for paths, and `Host` does not
        // matter.
        let cases: &[(&str, &str)] = &[
            ("http://a/b", "b"),
            ("HTTP://A/b", "b"),
            ("http://a:4000/b/../c", "c"),
            ("http://a", ""),
            ("http://a?b", ""),
            ("http://[::1]:4000/b", "b"),
            ("http://a//evil.example/", "evil.example"),
        ];
        for (target, path) in cases {
            assert_eq!(get(target).unwrap().path, *path, "{target}");
        }
    }

    #[test]
    fn the_asterisk_is_for_options() {
        assert_eq!(resolve(Method::Options, b"*", PLAIN), Ok(Target::Asterisk));
        for method in [Method::Get, Method::NotAllowed, Method::Unknown] {
            assert_eq!(resolve(method, b"*", PLAIN), Err(Refusal::MalformedTarget));
        }
        assert_eq!(get("/*").map(|resource| resource.path), Ok("*".into()));
    }

    #[test]
    fn targets_of_no_form_are_refused() {
        use Refusal::*;
        let cases: &[(&str, Refusal)] = &[
            ("", MalformedTarget),
            ("a", MalformedTarget),
            ("?a", MalformedTarget),
            ("**", MalformedTarget),
            ("*/a", MalformedTarget),
            ("./a", MalformedTarget),
            ("\\a", MalformedTarget),
            ("a.example:80", MalformedTarget),
            ("http:///b", MalformedTarget),
            ("http://:80/b", MalformedTarget),
            ("http:/a/b", MalformedTarget),
            ("http:a", MalformedTarget),
            ("http://u@a/b", MalformedTarget),
            ("http://u:p@a/b", MalformedTarget),
            ("http://a:b/", MalformedTarget),
            ("http://a\\@b/", MalformedTarget),
            ("https://a/b", TargetOfOtherScheme),
            ("HTTPS://a", TargetOfOtherScheme),
            ("ftp://a/b", MalformedTarget),
            ("file:///etc/passwd", MalformedTarget),
            ("httpx://a/b", MalformedTarget),
        ];
        for (target, refusal) in cases {
            let resolved = resolve(Method::Options, target.as_bytes(), PLAIN);
            assert_eq!(resolved, Err(*refusal), "{target}");
        }
    }

    #[test]
    fn authority_form_is_for_connect() {
        use Refusal::*;
        let cases = [
            ("a.example:80", MethodNotAllowed),
            ("[::1]:443", MethodNotAllowed),
            ("a.example", MalformedTarget),
            ("a.example:", MalformedTarget),
            (":80", MalformedTarget),
            ("/", MalformedTarget),
            ("*", MalformedTarget),
            ("http://a/", MalformedTarget),
            ("]", MalformedTarget),
        ];
        for (target, refusal) in cases {
            let resolved = resolve(Method::Connect, target.as_bytes(), PLAIN);
            assert_eq!(resolved, Err(refusal), "{target}");
        }
    }

    #[test]
    fn hosts() {
        use Refusal::*;
        // (field lines, refusal in 1.0, in 1.1); `authority` has the grammar.
        let cases: &[(&str, Option<Refusal>, Option<Refusal>)] = &[
            ("", None, Some(MissingHost)),
            ("X-Host: a\r\n", None, Some(MissingHost)),
            ("Host: a.example\r\n", None, None),
            ("Host: [::1]:4000\r\n", None, None),
            ("Host:\r\n", None, None),
            ("Host: a b\r\n", Some(MalformedHost), Some(MalformedHost)),
            ("Host: a, b\r\n", Some(MalformedHost), Some(MalformedHost)),
            ("Host: u@a\r\n", Some(MalformedHost), Some(MalformedHost)),
            (
                "Host: http://a/\r\n",
                Some(MalformedHost),
                Some(MalformedHost),
            ),
            ("Host: a:x\r\n", Some(MalformedHost), Some(MalformedHost)),
            (
                "Host: a\r\nHost: a\r\n",
                Some(RepeatedHost),
                Some(RepeatedHost),
            ),
            (
                "Host: a\r\nhost: b\r\n",
                Some(RepeatedHost),
                Some(RepeatedHost),
            ),
            ("Host:\r\nHost:\r\n", Some(RepeatedHost), Some(RepeatedHost)),
        ];
        for (lines, http10, http11) in cases {
            let fields = parse(lines).unwrap();
            assert_eq!(
                check_host(Version::Http10, &fields).err(),
                *http10,
                "1.0 {lines:?}"
            );
            assert_eq!(
                check_host(Version::Http11, &fields).err(),
                *http11,
                "1.1 {lines:?}"
            );
        }
    }

    #[test]
    fn queries() {
        let cases: &[(&str, Option<&str>, bool)] = &[
            ("/a", None, false),
            ("/a?", Some(""), false),
            ("/a?download", Some("download"), true),
            ("/a?download=1", Some("download=1"), true),
            ("/a?b=c&download&d", Some("b=c&download&d"), true),
            ("/a?b?download", Some("b?download"), false),
            ("/a?downloads", Some("downloads"), false),
            ("/a?xdownload", Some("xdownload"), false),
            ("/a?b=download", Some("b=download"), false),
            ("/a?%00/../%zz", Some("%00/../%zz"), false),
        ];
        for (target, query, download) in cases {
            let resource = get(target).unwrap();
            assert_eq!(resource.path, "a");
            assert_eq!(resource.query, query.map(str::as_bytes), "{target}");
            assert_eq!(resource.has_query_key("download"), *download, "{target}");
        }
    }

    #[test]
    fn the_scheme_of_a_target_is_that_of_the_connection() {
        use Scheme::{Http, Https};
        let cases = [
            (Http, "http://a/b", None),
            (Https, "HTTPS://a/b", None),
            (Https, "/b", None),
            (Http, "https://a/b", Some(Refusal::TargetOfOtherScheme)),
            (Https, "http://a/b", Some(Refusal::TargetOfOtherScheme)),
            (Https, "ftp://a/b", Some(Refusal::MalformedTarget)),
        ];
        for (scheme, target, expected) in cases {
            let site = Site { scheme, ..PLAIN };
            assert_eq!(at(site, target).err(), expected, "{target}");
        }
    }

    #[test]
    fn targets_are_below_the_base_path() {
        let site = Site {
            base_path: "/a/b",
            ..PLAIN
        };
        // (target, path, whether it is a directory, depth)
        let cases = [
            ("/a/b", Some(("", false, 0))),
            ("/a/b/", Some(("", true, 0))),
            ("/a/b?c", Some(("", false, 0))),
            ("/a/b/c", Some(("c", false, 0))),
            ("/a/b/c/d/", Some(("c/d", true, 2))),
            ("/a/b/../../c", Some(("c", false, 2))),
            ("http://x/a/b/c", Some(("c", false, 0))),
            ("/", None),
            ("/a", None),
            ("/a/bc", None),
            ("/a/./b/c", None),
            ("/%61/b/c", None),
            ("//a/b/c", None),
        ];
        for (target, expected) in cases {
            let resource = at(site, target);
            let found = resource
                .as_ref()
                .map(|it| (&*it.path, it.is_directory, it.depth));
            assert_eq!(
                found.map_err(|refusal| *refusal),
                expected.ok_or(Refusal::NotBelowBasePath),
                "{target}"
            );
        }
        let location = at(site, "/a/b?c").unwrap().directory_location();
        assert_eq!(location, "b/?c");
    }

    #[test]
    fn the_root_is_as_far_as_a_browser_sees_it() {
        let cases = [
            ("/", 0),
            ("/a", 0),
            ("/a/", 1),
            ("/a/b?c/d", 1),
            ("/a//b/", 3),
            ("/a%2f", 0),
            ("http://a.example/b/", 1),
        ];
        for (target, depth) in cases {
            if let Ok(resource) = get(target) {
                assert_eq!(resource.depth, depth, "{target}");
            }
        }
    }

    #[test]
    fn hidden_segments() {
        let cases: &[(&str, bool)] = &[
            ("/", false),
            ("/a.b", false),
            ("/.a", true),
            ("/a/.b/c", true),
            ("/%2ea", true),
            ("/...And%20Justice/One.mp3", false),
            ("/.well-known/acme-challenge/a", false),
            ("/.well-known", false),
            ("/.well-known/.a", true),
            ("/a/.well-known/b", true),
            ("/a/../.well-known/b", false),
        ];
        for (target, hidden) in cases {
            assert_eq!(get(target).unwrap().hidden(), *hidden, "{target}");
        }
    }

    #[test]
    fn locations() {
        let cases: &[(&str, &str)] = &[
            ("/", "./"),
            ("/a", "a/"),
            ("/a/b?c=d&e", "b/?c=d&e"),
            ("/a?", "a/?"),
            ("/a?//evil.example", "a/?//evil.example"),
            ("//evil.example", "evil.example/"),
            ("//evil.example/..", "./"),
            ("/..//evil.example", "evil.example/"),
            ("/http://evil.example", "evil.example/"),
            ("/http:", "http%3A/"),
            ("/javascript:alert(1)", "javascript%3Aalert(1)/"),
            ("/\\evil.example", "%5Cevil.example/"),
            ("/%5c%5cevil.example", "%5C%5Cevil.example/"),
            ("/a%0d%0aSet-Cookie:b", "a%0D%0ASet-Cookie%3Ab/"),
            ("/caf%e9", "caf%E9/"),
            ("/%252f%20%3f%23", "%252f%20%3F%23/"),
            ("/a?\"<>\\^`{|}", "a/?%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ];
        for (target, location) in cases {
            assert_eq!(
                get(target).unwrap().directory_location(),
                *location,
                "{target}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_location_leads_to_the_same_directory(target in "/([a./%\\\\?:]|%2e|%25|%c3%a9|%e9|%5c|//){0,20}") {
            if let Ok(resource) = get(&target) && !resource.is_directory {
                let location = resource.directory_location();
                // One name and a slash: no scheme, no authority, no way up, below any prefix.
                let (name, rest) = location.split_once('/').unwrap();
                prop_assert!(!matches!(name, "" | "." | "..") && !name.contains([':', '\\']));
                prop_assert!(rest.is_empty() || rest.starts_with('?'));
                // RFC 3986 §5.2.3: the location replaces what follows the last slash.
                let path = target.split('?').next().unwrap();
                let (before, _) = path.rsplit_once('/').unwrap();
                let merged = [before, "/", &location].concat();
                let again = get(&merged).unwrap();
                prop_assert_eq!(again.path, resource.path);
                prop_assert!(again.is_directory);
            }
        }

        #[test]
        fn any_bytes_have_an_answer(target: Vec<u8>) {
            for method in [Method::Options, Method::Connect] {
                let _ = resolve(method, &target, PLAIN);
            }
        }
    }
}
