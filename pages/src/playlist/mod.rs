//! Playlists: what a folder plays, for players outside of the browser.
//!
//! A player opens a playlist from a file, so every address in it is absolute.
//!
//! | file | holds |
//! | --- | --- |
//! | `m3u` | the form that every player reads |
//! | `xspf` | the form in XML, which has titles of any text |

use alloc::string::String;

use h1::syntax::name;
use h1::syntax::percent::encode_path;

mod m3u;
mod xspf;

use crate::entries::file_name::stem;
use crate::subtitles::siblings::Subtitle;

/// Forms of playlists.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names say it")]
pub enum Format {
    M3u,
    Xspf,
}

/// A part of a playlist, which is a start, an item for each file, and an end.
#[derive(Clone, Copy, Debug)]
pub enum Part<'p> {
    /// The start, with the title of the list.
    Start(&'p str),
    /// A file.
    Item(Item<'p>),
    /// The end.
    End,
}

/// A part in a form.
#[derive(Clone, Copy, Debug)]
pub struct Formatted<'p>(pub Format, pub Part<'p>);

impl crate::Part for Formatted<'_> {
    fn bound(&self) -> usize {
        match self.0 {
            Format::M3u => m3u::bound(&self.1),
            Format::Xspf => xspf::bound(&self.1),
        }
    }

    fn write(&self, playlist: &mut String) {
        match self.0 {
            Format::M3u => m3u::write(&self.1, playlist),
            Format::Xspf => xspf::write(&self.1, playlist),
        }
    }
}

/// One file to play.
#[derive(Clone, Copy, Debug)]
pub struct Item<'p> {
    /// The address of the folder, `scheme://authority/path/`. The caller has checked and
    /// encoded it.
    pub base: &'p str,
    /// The path to the file's own folder from there, with a slash at its end, or nothing.
    pub folder: &'p str,
    /// The name of the file, as WASI writes it.
    pub name: &'p str,
    /// Its subtitles, by their paths from its own folder.
    pub subtitles: &'p [Subtitle<'p>],
    /// The place in the list, from 1.
    pub number: u32,
}

impl Item<'_> {
    /// Returns the most bytes of the item, if each address is written once and each byte
    /// of a base, a name or a title becomes as many bytes as given.
    fn bound(&self, base: usize, encoded: usize, title: usize) -> usize {
        let folder = self.folder.len().saturating_mul(encoded);
        let start = self.base.len().saturating_mul(base).saturating_add(folder);
        let paths = self.subtitles.iter().map(|subtitle| subtitle.path);
        // With the mark between two addresses.
        let address = |path: &str| path.len().saturating_mul(encoded).saturating_add(1);
        paths
            .chain([self.name])
            .fold(self.name.len().saturating_mul(title), |sum, path| {
                sum.saturating_add(start).saturating_add(address(path))
            })
    }

    /// Appends the addresses of the subtitles with a `#` between two, as the option
    /// `input-slave` has them. An encoded path has no such character.
    ///
    /// VLC's other option, `sub-file`, takes only files of its own machine.
    fn write_subtitles(&self, out: &mut String, write_base: impl Fn(&str, &mut String)) {
        for (subtitle, place) in self.subtitles.iter().zip(0..) {
            if place > 0 {
                out.push('#');
            }
            write_base(self.base, out);
            encode_path(self.folder, out);
            encode_path(subtitle.path, out);
        }
    }
}

/// Returns what a player shows: the name without its ending. No character of it ends a line.
fn title(name: &str) -> impl Iterator<Item = char> {
    one_line(stem(name))
}

/// Returns the characters of a name with a space for each that ends a line or controls a
/// terminal.
fn one_line(text: &str) -> impl Iterator<Item = char> {
    name::shown(text).map(|letter| match letter {
        '\u{2028}' | '\u{2029}' => ' ',
        control if control.is_control() => ' ',
        other => other,
    })
}

/// Appends an address as it is, but never in more than one line.
fn write_base(base: &str, out: &mut String) {
    out.extend(base.chars().filter(|letter| !letter.is_control()));
}
