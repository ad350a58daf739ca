//! Certificates that are made for a test.

use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;

use crate::support::{Folder, Porthole};

pub const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// A certificate and its key in files.
pub struct Certificate {
    pub folder: Folder,
    pub der: CertificateDer<'static>,
}

impl Certificate {
    /// Makes one for the names, which is valid for a month.
    pub fn of(names: &[&str]) -> Self {
        let now = SystemTime::now();
        Self::valid(names, now - DAY, now + 30 * DAY)
    }

    /// Makes one for the names and a time.
    pub fn valid(names: &[&str], from: SystemTime, to: SystemTime) -> Self {
        let key = KeyPair::generate().unwrap();
        let names = names.iter().map(ToString::to_string);
        let mut parameters = CertificateParams::new(names.collect::<Vec<_>>()).unwrap();
        (parameters.not_before, parameters.not_after) = (from.into(), to.into());
        let certificate = parameters.self_signed(&key).unwrap();
        let folder = Folder::new();
        folder.file("chain.pem", certificate.pem());
        let file = folder.file("key.pem", key.serialize_pem());
        only_for_its_owner(&file);
        Self {
            folder,
            der: certificate.der().clone(),
        }
    }

    pub fn chain(&self) -> PathBuf {
        self.folder.join("chain.pem")
    }

    pub fn key(&self) -> PathBuf {
        self.folder.join("key.pem")
    }

    /// Returns the options for it.
    pub fn flags(&self) -> [String; 4] {
        let [chain, key] = [self.chain(), self.key()].map(|path| path.display().to_string());
        ["--tls-cert".to_owned(), chain, "--tls-key".to_owned(), key]
    }

    /// Serves a folder by it.
    pub fn serving(&self, folder: &Folder, flags: &[&str]) -> Porthole {
        let own = self.flags();
        let own: Vec<&str> = own.iter().map(String::as_str).collect();
        Porthole::with(folder, &[&own, flags].concat())
    }

    /// Returns the store of a client that trusts it.
    pub fn trusted(&self) -> RootCertStore {
        let mut roots = RootCertStore::empty();
        roots.add(self.der.clone()).unwrap();
        roots
    }
}

pub fn only_for_its_owner(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
