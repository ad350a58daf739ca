//! `porthole hash-password`: a line for a file of users, from a password that is asked for.

use std::io::{self, IsTerminal as _, Read as _};
use std::process::ExitCode;

use anyhow::{Context as _, bail, ensure};
use auth::limits::PASSWORD_BYTES;
use auth::users::is_name;
use auth::verify::{SALT_BYTES, hash};

use super::link::random;
use crate::terminal::messages::report_at_once;

/// Asks for a password, twice on a terminal, and prints `USER:HASH`, or the hash alone.
///
/// # Errors
/// When the name or the password cannot be used, or nothing can be read or written.
pub(super) fn print(user: Option<&str>) -> anyhow::Result<ExitCode> {
    ensure!(
        user.is_none_or(is_name),
        "a name has no colon, no comma and no control character, and is not *"
    );
    let password = match io::stdin().is_terminal() {
        true => typed()?,
        false => piped()?,
    };
    // A client could not send it (RFC 7617 §2).
    ensure!(
        !password.chars().any(char::is_control),
        "a password has no control characters in it"
    );
    ensure!(!password.is_empty(), "a password is not empty");
    let hash = hash(password.as_bytes(), random::<SALT_BYTES>()?)?;
    let line = match user {
        Some(user) => format!("{user}:{hash}\n"),
        None => format!("{hash}\n"),
    };
    super::print(line.as_bytes())
}

/// Reads a password twice from the terminal, which does not show it.
fn typed() -> anyhow::Result<String> {
    let ask = |words: &str| {
        report_at_once(words);
        rpassword::read_password().context("cannot read from the terminal")
    };
    let password = ask("password, which is not shown:")?;
    if ask("the same again:")? != password {
        bail!("these are two different passwords");
    }
    Ok(password)
}

/// Reads a password up to the first line break.
fn piped() -> anyhow::Result<String> {
    let most = u64::try_from(PASSWORD_BYTES).unwrap_or(u64::MAX);
    let mut bytes = Vec::new();
    // One more for each letter of the line break, and one to see that there is more.
    let mut input = io::stdin().lock().take(most.saturating_add(3));
    input
        .read_to_end(&mut bytes)
        .context("cannot read the password")?;
    let line = bytes.split(|byte| *byte == b'\n').next();
    let line = line.unwrap_or_default();
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let text = std::str::from_utf8(line).context("a password is UTF-8")?;
    Ok(text.to_owned())
}
