//! The options of `porthole link`.

use std::net::IpAddr;
use std::path::PathBuf;
use std::str::FromStr;

use clap::Args;

/// The options of `porthole link`.
#[derive(Debug, Args)]
pub(crate) struct LinkOptions {
    /// File of the key that signs: at least 32 random bytes
    #[arg(long, value_name = "FILE")]
    pub(crate) link_key: PathBuf,

    /// Make that file if it is missing, for this user alone
    #[arg(long)]
    pub(crate) make_key: bool,

    /// Address by which clients reach porthole [default: the path alone is printed]
    #[arg(long, value_name = "URL", value_parser = public_url)]
    pub(crate) public_url: Option<String>,

    /// Time for which the address holds, such as 90m, 12h, 7d or 4w
    #[arg(
        long,
        value_name = "TIME",
        required_unless_present = "make_key",
        requires = "path"
    )]
    pub(crate) expires: Option<Time>,

    /// The only client that it is for
    #[arg(long, value_name = "ADDRESS")]
    pub(crate) client: Option<IpAddr>,

    /// Print the address of the page about a file: a player with subtitles, or a text
    #[arg(long, requires = "path")]
    pub(crate) page: bool,

    /// Path that it opens, from the root on and not encoded; a folder ends in a slash, and is
    /// opened with all below it
    #[arg(
        value_name = "PATH",
        required_unless_present = "make_key",
        requires = "expires"
    )]
    pub(crate) path: Option<String>,
}

/// A length of time in seconds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time(pub(crate) u64);

impl FromStr for Time {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let end = text.find(|letter: char| !letter.is_ascii_digit());
        let (number, unit) = text.split_at(end.unwrap_or(text.len()));
        let seconds: u64 = match unit {
            "s" => 1,
            "m" => 60,
            "h" => 60 * 60,
            "d" => 24 * 60 * 60,
            "w" => 7 * 24 * 60 * 60,
            _ => return Err("a number with s, m, h, d or w is needed"),
        };
        let number: u64 = number.parse().map_err(|_| "a number is needed")?;
        match number.checked_mul(seconds) {
            Some(seconds @ 1..) => Ok(Self(seconds)),
            _ => Err("a time that passes, and not for ever, is needed"),
        }
    }
}

/// Returns an address without a slash at its end.
fn public_url(text: &str) -> Result<String, &'static str> {
    let rest = text.strip_prefix("https://");
    let rest = rest.or_else(|| text.strip_prefix("http://"));
    let is_address = rest.is_some_and(|rest| {
        let is_odd = |letter: char| !letter.is_ascii_graphic() || "?#@<>\"\\".contains(letter);
        !rest.is_empty() && !rest.starts_with('/') && !rest.contains(is_odd)
    });
    match is_address {
        true => Ok(text.trim_end_matches('/').to_owned()),
        false => Err("an address such as https://media.example is needed"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times() {
        let rows = [
            ("90s", Some(90)),
            ("5m", Some(300)),
            ("12h", Some(43_200)),
            ("7d", Some(604_800)),
            ("2w", Some(1_209_600)),
            ("7", None),
            ("d", None),
            ("0d", None),
            ("-1d", None),
            ("+1d", None),
            ("1.5h", None),
            ("7D", None),
            ("7 d", None),
            ("99999999999999999w", None),
        ];
        for (text, expected) in rows {
            assert_eq!(text.parse().ok(), expected.map(Time), "{text}");
        }
    }

    #[test]
    fn public_addresses() {
        let rows = [
            ("https://media.example", Some("https://media.example")),
            ("https://media.example/", Some("https://media.example")),
            ("http://[::1]:4000/base/", Some("http://[::1]:4000/base")),
            ("media.example", None),
            ("ftp://media.example", None),
            ("https://", None),
            ("https:///a", None),
            ("https://a.example/?b", None),
            ("https://a:b@c.example", None),
            ("https://a.example/ b", None),
        ];
        for (text, expected) in rows {
            assert_eq!(public_url(text).ok().as_deref(), expected, "{text}");
        }
    }
}
