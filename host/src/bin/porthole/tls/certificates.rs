//! The files of certificates and keys.

use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use porthole::{KeyPair, Tls, printable};

use super::{self_signed, system};
use crate::options::TlsOptions;
use crate::secrets::{open_to_all, refuse_served};

/// Time before the end of a certificate from which on it is said every day.
const ENDS_SOON: Duration = Duration::from_secs(7 * 24 * 60 * 60);

/// Protocol that clients may ask for (RFC 7301).
const PROTOCOLS: [&str; 1] = ["http/1.1"];

/// Certificates and keys, the files that they are read from, and what uses them. Clones share
/// them.
#[derive(Clone)]
pub(crate) struct Certificates {
    /// Paths of certificates and of their keys.
    files: Vec<Files>,
    is_self_signed: bool,
    tls: Tls,
    /// The pairs in use, in the order of the files.
    pairs: Arc<Mutex<Vec<KeyPair>>>,
}

/// Path of a certificate, and of its key.
type Files = (PathBuf, PathBuf);

impl Certificates {
    /// Reads the certificates that the options ask for, once. Returns `None` without TLS. A
    /// self-signed one is made if it is not there yet. Call it before the process is confined.
    ///
    /// # Errors
    /// With the file that cannot be read or used, when a key is in the folder `served`, or when
    /// a self-signed one cannot be made.
    pub(crate) fn open(options: &TlsOptions, served: &Path) -> anyhow::Result<Option<Self>> {
        let (files, pairs) = match &options.tls_self_signed {
            Some(folder) => {
                let folder = self_signed::folder(folder.as_deref())?;
                let files = vec![self_signed::files_in(&folder)];
                not_served(&files, served)?;
                (files, vec![self_signed::pair(&folder)?])
            }
            None if options.tls_cert.is_empty() => return Ok(None),
            None => {
                let files = files_of(options);
                not_served(&files, served)?;
                let pairs = read(&files)?;
                (files, pairs)
            }
        };
        Ok(Some(Self {
            files,
            is_self_signed: options.tls_self_signed.is_some(),
            tls: Tls::new(pairs.clone(), &PROTOCOLS)?,
            pairs: Arc::new(Mutex::new(pairs)),
        }))
    }

    /// Returns what listeners use.
    pub(crate) fn tls(&self) -> &Tls {
        &self.tls
    }

    /// Reads the files again, and uses what they hold from now on.
    ///
    /// # Errors
    /// With the file that cannot be read or used. Then the old certificates stay.
    pub(crate) fn replace(&self) -> anyhow::Result<()> {
        let pairs = read(&self.files)?;
        self.tls.replace(pairs.clone())?;
        *self.pairs() = pairs;
        Ok(())
    }

    fn pairs(&self) -> MutexGuard<'_, Vec<KeyPair>> {
        self.pairs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Returns the files, which a confined process may still read.
    pub(crate) fn paths(&self) -> impl Iterator<Item = &Path> {
        let certificates = self.files.iter().map(|(certificate, _)| certificate);
        let keys = self.files.iter().map(|(_, key)| key);
        certificates.chain(keys).map(PathBuf::as_path)
    }

    /// Returns lines for the start, beside those of [`Certificates::warnings`]. Call it before
    /// the process is confined.
    pub(crate) fn notes(&self) -> Vec<String> {
        let mut notes: Vec<String> = {
            let keys = self.files.iter();
            keys.filter_map(|(_, key)| open_to_all("private key", key))
                .collect()
        };
        if self.is_self_signed {
            notes.extend(self.pairs().iter().flat_map(self_signed::notes));
        }
        notes
    }

    /// Returns a line for each certificate in use that is not valid now, or not much longer.
    pub(crate) fn warnings(&self, now: SystemTime) -> Vec<String> {
        let pairs = self.pairs();
        let both = self.files.iter().zip(&*pairs);
        let line = |((certificate, _), pair): (&Files, &KeyPair)| {
            let validity = validity(pair.not_before(), pair.not_after(), now)?;
            let certificate = printable(certificate.display());
            Some(format!("the certificate {certificate} {validity}"))
        };
        both.filter_map(line).collect()
    }
}

/// Returns the files that the options name. Without keys, they are in the certificates' files.
fn files_of(options: &TlsOptions) -> Vec<Files> {
    let numbered = options.tls_cert.iter().enumerate();
    let both = numbered.map(|(number, certificate)| {
        let key = options.tls_key.get(number).unwrap_or(certificate);
        (certificate.clone(), key.clone())
    });
    both.collect()
}

/// Checks that no key is in the folder `served`.
fn not_served(files: &[Files], served: &Path) -> anyhow::Result<()> {
    for (_, key) in files {
        refuse_served("private key", key, served)?;
    }
    Ok(())
}

fn read(files: &[Files]) -> anyhow::Result<Vec<KeyPair>> {
    files.iter().map(read_pair).collect()
}

fn read_pair((certificate, key): &Files) -> anyhow::Result<KeyPair> {
    let (chain, key_text) = (system::read(certificate)?, system::read(key)?);
    KeyPair::from_pem(&chain, &key_text).with_context(|| {
        let names = [certificate, key].map(|path| printable(path.display()));
        let [certificate, key] = names;
        match certificate == key {
            true => format!("cannot use {certificate}"),
            false => format!("cannot use {certificate} with {key}"),
        }
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
