//! Certificates that are made for a test.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::time::{Duration, SystemTime};

use rcgen::{CertificateParams, KeyPair};
use rustls::RootCertStore;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;

use crate::support::{Folder, Porthole, Program};

pub const OPENSSL: Program = Program::new("openssl", "openssl");

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

    /// Makes one with an RSA key of 2048 bits, by `openssl`.
    pub fn rsa(names: &[&str]) -> Self {
        let folder = Folder::new();
        let [chain, key] = ["chain.pem", "key.pem"].map(|name| folder.join(name));
        let names: Vec<String> = names.iter().map(|name| format!("DNS:{name}")).collect();
        openssl(&[
            "req",
            "-x509",
            "-nodes",
            "-days",
            "30",
            "-newkey",
            "rsa:2048",
            "-subj",
            "/CN=a",
            "-addext",
            &format!("subjectAltName={}", names.join(",")),
            // Otherwise it would be one of an authority.
            "-addext",
            "basicConstraints=critical,CA:FALSE",
            "-keyout",
            &key.display().to_string(),
            "-out",
            &chain.display().to_string(),
        ]);
        only_for_its_owner(&key);
        let der = CertificateDer::from_pem_file(&chain).unwrap();
        Self { folder, der }
    }

    /// Returns the SHA-256 of the public key (`SubjectPublicKeyInfo`) as Base64, by
    /// `openssl`.
    pub fn key_digest(&self) -> String {
        let file = |name: &str| self.folder.join(name).display().to_string();
        let (key, digest) = (file("public.der"), file("public.sha256"));
        let from = self.key().display().to_string();
        openssl(&[
            "pkey", "-in", &from, "-pubout", "-outform", "DER", "-out", &key,
        ]);
        openssl(&["dgst", "-sha256", "-binary", "-out", &digest, &key]);
        let base64 = file("public.base64");
        openssl(&["base64", "-A", "-in", &digest, "-out", &base64]);
        std::fs::read_to_string(base64).unwrap()
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

pub fn openssl(arguments: &[&str]) {
    let done = OPENSSL.command().args(arguments).output().unwrap();
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{said}");
}

/// Returns the address at which porthole redirects to https.
pub fn redirecting(porthole: &Porthole) -> SocketAddr {
    let line = porthole.errors().wait_for(", which leads there");
    let address = line.split("http://").nth(1).unwrap();
    address.split('/').next().unwrap().parse().unwrap()
}

pub fn only_for_its_owner(file: &std::path::Path) {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::set_permissions(file, std::fs::Permissions::from_mode(0o600)).unwrap();
}
