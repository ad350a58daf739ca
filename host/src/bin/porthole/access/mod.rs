//! Passwords and links: the files of users and of the key for links, checked and handed to the
//! component.

#[cfg(target_os = "linux")]
mod file_systems;
#[cfg(unix)]
mod letter_case;

use std::path::{Path, PathBuf};

use anyhow::{Context as _, anyhow};
use auth::limits::{KEY_MAX_BYTES, USERS_FILE_BYTES};
use auth::link::Key;
use auth::rules::Rules;
use auth::users::Users;
use base64ct::{Base64, Encoding as _};
use porthole::printable;

use crate::options::{AuthOptions, open_regular, read_bounded};
use crate::secrets::{open_to_all, refuse_served};

const USERS: &str = "file of passwords";
const KEY: &str = "key for links";

/// The files, and the rules for folders. Clones read the same files.
#[derive(Clone)]
pub(crate) struct Access {
    users: Option<PathBuf>,
    key: Option<PathBuf>,
    rules: Vec<String>,
    realm: Option<String>,
}

impl Access {
    /// Reads and checks the files that the options ask for, once, and returns the component's
    /// arguments, as [`Access::read`] does. Returns `None` when everything is open to all. Call
    /// it before the process is confined.
    ///
    /// # Errors
    /// With the file that cannot be read or used, the rule that is wrong, and the file that is in
    /// the folder `served`. When folders below it may have several spellings that cannot be told
    /// to be the same.
    pub(crate) fn open(
        options: &AuthOptions,
        served: &Path,
    ) -> anyhow::Result<Option<(Self, Vec<String>)>> {
        if options.auth_file.is_none() && options.link_key.is_none() {
            return Ok(None);
        }
        let access = Self {
            users: options.auth_file.clone(),
            key: options.link_key.clone(),
            rules: options.auth_for.clone(),
            realm: options.auth_realm.clone(),
        };
        for (what, file) in access.files() {
            refuse_served(what, file, served)?;
        }
        let arguments = access.read()?;
        access.check_letter_case(served)?;
        Ok(Some((access, arguments)))
    }

    /// Refuses rules for folders that may have several spellings of which nothing tells that they
    /// are the same.
    fn check_letter_case(&self, served: &Path) -> anyhow::Result<()> {
        #[cfg(target_os = "linux")]
        if (!self.rules.is_empty() || self.key.is_some())
            && let Some(mount) = file_systems::ignoring_case(served)
        {
            anyhow::bail!(
                "'--auth-for' and '--link-key' do not hold on {mount}, which takes names in other letters for the same and cannot tell that they are"
            );
        }
        #[cfg(unix)]
        {
            let folders = self.rules.iter().filter_map(|rule| ruled_folder(rule));
            let folders: Vec<String> = folders.collect();
            let folders = folders.iter().map(String::as_str);
            if let Some(folder) = letter_case::untold(served, folders) {
                anyhow::bail!(
                    "'--auth-for' does not hold in {}, where names in other letters lead to the same and nothing tells that they do",
                    printable(folder.display())
                );
            }
        }
        Ok(())
    }

    /// Reads the files, and returns the component's arguments about them. They hold the hashes
    /// and the key: nothing may print them.
    ///
    /// # Errors
    /// With the file that cannot be read or used, and the rule that is wrong.
    pub(crate) fn read(&self) -> anyhow::Result<Vec<String>> {
        let mut arguments = match &self.users {
            Some(file) => self.read_users(file)?,
            None => Vec::new(),
        };
        if let Some(file) = &self.key {
            let bytes = read(file, KEY_MAX_BYTES)?;
            Key::new(&bytes).with_context(|| unusable(file))?;
            arguments.push(format!("--link-key={}", Base64::encode_string(&bytes)));
        }
        Ok(arguments)
    }

    fn read_users(&self, file: &Path) -> anyhow::Result<Vec<String>> {
        let bytes = read(file, USERS_FILE_BYTES)?;
        let users = Users::parse(&bytes).with_context(|| unusable(file))?;
        let rules = self.rules.iter().map(String::as_str);
        Rules::parse(rules, &users).map_err(|error| anyhow!("'--auth-for' {error}"))?;
        let rules = self.rules.iter().map(|rule| format!("--auth-for={rule}"));
        let realm = self.realm.iter();
        let realm = realm.map(|realm| format!("--auth-realm={realm}"));
        let users = format!("--auth-file={}", text(file, bytes)?);
        let users = std::iter::once(users);
        Ok(users.chain(rules).chain(realm).collect())
    }

    /// Returns the files with what they are.
    fn files(&self) -> impl Iterator<Item = (&'static str, &Path)> {
        let users = self.users.iter().map(|users| (USERS, users.as_path()));
        let key = self.key.iter().map(|key| (KEY, key.as_path()));
        users.chain(key)
    }

    /// Returns the files, which a confined process may still read.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        self.files().map(|(_, file)| file)
    }

    /// Returns lines for the start. `is_readable` is whether clients may send passwords and links
    /// over a network without TLS. Call it before the process is confined.
    pub(crate) fn notes(&self, is_readable: bool) -> Vec<String> {
        let open = self
            .files()
            .filter_map(|(what, file)| open_to_all(what, file));
        let unencrypted = is_readable.then(|| self.unencrypted());
        open.chain(unencrypted).collect()
    }

    fn unencrypted(&self) -> String {
        let what = match (&self.users, &self.key) {
            (Some(_), Some(_)) => "passwords and links",
            (Some(_), None) => "passwords",
            (None, _) => "links",
        };
        format!(
            "{what} cross the network unencrypted, and others can use them: add --tls-self-signed or --tls-cert, or name the proxy that encrypts by --trust-proxy"
        )
    }
}

/// Returns the path of the folder that an accepted rule is about.
#[cfg(unix)]
fn ruled_folder(rule: &str) -> Option<String> {
    let (folder, _) = rule.rsplit_once('=')?;
    Some(auth::path::normal(folder).ok()?.0)
}

/// Reads one byte more than the most, which the check of the content then reports.
fn read(file: &Path, most: usize) -> anyhow::Result<Vec<u8>> {
    let most = u64::try_from(most).unwrap_or(u64::MAX);
    read_bounded(file, most.saturating_add(1), open_regular)
}

/// Returns the text of a file of users. The component gets text alone, so that a comment must
/// be text, too.
fn text(file: &Path, bytes: Vec<u8>) -> anyhow::Result<String> {
    String::from_utf8(bytes).map_err(|error| {
        let valid = error.utf8_error().valid_up_to();
        let before = error.as_bytes().iter().take(valid);
        let line = before.filter(|byte| **byte == b'\n').count();
        let line = line.saturating_add(1);
        anyhow!("{}: line {line}: it is not UTF-8", unusable(file))
    })
}

fn unusable(file: &Path) -> String {
    format!("cannot use {}", printable(file.display()))
}
