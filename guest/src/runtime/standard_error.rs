//! Standard error, for what keeps a component from starting.

use alloc::format;
use core::fmt;

use crate::bindings::wasi::cli::stderr;
use crate::bindings::wit_stream;

/// Writes a line, and waits until it is written.
pub async fn print_error(words: fmt::Arguments<'_>) {
    let (mut writer, data) = wit_stream::new();
    let outcome = stderr::write_via_stream(data);
    writer.write_all(format!("{words}\n").into_bytes()).await;
    drop(writer);
    let _ = outcome.await;
}
