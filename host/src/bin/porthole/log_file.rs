//! The file of `--log-file`. The log's thread appends to it, so that a slow or full disk stops
//! nothing else. Whoever moves it has it opened again by SIGUSR2.

use std::fs::File;
use std::io::{self, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

use anyhow::{Context as _, bail};
use porthole::{Log, printable};

use crate::options::LogOptions;
use crate::secrets::{real, refuse_served};
use crate::terminal::messages::Messages;

/// The open file of a log.
pub(crate) struct LogFile {
    file: File,
    path: PathBuf,
    /// Whether lines are objects of JSON.
    is_json: bool,
    may_reopen: bool,
}

impl LogFile {
    /// Opens the file that the options ask for. Call it before the process is confined.
    ///
    /// # Errors
    /// When it cannot be opened, when it is in the folder `served`, or when the right to make
    /// files in its folder would reach that.
    pub(crate) fn open(options: &LogOptions, served: &Path) -> anyhow::Result<Option<Self>> {
        let Some(path) = &options.log_file else {
            return Ok(None);
        };
        // The current folder may be another one later.
        let path = std::path::absolute(path).unwrap_or_else(|_| path.clone());
        let shown = printable(path.display());
        refuse_served("log", &path, served)?;
        let folder = options.writable_folder().map(real);
        if folder.is_some_and(|folder| real(served).starts_with(folder)) {
            bail!(
                "'--log-reopen' would let the process write what is served, which is in the folder of the log {shown}: give it a folder of its own"
            );
        }
        let file = append_to(&path).with_context(|| format!("cannot open the log {shown}"))?;
        if options.log_reopen && !file.metadata().is_ok_and(|file| file.is_file()) {
            bail!("'--log-reopen' is for files, and {shown} is a device");
        }
        Ok(Some(Self {
            file,
            path,
            is_json: options.is_json(),
            may_reopen: options.log_reopen,
        }))
    }

    /// Starts the log, and returns what opens its file again, if that is possible.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn log(self, messages: &Messages) -> io::Result<(Log, Option<Reopener>)> {
        let asked = Arc::<AtomicBool>::default();
        let may_reopen = self.may_reopen;
        let output = Output {
            file: self.file,
            path: self.path,
            asked: Arc::clone(&asked),
            messages: messages.clone(),
        };
        let report = Arc::new(messages.reporter());
        let (log, _) = match self.is_json {
            true => Log::reporting_in_json(output, report)?,
            false => Log::reporting(output, report)?,
        };
        let reopener = may_reopen.then(|| Reopener {
            asked,
            log: log.clone(),
        });
        Ok((log, reopener))
    }
}

/// Has the file of a log opened again.
pub(crate) struct Reopener {
    asked: Arc<AtomicBool>,
    log: Log,
}

impl Reopener {
    /// Has the log's thread open the file again, after the lines so far. Never waits.
    pub(crate) fn reopen(&self) {
        self.asked.store(true, Ordering::SeqCst);
        self.log.flush();
    }
}

/// The output of the log's thread.
struct Output {
    file: File,
    path: PathBuf,
    asked: Arc<AtomicBool>,
    messages: Messages,
}

impl Output {
    /// Opens the file again. If it cannot be opened, the old one is still written.
    fn reopen(&mut self) {
        let path = printable(self.path.display());
        match append_to(&self.path) {
            Ok(file) => {
                self.file = file;
                self.messages
                    .report(format_args!("opened the log {path} again"));
            }
            Err(error) => self.messages.report(format_args!(
                "cannot open the log {path} again, the old file is still written: {error}"
            )),
        }
    }
}

impl Write for Output {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.file.write(bytes)
    }

    /// Between two chunks of whole lines, so that no line is torn.
    fn flush(&mut self) -> io::Result<()> {
        if self.asked.swap(false, Ordering::SeqCst) {
            self.reopen();
        }
        Ok(())
    }
}

/// Opens a file to append to it, and creates it if it is missing. Others than its user and
/// group cannot read a new one. With appending, what another program has cut off
/// (`copytruncate`) leaves no hole.
fn append_to(path: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        // A FIFO would wait for its reader.
        options.mode(0o640).custom_flags(libc::O_NONBLOCK);
    }
    let file = options.open(path)?;
    match is_written_at_once(&file.metadata()?.file_type()) {
        true => Ok(file),
        false => Err(io::Error::other("it is neither a file nor a device")),
    }
}

fn is_written_at_once(kind: &std::fs::FileType) -> bool {
    #[cfg(unix)]
    let is_device = std::os::unix::fs::FileTypeExt::is_char_device(kind);
    #[cfg(not(unix))]
    let is_device = false;
    kind.is_file() || is_device
}
