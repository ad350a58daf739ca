//! The help in its three forms, the manual page, and the completions for shells. All come
//! from the descriptions of the options.

use std::io::Write as _;

use clap::{Command, CommandFactory as _};
use clap_complete::Shell;
use clap_mangen::Man;

use super::Options;

/// Headings of the groups of options.
pub(super) const NETWORK: &str = "Network";
pub(super) const TLS: &str = "Encryption";
pub(super) const ACCESS: &str = "Passwords and links";
pub(super) const PROXY: &str = "Names and proxies";
pub(super) const SERVED: &str = "What is served";
pub(super) const TERMINAL: &str = "Terminal and log";
pub(super) const LIMITS: &str = "Limits";
pub(super) const SANDBOX: &str = "Sandbox";
pub(super) const PROGRAM: &str = "Program";

pub(super) const SHORT_END: &str = "'--help' explains all options, with examples.";

pub(super) const LONG_END: &str = "\
Examples:
  porthole
      serves the current folder to this machine, at http://127.0.0.1:4000/
  porthole ~/Videos --bind 0.0.0.0 --qr
      serves a folder to the whole network, and shows its address to phones
  porthole ~/Videos --bind 0.0.0.0 --port 8443 --tls-cert chain.pem --tls-key key.pem
      serves it by https
  porthole hash-password ann >> users
  porthole ~/Videos --auth-file users --auth-for /private=ann
      makes a user, and serves what a password opens
  porthole link --link-key key --make-key --expires 7d /films/
      prints an address that needs no password for a week, with --link-key key
  porthole film.mp4 --port 8080
      serves one file, and nothing beside it
  porthole site --spa --cache-control max-age=3600 --open
      serves a single-page application, and opens it in the browser
  porthole ~/Videos --log-file /var/log/porthole/access.json --log-format json
      writes the log to a file, as JSON
  porthole ~/Videos --admin 127.0.0.1:9000
      shows its counters to Prometheus, at http://127.0.0.1:9000/metrics
  porthole ~/Videos --grants
      prints what the sandbox may do, and serves nothing
  porthole inspect server.wasm
      prints what another component asks for, before it is run with --component
  porthole completions bash > ~/.local/share/bash-completion/completions/porthole
      completes options with the Tab key

Variables:
  Each option is also read from the variable that stands beside it. A flag's variable is
  1, true, yes or on, or else 0, false, no, off or empty. The command line wins.
  NO_COLOR, CLICOLOR and CLICOLOR_FORCE decide on colours.

Signals:
  SIGINT, SIGTERM  stop; open transfers get time to finish, and none after the second signal
  SIGHUP           opens PATH, and loads the component, certificates and passwords again
  SIGUSR1          prints what was served so far
  SIGUSR2          opens the file of the log again, with --log-reopen

Exit code:
  0 after a stop, 1 when the server cannot start or go on, 2 for wrong usage";

/// Returns the parser. The short help leaves the variables out.
pub(super) fn command() -> Command {
    let short = std::env::args_os().any(|argument| argument == "-h");
    Options::command().mut_args(|argument| argument.hide_env(short).hide_env_values(true))
}

/// Returns the completions for a shell.
pub(crate) fn completions(shell: Shell) -> Vec<u8> {
    let mut text = Vec::new();
    // Written to memory first, because the crate panics when it cannot write.
    clap_complete::generate(shell, &mut Options::command(), "porthole", &mut text);
    text
}

/// Returns the manual page.
///
/// # Errors
/// None in practice: it is written to memory.
pub(crate) fn manual_page() -> std::io::Result<Vec<u8>> {
    let all_at_length = |option: clap::Arg| option.hide_short_help(false);
    let page = Man::new(Options::command().mut_args(all_at_length));
    let mut text = Vec::new();
    page.render_title(&mut text)?;
    page.render_name_section(&mut text)?;
    page.render_synopsis_section(&mut text)?;
    page.render_description_section(&mut text)?;
    page.render_options_section(&mut text)?;
    page.render_subcommands_section(&mut text)?;
    for part in LONG_END.split("\n\n") {
        let (heading, lines) = part.split_once(":\n").unwrap_or_default();
        writeln!(text, ".SH \"{}\"\n.nf", heading.to_uppercase())?;
        for line in lines.lines() {
            // A dash is not a hyphen; a line does not begin with a dot.
            writeln!(text, "\\&{}", line.replace('\\', "\\e").replace('-', "\\-"))?;
        }
        writeln!(text, ".fi")?;
    }
    page.render_version_section(&mut text)?;
    Ok(text)
}
