//! `--open`: the browser of this machine.

use std::io;
use std::process::{Child, Command, Stdio};

use super::messages::{Messages, report_at_once};
use crate::service_manager::VARIABLES;

/// A started program that opens the browser.
pub(crate) struct Browser {
    program: &'static str,
    url: String,
    child: Child,
}

/// Starts the program that opens `url`, and does not wait for it. Call it before the process
/// is confined, because then it cannot run programs any more. The listener is bound, so the
/// browser waits until the server accepts. A failure is reported, and serving goes on.
pub(crate) fn open(url: String) -> Option<Browser> {
    let (program, arguments) = opener();
    let mut command = Command::new(program);
    command.args(arguments).arg(&url);
    // What a browser prints is not for this terminal.
    command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null());
    for name in VARIABLES {
        command.env_remove(name);
    }
    // Ctrl-C is for the server.
    #[cfg(unix)]
    std::os::unix::process::CommandExt::process_group(&mut command, 0);
    match command.spawn() {
        Ok(child) => Some(Browser {
            program,
            url,
            child,
        }),
        Err(error) => {
            report_at_once(failure(program, &error.to_string(), &url));
            None
        }
    }
}

impl Browser {
    /// Reports on a thread of its own if the program fails.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn watch(mut self, messages: Messages) -> io::Result<()> {
        let wait = move || match self.child.wait() {
            Ok(status) if status.success() => {}
            Ok(status) => messages.report(failure(self.program, &status.to_string(), &self.url)),
            Err(error) => messages.report(failure(self.program, &error.to_string(), &self.url)),
        };
        std::thread::Builder::new()
            .name("browser".to_owned())
            .spawn(wait)
            .map(drop)
    }
}

fn failure(program: &str, reason: &str, url: &str) -> String {
    format!("no browser was opened: {program}: {reason}; open {url} yourself")
}

fn opener() -> (&'static str, &'static [&'static str]) {
    if cfg!(target_os = "macos") {
        ("open", &[])
    } else if cfg!(windows) {
        // The empty argument is the title of a window.
        ("cmd", &["/C", "start", ""])
    } else {
        ("xdg-open", &[])
    }
}
