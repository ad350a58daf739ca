//! `porthole link`: an address that needs no password until it expires.

use std::path::Path;
use std::process::ExitCode;
use std::time::{SystemTime, UNIX_EPOCH};

use anyhow::{Context as _, bail};
use auth::limits::{KEY_MAX_BYTES, KEY_MIN_BYTES};
use auth::link::{Key, Link};
use auth::path;
use porthole::printable;
use ring::rand::{SecureRandom as _, SystemRandom};

use crate::options::{LinkOptions, open_regular, read_bounded};
use crate::secrets::write_secret;
use crate::terminal::messages::report_at_once;

/// Prints the address, or makes the key alone.
///
/// # Errors
/// When there is no key, or the path or the time cannot be signed.
pub(super) fn print(options: &LinkOptions) -> anyhow::Result<ExitCode> {
    let file = &options.link_key;
    if options.make_key && !file.exists() {
        write_secret(file, &random::<KEY_MIN_BYTES>()?)
            .with_context(|| format!("cannot write {}", printable(file.display())))?;
    }
    let key = read(file)?;
    let (Some(typed), Some(time)) = (&options.path, options.expires) else {
        // Only the key was asked for.
        return Ok(ExitCode::SUCCESS);
    };
    let (path, folder) = path::normal(typed)?;
    if folder && options.page {
        bail!("--page is for a file: the address of a folder is that of its page");
    }
    let now = SystemTime::now().duration_since(UNIX_EPOCH);
    let expires = now.context("the clock is before 1970")?.as_secs();
    let link = Link {
        path: &path,
        folder,
        expires: expires.saturating_add(time.0),
        client: options.client,
    };
    let token = link.token(&key)?;
    let mut address = options.public_url.clone().unwrap_or_default();
    address.push_str("/.porthole/link/");
    address.push_str(&token);
    address.push('/');
    match path.rsplit_once('/') {
        _ if !options.page => path::encode(&path, &mut address),
        Some((parent, name)) => {
            path::encode(parent, &mut address);
            address.push_str("/?open=");
            path::encode(name, &mut address);
        }
        None => {
            address.push_str("?open=");
            path::encode(&path, &mut address);
        }
    }
    if folder && !path.is_empty() {
        address.push('/');
    }
    if !folder && !path.rsplit('/').next().unwrap_or_default().contains('.') {
        report_at_once(format_args!(
            "{} is taken for a file; a folder ends in a slash",
            printable(typed)
        ));
    }
    address.push('\n');
    super::print(address.as_bytes())
}

/// Reads a key.
fn read(file: &Path) -> anyhow::Result<Key> {
    let name = printable(file.display());
    if !file.exists() {
        bail!("there is no {name}: --make-key makes it");
    }
    let most = u64::try_from(KEY_MAX_BYTES).unwrap_or(u64::MAX);
    let bytes = read_bounded(file, most.saturating_add(1), open_regular)?;
    Key::new(&bytes).with_context(|| format!("{name} is no key"))
}

/// Returns random bytes from the system.
///
/// # Errors
/// When it has none.
pub(super) fn random<const BYTES: usize>() -> anyhow::Result<[u8; BYTES]> {
    let mut bytes = [0; BYTES];
    let filled = SystemRandom::new().fill(&mut bytes);
    match filled {
        Ok(()) => Ok(bytes),
        Err(_) => bail!("the system has no random bytes"),
    }
}
