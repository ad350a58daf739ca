//! The options of passwords and links.

use std::path::PathBuf;

use clap::Args;
use clap::builder::NonEmptyStringValueParser;

use super::help;

/// The options of passwords and links.
#[derive(Debug, Args)]
pub(crate) struct AuthOptions {
    /// Users and hashes of their passwords (htpasswd): everything needs a password then
    ///
    /// The hashes are argon2id or bcrypt. 'porthole hash-password USER' prints a line of the
    /// file. SIGHUP reads it again.
    #[arg(long, env = "PORTHOLE_AUTH_FILE", value_name = "FILE", help_heading = help::ACCESS)]
    pub(crate) auth_file: Option<PathBuf>,

    /// Users that may see a folder, '/FOLDER=USER,USER', or '/FOLDER=*' for everyone
    ///
    /// May be given more than once. A rule is for all below the folder, too. The rule
    /// of the deepest folder counts. What no rule names is for all users of the file. The
    /// variable has a rule on each line.
    #[arg(long, env = "PORTHOLE_AUTH_FOR", value_name = "RULE", value_delimiter = '\n',
          help_heading = help::ACCESS, hide_short_help = true)]
    pub(crate) auth_for: Vec<String>,

    /// Name that browsers show when they ask for a password
    #[arg(long, env = "PORTHOLE_AUTH_REALM", value_name = "TEXT",
          value_parser = NonEmptyStringValueParser::new(),
          help_heading = help::ACCESS, hide_short_help = true)]
    pub(crate) auth_realm: Option<String>,

    /// Key of addresses that need no password until they expire
    ///
    /// 'porthole link --link-key FILE' makes the key and the addresses. SIGHUP reads it again.
    #[arg(long, env = "PORTHOLE_LINK_KEY", value_name = "FILE", help_heading = help::ACCESS)]
    pub(crate) link_key: Option<PathBuf>,
}

impl AuthOptions {
    /// Returns what is wrong with the options together. A component from elsewhere would not
    /// know what is closed.
    pub(super) fn conflict(&self, is_foreign: bool) -> Option<String> {
        let needing = [
            (!self.auth_for.is_empty(), "--auth-for <RULE>"),
            (self.auth_realm.is_some(), "--auth-realm <TEXT>"),
        ];
        let secrets = [
            (self.auth_file.is_some(), "--auth-file <FILE>"),
            (self.link_key.is_some(), "--link-key <FILE>"),
        ];
        let given = |options: [(bool, &'static str); 2]| {
            options
                .into_iter()
                .find(|(given, _)| *given)
                .map(|(_, option)| option)
        };
        match (given(needing), given(secrets)) {
            (Some(option), _) if self.auth_file.is_none() => Some(format!(
                "'{option}' needs '--auth-file <FILE>': without it everything is open"
            )),
            (_, Some(option)) if is_foreign => Some(format!(
                "'{option}' cannot be used with '--component <FILE>', which is told no passwords"
            )),
            _ => None,
        }
    }
}
