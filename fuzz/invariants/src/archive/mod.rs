//! Archives of folders.
//!
//! | file | holds |
//! | --- | --- |
//! | `layout` | the invariant |
//! | `folder` | a folder as lines of text |
//! | `reading` | an archive read back, block by block |

mod folder;
mod layout;
mod reading;

pub use layout::layout;
