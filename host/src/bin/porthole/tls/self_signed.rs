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
use crate::terminal::addresses;

/// Time for which a certificate is valid. Apple's systems refuse those that are valid for
/// more than 825 days.
const VALID: Duration = Duration::from_secs(800 * 24 * 60 * 60);

/// Time before its end from which on a certificate is replaced at the next start.
const REPLACED_BEFORE: Duration = Duration::from_secs(30 * 24 * 60 * 60);

/// Returns the files of the certificate and its key in `folder`, or in the folder for
/// porthole's state. They are made if they are not there, or do not last. The key
/// stays the same.
///
/// # Errors
/// When the folder cannot be found, or the files cannot be read or written.
pub(super) fn files(folder: Option<&Path>) -> anyhow::Result<(PathBuf, PathBuf)> {
    let folder = match folder {
        Some(folder) => folder.to_owned(),
        None => system::state_folder().context(
            "there is no folder for the certificate: --tls-self-signed=FOLDER names one",
        )?,
    };
    let cannot = |what: &str, path: &Path| format!("cannot {what} {}", printable(path.display()));
    fs::create_dir_all(&folder).with_context(|| cannot("make the folder", &folder))?;
    let (certificate, key) = (folder.join("certificate.pem"), folder.join("key.pem"));
    if lasts(&certificate, &key)? {
        return Ok((certificate, key));
    }
    let pair = match key.exists() {
        true => {
            let text = fs::read_to_string(&key).with_context(|| cannot("read", &key))?;
            rcgen::KeyPair::from_pem(&text).with_context(|| cannot("use", &key))?
        }
        false => {
            let pair = rcgen::KeyPair::generate().context("cannot make a key")?;
            system::write_secret(&key, pair.serialize_pem().as_bytes())
                .with_context(|| cannot("write", &key))?;
            pair
        }
    };
    let made = parameters(names())?.self_signed(&pair);
    let made = made.context("cannot make a certificate")?;
    // Written beside and renamed: a server that starts meanwhile reads a whole one.
    let new = folder.join("certificate.pem.new");
    fs::write(&new, made.pem())
        .and_then(|()| fs::rename(&new, &certificate))
        .with_context(|| cannot("write", &certificate))?;
    Ok((certificate, key))
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

/// Whether there is a certificate with its key that is valid for some time.
fn lasts(certificate: &Path, key: &Path) -> anyhow::Result<bool> {
    if !certificate.exists() || !key.exists() {
        return Ok(false);
    }
    let read = |path: &Path| {
        fs::read(path).with_context(|| format!("cannot read {}", printable(path.display())))
    };
    let Ok(pair) = KeyPair::from_pem(&read(certificate)?, &read(key)?) else {
        bail!(
            "{} is no certificate for {}: delete both to have them made anew",
            printable(certificate.display()),
            printable(key.display())
        );
    };
    let enough = SystemTime::now().checked_add(REPLACED_BEFORE);
    Ok(enough.is_some_and(|enough| pair.not_after() > enough))
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
        let (certificate, key) = files(Some(folder.path())).unwrap();
        let read = |path: &Path| fs::read_to_string(path).unwrap();
        let (first, secret) = (read(&certificate), read(&key));
        let pair = KeyPair::from_pem(first.as_bytes(), secret.as_bytes()).unwrap();
        for name in ["localhost", "127.0.0.1", "::1"] {
            assert!(pair.is_for(name), "{name}");
        }
        assert!(!pair.is_for("example.org"));
        // What lasts is kept.
        files(Some(folder.path())).unwrap();
        assert_eq!(read(&certificate), first);
        // One that ends is not.
        let own = rcgen::KeyPair::from_pem(&secret).unwrap();
        let mut ended = parameters(names()).unwrap();
        ended.not_after = (SystemTime::now() + REPLACED_BEFORE / 2).into();
        fs::write(&certificate, ended.self_signed(&own).unwrap().pem()).unwrap();
        files(Some(folder.path())).unwrap();
        assert_ne!(read(&certificate), first);
        assert_eq!(read(&key), secret);
        // What is no pair is not thrown away.
        fs::write(&certificate, "mine").unwrap();
        assert!(files(Some(folder.path())).is_err());
        assert_eq!(read(&certificate), "mine");
    }

    #[cfg(unix)]
    #[test]
    fn the_key_is_readable_by_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;

        let folder = tempfile::tempdir().unwrap();
        let (_, key) = files(Some(folder.path())).unwrap();
        assert_eq!(
            fs::metadata(key).unwrap().permissions().mode() & 0o777,
            0o600
        );
    }
}
