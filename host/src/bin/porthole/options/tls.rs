//! The options of TLS.

use std::path::PathBuf;

use clap::Args;

use super::help;

/// Seconds of `--hsts` without a value: a year, as browsers' lists of such hosts ask for.
const YEAR: &str = "31536000";

/// The options of TLS.
#[derive(Debug, Args)]
pub(crate) struct TlsOptions {
    /// Certificate with its chain (PEM), to serve by https
    ///
    /// May be given more than once, each with its key; clients choose by name.
    #[arg(long, env = "PORTHOLE_TLS_CERT", value_name = "FILE", value_delimiter = ',',
          help_heading = help::TLS)]
    pub(crate) tls_cert: Vec<PathBuf>,

    /// Private key of the certificate (PEM)
    ///
    /// The keys are in the order of the certificates [default: the file of the certificate].
    #[arg(long, env = "PORTHOLE_TLS_KEY", value_name = "FILE", value_delimiter = ',',
          requires = "tls_cert", help_heading = help::TLS)]
    pub(crate) tls_key: Vec<PathBuf>,

    /// Make a certificate that no authority has signed
    ///
    /// It is kept in the folder [default: porthole's state of this user].
    #[arg(long, env = "PORTHOLE_TLS_SELF_SIGNED", value_name = "FOLDER", num_args = 0..=1,
          require_equals = true, conflicts_with = "tls_cert",
          help_heading = help::TLS)]
    pub(crate) tls_self_signed: Option<Option<PathBuf>>,

    /// Port on which plain requests are redirected to https
    #[arg(long, env = "PORTHOLE_REDIRECT_HTTP", value_name = "PORT",
          help_heading = help::TLS, hide_short_help = true)]
    pub(crate) redirect_http: Option<u16>,

    /// Tell browsers to use https alone for this host, for so many seconds [default with no
    /// value: a year]
    #[arg(long, env = "PORTHOLE_HSTS", value_name = "SECONDS", num_args = 0..=1,
          require_equals = true, default_missing_value = YEAR,
          help_heading = help::TLS, hide_short_help = true)]
    pub(crate) hsts: Option<u32>,
}

impl TlsOptions {
    /// Whether connections are encrypted.
    pub(crate) fn is_on(&self) -> bool {
        !self.tls_cert.is_empty() || self.tls_self_signed.is_some()
    }

    /// Returns what is wrong with the options together.
    pub(super) fn conflict(&self) -> Option<String> {
        let (certificates, keys) = (self.tls_cert.len(), self.tls_key.len());
        if keys != 0 && keys != certificates {
            return Some(format!(
                "there are {certificates} of '--tls-cert' and {keys} of '--tls-key': each certificate needs its own key, in the same order"
            ));
        }
        let needing = [
            (self.redirect_http.is_some(), "--redirect-http <PORT>"),
            (self.hsts.is_some(), "--hsts"),
        ];
        let needing = needing.into_iter().find(|(given, _)| *given);
        if let Some((_, option)) = needing.filter(|_| !self.is_on()) {
            return Some(format!(
                "'{option}' needs https: give '--tls-cert <FILE>' or '--tls-self-signed'"
            ));
        }
        // Browsers accept no exception for a host that they may reach by https alone.
        if self.hsts.is_some() && self.tls_self_signed.is_some() {
            return Some(
                "'--hsts' would lock browsers out, because none trusts the certificate of '--tls-self-signed'"
                    .to_owned(),
            );
        }
        None
    }
}
