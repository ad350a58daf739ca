//! Command-line options of the component.

mod auth;

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use h1::request::target::scheme::Scheme;
use h1::request::target::site::{BasePath, PublicUrl, Site};
use h1::response::{Policy, PolicyError};

use self::auth::{Auth, Given};
use crate::limits::{CACHE_BYTES, CONNECTIONS};
use crate::log::Format;
use crate::log::terminal::Style;
use crate::rate_limit::rate::Rate;
use crate::service::{Listener, Service};
use crate::trust::TrustedProxies;

/// The checked arguments. `--name value` and `--name=value` mean the same.
#[derive(Debug, Default)]
pub struct Options {
    /// `--listen ADDRESS:PORT`, and for other services `--listen-tls`, `--listen-misdirected`
    /// and `--listen-redirect`; `--listen-unix` for Unix sockets. All are repeatable.
    pub listen: Vec<Listener>,
    /// `--redirect-port PORT`: the port that `--listen-redirect` leads to.
    pub redirect_port: u16,
    /// `--base-path PATH`: what stands before every target.
    pub base_path: BasePath,
    /// `--public-url URL`: what absolute addresses are made from.
    pub public_url: Option<PublicUrl>,
    /// `--trust-proxy NETWORK`, repeatable.
    pub trusted_proxies: TrustedProxies,
    /// `--known-hosts-only`: answer only to names of this machine, addresses, and the host of
    /// `--public-url`.
    pub known_hosts_only: bool,
    /// `--root NAME`: the one of several granted directories to serve. Default: the first.
    pub root: Option<String>,
    /// `--file NAME`: serve this file of the root for every path.
    pub file: Option<String>,
    /// `--index NAME`: the file that is served for its directory.
    pub index: String,
    /// `--hidden`: serve names that begin with a dot.
    pub hidden: bool,
    /// Whether directories without an index have a page; `--no-listing` turns it off.
    pub listing: bool,
    /// Whether directories are served as archives; `--no-archive` turns it off.
    pub archives: bool,
    /// `--spa`: serve the root's index file for unknown paths.
    pub spa: bool,
    /// `--max-connections N`.
    pub connections: usize,
    /// `--cache BYTES`: memory for small files and open files that are kept for the next
    /// request.
    pub cache: usize,
    /// `--memory BYTES`: memory that the sandbox may use; unknown if not given.
    pub memory: Option<usize>,
    /// `--rate N`: requests per second of one client address. The response to more is 429.
    pub rate: Option<Rate>,
    /// `--throttle BYTES`: bytes per second to one client address.
    pub throttle: Option<Rate>,
    /// `--quiet`: no access log.
    pub quiet: bool,
    /// `--verbose`: log connection events too.
    pub verbose: bool,
    /// `--log-milliseconds`: times in the access log to the millisecond.
    pub log_milliseconds: bool,
    /// `--log-format combined`, `common` or `json` for programs, `terminal` for people.
    format: Format,
    /// `--log-colors`, `--log-utc-offset SECONDS`: colours and local times for people.
    style: Style,
    /// `--cache-control VALUE`, `--cors`, `--header 'NAME: VALUE'`.
    /// `--hsts SECONDS`: the same, for responses over TLS alone.
    pub policy: Policy,
    /// The policy of responses that needed a password, and of those that needed a link.
    pub private: Policy,
    pub linked: Policy,
    /// `--auth-file CONTENT`, `--auth-for`, `--auth-realm TEXT`, `--link-key BASE64`.
    pub auth: Auth,
}

impl Options {
    /// # Errors
    /// One line that names the argument and what is wrong with it.
    pub fn parse(arguments: &[String]) -> Result<Self, String> {
        let mut options = Self {
            redirect_port: Scheme::Https.default_port(),
            index: "index.html".into(),
            listing: true,
            archives: true,
            connections: CONNECTIONS,
            cache: CACHE_BYTES,
            ..Self::default()
        };
        let (mut cache_control, mut strict_transport, mut cors) = (None, None, false);
        let (mut headers, mut given) = (Vec::new(), Given::default());
        let mut arguments = arguments.iter().map(String::as_str);
        while let Some(argument) = arguments.next() {
            let (name, inline) = match argument.split_once('=') {
                Some((name, value)) => (name, Some(value)),
                None => (argument, None),
            };
            let mut value = || {
                inline
                    .or_else(|| arguments.next())
                    .ok_or_else(|| missing(name))
            };
            match name {
                "--listen"
                | "--listen-tls"
                | "--listen-misdirected"
                | "--listen-redirect"
                | "--listen-unix"
                | "--redirect-port"
                | "--base-path"
                | "--public-url"
                | "--trust-proxy" => options.set_reach(name, value()?)?,
                "--known-hosts-only" => options.known_hosts_only = true,
                "--hsts" => strict_transport = Some(number(name, value()?)?),
                "--root" => options.root = Some(value()?.into()),
                "--file" => options.file = Some(value()?.into()),
                "--index" => options.index = file_name(name, value()?)?,
                "--hidden" => options.hidden = true,
                "--no-listing" => options.listing = false,
                "--no-archive" => options.archives = false,
                "--spa" => options.spa = true,
                "--max-connections" => options.connections = number(name, value()?)?,
                "--cache" => options.cache = number(name, value()?)?,
                "--memory" => options.memory = Some(number(name, value()?)?),
                "--rate" => options.rate = Some(rate(name, value()?)?),
                "--throttle" => options.throttle = Some(rate(name, value()?)?),
                "--quiet" => options.quiet = true,
                "--verbose" => options.verbose = true,
                "--log-milliseconds" => options.log_milliseconds = true,
                "--log-format" => options.format = log_format(name, value()?)?,
                "--log-colors" => options.style.colors = true,
                "--log-utc-offset" => {
                    options.style.utc_offset_seconds = number(name, value()?)?;
                }
                "--cache-control" => cache_control = Some(value()?),
                "--cors" => cors = true,
                "--header" => headers.push(value()?),
                name if Given::has(name) => given.set(name, value()?),
                _ => return Err(["unknown argument: ", argument].concat()),
            }
        }
        if options.listen.is_empty() {
            return Err(missing("--listen"));
        }
        options.policy = Policy::new(cache_control, cors, &headers)
            .map_err(|error| [option_of(&error), ": ", &error.to_string()].concat())?;
        if let Some(seconds) = strict_transport {
            options.policy = options.policy.with_strict_transport(seconds);
        }
        options.set_auth(&given)?;
        Ok(options)
    }

    /// Sets an option about how the server is reached.
    fn set_reach(&mut self, name: &str, value: &str) -> Result<(), String> {
        match name {
            "--redirect-port" => self.redirect_port = number(name, value)?,
            "--base-path" => self.base_path = checked(name, BasePath::parse(value))?,
            "--public-url" => self.public_url = Some(checked(name, PublicUrl::parse(value))?),
            "--trust-proxy" => checked(name, self.trusted_proxies.add(value))?,
            _ => self.listen.push(Listener {
                address: number(name, value)?,
                service: service(name),
                is_unix: name == "--listen-unix",
            }),
        }
        Ok(())
    }

    fn set_auth(&mut self, given: &Given<'_>) -> Result<(), String> {
        self.auth = given.read()?;
        if let Some(realm) = given.realm {
            let policy = core::mem::take(&mut self.policy);
            self.policy = checked("--auth-realm", policy.with_realm(realm))?;
        }
        (self.private, self.linked) = (self.policy.private(), self.policy.linked());
        Ok(())
    }

    /// Returns how the server is reached by connections of a scheme.
    pub fn site(&self, scheme: Scheme) -> Site<'_> {
        let base_path = self.base_path.as_str();
        Site { scheme, base_path }
    }

    pub fn log_format(&self) -> Format {
        match self.format {
            Format::Terminal(_) => Format::Terminal(self.style),
            format => format,
        }
    }
}

/// Returns the service of the listeners that an argument names.
fn service(name: &str) -> Service {
    match name {
        "--listen-tls" => Service::Files(Scheme::Https),
        "--listen-misdirected" => Service::Misdirected,
        "--listen-redirect" => Service::Redirect,
        _ => Service::Files(Scheme::Http),
    }
}

fn log_format(name: &str, value: &str) -> Result<Format, String> {
    match value {
        "combined" => Ok(Format::Combined),
        "common" => Ok(Format::Common),
        "json" => Ok(Format::Json),
        "terminal" => Ok(Format::Terminal(Style::default())),
        _ => Err([
            name,
            ": '",
            value,
            "' is none of combined, common, json and terminal",
        ]
        .concat()),
    }
}

/// The option that an error is about.
fn option_of(error: &PolicyError) -> &'static str {
    match error {
        PolicyError::MalformedCacheControl(_) | PolicyError::RepeatedCacheControl => {
            "--cache-control"
        }
        PolicyError::MalformedField(_)
        | PolicyError::ReservedField(_)
        | PolicyError::TooLong(_) => "--header",
        PolicyError::Realm(_) => "--auth-realm",
    }
}

fn number<T: core::str::FromStr>(name: &str, value: &str) -> Result<T, String> {
    value
        .parse()
        .map_err(|_| [name, ": cannot read '", value, "'"].concat())
}

/// Names the argument in an error about its value.
fn checked<T>(name: &str, value: Result<T, impl core::fmt::Display>) -> Result<T, String> {
    value.map_err(|error| [name, ": ", &error.to_string()].concat())
}

fn rate(name: &str, value: &str) -> Result<Rate, String> {
    number(name, value).map(Rate::per_second)
}

/// Returns `value` if it is a name within a directory, and not a way out of it.
fn file_name(name: &str, value: &str) -> Result<String, String> {
    if value.is_empty() || value.contains('/') || value == "." || value == ".." {
        return Err([name, ": '", value, "' is not a file name"].concat());
    }
    Ok(value.into())
}

fn missing(name: &str) -> String {
    [name, " needs a value"].concat()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(line: &str) -> Result<Options, String> {
        let arguments: Vec<String> = line.split('|').map(String::from).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn both_spellings_of_a_value() {
        for line in [
            "--listen|127.0.0.1:80|--listen|[::1]:81",
            "--listen=127.0.0.1:80|--listen=[::1]:81",
        ] {
            let options = parse(line).unwrap();
            assert_eq!(options.listen.len(), 2, "{line}");
        }
    }

    #[test]
    fn each_listener_has_its_service() {
        let line = "--listen=127.0.0.1:80|--listen-tls=127.0.0.1:443\
                    |--listen-misdirected=[100::1]:443|--listen-redirect=127.0.0.1:8080\
                    |--listen-unix=[100::2]:80|--redirect-port=8443";
        let options = parse(line).unwrap();
        let services: Vec<_> = options.listen.iter().map(|each| each.service).collect();
        let expected = [
            Service::Files(Scheme::Http),
            Service::Files(Scheme::Https),
            Service::Misdirected,
            Service::Redirect,
            Service::Files(Scheme::Http),
        ];
        assert_eq!(services, expected);
        let unix = options.listen.iter().filter(|each| each.is_unix);
        assert_eq!(unix.count(), 1);
        assert_eq!(options.redirect_port, 8443);
    }

    #[test]
    fn the_log_is_for_programs_unless_it_is_asked_for_people() {
        let terminal = Format::Terminal(Style {
            colors: true,
            utc_offset_seconds: -3_600,
        });
        let rows = [
            ("", Format::Combined),
            ("|--log-colors", Format::Combined),
            ("|--log-format|combined", Format::Combined),
            ("|--log-format|common", Format::Common),
            ("|--log-format=json|--log-colors", Format::Json),
            ("|--log-format=terminal", Format::Terminal(Style::default())),
            (
                "|--log-format=terminal|--log-colors|--log-utc-offset=-3600",
                terminal,
            ),
        ];
        for (line, format) in rows {
            let options = parse(&["--listen=127.0.0.1:80", line].concat()).unwrap();
            assert_eq!(options.log_format(), format, "{line}");
        }
    }

    #[test]
    fn errors_name_the_argument() {
        let cases = [
            ("--hidden", "--listen needs a value"),
            ("--listen|here", "--listen: cannot read 'here'"),
            (
                "--listen=127.0.0.1:1|--index=../secret",
                "--index: '../secret' is not a file name",
            ),
            (
                "--listen=127.0.0.1:1|--max-connections|-1",
                "--max-connections: cannot read '-1'",
            ),
            (
                "--listen=127.0.0.1:1|--base-path=media",
                "--base-path: a path of letters, digits and -._~ is needed, such as /media",
            ),
            (
                "--listen=127.0.0.1:1|--public-url=a.example",
                "--public-url: an address is needed, such as https://media.example.org/films",
            ),
            (
                "--listen=127.0.0.1:1|--trust-proxy=a",
                "--trust-proxy: 'a' is no network such as 10.0.0.0/8, no address, and not 'unix'",
            ),
            ("--listen=127.0.0.1:1|--rate=0", "--rate: cannot read '0'"),
            (
                "--listen=127.0.0.1:1|--verbos",
                "unknown argument: --verbos",
            ),
            ("--listen=127.0.0.1:1|--root", "--root needs a value"),
            (
                "--listen=127.0.0.1:1|--log-format=pretty",
                "--log-format: 'pretty' is none of combined, common, json and terminal",
            ),
        ];
        for (line, message) in cases {
            assert_eq!(parse(line).unwrap_err(), message, "{line}");
        }
    }
}
