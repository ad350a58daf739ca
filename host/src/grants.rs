//! `--grants`: what the component imports, what it gets, and by what that is
//! enforced.

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::net::SocketAddr;

use porthole::{Confined, Kind, Right, Root, Wall, printable};
use serde_json::{Map, Value, json};

use crate::options::{Format, Options};

/// All that there is to say.
pub(crate) struct Grants<'a> {
    pub(crate) options: &'a Options,
    pub(crate) root: &'a Root,
    pub(crate) rights: &'a [Right],
    pub(crate) confined: Option<Confined>,
}

impl Grants<'_> {
    pub(crate) fn written(&self, format: Format) -> String {
        match format {
            Format::Text => self.text(),
            Format::Json => format!("{:#}\n", self.json()),
        }
    }

    /// The walls that some right relies on, and the one that all do.
    fn walls(&self) -> BTreeSet<Wall> {
        let of_rights = self.rights.iter().flat_map(|right| self.enforced_by(right));
        of_rights.chain([Wall::Imports]).collect()
    }

    fn enforced_by(&self, right: &Right) -> impl Iterator<Item = Wall> {
        let walls = right.walls.iter().copied();
        walls.filter(|wall| wall.stands(self.confined))
    }

    fn component(&self) -> String {
        match self.options.component() {
            Some(file) => file.display().to_string(),
            None => "built in".to_owned(),
        }
    }

    fn text(&self) -> String {
        let mut text = String::new();
        // Writing to memory can't fail.
        let _ = self.write_text(&mut text);
        text
    }

    fn write_text(&self, text: &mut String) -> std::fmt::Result {
        let addresses: Vec<String> = self
            .options
            .addresses()
            .iter()
            .map(SocketAddr::to_string)
            .collect();
        writeln!(text, "porthole {}", env!("CARGO_PKG_VERSION"))?;
        writeln!(text, "  component  {}", printable(self.component()))?;
        writeln!(
            text,
            "  root       {}, {}",
            printable(self.root.path().display()),
            self.kind()
        )?;
        writeln!(text, "  addresses  {}", addresses.join(" and "))?;
        writeln!(
            text,
            "  confined   {}",
            crate::banner::confinement(self.confined)
        )?;
        let mut interface = "";
        for right in self.rights {
            if right.interface != interface {
                interface = &right.interface;
                writeln!(text, "\n{interface}")?;
            }
            let function = right.function.rsplit([']', '.']).next().unwrap_or_default();
            let walls: Vec<&str> = self.enforced_by(right).map(Wall::name).collect();
            let walls = walls.join(", ");
            writeln!(text, "  {function:<18}  {}  [{walls}]", right.grant)?;
        }
        writeln!(text, "\nenforced by")?;
        for wall in self.walls() {
            writeln!(text, "  {:<14}  {}", wall.name(), wall.explanation())?;
        }
        Ok(())
    }

    fn kind(&self) -> &'static str {
        match self.root.kind() {
            Kind::Directory => "a folder, to read all below it",
            Kind::File => "a file, to read it alone",
        }
    }

    fn json(&self) -> Value {
        let rights: Vec<Value> = self.rights.iter().map(|right| self.right(right)).collect();
        let walls = self.walls().into_iter();
        let walls: Map<String, Value> = walls
            .map(|wall| (wall.name().to_owned(), wall.explanation().into()))
            .collect();
        json!({
            "version": env!("CARGO_PKG_VERSION"),
            "component": self.component(),
            "root": {
                "path": self.root.path().to_string_lossy(),
                "kind": match self.root.kind() {
                    Kind::Directory => "directory",
                    Kind::File => "file",
                },
            },
            "addresses": self.options.addresses(),
            "confined": self.confined.map(|confined| {
                json!({
                    "landlock": confined.landlock,
                    "refused": confined.refused(),
                    "no_new_sockets": confined.no_new_sockets,
                    "no_new_privileges": confined.no_new_privileges,
                    "every_thread": confined.every_thread,
                    "readable_besides": self.options.further(),
                })
            }),
            "rights": rights,
            "walls": walls,
        })
    }

    fn right(&self, right: &Right) -> Value {
        let walls: Vec<&str> = self.enforced_by(right).map(Wall::name).collect();
        json!({
            "interface": right.interface,
            "function": right.function,
            "grant": right.grant,
            "enforced_by": walls,
        })
    }
}
