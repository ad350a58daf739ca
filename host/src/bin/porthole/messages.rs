//! The program's messages on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::sync::Arc;

use porthole::{Log, Reporter, printable};

/// Prints a line while there is no other thread. It may wait for the reader of standard
/// error.
pub(crate) fn report_at_once(words: impl Display) {
    let _ = writeln!(io::stderr(), "porthole: {}", printable(words));
}

/// Messages from the start of the first thread on. A separate thread writes them, so a
/// reader that does not read, or that is gone, only loses lines.
#[derive(Clone)]
pub(crate) struct Messages(Log);

impl Messages {
    /// Starts that thread, and lets it print panics, too: the standard library's hook
    /// would wait for the reader.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start() -> io::Result<Self> {
        let (log, _) = Log::to(io::stderr())?;
        let messages = Self(log);
        let hook = messages.clone();
        std::panic::set_hook(Box::new(move |panic| hook.report_panic(panic)));
        Ok(messages)
    }

    pub(crate) fn report(&self, words: impl Display) {
        self.0
            .write_line(format_args!("porthole: {}", printable(words)));
    }

    /// Prints lines without the prefix of our messages.
    pub(crate) fn print(&self, lines: impl Display) {
        self.0.write_line(lines);
    }

    fn report_panic(&self, panic: &PanicHookInfo<'_>) {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("without a name");
        // A panic of the log's own thread would cause the next one, without end.
        if thread != "log" {
            let panic = panic.to_string().replace('\n', " ");
            self.report(format_args!("thread {thread} {panic}"));
        }
    }

    /// Returns the log of these messages, for the component's own messages.
    pub(crate) fn log(&self) -> Log {
        self.0.clone()
    }

    pub(crate) fn reporter(&self) -> Reporter {
        let messages = self.clone();
        Arc::new(move |notice| messages.report(notice))
    }
}
