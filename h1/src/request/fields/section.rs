//! The reader of a field section as it arrives (RFC 9112 §5).

use super::Fields;
use super::index::Index;
use super::name::Name;
use super::syntax::Syntax;
use crate::limits::FIELD_LINES;
use crate::refusal::Refusal;

/// Reads a field section as it arrives. It looks at each byte once, however the bytes are
/// split.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Section {
    position: usize,
    pub(super) syntax: Syntax,
    line: usize,
    colon: usize,
    count: usize,
    index: Index,
}

impl Section {
    /// Continues in `bytes`, which begin where the section does and have more than at the
    /// last call. Returns true once the empty line at the end has arrived.
    pub(crate) fn read(&mut self, bytes: &[u8]) -> Result<bool, Refusal> {
        while self.syntax != Syntax::End {
            let rest = bytes.get(self.position..).unwrap_or_default();
            if self.syntax == Syntax::LineStart && self.line(bytes, rest)? {
                continue;
            }
            self.position = self.position.saturating_add(self.syntax.run(rest));
            let Some(byte) = bytes.get(self.position) else {
                return Ok(false);
            };
            let next = self.syntax.step(*byte)?;
            match (self.syntax, next) {
                (Syntax::LineStart, Syntax::Name) => self.begin()?,
                (Syntax::Name, Syntax::Value) => self.colon = self.position,
                (Syntax::Value, Syntax::LineEnd) => self.enter(bytes),
                _ => {}
            }
            self.syntax = next;
            self.position = self.position.saturating_add(1);
        }
        Ok(true)
    }

    /// Reads a whole line at once if it is complete and valid: a shortcut past `step`,
    /// which decides about any other line.
    fn line(&mut self, bytes: &[u8], rest: &[u8]) -> Result<bool, Refusal> {
        let name = Syntax::Name.run(rest);
        let Some((b':', value)) = rest.get(name..).unwrap_or_default().split_first() else {
            return Ok(false);
        };
        let length = Syntax::Value.run(value);
        let end = value.get(length..).unwrap_or_default();
        if name == 0 || !end.starts_with(b"\r\n") {
            return Ok(false);
        }
        self.begin()?;
        self.colon = self.position.saturating_add(name);
        self.position = self.colon.saturating_add(length).saturating_add(1);
        self.enter(bytes);
        self.position = self.position.saturating_add(2);
        Ok(true)
    }

    fn begin(&mut self) -> Result<(), Refusal> {
        self.line = self.position;
        self.count = self.count.saturating_add(1);
        match self.count > FIELD_LINES {
            true => Err(Refusal::TooManyFields),
            false => Ok(()),
        }
    }

    /// Returns the number of bytes read; once the section is complete, this is its length.
    pub(crate) fn len(&self) -> usize {
        self.position
    }

    /// Returns the fields of a complete section, in the bytes that it was read from.
    pub(crate) fn fields<'b>(&self, bytes: &'b [u8]) -> Fields<'b> {
        Fields {
            lines: bytes.get(..self.position).unwrap_or_default(),
            index: self.index,
        }
    }

    fn enter(&mut self, bytes: &[u8]) {
        let name = bytes.get(self.line..self.colon).unwrap_or_default();
        if let Some(name) = Name::of(name) {
            self.index
                .enter(name, self.colon.saturating_add(1), self.position);
        }
    }
}
