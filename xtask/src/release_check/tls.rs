//! TLS as `testssl.sh` sees it.

use std::fs::{self, File};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context as _, Result, ensure};
use serde_json::Value;

use super::{Checked, Options, is_installed};
use crate::bench::clients::link::Door;
use crate::bench::clients::load::Handshakes;
use crate::bench::clients::secure::{SERVER_NAME, Security};
use crate::bench::running::{Running, free_address};
use crate::build;
use crate::certificates::{Authority, Kind, Pair};

/// Name of the program in Debian's package `testssl.sh`.
const TESTSSL: &str = "testssl";

/// Beginnings of the names of findings that are about the certificate and not about the
/// server: its chain, OCSP, CAA and transparency.
const OF_THE_CERTIFICATE: [&str; 3] = ["cert", "OCSP", "DNS_CAA"];

/// Severities that no finding may have. `WARN` and `FATAL` mean that something could not be tested.
const TOO_BAD: [&str; 5] = ["MEDIUM", "HIGH", "CRITICAL", "WARN", "FATAL"];

/// Beginning of the names of findings that a race decides: testssl's client ends with the
/// handshake, and a ticket of TLS 1.3 comes after it. That it could not be tested then is said
/// and counts for nothing: `encryption::openssl::sessions_are_resumed` tests it.
const RACE: &str = "sessionresumption";

/// Runs it against porthole with an RSA and with an ECDSA certificate.
pub(super) fn testssl(_: &Options) -> Result<Checked> {
    if !is_installed(TESTSSL) {
        let needed = "Debian's package testssl.sh";
        return Ok(Checked::Skipped(needed.to_owned()));
    }
    let program = build::porthole()?;
    let folder = tempfile::tempdir()?;
    let authority = Authority::make(folder.path())?;
    let mut bad = Vec::new();
    let mut count = 0;
    for kind in [Kind::Rsa2048, Kind::EcdsaP256] {
        let pair = authority.certify(kind)?;
        let server = serve(&program, folder.path(), &authority, &pair)?;
        let report = examine(&server, &authority, &folder.path().join(kind.name()))?;
        count += findings(&report)?.len();
        for finding in noteworthy(&report)? {
            println!("{}: {}", kind.name(), finding.text);
            if finding.is_too_bad {
                bad.push(format!("{}: {}", kind.name(), finding.text));
            }
        }
    }
    ensure!(bad.is_empty(), "{}", bad.join("; "));
    Ok(Checked::Done(format!(
        "{count} findings with two kinds of certificates, none above LOW"
    )))
}

/// Serves an empty folder over TLS.
fn serve(program: &Path, folder: &Path, authority: &Authority, pair: &Pair) -> Result<Running> {
    let served = folder.join("served");
    fs::create_dir_all(&served)?;
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .arg(served)
        .args(["--port", &address.port().to_string()])
        .args(["--bind", "127.0.0.1", "--quiet", "--hsts", "--tls-cert"])
        .arg(&pair.chain)
        .arg("--tls-key")
        .arg(&pair.key)
        .stdin(Stdio::null());
    let authority = fs::read(authority.certificate())?;
    let security = Security::new(&authority, Handshakes::Full)?;
    Running::start(command, Door::secured(address, security), "/")
}

/// Returns all findings as JSON.
fn examine(server: &Running, authority: &Authority, out: &Path) -> Result<String> {
    let (json, text) = (out.with_extension("json"), out.with_extension("txt"));
    // Its status counts the findings, also those about the certificate.
    Command::new(TESTSSL)
        .args(["--quiet", "--color", "0", "--warnings", "batch"])
        .args(["--ip", "127.0.0.1", "--add-ca"])
        .arg(authority.certificate())
        .arg("--jsonfile")
        .arg(&json)
        .arg(format!("{SERVER_NAME}:{}", server.door.address.port()))
        .stdin(Stdio::null())
        .stdout(File::create(&text)?)
        .status()
        .context("cannot run testssl")?;
    fs::read_to_string(&json).with_context(|| {
        let said = fs::read_to_string(&text).unwrap_or_default();
        format!("testssl made no report: {said}")
    })
}

struct Finding {
    text: String,
    is_too_bad: bool,
}

fn findings(report: &str) -> Result<Vec<Value>> {
    let report: Value = serde_json::from_str(report).context("testssl's report is no JSON")?;
    let findings = report.as_array().context("testssl's report is no list")?;
    let is_complete = findings
        .iter()
        .any(|finding| of(finding, "id") == "TLS1_3" && of(finding, "severity") == "OK");
    ensure!(is_complete, "testssl found no TLS 1.3");
    Ok(findings.clone())
}

/// Returns the findings that are not good ones, without those about the certificate.
fn noteworthy(report: &str) -> Result<Vec<Finding>> {
    let all = findings(report)?;
    let noteworthy = all.iter().filter_map(|finding| {
        let [id, severity, words] = ["id", "severity", "finding"].map(|name| of(finding, name));
        let is_fine = ["OK", "INFO", "DEBUG"].contains(&severity);
        let is_foreign = OF_THE_CERTIFICATE.iter().any(|start| id.starts_with(start));
        (!is_fine && !is_foreign).then(|| Finding {
            text: format!("{severity} {id}: {words}"),
            is_too_bad: TOO_BAD.contains(&severity)
                && !(severity == "WARN" && id.starts_with(RACE)),
        })
    });
    Ok(noteworthy.collect())
}

fn of<'a>(finding: &'a Value, name: &str) -> &'a str {
    finding
        .get(name)
        .and_then(Value::as_str)
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn findings_about_the_server_count() {
        let rows = [
            ("cipher_order", "HIGH", Some(true)),
            ("engine_problem", "WARN", Some(true)),
            ("HSTS", "LOW", Some(false)),
            ("sessionresumption_ticket", "WARN", Some(false)),
            ("sessionresumption_ticket", "HIGH", Some(true)),
            ("BEAST", "OK", None),
            ("cert_notAfter <hostCert#1>", "HIGH", None),
            ("DNS_CAArecord", "MEDIUM", None),
            ("OCSP_stapling", "LOW", None),
            ("certificate_transparency", "LOW", None),
        ];
        for (id, severity, expected) in rows {
            let report = serde_json::json!([
                { "id": "TLS1_3", "severity": "OK", "finding": "offered" },
                { "id": id, "severity": severity, "finding": "words" },
            ]);
            let found = noteworthy(&report.to_string()).unwrap();
            let is_too_bad = found.first().map(|finding| finding.is_too_bad);
            assert_eq!(is_too_bad, expected, "{id}");
        }
    }

    #[test]
    fn a_report_without_tls_is_an_error() {
        for report in ["", "{}", "[]", r#"[{"id":"TLS1_3","severity":"HIGH"}]"#] {
            assert!(noteworthy(report).is_err(), "{report}");
        }
    }
}
