//! Targets (RFC 9112 §3.2, RFC 3986).

use h1::request::head::Version;
use h1::request::method::Method;
use h1::request::target::site::Site;
use h1::request::target::{Resource, Target, check_host, resolve};
use h1::syntax::name;
use std::borrow::Cow;

use crate::text::{find, first_line, with_fields};

/// Takes a target, or a target and a host on a second line. No path leads out of the root
/// or means something else to a file system. The path equals the one that is found
/// segment by segment, and is borrowed only where the target contains it. A location
/// leads to the same directory, and never to another host.
pub fn target(bytes: &[u8]) {
    match first_line(bytes) {
        None => check(bytes),
        Some((target, host)) => {
            with_fields([&[b"Host: ", host].concat()[..]], |fields| {
                check(target);
                // The host and the target are checked independently.
                let _ = check_host(Version::Http11, fields);
            });
        }
    }
}

fn check(target: &[u8]) {
    let resource = match resolve(Method::Options, target, Site::default()) {
        Ok(Target::Asterisk) => return assert_eq!(target, b"*"),
        Ok(Target::Resource(resource)) => resource,
        Err(_) => return,
    };
    let (path, query) = path_and_query(target);
    assert_eq!(resource.query, query);
    assert_eq!(segments(path), Some(split(&resource.path)));
    let plain = |name: &&str| !matches!(*name, "" | "." | "..");
    assert!(resource.path.is_empty() || resource.path.split('/').all(|name| plain(&name)));
    assert!(!resource.path.contains('\0'));
    // A byte that is not UTF-8 becomes a character of four bytes, but its encoding in the
    // target has three.
    let most = if target.is_ascii() {
        4 * target.len().div_ceil(3)
    } else {
        4 * target.len()
    };
    assert!(resource.path.len() <= most);
    if let Cow::Borrowed(path) = resource.path {
        assert!(path.is_empty() || find(target, path.as_bytes()).is_some());
    }
    check_location(path, &resource);
}

/// Checks the location of a directory. `path` is that of the target.
fn check_location(path: &[u8], resource: &Resource<'_>) {
    let location = resource.directory_location();
    let (name, rest) = location.split_once('/').expect("a slash at its end");
    assert!(!name.is_empty() && name != ".." && !name.contains(':'));
    assert!(rest.is_empty() || rest.starts_with('?'));
    assert!(
        location
            .bytes()
            .all(|byte| byte.is_ascii_graphic() && !b"\"<>\\#".contains(&byte))
    );
    if resource.is_directory {
        return;
    }
    // The location replaces everything after the last slash (RFC 3986 §5.2.3).
    let slash = path.iter().rposition(|byte| *byte == b'/');
    let before = slash.map_or(&b"/"[..], |at| &path[..=at]);
    let merged = [before, location.as_bytes()].concat();
    let again = resolve(Method::Get, &merged, Site::default());
    let Ok(Target::Resource(again)) = again else {
        panic!("{location} leads to {again:?}");
    };
    assert_eq!(again.path, resource.path);
    assert!(again.is_directory);
    assert_eq!(again.query.is_some(), resource.query.is_some());
}

fn split(path: &str) -> Vec<Vec<u8>> {
    path.split('/')
        .filter(|name| !name.is_empty())
        .map(|name| name::bytes(name).collect())
        .collect()
}

/// Returns the path at the start of the target, without the authority of an
/// absolute-form, and the query.
fn path_and_query(target: &[u8]) -> (&[u8], Option<&[u8]>) {
    let (before, query) = match target.iter().position(|byte| *byte == b'?') {
        Some(at) => (&target[..at], Some(&target[at + 1..])),
        None => (target, None),
    };
    if before.starts_with(b"/") {
        return (before, query);
    }
    let authority = &before[find(before, b"://").expect("an absolute-form") + 3..];
    let slash = authority.iter().position(|byte| *byte == b'/');
    (slash.map_or(b"", |at| &authority[at..]), query)
}

/// Returns the names below the root one by one, or `None` where a segment is not a valid
/// name.
fn segments(path: &[u8]) -> Option<Vec<Vec<u8>>> {
    let mut names = Vec::new();
    for segment in path.split(|byte| *byte == b'/') {
        let name = decoded(segment)?;
        match &*name {
            b"" | b"." => {}
            b".." => drop(names.pop()),
            _ => names.push(name),
        }
    }
    Some(names)
}

fn decoded(segment: &[u8]) -> Option<Vec<u8>> {
    let mut parts = segment.split(|byte| *byte == b'%');
    let mut out = parts.next()?.to_vec();
    for part in parts {
        let (digits, after) = part.split_at_checked(2)?;
        let digits = str::from_utf8(digits).ok()?;
        out.push(u8::from_str_radix(digits, 16).ok()?);
        out.extend(after);
    }
    Some(out)
}
