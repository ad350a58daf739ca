//! The files of certificates and keys.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use anyhow::{Context as _, bail};
use porthole::{KeyPair, Tls, printable};

use super::{self_signed, system};
use crate::options::{TlsOptions, open_regular, read_bounded};

/// Most bytes of a file with a certificate or a key. A chain of four certificates has some
/// 8 KiB.
const MOST_BYTES: u64 = 1 << 20;

/// Time before the end of a certificate from which on it is said every day.
const ENDS_SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Protocol that clients may ask for (RFC 7301).
const PROTOCOLS: [&str; 1] = ["http/1.1"];

/// The files of the certificates, as they are named by options.
#[derive(Clone, Debug)]
pub(crate) struct Certificates {
    /// Paths of certificates and of their keys.
    files: Vec<(PathBuf, PathBuf)>,
    is_self_signed: bool,
}

impl Certificates {
    /// Returns the certificates that the options ask for, or `None` without TLS. A self-signed
    /// one is made if it is not there yet. Call it before the process is confined.
    ///
    /// # Errors
    /// When a self-signed one cannot be made, or a key is in the folder `served`.
    pub(crate) fn of(options: &TlsOptions, served: &Path) -> anyhow::Result<Option<Self>> {
        if let Some(folder) = &options.tls_self_signed {
            let files = self_signed::files(folder.as_deref())?;
            return Self::checked(vec![files], true, served).map(Some);
        }
        if options.tls_cert.is_empty() {
            return Ok(None);
        }
        let key_of = |(number, certificate): (usize, &PathBuf)| {
            let key = options.tls_key.get(number).unwrap_or(certificate);
            (certificate.clone(), key.clone())
        };
        let files = options.tls_cert.iter().enumerate().map(key_of).collect();
        Self::checked(files, false, served).map(Some)
    }

    fn checked(
        files: Vec<(PathBuf, PathBuf)>,
        is_self_signed: bool,
        served: &Path,
    ) -> anyhow::Result<Self> {
        for (_, key) in &files {
            let real = key.canonicalize().unwrap_or_else(|_| key.clone());
            if served
                .canonicalize()
                .is_ok_and(|served| real.starts_with(served))
            {
                bail!(
                    "the private key {} is in what is served, where anyone could read it: move it",
                    printable(key.display())
                );
            }
        }
        Ok(Self {
            files,
            is_self_signed,
        })
    }

    /// Reads the certificates.
    ///
    /// # Errors
    /// With the file that cannot be read or used.
    pub(crate) fn tls(&self) -> anyhow::Result<Tls> {
        Ok(Tls::new(self.read()?, &PROTOCOLS)?)
    }

    /// Reads them again, and uses them from now on.
    ///
    /// # Errors
    /// With the file that cannot be read or used. Then the old ones stay.
    pub(crate) fn replace(&self, tls: &Tls) -> anyhow::Result<()> {
        Ok(tls.replace(self.read()?)?)
    }

    fn read(&self) -> anyhow::Result<Vec<KeyPair>> {
        self.files.iter().map(read_pair).collect()
    }

    /// Returns the files, which a confined process may still read.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let certificates = self.files.iter().map(|(certificate, _)| certificate);
        let keys = self.files.iter().map(|(_, key)| key);
        certificates.chain(keys).map(PathBuf::as_path)
    }

    /// Returns lines for the start, beside those of [`Certificates::warnings`].
    ///
    /// # Errors
    /// As for [`Certificates::tls`].
    pub(crate) fn notes(&self) -> anyhow::Result<Vec<String>> {
        let mut notes: Vec<String> = self.files.iter().filter_map(open_key).collect();
        if self.is_self_signed {
            for pair in self.read()? {
                notes.extend(self_signed::notes(&pair));
            }
        }
        Ok(notes)
    }

    /// Returns a line for each certificate that is not valid now, or not much longer. What
    /// cannot be read is said when it is to be used.
    pub(crate) fn warnings(&self, now: SystemTime) -> Vec<String> {
        let line = |files: &(PathBuf, PathBuf)| {
            let pair = read_pair(files).ok()?;
            let validity = validity(pair.not_before(), pair.not_after(), now)?;
            Some(format!(
                "the certificate {} {validity}",
                printable(files.0.display())
            ))
        };
        self.files.iter().filter_map(line).collect()
    }
}

fn read_pair((certificate, key): &(PathBuf, PathBuf)) -> anyhow::Result<KeyPair> {
    let chain = read_bounded(certificate, MOST_BYTES, open_regular)?;
    let key_text = read_bounded(key, MOST_BYTES, open_regular)?;
    KeyPair::from_pem(&chain, &key_text).with_context(|| {
        let names = [certificate, key].map(|path| printable(path.display()));
        let [certificate, key] = names;
        match certificate == key {
            true => format!("cannot use {certificate}"),
            false => format!("cannot use {certificate} with {key}"),
        }
    })
}

/// Returns a line if everybody on this machine can read the key.
fn open_key((_, key): &(PathBuf, PathBuf)) -> Option<String> {
    let metadata = File::open(key).and_then(|file| file.metadata()).ok()?;
    system::is_readable_by_others(&metadata).then(|| {
        let key = printable(key.display());
        format!("every user of this machine can read the private key: chmod o-r {key}")
    })
}

/// Returns what is wrong with the time of a certificate.
fn validity(not_before: SystemTime, not_after: SystemTime, now: SystemTime) -> Option<String> {
    if let Ok(wait) = not_before.duration_since(now) {
        return (!wait.is_zero()).then(|| format!("is not valid yet, but in {}", days(wait)));
    }
    match not_after.duration_since(now) {
        Ok(left) if left > ENDS_SOON => None,
        Ok(left) => Some(format!("is valid for {} more", days(left))),
        Err(over) => Some(format!(
            "has expired {} ago: clients refuse it",
            days(over.duration())
        )),
    }
}

fn days(time: Duration) -> String {
    match time.as_secs() / (24 * 60 * 60) {
        0 => "less than a day".to_owned(),
        1 => "1 day".to_owned(),
        days => format!("{days} days"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_certificate_is_said_before_and_after_its_time_and_in_its_last_week() {
        let day = Duration::from_secs(24 * 60 * 60);
        let start = SystemTime::UNIX_EPOCH + 100 * day;
        let end = start + 90 * day;
        let rows = [
            (start - 2 * day, Some("is not valid yet, but in 2 days")),
            (start, None),
            (start + day, None),
            (end - 8 * day, None),
            (end - 7 * day, Some("is valid for 7 days more")),
            (end - day / 2, Some("is valid for less than a day more")),
            (end + day, Some("has expired 1 day ago: clients refuse it")),
        ];
        for (now, expected) in rows {
            assert_eq!(validity(start, end, now).as_deref(), expected, "{now:?}");
        }
    }
}
