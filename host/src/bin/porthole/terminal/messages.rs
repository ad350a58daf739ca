//! The program's messages on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;

use porthole::{Event, Log, printable};

use super::{Output, Style};

/// Prints a line while there is no other thread. It may wait for the reader of standard
/// error.
pub(crate) fn report_at_once(words: impl Display) {
    let style = Output::of(io::stderr()).style;
    let _ = writeln!(
        io::stderr(),
        "{} {}",
        style.notice(PREFIX),
        printable(words)
    );
}

/// Prints the reason for which the program ends, likewise.
pub(crate) fn fail_at_once(words: impl Display) {
    let style = Output::of(io::stderr()).style;
    let _ = writeln!(io::stderr(), "{} {}", style.error(PREFIX), printable(words));
}

/// Beginning of each message, so that it is told from the component's.
const PREFIX: &str = "porthole:";

/// Messages from the start of the first thread on. A separate thread writes them, so a
/// reader that does not read, or that is gone, only loses lines.
#[derive(Clone)]
pub(crate) struct Messages {
    /// For the component's own messages, which have no colours.
    log: Log,
    styled: Log,
    style: Style,
}

impl Messages {
    /// Starts that thread, and lets it print panics, too: the standard library's hook
    /// would wait for the reader.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start(style: Style) -> io::Result<Self> {
        let (log, _) = Log::to(io::stderr())?;
        let styled = match style.colors {
            true => log.styled(),
            false => log.clone(),
        };
        let messages = Self { log, styled, style };
        let hook = messages.clone();
        std::panic::set_hook(Box::new(move |panic| hook.report_panic(panic)));
        Ok(messages)
    }

    pub(crate) fn report(&self, words: impl Display) {
        let prefix = self.style.notice(PREFIX);
        self.styled
            .write_line(format_args!("{prefix} {}", printable(words)));
    }

    /// Prints the reason for which the program ends.
    pub(crate) fn fail(&self, words: impl Display) {
        let prefix = self.style.error(PREFIX);
        self.styled
            .write_line(format_args!("{prefix} {}", printable(words)));
    }

    /// Prints lines without the prefix of our messages.
    pub(crate) fn print(&self, lines: impl Display) {
        self.styled.write_line(lines);
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
        self.log.clone()
    }

    /// Returns the function that prints warnings of the server that shows counters. The other
    /// goes on, whatever becomes of it.
    pub(crate) fn reporter_of_admin(&self) -> impl Fn(Event) + Send + Sync + 'static {
        let messages = self.clone();
        move |event| {
            if event.is_warning() {
                messages.report(format_args!("--admin: {event}"));
            }
        }
    }

    /// Returns the function that prints warnings. The program itself prints the reason of
    /// its end, and what is the usual course of things.
    pub(crate) fn reporter(&self) -> impl Fn(Event) + Send + Sync + 'static {
        let messages = self.clone();
        move |event| {
            if event.is_warning() && !matches!(event, Event::Failed(_)) {
                messages.report(event);
            }
        }
    }
}
