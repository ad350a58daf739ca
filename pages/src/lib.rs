//! What a person or a program is shown about a directory.
//!
//! Pure code: entries come in as values, and text goes out into memory that the caller has
//! made room for. It knows no clock, no file and no socket. What it writes of a name is
//! safe wherever it writes it: names are a stranger's.
//!
//! | file | holds |
//! | --- | --- |
//! | [`entry`] | what a directory has, in the order in which it is shown |
//! | [`natural_order`] | names in the order in which people look for them |
//! | [`listing`] | the page with all entries |
//! | [`html`] | text that is safe in HTML |
//! | [`size`] | sizes for people |

#![no_std]
#![forbid(unsafe_code)]

extern crate alloc;

pub mod entry;
pub mod html;
pub mod listing;
pub mod natural_order;
pub mod size;
