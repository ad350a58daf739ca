//! The options of the log.

use std::path::{Path, PathBuf};

use clap::{ArgAction, Args, ValueEnum};

use super::{help, usage};

/// The options of the log.
#[derive(Debug, Args)]
pub(crate) struct LogOptions {
    /// Format of the access log: for programs, or for people [default: terminal on a
    /// terminal, else combined]
    #[arg(long, env = "PORTHOLE_LOG_FORMAT", value_name = "FORMAT", value_enum,
          help_heading = help::TERMINAL, hide_short_help = true)]
    pub(super) log_format: Option<LogFormat>,

    /// Write milliseconds in the times of the access log; JSON always has them
    #[arg(long, env = "PORTHOLE_LOG_MILLISECONDS", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::TERMINAL, hide_short_help = true)]
    pub(super) log_milliseconds: bool,

    /// Append the log to a file, instead of standard output; '--quiet' does not affect it
    #[arg(long, env = "PORTHOLE_LOG_FILE", value_name = "FILE",
          help_heading = help::TERMINAL, hide_short_help = true)]
    pub(crate) log_file: Option<PathBuf>,

    /// Open the log's file again on SIGUSR2, after it was moved
    ///
    /// The process may then create and write files in its folder, for as long as it runs.
    #[arg(long, env = "PORTHOLE_LOG_REOPEN", action = ArgAction::SetTrue, value_parser = usage::switch,
          help_heading = help::TERMINAL, hide_short_help = true)]
    pub(crate) log_reopen: bool,
}

/// Format of the access log.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum LogFormat {
    /// The combined log format of nginx and Apache
    Combined,
    /// The same without referrer and user agent
    Common,
    /// An object a line, with times, range, user and version of TLS
    Json,
    /// Columns with durations and sizes, in local time
    Terminal,
}

impl LogOptions {
    /// Whether lines are objects of JSON.
    pub(crate) fn is_json(&self) -> bool {
        self.log_format == Some(LogFormat::Json)
    }

    /// Returns the folder in which the process may create and write files.
    pub(crate) fn writable_folder(&self) -> Option<&Path> {
        let file = self.log_file.as_deref().filter(|_| self.log_reopen)?;
        let folder = file.parent()?;
        // A name alone is in the current folder.
        Some(match folder.as_os_str().is_empty() {
            true => Path::new("."),
            false => folder,
        })
    }

    /// Returns what is wrong with the options together.
    pub(super) fn conflict(&self) -> Option<String> {
        (self.log_reopen && self.log_file.is_none())
            .then(|| "'--log-reopen' needs '--log-file <FILE>'".to_owned())
    }
}
