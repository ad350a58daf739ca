//! Options about who may see what.

use alloc::string::{String, ToString as _};
use alloc::vec::Vec;

use auth::link::Key;
use auth::rules::Rules;
use auth::users::Users;

use super::{checked, missing};

/// The users, the rules for folders, and the key of links.
#[derive(Debug, Default)]
pub struct Auth {
    /// `--auth-file CONTENT`: the users, and with `--auth-for /FOLDER=USERS`, repeatable, the
    /// rules for folders. Without it, nobody needs a password.
    pub users: Option<(Users, Rules)>,
    /// `--link-key BASE64`: the key of links that expire.
    pub key: Option<Key>,
}

/// The arguments as they were given.
#[derive(Default)]
pub(super) struct Given<'a> {
    file: Option<&'a str>,
    rules: Vec<&'a str>,
    pub realm: Option<&'a str>,
    key: Option<&'a str>,
}

impl<'a> Given<'a> {
    /// Whether an argument is one of these.
    pub fn has(name: &str) -> bool {
        matches!(
            name,
            "--auth-file" | "--auth-for" | "--auth-realm" | "--link-key"
        )
    }

    pub fn set(&mut self, name: &str, value: &'a str) {
        match name {
            "--auth-file" => self.file = Some(value),
            "--auth-for" => self.rules.push(value),
            "--auth-realm" => self.realm = Some(value),
            _ => self.key = Some(value),
        }
    }

    /// # Errors
    /// One line that names the argument and what is wrong with it, without its secrets.
    pub fn read(&self) -> Result<Auth, String> {
        let key = self.key.map(Key::of_base64).transpose();
        let key = checked("--link-key", key)?;
        let Some(file) = self.file else {
            return match self.rules.is_empty() && self.realm.is_none() {
                true => Ok(Auth { users: None, key }),
                false => Err(missing("--auth-file").replace("needs a value", "is missing")),
            };
        };
        let users = checked("--auth-file", Users::parse(file.as_bytes()))?;
        let rules = Rules::parse(self.rules.iter().copied(), &users);
        let rules = rules.map_err(|error| ["--auth-for: ", &error.to_string()].concat())?;
        let users = Some((users, rules));
        Ok(Auth { users, key })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::options::Options;
    use auth::rules::Access;

    const FILE: &str = "--auth-file=# users\n\
                        alice:$2y$04$U/FholjIoCXdteSBV3YUnuaGCr5cXQSkoYyUfYswtRHR1t.BwGBt.\n";
    const KEY: &str = "--link-key=MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY=";

    fn parse(arguments: &[&str]) -> Result<Options, String> {
        let arguments = ["--listen=127.0.0.1:1"].iter().chain(arguments);
        let arguments: Vec<String> = arguments.map(|argument| (*argument).into()).collect();
        Options::parse(&arguments)
    }

    #[test]
    fn users_rules_and_key_are_read() {
        let none = parse(&[]).unwrap();
        assert!(none.auth.users.is_none() && none.auth.key.is_none());
        let both = [FILE, "--auth-for", "/a=b=alice", "--auth-for=/c=*", KEY];
        let options = parse(&both).unwrap();
        assert!(options.auth.key.is_some());
        let (_, rules) = options.auth.users.unwrap();
        assert_eq!(rules.folders().collect::<Vec<_>>(), ["a=b", "c"]);
        assert_eq!(rules.access(Some(1)), Access::Everyone);
    }

    #[test]
    fn errors_name_the_argument_and_no_secret() {
        let rows: [(&[&str], &str); 8] = [
            (
                &["--auth-file=# nobody\n"],
                "--auth-file: there is no user in it; \"porthole hash-password USER\" makes a \
                 line for it",
            ),
            (
                &["--auth-file=# a\nalice:{SHA}VBPuJHI7uixaa6LQGWx4s+5GKNE="],
                "--auth-file: line 2: SHA-1 is too easy to guess; \"porthole hash-password\" \
                 makes a hash",
            ),
            (
                &[FILE, "--auth-for=/a=bob"],
                "--auth-for: \"/a=bob\": the file has no user \"bob\"",
            ),
            (&["--auth-for=/a=*"], "--auth-file is missing"),
            (&["--auth-realm=Films"], "--auth-file is missing"),
            (
                &[FILE, "--auth-realm=a\nb"],
                "--auth-realm: not a realm of 1 to 128 bytes without control characters: \
                 \"a\\nb\"",
            ),
            (
                &["--link-key=MDEyMw=="],
                "--link-key: a key has at least 32 bytes, and this 4",
            ),
            (
                &["--link-key=***"],
                "--link-key: a key is handed over as Base64",
            ),
        ];
        for (arguments, message) in rows {
            assert_eq!(parse(arguments).unwrap_err(), message, "{arguments:?}");
        }
    }
}
