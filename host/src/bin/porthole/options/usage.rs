//! Errors of usage, and rules that the parser does not know.

use std::io::Write as _;

use clap::FromArgMatches as _;
use clap::error::ErrorKind;
use porthole::printable;

use super::{Options, command, help};

impl Options {
    /// Parses the command line and the `PORTHOLE_...` variables. Wrong usage ends the
    /// program.
    pub(crate) fn read() -> Self {
        let matches = help::command().try_get_matches();
        let options = matches.and_then(|matches| match command::useless_option(&matches) {
            None => Self::from_arg_matches(&matches),
            Some(option) => {
                let words = format!("'{option}' is for serving, and has no effect on a command");
                Err(help::command().error(ErrorKind::ArgumentConflict, words))
            }
        });
        let options = options.and_then(Self::consistent);
        options.unwrap_or_else(|error| end_with(&error))
    }

    /// Rejects conflicting options. The parser's own rule would also apply to a variable
    /// that turns a flag off.
    fn consistent(self) -> Result<Self, clap::Error> {
        let conflicts = [
            (self.verbose && self.quiet, "--verbose", "--quiet"),
            (
                self.no_confine && !self.reload_from.is_empty(),
                "--no-confine",
                "--reload-from <FOLDER>",
            ),
        ];
        let words = self.tls.conflict().or_else(|| self.proxy.conflict());
        let is_foreign = self.component.is_some();
        let words = words.or_else(|| self.auth.conflict(is_foreign));
        let words = words.or_else(|| self.log.conflict());
        #[cfg(unix)]
        let words = words.or_else(|| self.unix_socket_conflict());
        if let Some(words) = words {
            return Err(help::command().error(ErrorKind::ArgumentConflict, words));
        }
        match conflicts.into_iter().find(|(conflict, ..)| *conflict) {
            None => Ok(self),
            Some((_, one, other)) => Err(help::command().error(
                ErrorKind::ArgumentConflict,
                format!("the argument '{one}' cannot be used with '{other}'"),
            )),
        }
    }
}

/// Ends the program as clap does, but escapes control characters in the user's input.
fn end_with(error: &clap::Error) -> ! {
    if !error.use_stderr() || !something_steers() {
        error.exit()
    }
    for line in error.render().to_string().lines() {
        let _ = writeln!(std::io::stderr(), "{}", printable(line));
    }
    std::process::exit(error.exit_code())
}

/// Whether the user's input has characters that are not shown as they are.
fn something_steers() -> bool {
    let typed = std::env::args_os().skip(1);
    let set = std::env::vars_os()
        .filter(|(name, _)| name.to_string_lossy().starts_with("PORTHOLE_"))
        .map(|(_, value)| value);
    typed.chain(set).any(|text| {
        let text = text.to_string_lossy();
        printable(&text) != text
    })
}

/// Parses a flag's variable. An empty value means no.
pub(super) fn switch(value: &str) -> Result<bool, String> {
    match value.to_ascii_lowercase().as_str() {
        "1" | "true" | "yes" | "on" => Ok(true),
        "" | "0" | "false" | "no" | "off" => Ok(false),
        _ => Err("1, true, yes, on, 0, false, no, off or nothing is needed".to_owned()),
    }
}
