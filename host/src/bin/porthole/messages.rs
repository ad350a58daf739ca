//! What the program says, on standard error.

use std::fmt::Display;
use std::io::{self, Write as _};
use std::panic::PanicHookInfo;
use std::sync::Arc;

use porthole::{Log, Reporter, printable};

/// Says a line while there is no thread but this one. Who reads it, if anyone does, is
/// waited for.
pub(crate) fn say_at_once(words: impl Display) {
    let _ = writeln!(io::stderr(), "porthole: {}", printable(words));
}

/// What is said from the start of the first thread on: a thread of its own writes, and who
/// does not read it, or is gone, loses lines and nothing else.
#[derive(Clone)]
pub(crate) struct Messages(Log);

impl Messages {
    /// Starts that thread, and has panics said by it too: the standard library's hook
    /// would wait for the reader.
    ///
    /// # Errors
    /// When the system has no thread left.
    pub(crate) fn start() -> io::Result<Self> {
        let (log, _) = Log::to(io::stderr())?;
        let messages = Self(log);
        let hook = messages.clone();
        std::panic::set_hook(Box::new(move |panic| hook.say_panic(panic)));
        Ok(messages)
    }

    pub(crate) fn say(&self, words: impl Display) {
        self.0.say(format_args!("porthole: {}", printable(words)));
    }

    /// Lines that are no message of ours.
    pub(crate) fn print(&self, lines: impl Display) {
        self.0.say(lines);
    }

    fn say_panic(&self, panic: &PanicHookInfo<'_>) {
        let thread = std::thread::current();
        let thread = thread.name().unwrap_or("without a name");
        // A log's own thread would go on and on.
        if thread != "log" {
            let panic = panic.to_string().replace('\n', " ");
            self.say(format_args!("thread {thread} {panic}"));
        }
    }

    /// The log that all this goes to, for the component's own messages.
    pub(crate) fn log(&self) -> Log {
        self.0.clone()
    }

    pub(crate) fn reporter(&self) -> Reporter {
        let messages = self.clone();
        Arc::new(move |notice| messages.say(notice))
    }
}
