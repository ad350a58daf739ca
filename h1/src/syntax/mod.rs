//! The syntax that fields and targets share: tokens, numbers, dates (RFC 9110 §5.6),
//! percent-encoding (RFC 3986 §2.1), names of any bytes, characters that deceive, targets as
//! people and logs have them, and strings of JSON.

pub mod concealed;
pub mod date;
pub mod deceptive;
pub mod digits;
pub mod json;
pub mod name;
pub mod percent;
pub mod shown;
pub mod token;
pub(crate) mod weight;
