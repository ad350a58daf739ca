//! Values in markup: names, references and numbers that are safe in HTML, and the frame of
//! every page.

pub(crate) mod frame;
pub mod html;
pub mod link;
pub mod size;
pub mod text;
pub(crate) mod writes;
