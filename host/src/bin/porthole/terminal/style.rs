//! Colours: on a terminal, unless the environment asks for none.

use std::fmt::Display;

use anstream::stream::RawStream;
use anstream::{AutoStream, ColorChoice};

/// The kind of one of the two outputs.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Output {
    pub(crate) is_terminal: bool,
    pub(crate) style: Style,
}

impl Output {
    /// Returns the kind of a file.
    pub(crate) fn to_file() -> Self {
        Self {
            is_terminal: false,
            style: Style { colors: false },
        }
    }

    /// Looks at an output, and at `NO_COLOR`, `CLICOLOR`, `CLICOLOR_FORCE` and `TERM`, as
    /// the help does.
    pub(crate) fn of<S: RawStream>(stream: S) -> Self {
        let is_terminal = stream.is_terminal();
        let colors = AutoStream::choice(&stream) != ColorChoice::Never;
        if colors {
            // Consoles of Windows interpret colours only after this.
            drop(AutoStream::always_ansi(stream));
        }
        Self {
            is_terminal,
            style: Style { colors },
        }
    }
}

/// Marks text, or leaves it as it is. A styled [`Log`](porthole::Log) lets each of these
/// styles through.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Style {
    pub(crate) colors: bool,
}

impl Style {
    pub(crate) fn bold(self, text: impl Display) -> String {
        self.set("1", text)
    }

    pub(crate) fn faint(self, text: impl Display) -> String {
        self.set("2", text)
    }

    pub(crate) fn address(self, text: impl Display) -> String {
        self.set("36", text)
    }

    pub(crate) fn notice(self, text: impl Display) -> String {
        self.set("33", text)
    }

    pub(crate) fn error(self, text: impl Display) -> String {
        self.set("31", text)
    }

    pub(crate) fn black_on_white(self, text: impl Display) -> String {
        self.set("30;107", text)
    }

    fn set(self, code: &str, text: impl Display) -> String {
        match self.colors {
            true => format!("\x1b[{code}m{text}\x1b[0m"),
            false => text.to_string(),
        }
    }
}
