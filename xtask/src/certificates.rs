//! Certificates for one's own runs, signed by an authority that is made for them. Made by
//! `openssl`, because the others of this workspace make no RSA keys.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::{Context as _, Result, ensure};

/// Kind of a server's key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Rsa2048,
    EcdsaP256,
}

/// An authority with its folder.
pub(crate) struct Authority {
    folder: PathBuf,
}

/// Paths of a chain and of its key, as PEM.
pub(crate) struct Pair {
    pub(crate) chain: PathBuf,
    pub(crate) key: PathBuf,
}

/// Days for which the certificates are valid: long enough for a run.
const DAYS: &str = "30";

const EXTENSIONS: &str = "subjectAltName=DNS:localhost,IP:127.0.0.1\n\
    basicConstraints=critical,CA:FALSE\n\
    extendedKeyUsage=serverAuth\n\
    keyUsage=critical,digitalSignature\n";

impl Authority {
    /// Makes one in a folder.
    ///
    /// # Errors
    /// When there is no `openssl`, or the folder cannot be written to.
    pub(crate) fn make(folder: &Path) -> Result<Self> {
        fs::create_dir_all(folder)?;
        let authority = Self {
            folder: folder.to_owned(),
        };
        openssl(
            Command::new("openssl")
                .args(["req", "-x509", "-nodes", "-days", DAYS])
                .args(Kind::EcdsaP256.options())
                .args(["-subj", "/CN=an authority for tests", "-keyout"])
                .arg(folder.join("authority.key"))
                .arg("-out")
                .arg(authority.certificate()),
        )?;
        Ok(authority)
    }

    /// Returns the path of its certificate.
    pub(crate) fn certificate(&self) -> PathBuf {
        self.folder.join("authority.pem")
    }

    /// Makes a key and a certificate for `localhost`.
    ///
    /// # Errors
    /// As for [`Authority::make`].
    pub(crate) fn certify(&self, kind: Kind) -> Result<Pair> {
        let file = |end| self.folder.join(format!("{}.{end}", kind.name()));
        let (chain, key, asked) = (file("pem"), file("key"), file("csr"));
        openssl(
            Command::new("openssl")
                .args(["req", "-new", "-nodes", "-subj", "/CN=localhost"])
                .args(kind.options())
                .arg("-keyout")
                .arg(&key)
                .arg("-out")
                .arg(&asked),
        )?;
        let extensions = self.folder.join("extensions");
        fs::write(&extensions, EXTENSIONS)?;
        openssl(
            Command::new("openssl")
                .args(["x509", "-req", "-days", DAYS, "-CAcreateserial"])
                .arg("-in")
                .arg(&asked)
                .arg("-CA")
                .arg(self.certificate())
                .arg("-CAkey")
                .arg(self.folder.join("authority.key"))
                .arg("-extfile")
                .arg(&extensions)
                .arg("-out")
                .arg(&chain),
        )?;
        Ok(Pair { chain, key })
    }
}

impl Kind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Rsa2048 => "rsa",
            Self::EcdsaP256 => "ecdsa",
        }
    }

    fn options(self) -> &'static [&'static str] {
        match self {
            Self::Rsa2048 => &["-newkey", "rsa:2048"],
            Self::EcdsaP256 => &["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"],
        }
    }
}

fn openssl(command: &mut Command) -> Result<()> {
    let done = command
        .output()
        .context("cannot run openssl, which Debian's package openssl has")?;
    let said = String::from_utf8_lossy(&done.stderr);
    ensure!(done.status.success(), "openssl failed: {said}");
    Ok(())
}
