//! The parts that all pages have in common: head, bar and foot. `templates/parts/` has the markup.

use crate::assets::{MANIFEST, MARK, PAGE_CSS, PAGE_JS, PLAYER_JS};
use crate::markup::link::{AssetLink, FromRoot};

/// The frame of a page.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Frame<'p> {
    /// The title of the window.
    pub title: &'p str,
    /// Levels between the root and the address of the page.
    pub depth: usize,
    /// Path of the highest directory that may be seen, if any may be.
    pub home: Option<&'p str>,
    /// Whether the client is a television.
    pub is_tv: bool,
    /// The query of links to directories.
    pub kept: &'static str,
    /// Whether the page plays films or music.
    pub plays: bool,
}

impl Frame<'_> {
    pub(crate) fn home(&self) -> Option<FromRoot<'_>> {
        let depth = self.depth;
        self.home.map(|path| FromRoot { depth, path })
    }

    pub(crate) fn mark(&self) -> AssetLink {
        AssetLink::to(&MARK, self.depth)
    }

    pub(crate) fn manifest(&self) -> AssetLink {
        AssetLink::to(&MANIFEST, self.depth)
    }

    pub(crate) fn style(&self) -> AssetLink {
        AssetLink::to(&PAGE_CSS, self.depth)
    }

    pub(crate) fn script(&self) -> AssetLink {
        AssetLink::to(&PAGE_JS, self.depth)
    }

    pub(crate) fn player(&self) -> AssetLink {
        AssetLink::to(&PLAYER_JS, self.depth)
    }
}
