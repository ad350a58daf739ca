//! A certificate that no authority has signed, for a home network.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use porthole::{KeyPair, printable};
use rcgen::{
    CertificateParams, DistinguishedName, DnType, ExtendedKeyUsagePurpose, KeyUsagePurpose,
};

use super::system;
use crate::secrets::write_secret;
use crate::terminal::addresses;

/// Time for which a certificate is valid. Apple's systems refuse those that are valid for
/// more than 825 days.
const VALID: Duration = Duration::from_secs(800 * 24 * 60 * 60);

/// Time before its end from which on a certificate is replaced at the next start.
const REPLACED_BEFORE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Returns the folder for the certificate: `folder`, or that of porthole's state.
///
/// # Errors
/// When the environment names no folder for state.
pub(super) fn folder(folder: Option<&Path>) -> anyhow::Result<PathBuf> {
    match folder {
        Some(folder) => Ok(folder.to_owned()),
        None => system::state_folder()
            .context("there is no folder for the certificate: --tls-self-signed=FOLDER names one"),
    }
}

/// Returns the paths of the certificate and its key in `folder`.
pub(super) fn files_in(folder: &Path) -> (PathBuf, PathBuf) {
    (folder.join("certificate.pem"), folder.join("key.pem"))
}

/// Reads the certificate and its key in `folder`. They are made if they are not there, or do
/// not last. The key stays the same.
///
/// # Errors
/// When the files cannot be read, used or written.
pub(super) fn pair(folder: &Path) -> anyhow::Result<KeyPair> {
    fs::create_dir_all(folder).with_context(|| cannot("make the folder", folder))?;
    let (certificate, key) = files_in(folder);
    if let Some(pair) = lasting(&certificate, &key)? {
        return Ok(pair);
    }
    let own = own_key(&key)?;
    let made = parameters(names())?.self_signed(&own);
    let made = made.context("cannot make a certificate")?.pem();
    // Written beside and renamed: a server that starts meanwhile reads a whole one.
    let new = folder.join("certificate.pem.new");
    fs::write(&new, &made)
        .and_then(|()| fs::rename(&new, &certificate))
        .with_context(|| cannot("write", &certificate))?;
    Ok(KeyPair::from_pem(
        made.as_bytes(),
        own.serialize_pem().as_bytes(),
    )?)
}

/// Returns the key in a file, which is made if it is not there.
fn own_key(key: &Path) -> anyhow::Result<rcgen::KeyPair> {
    if key.exists() {
        let text = String::from_utf8(system::read(key)?).with_context(|| cannot("use", key))?;
        return rcgen::KeyPair::from_pem(&text).with_context(|| cannot("use", key));
    }
    let own = rcgen::KeyPair::generate().context("cannot make a key")?;
    write_secret(key, own.serialize_pem().as_bytes()).with_context(|| cannot("write", key))?;
    Ok(own)
}

fn cannot(what: &str, path: &Path) -> String {
    format!("cannot {what} {}", printable(path.display()))
}

/// Returns lines that say what the certificate is worth, and how to recognise it.
pub(super) fn notes(pair: &KeyPair) -> Vec<String> {
    let digest = ring::digest::digest(&ring::digest::SHA256, pair.certificate());
    let fingerprint: Vec<String> = digest
        .as_ref()
        .iter()
        .map(|byte| format!("{byte:02X}"))
        .collect();
    let mut notes = vec![
        "the certificate is signed by no authority: browsers warn, and only its fingerprint tells this server from another".to_owned(),
        format!("SHA-256 fingerprint {}", fingerprint.join(":")),
    ];
    let missing: Vec<String> = names()
        .into_iter()
        .filter(|name| !pair.is_for(name))
        .collect();
    if !missing.is_empty() {
        notes.push(format!(
            "the certificate is not for {}: delete certificate.pem to have it made anew",
            printable(missing.join(", "))
        ));
    }
    notes
}

/// Returns the certificate with its key, if they are there and it is valid for some time.
fn lasting(certificate: &Path, key: &Path) -> anyhow::Result<Option<KeyPair>> {
    if !certificate.exists() || !key.exists() {
        return Ok(None);
    }
    let Ok(pair) = KeyPair::from_pem(&system::read(certificate)?, &system::read(key)?) else {
        bail!(
            "{} is no certificate for {}: delete both to have them made anew",
            printable(certificate.display()),
            printable(key.display())
        );
    };
    let enough = SystemTime::now().checked_add(REPLACED_BEFORE);
    let lasts = enough.is_some_and(|enough| pair.not_after() > enough);
    Ok(lasts.then_some(pair))
}

fn parameters(names: Vec<String>) -> anyhow::Result<CertificateParams> {
    let mut parameters = CertificateParams::new(names).context("a name of this machine is odd")?;
    let mut subject = DistinguishedName::new();
    subject.push(DnType::CommonName, "porthole");
    parameters.distinguished_name = subject;
    let now = SystemTime::now();
    parameters.not_before = now.into();
    parameters.not_after = now.checked_add(VALID).unwrap_or(now).into();
    parameters.key_usages = vec![KeyUsagePurpose::DigitalSignature];
    parameters.extended_key_usages = vec![ExtendedKeyUsagePurpose::ServerAuth];
    Ok(parameters)
}

/// Returns the names and addresses by which this machine is reached.
fn names() -> Vec<String> {
    let mut names = vec!["localhost".to_owned()];
    if let Some(host) = system::host_name() {
        // The second one is for multicast DNS (RFC 6762).
        let local = (!host.contains('.')).then(|| format!("{host}.local"));
        names.push(host);
        names.extend(local);
    }
    let mut addresses: Vec<String> = addresses::of_this_machine()
        .iter()
        .map(ToString::to_string)
        .collect();
    names.append(&mut addresses);
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_stays_and_a_certificate_that_does_not_last_is_made_anew() {
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = files_in(folder.path());
        let made = super::pair(folder.path()).unwrap();
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        let (first, secret) = (read(&certificate), read(&key));
        let pair = KeyPair::from_pem(first.as_bytes(), secret.as_bytes()).unwrap();
        for name in ["localhost", "127.0.0.1", "::1"] {
            assert!(pair.is_for(name), "{name}");
            assert!(made.is_for(name), "{name}");
        }
        assert!(!pair.is_for("example.org"));
        // What lasts is kept.
        super::pair(folder.path()).unwrap();
        assert_eq!(read(&certificate), first);
        // One that ends is not.
        let own = rcgen::KeyPair::from_pem(&secret).unwrap();
        let mut ended = parameters(names()).unwrap();
        ended.not_after = (SystemTime::now() + REPLACED_BEFORE / 2).into();
        fs::write(&certificate, ended.self_signed(&own).unwrap().pem()).unwrap();
        super::pair(folder.path()).unwrap();
        assert_ne!(read(&certificate), first);
        assert_eq!(read(&key), secret);
        // What is no pair is not thrown away.
        fs::write(&certificate, "mine").unwrap();
        assert!(super::pair(folder.path()).is_err());
        assert_eq!(read(&certificate), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        pair(folder.path()).unwrap();
        let (_, key) = files_in(folder.path());
        assert_eq!(
            fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
