//! The two ways in which templates write values.

use core::fmt;

/// A value that is written without a formatter, which would cost more than most values in the
/// rows of a list.
pub(crate) trait Writes {
    /// Appends the value.
    fn write_to(&self, out: &mut dyn fmt::Write) -> fmt::Result;
}

/// Lets templates and formatters write values.
macro_rules! written {
    ($($value:ty),+) => {
        $(
            impl core::fmt::Display for $value {
                fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
                    self.write_to(f)
                }
            }

            impl askama::FastWritable for $value {
                fn write_into(
                    &self,
                    out: &mut dyn core::fmt::Write,
                    _: &dyn askama::Values,
                ) -> askama::Result<()> {
                    Ok(self.write_to(out)?)
                }
            }
        )+
    };
}

pub(crate) use written;
