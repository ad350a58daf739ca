//! Absolute addresses, for programs that read them elsewhere: in playlists, in redirects to
//! another port. Links of pages are relative.

use alloc::string::{String, ToString as _};

use crate::request::fields::{Fields, Name};
use crate::request::forwarded::Forwarded;
use crate::request::target::Resource;
use crate::request::target::authority::Authority;
use crate::request::target::scheme::Scheme;
use crate::request::target::site::{PublicUrl, is_local_name};
use crate::syntax::percent::{encode_path, encode_query};

/// Returns the address of the directory of a resource, with a slash at its end: by the
/// operator's address if there is one, else as a trusted proxy says, else as the client asked
/// for it. Returns `None` if nobody says which host this is. `fields` are those of the
/// request, checked by [`check_host`](crate::request::target::check_host).
pub fn of_directory(
    resource: &Resource<'_>,
    fields: &Fields<'_>,
    public_url: Option<&PublicUrl>,
    forwarded: &Forwarded<'_>,
) -> Option<String> {
    let mut address = match public_url {
        Some(url) => String::from(url.as_str()),
        None => {
            let scheme = forwarded.scheme.unwrap_or(resource.site.scheme);
            let host = forwarded.host.or_else(|| authority(resource, fields))?;
            let prefix = forwarded.prefix.unwrap_or(resource.site.base_path);
            [scheme.prefix(), host, prefix].concat()
        }
    };
    address.push('/');
    if !resource.path.is_empty() {
        encode_path(&resource.path, &mut address);
        address.push('/');
    }
    Some(address)
}

/// Returns the address of a resource by `https` and `port`, or by the operator's address if it
/// is one of `https`. Returns `None` if the request does not name its host.
pub fn secured(
    resource: &Resource<'_>,
    fields: &Fields<'_>,
    public_url: Option<&PublicUrl>,
    port: u16,
) -> Option<String> {
    let https = |url: &&PublicUrl| url.as_str().starts_with(Scheme::Https.prefix());
    if let Some(url) = public_url.filter(https) {
        return Some(at(url.as_str(), resource));
    }
    let authority = Authority::parse(authority(resource, fields)?.as_bytes())?;
    let mut host = String::from(core::str::from_utf8(authority.host()).ok()?);
    if port != Scheme::Https.default_port() {
        host.push(':');
        host.push_str(&port.to_string());
    }
    Some(by_https(&host, resource))
}

/// Returns the address that was asked for, but by `https`. Returns `None` if the request does
/// not name its host.
pub fn same_secured(resource: &Resource<'_>, fields: &Fields<'_>) -> Option<String> {
    authority(resource, fields).map(|authority| by_https(authority, resource))
}

/// Whether a request names this machine or an address as its host, or the operator's host. A
/// foreign page that has a name of its own lead to this machine (DNS rebinding) names that one.
pub fn is_known_host(
    resource: &Resource<'_>,
    fields: &Fields<'_>,
    public_url: Option<&PublicUrl>,
) -> bool {
    authority(resource, fields).is_none_or(|authority| {
        let host = authority.as_bytes();
        is_local_name(host) || public_url.is_some_and(|url| url.is_host(host))
    })
}

fn by_https(authority: &str, resource: &Resource<'_>) -> String {
    let site = [Scheme::Https.prefix(), authority, resource.site.base_path].concat();
    at(&site, resource)
}

/// Returns the address of a resource of a site, whose address has no slash at its end.
fn at(site: &str, resource: &Resource<'_>) -> String {
    let mut address = [site, "/"].concat();
    encode_path(&resource.path, &mut address);
    if resource.is_directory && !resource.path.is_empty() {
        address.push('/');
    }
    if let Some(query) = resource.query {
        address.push('?');
        encode_query(query, &mut address);
    }
    address
}

/// Returns the host and port by which the request came here, unless it is empty.
fn authority<'a>(resource: &'a Resource<'_>, fields: &Fields<'a>) -> Option<&'a str> {
    let authority = resource.authority.or_else(|| fields.only(Name::Host))?;
    let authority = core::str::from_utf8(authority).ok()?;
    (!authority.is_empty()).then_some(authority)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::request::fields::parse;
    use crate::request::method::Method;
    use crate::request::target::site::Site;
    use crate::request::target::{Target, resolve};

    fn resource(
        target: &'static str,
        base_path: &'static str,
        scheme: Scheme,
    ) -> Resource<'static> {
        let site = Site { scheme, base_path };
        match resolve(Method::Get, target.as_bytes(), site) {
            Ok(Target::Resource(resource)) => resource,
            other => panic!("{target}: {other:?}"),
        }
    }

    #[test]
    fn directories_as_the_client_asked_for_them() {
        use Scheme::{Http, Https};
        let cases = [
            (
                "/",
                "Host: a.example:80\r\n",
                Http,
                Some("http://a.example:80/"),
            ),
            (
                "/b%20c/",
                "Host: [::1]\r\n",
                Http,
                Some("http://[::1]/b%20c/"),
            ),
            ("/b", "Host: c:8443\r\n", Https, Some("https://c:8443/b/")),
            (
                "http://b.example/c/",
                "Host: a.example\r\n",
                Http,
                Some("http://b.example/c/"),
            ),
            (
                "HTTPS://b.example/c/",
                "Host: a.example\r\n",
                Https,
                Some("https://b.example/c/"),
            ),
            ("/", "Host:\r\n", Http, None),
            ("/", "", Http, None),
        ];
        for (target, lines, scheme, expected) in cases {
            let fields = parse(lines).unwrap();
            let resource = resource(target, "", scheme);
            let address = of_directory(&resource, &fields, None, &Forwarded::default());
            assert_eq!(address.as_deref(), expected, "{target}");
        }
    }

    #[test]
    fn directories_as_the_operator_and_trusted_proxies_say() {
        let fields = parse("Host: inner:4000\r\n").unwrap();
        let public = PublicUrl::parse("https://p.example/x").unwrap();
        let said = Forwarded {
            client: None,
            scheme: Some(Scheme::Https),
            host: Some("f.example"),
            prefix: Some("/films"),
        };
        let partly = Forwarded {
            host: None,
            prefix: None,
            ..said
        };
        let none = Forwarded::default();
        let cases = [
            ("", None, none, "http://inner:4000/a/"),
            ("/media", None, none, "http://inner:4000/media/a/"),
            ("", None, said, "https://f.example/films/a/"),
            ("/media", None, said, "https://f.example/films/a/"),
            ("/media", None, partly, "https://inner:4000/media/a/"),
            ("/media", Some(&public), said, "https://p.example/x/a/"),
        ];
        for (base_path, public, forwarded, expected) in cases {
            let target = match base_path {
                "" => "/a/",
                _ => "/media/a/",
            };
            let resource = resource(target, base_path, Scheme::Http);
            let address = of_directory(&resource, &fields, public, &forwarded);
            assert_eq!(address.as_deref(), Some(expected));
        }
    }

    #[test]
    fn a_host_is_known_by_the_target_or_its_field() {
        let public = PublicUrl::parse("https://p.example").unwrap();
        let cases = [
            ("/", "Host: localhost:1\r\n", true),
            ("/", "Host: P.example:1\r\n", true),
            ("/", "Host: evil.example\r\n", false),
            ("http://localhost/", "Host: evil.example\r\n", true),
            ("http://evil.example/", "Host: localhost\r\n", false),
            ("/", "", true),
        ];
        for (target, lines, expected) in cases {
            let fields = parse(lines).unwrap();
            let resource = resource(target, "", Scheme::Http);
            let known = is_known_host(&resource, &fields, Some(&public));
            assert_eq!(known, expected, "{target} {lines}");
        }
    }

    #[test]
    fn secured_addresses() {
        // (target, host, port, address)
        let cases = [
            ("/", "a", 443, Some("https://a/")),
            ("/b/c%20d?e", "a:80", 443, Some("https://a/b/c%20d?e")),
            ("/b/", "a:8080", 8443, Some("https://a:8443/b/")),
            ("/b", "[::1]:80", 8443, Some("https://[::1]:8443/b")),
            ("http://c/b", "a", 443, Some("https://c/b")),
            ("//evil.example/", "a", 443, Some("https://a/evil.example/")),
            ("/b?c%0d\u{e9}", "a", 443, Some("https://a/b?c%0d%C3%A9")),
            ("/", "", 443, None),
        ];
        for (target, host, port, expected) in cases {
            let line = alloc::format!("Host: {host}\r\n");
            let fields = parse(&line).unwrap();
            let resource = resource(target, "", Scheme::Http);
            let address = secured(&resource, &fields, None, port);
            assert_eq!(address.as_deref(), expected, "{target}");
        }
        let fields = parse("Host: a:8080\r\n").unwrap();
        let below = resource("/media/b", "/media", Scheme::Http);
        let same = same_secured(&below, &fields);
        assert_eq!(same.as_deref(), Some("https://a:8080/media/b"));
        // The operator's address stands for the site, base path included.
        for (url, expected) in [
            ("https://p.example/x", "https://p.example/x/b"),
            ("http://p.example/x", "https://a:8443/media/b"),
        ] {
            let url = PublicUrl::parse(url).unwrap();
            let address = secured(&below, &fields, Some(&url), 8443);
            assert_eq!(address.as_deref(), Some(expected));
        }
    }
}
