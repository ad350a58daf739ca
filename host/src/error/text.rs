//! Errors as text of one line.

use std::any::Any;

use crate::limits::ERROR_BYTES;
use crate::printable::printable;

/// Returns the chain of causes on one line of bounded length.
pub(crate) fn one_line(error: &wasmtime::Error) -> String {
    let chain: Vec<String> = error
        .chain()
        .map(|cause| printable(cause.to_string().replace('\n', " ")))
        .collect();
    bounded(chain.join(": "))
}

/// Returns the message of a panic, on one line of bounded length.
pub(crate) fn words(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    bounded(printable(text.unwrap_or("no message").replace('\n', " ")))
}

/// Returns the beginning of a text that is too long. An error of the runtime repeats names
/// of the component, however long they are.
pub(crate) fn bounded(mut text: String) -> String {
    if text.len() > ERROR_BYTES {
        text.truncate(text.floor_char_boundary(ERROR_BYTES));
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_error_is_cut_between_letters() {
        let rows = [
            ("short".to_owned(), "short".to_owned()),
            ("a".repeat(ERROR_BYTES), "a".repeat(ERROR_BYTES)),
            ("a".repeat(ERROR_BYTES + 1), "a".repeat(ERROR_BYTES) + "…"),
            (
                "a".repeat(ERROR_BYTES - 1) + "é",
                "a".repeat(ERROR_BYTES - 1) + "…",
            ),
        ];
        for (text, expected) in rows {
            assert_eq!(one_line(&wasmtime::Error::msg(text.clone())), expected);
            assert_eq!(words(&text), expected);
        }
    }
}
