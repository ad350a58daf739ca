//! From a request target to a path that is safe to look up (RFC 9112 §3.2,
//! RFC 3986 §5.2.4).

use alloc::borrow::Cow;
use alloc::string::String;

use crate::authority::Authority;
use crate::fields::{Fields, Name};
use crate::head::Version;
use crate::list::run;
use crate::method::Method;
use crate::path;
use crate::percent::{encode_path, encode_query};
use crate::refusal::Refusal;

/// What a request is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Target<'b> {
    /// The server as a whole: `OPTIONS *`.
    Asterisk,
    /// Something below the root.
    Resource(Resource<'b>),
}

/// A path below the root, and what came with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Resource<'b> {
    /// Relative, the root is the empty path. Decoded once; never begins or ends
    /// with a slash; no segment is empty, `.` or `..`; no control character, no
    /// backslash. Lent from the target where decoding changes nothing.
    pub path: Cow<'b, str>,
    /// Whether the target ended in a slash or in a dot segment, so that it can
    /// only mean a folder.
    pub folder: bool,
    /// What follows the first `?`, as received.
    pub query: Option<&'b [u8]>,
}

impl Resource<'_> {
    /// Whether a segment of the path begins with a dot.
    pub fn hidden(&self) -> bool {
        self.path.split('/').any(|segment| segment.starts_with('.'))
    }

    /// The value of `Location` (RFC 9110 §10.2.2) for the folder of this path:
    /// an absolute path with one slash at its start, so never another host, and
    /// one at its end; the query is kept.
    pub fn folder_location(&self) -> String {
        let mut location = String::from("/");
        encode_path(&self.path, &mut location);
        if !self.path.is_empty() {
            location.push('/');
        }
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

/// What the target of a request means (RFC 9112 §3.2): origin-form,
/// absolute-form, or for OPTIONS the asterisk. Authority-form is CONNECT's only.
///
/// # Errors
///
/// Any other form, and a path that can't be a name here.
pub fn resolve<'b>(
    method: Method,
    target: &'b [u8],
    fields: &Fields<'b>,
) -> Result<Target<'b>, Refusal> {
    match target {
        b"*" if method == Method::Options => Ok(Target::Asterisk),
        [b'/', ..] => resource(target),
        _ => absolute(target, fields),
    }
}

/// RFC 9112 §3.2: a 1.1 request has exactly one valid `Host`; a 1.0 request at
/// most one. It may be empty (RFC 9110 §7.2).
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

/// Absolute-form (RFC 9112 §3.2.2). A `Host` that contradicts the target is
/// refused rather than ignored: someone on the way may have gone by it.
fn absolute<'b>(target: &'b [u8], fields: &Fields<'b>) -> Result<Target<'b>, Refusal> {
    let after_scheme = |scheme: &[u8]| {
        let (start, rest) = target.split_at_checked(scheme.len())?;
        start.eq_ignore_ascii_case(scheme).then_some(rest)
    };
    // RFC 9110 §7.4: what is to come over a secured connection is not to be had here.
    if after_scheme(b"https://").is_some() {
        return Err(Refusal::TargetNeedsTls);
    }
    let rest = after_scheme(b"http://").ok_or(Refusal::MalformedTarget)?;
    let end = run(rest, |byte| !matches!(byte, b'/' | b'?'));
    let (authority, path) = rest.split_at_checked(end).unwrap_or_default();
    let authority = Authority::parse(authority)
        .filter(Authority::has_host)
        .ok_or(Refusal::MalformedTarget)?;
    if let Some(host) = fields.only(Name::Host) {
        Authority::parse(host)
            .filter(|host| host.matches(&authority))
            .ok_or(Refusal::HostMismatch)?;
    }
    resource(path)
}

/// An absolute path, or none at all, which means the root (RFC 9110 §4.2.3),
/// with an optional query.
fn resource(target: &[u8]) -> Result<Target<'_>, Refusal> {
    let mut parts = target.splitn(2, |byte| *byte == b'?');
    let (path, query) = (parts.next().unwrap_or_default(), parts.next());
    let (path, folder) = path::resolve(path.strip_prefix(b"/").unwrap_or(path))?;
    Ok(Target::Resource(Resource {
        path,
        folder,
        query,
    }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fields::parse;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    fn get(target: &str) -> Result<Resource<'_>, Refusal> {
        match resolve(Method::Get, target.as_bytes(), &Fields::EMPTY)? {
            Target::Resource(resource) => Ok(resource),
            Target::Asterisk => panic!("{target} is no resource"),
        }
    }

    #[test]
    fn absolute_form() {
        // (target, field lines, path); `path` has the rules for those.
        let cases: &[(&str, &str, &str)] = &[
            ("http://a/b", "Host: a\r\n", "b"),
            ("HTTP://A/b", "Host: a:80\r\n", "b"),
            ("http://a:4000/b/../c", "Host: a:4000\r\n", "c"),
            ("http://a", "Host: a\r\n", ""),
            ("http://a?b", "Host: a\r\n", ""),
            ("http://[::1]:4000/b", "Host: [::1]:4000\r\n", "b"),
            ("http://a/b", "", "b"),
            ("http://a//evil.example/", "Host: a\r\n", "evil.example"),
        ];
        for (target, lines, path) in cases {
            let fields = parse(lines).unwrap();
            let resolved = resolve(Method::Get, target.as_bytes(), &fields);
            let Ok(Target::Resource(resource)) = resolved else {
                panic!("{target} {lines:?}: {resolved:?}")
            };
            assert_eq!(resource.path, *path, "{target} {lines:?}");
        }
    }

    #[test]
    fn the_asterisk_is_for_options() {
        let fields = Fields::EMPTY;
        assert_eq!(
            resolve(Method::Options, b"*", &fields),
            Ok(Target::Asterisk)
        );
        assert_eq!(
            resolve(Method::Get, b"*", &fields),
            Err(Refusal::MalformedTarget)
        );
        assert_eq!(get("/*").map(|resource| resource.path), Ok("*".into()));
    }

    #[test]
    fn no_form_at_all() {
        use Refusal::*;
        let cases: &[(&str, &str, Refusal)] = &[
            ("", "", MalformedTarget),
            ("a", "", MalformedTarget),
            ("?a", "", MalformedTarget),
            ("**", "", MalformedTarget),
            ("*/a", "", MalformedTarget),
            ("./a", "", MalformedTarget),
            ("\\a", "", MalformedTarget),
            ("a.example:80", "", MalformedTarget),
            ("http:///b", "Host:\r\n", MalformedTarget),
            ("http://:80/b", "Host: :80\r\n", MalformedTarget),
            ("http:/a/b", "Host: a\r\n", MalformedTarget),
            ("http:a", "Host: a\r\n", MalformedTarget),
            ("http://u@a/b", "Host: a\r\n", MalformedTarget),
            ("http://u:p@a/b", "Host: a\r\n", MalformedTarget),
            ("http://a:b/", "Host: a\r\n", MalformedTarget),
            ("http://a\\@b/", "Host: a\r\n", MalformedTarget),
            ("https://a/b", "Host: a\r\n", TargetNeedsTls),
            ("HTTPS://a", "Host: a:443\r\n", TargetNeedsTls),
            ("ftp://a/b", "Host: a\r\n", MalformedTarget),
            ("file:///etc/passwd", "Host: a\r\n", MalformedTarget),
            ("httpx://a/b", "Host: a\r\n", MalformedTarget),
            ("http://a/b", "Host: b\r\n", HostMismatch),
            ("http://a/b", "Host:\r\n", HostMismatch),
            ("http://a/b", "Host: a:81\r\n", HostMismatch),
            ("http://a/b", "Host: a:443\r\n", HostMismatch),
        ];
        for (target, lines, refusal) in cases {
            let resolved = resolve(Method::Options, target.as_bytes(), &parse(lines).unwrap());
            assert_eq!(resolved, Err(*refusal), "{target} {lines:?}");
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
    fn hidden_segments() {
        let cases: &[(&str, bool)] = &[
            ("/", false),
            ("/a.b", false),
            ("/.a", true),
            ("/a/.b/c", true),
            ("/%2ea", true),
        ];
        for (target, hidden) in cases {
            assert_eq!(get(target).unwrap().hidden(), *hidden, "{target}");
        }
    }

    #[test]
    fn locations() {
        let cases: &[(&str, &str)] = &[
            ("/", "/"),
            ("/a", "/a/"),
            ("/a/b?c=d&e", "/a/b/?c=d&e"),
            ("/a?", "/a/?"),
            ("//evil.example", "/evil.example/"),
            ("//evil.example/..", "/"),
            ("/..//evil.example", "/evil.example/"),
            ("/%252f%20%3f%23", "/%252f%20%3F%23/"),
            ("/a?\"<>\\^`{|}", "/a/?%22%3C%3E%5C%5E%60%7B%7C%7D"),
        ];
        for (target, location) in cases {
            assert_eq!(
                get(target).unwrap().folder_location(),
                *location,
                "{target}"
            );
        }
    }

    proptest! {
        #[test]
        fn a_location_leads_to_the_same_folder(target in "/([a./%\\\\?:]|%2e|%25|%c3%a9|//){0,20}") {
            if let Ok(resource) = get(&target) {
                let location = resource.folder_location();
                prop_assert!(location.starts_with('/') && !location.starts_with("//"));
                let again = get(&location).unwrap();
                prop_assert_eq!(again.path, resource.path);
                prop_assert!(again.folder);
            }
        }

        #[test]
        fn any_bytes_have_an_answer(target: Vec<u8>) {
            let _ = resolve(Method::Options, &target, &Fields::EMPTY);
        }
    }
}
