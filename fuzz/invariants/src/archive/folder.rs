//! A folder as lines of text.

use ::archive::{Entry, Kind, Manifest};
use h1::syntax::date::Timestamp;

/// Most lines of one input that count: each is compared with all others.
const LINES: usize = 24;

/// The number of the directory that an entry is in, its size or `d`, its time or `-`, and its
/// name.
#[derive(Clone)]
pub(super) struct Line {
    directory: usize,
    pub kind: Kind,
    modified: Option<Timestamp>,
    name: String,
}

/// Returns the lines that are some.
pub(super) fn lines(bytes: &[u8]) -> Vec<Line> {
    let lines = bytes.split(|byte| *byte == b'\n').filter_map(Line::parse);
    lines.take(LINES).collect()
}

impl Line {
    fn parse(line: &[u8]) -> Option<Self> {
        let text = String::from_utf8_lossy(line);
        let mut fields = text.splitn(4, ' ');
        let directory = fields.next()?.parse().ok()?;
        let kind = match fields.next()? {
            "d" => Kind::Directory,
            size => Kind::File(size.parse().ok()?),
        };
        let modified = match fields.next()? {
            "-" => None,
            seconds => Some(Timestamp {
                seconds: seconds.parse().ok()?,
                nanoseconds: 5,
            }),
        };
        Some(Self {
            directory,
            kind,
            modified,
            // `%` stands for a byte that is no UTF-8, and `*` for a long name.
            name: fields
                .next()?
                .replace('%', "\u{10ffe9}")
                .replace('*', &"x".repeat(70)),
        })
    }

    /// Returns lines that differ in one thing only.
    pub(super) fn others(&self) -> [Self; 4] {
        let kind = match self.kind {
            Kind::File(size) => Kind::File(size.wrapping_add(1)),
            Kind::Directory => Kind::File(0),
        };
        let later = |time: Timestamp| Timestamp {
            nanoseconds: time.nanoseconds + 1,
            ..time
        };
        [
            Self {
                name: format!("{}~", self.name),
                ..self.clone()
            },
            Self {
                kind,
                ..self.clone()
            },
            Self {
                modified: self.modified.map(later),
                ..self.clone()
            },
            Self {
                directory: self.directory.wrapping_sub(1),
                ..self.clone()
            },
        ]
    }
}

/// Returns the manifest with the entries that can be added. One that cannot leaves it as it was.
pub(super) fn manifest(lines: &[Line]) -> Manifest {
    let mut manifest = Manifest::new("top", None).unwrap();
    for line in lines {
        let (length, count) = (manifest.length(), manifest.count());
        match manifest.add(line.directory, &line.name, line.kind, line.modified) {
            Err(_) => assert_eq!((manifest.length(), manifest.count()), (length, count)),
            Ok(number) => {
                assert_eq!((number, manifest.count()), (count, count + 1));
                let expected = Entry {
                    name: &line.name,
                    kind: line.kind,
                    modified: line.modified,
                    parent: line.directory,
                };
                assert_eq!(manifest.get(number), Some(expected));
            }
        }
    }
    manifest
}
