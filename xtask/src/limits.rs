//! `cargo xtask limits`: writes `docs/limits.md` from the constants and their comments.
//!
//! A limit is a constant in one of the files of [`FILES`]. Its comment has the reason,
//! and then a list with its unit, what happens at it, and the tests that hold it:
//!
//! ```text
//! /// Longest request target. RFC 9112 §3 asks for at least 8,000 bytes.
//! ///
//! /// - unit: bytes
//! /// - at it: 414
//! /// - held by: `h1::request::head::limits`
//! pub const TARGET_BYTES: usize = 8 * 1024;
//! ```

use std::collections::HashMap;
use std::fmt::Write as _;
use std::fs;
use std::path::Path;

use anyhow::{Context as _, bail};

use crate::numbers::grouped;

/// The source files of the table, with their headings.
const FILES: [(&str, &str); 21] = [
    ("h1/src/limits.rs", "A message"),
    ("pages/src/limits.rs", "A page"),
    ("media/src/limits.rs", "A film, a track or a picture"),
    ("archive/src/limits.rs", "A folder as one file"),
    ("auth/src/limits.rs", "Passwords, rules and links"),
    (
        "guest/src/limits/mod.rs",
        "The component: connections and clients",
    ),
    ("guest/src/limits/memory.rs", "The component: memory"),
    (
        "guest/src/limits/files.rs",
        "The component: files and listings",
    ),
    ("guest/src/limits/work.rs", "The component: turns"),
    ("guest/src/limits/log.rs", "The component: the log"),
    (
        "guest/src/limits/passwords.rs",
        "The component: passwords and links",
    ),
    ("admin/src/limits.rs", "The component that shows counters"),
    ("usage/src/limits.rs", "What clients have used"),
    (
        "host/src/limits/mod.rs",
        "The host: what an embedder may choose",
    ),
    ("host/src/limits/accept.rs", "The host: accepting"),
    ("host/src/limits/sandbox.rs", "The host: an instance"),
    ("host/src/limits/disk.rs", "The host: file systems"),
    (
        "host/src/limits/supervision.rs",
        "The host: restarts, reloads and the end",
    ),
    ("host/src/limits/report.rs", "The host: notices and the log"),
    (
        "host/src/limits/admin.rs",
        "The host: a server that shows counters",
    ),
    (
        "host/src/bin/porthole/compiler/limits.rs",
        "The program: compiling a component from elsewhere",
    ),
];

const TABLE: &str = "docs/limits.md";

const HEAD: &str = "\
# Limits

Every bound in porthole: what it is, why, what happens at it, and which tests hold it.
Made by `cargo xtask limits` from the files of limits; a test fails when it is not what
they say.

What has no row is bounded by one that has. Pipelined requests: as many as the read
buffer holds, which is as large as a head may be; they are answered one after the other.
Descriptors: one for each connection and a third as many for files, and the cap is lowered
to what the system allows (`porthole::rlimit::connections_fit_the_limit`). Idle time,
the time for a head and that for a whole request do not begin anew with each byte.
";

/// Labels of the items in a limit's list.
const LABELS: [&str; 3] = ["- unit:", "- at it:", "- held by:"];

/// One row of the table.
#[derive(Debug, Default)]
struct Limit {
    /// The part of the comment that is being read: 0 for the reason, else the number of
    /// the label.
    part: usize,
    name: String,
    value: String,
    reason: String,
    unit: String,
    at_it: String,
    held_by: String,
}

/// Writes the table to its file.
pub fn run() -> anyhow::Result<()> {
    let table = table(&root())?;
    fs::write(root().join(TABLE), table).with_context(|| format!("cannot write {TABLE}"))
}

fn root() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn table(root: &Path) -> anyhow::Result<String> {
    let mut table = HEAD.to_owned();
    let mut values = HashMap::new();
    for (file, heading) in FILES {
        let source = fs::read_to_string(root.join(file)).with_context(|| file.to_owned())?;
        write!(
            table,
            "\n## {heading}\n\n[`{file}`](../{file})\n\n\
             | limit | default | what and why | at it | held by |\n\
             | --- | --- | --- | --- | --- |\n"
        )?;
        for limit in limits(&source, &mut values).with_context(|| file.to_owned())? {
            let Limit {
                name,
                value,
                reason,
                at_it,
                held_by,
                ..
            } = limit;
            writeln!(
                table,
                "| `{name}` | {value} | {reason} | {at_it} | {held_by} |"
            )?;
        }
    }
    Ok(table)
}

/// Returns the limits of a file. `values` has those of all files so far.
fn limits(source: &str, values: &mut HashMap<String, u64>) -> anyhow::Result<Vec<Limit>> {
    let mut limits = Vec::new();
    let mut limit = Limit::default();
    let mut lines = source.lines();
    while let Some(line) = lines.next() {
        if let Some(comment) = line.strip_prefix("///") {
            limit.comment(comment.trim());
        } else if let Some((_, constant)) = line.split_once("const ") {
            let mut constant = constant.to_owned();
            while !constant.ends_with(';') {
                constant += lines.next().context("a constant without an end")?.trim();
            }
            let (name, rest) = constant.split_once(": ").context("a type")?;
            let (_, expression) = rest.split_once('=').context("a value")?;
            let expression = expression.trim().trim_end_matches(';');
            limit.name = name.to_owned();
            limit.value = limit
                .shown(expression, values)
                .with_context(|| name.to_owned())?;
            limit.check()?;
            limits.push(std::mem::take(&mut limit));
        } else {
            limit = Limit::default();
        }
    }
    Ok(limits)
}

impl Limit {
    fn comment(&mut self, comment: &str) {
        let mut labels = LABELS.iter().zip(1..);
        let item = labels.find_map(|(label, part)| Some((part, comment.strip_prefix(label)?)));
        let (part, comment) = item.unwrap_or((self.part, comment));
        self.part = part;
        let text = match self.part {
            0 => &mut self.reason,
            1 => &mut self.unit,
            2 => &mut self.at_it,
            _ => &mut self.held_by,
        };
        if !text.is_empty() && !comment.is_empty() {
            text.push(' ');
        }
        // Links of rustdoc do not work in Markdown.
        text.push_str(&comment.trim().replace("[`", "`").replace("`]", "`"));
    }

    fn check(&self) -> anyhow::Result<()> {
        let parts = [&self.reason, &self.unit, &self.at_it, &self.held_by];
        if parts.iter().any(|part| part.is_empty()) {
            bail!(
                "{} lacks a reason, a unit, what is at it, or a test",
                self.name
            );
        }
        Ok(())
    }

    /// Returns the value for people. If it is a number, `values` gets it.
    fn shown(&self, expression: &str, values: &mut HashMap<String, u64>) -> anyhow::Result<String> {
        if let Some(pair) = expression
            .strip_prefix('(')
            .and_then(|rest| rest.strip_suffix(')'))
        {
            let parts: Result<Vec<_>, _> = pair
                .split(", ")
                .map(|part| self.shown(part, values))
                .collect();
            return Ok(parts?.join(" to "));
        }
        if let Some(duration) = expression.strip_prefix("Duration::from_")
            && let Some((unit, number)) = duration.trim_end_matches(')').split_once('(')
        {
            let unit = match unit {
                "secs" => "s",
                "millis" => "ms",
                "micros" => "µs",
                other => other,
            };
            return Ok(format!("{} {unit}", grouped(evaluate(number, values)?)));
        }
        let value = evaluate(expression, values)?;
        values.insert(self.name.clone(), value);
        Ok(match self.unit.as_str() {
            "bytes" if value >= 1 << 20 && value % (1 << 20) == 0 => format!("{} MiB", value >> 20),
            "bytes" if value >= 1 << 10 && value % (1 << 10) == 0 => format!("{} KiB", value >> 10),
            "bytes" => format!("{} bytes", grouped(value)),
            "nanoseconds" if value % 1_000_000 == 0 => format!("{} ms", value / 1_000_000),
            "seconds" => format!("{value} s"),
            unit => format!("{} {unit}", grouped(value)),
        })
    }
}

/// Evaluates a number, a sum, a difference, a product, a shift, or the name of another
/// constant.
fn evaluate(expression: &str, values: &HashMap<String, u64>) -> anyhow::Result<u64> {
    if let Some((left, right)) = expression.split_once(" << ") {
        return Ok(evaluate(left, values)? << evaluate(right, values)?);
    }
    if let Some((left, right)) = expression.rsplit_once(" + ") {
        return Ok(evaluate(left, values)? + evaluate(right, values)?);
    }
    if let Some((left, right)) = expression.rsplit_once(" - ") {
        return Ok(evaluate(left, values)? - evaluate(right, values)?);
    }
    if let Some((left, right)) = expression.split_once(" * ") {
        return Ok(evaluate(left, values)? * evaluate(right, values)?);
    }
    if let Ok(number) = expression.replace('_', "").parse() {
        return Ok(number);
    }
    let name = expression.rsplit("::").next().unwrap_or(expression);
    let value = values.get(name).copied();
    value.with_context(|| format!("cannot read `{expression}`"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_what_the_code_says() {
        let written = fs::read_to_string(root().join(TABLE)).unwrap_or_default();
        let current = table(&root()).unwrap();
        let differing = written
            .lines()
            .zip(current.lines())
            .find(|(one, other)| one != other);
        assert!(
            written == current,
            "run `cargo xtask limits`; the first line that differs: {differing:?}"
        );
    }

    #[test]
    fn a_limit_is_read() {
        let source = "\
/// Longest thing. As long
/// as [`OTHER`].
///
/// - unit: bytes
/// - at it: the end
/// - held by: `a::b`,
///   `c::d`
pub(crate) const LONG_BYTES: usize =
    8 * 1024;
";
        let limits = limits(source, &mut HashMap::new()).unwrap();
        let [limit] = limits.as_slice() else {
            panic!("{limits:?}");
        };
        assert_eq!(
            [
                &limit.name,
                &limit.value,
                &limit.reason,
                &limit.at_it,
                &limit.held_by
            ],
            [
                "LONG_BYTES",
                "8 KiB",
                "Longest thing. As long as `OTHER`.",
                "the end",
                "`a::b`, `c::d`"
            ]
        );
    }

    #[test]
    fn a_missing_item_of_the_list_is_an_error() {
        for source in [
            "const A: u64 = 1;\n",
            "/// Why.\n/// - unit: bytes\n/// - at it: x\nconst A: u64 = 1;\n",
            "/// Why.\n/// - unit: x\n/// - at it: x\n/// - held by: x\nconst A: u64 = B + 1;\n",
        ] {
            assert!(limits(source, &mut HashMap::new()).is_err(), "{source}");
        }
    }

    #[test]
    fn values_for_people() {
        let mut values = HashMap::new();
        let cases = [
            ("bytes", "256 << 20", "256 MiB"),
            ("bytes", "1_000", "1,000 bytes"),
            ("bytes", "4 * 1024 - 64", "4,032 bytes"),
            ("bytes", "2 * 1024 + 1024", "3 KiB"),
            ("seconds", "60", "60 s"),
            ("times", "1_000_000", "1,000,000 times"),
            ("", "Duration::from_millis(50)", "50 ms"),
            ("", "Duration::from_micros(500)", "500 µs"),
            (
                "",
                "(Duration::from_millis(10), Duration::from_secs(5))",
                "10 ms to 5 s",
            ),
            ("nanoseconds", "50_000_000", "50 ms"),
        ];
        for (unit, expression, expected) in cases {
            let limit = Limit {
                unit: unit.to_owned(),
                ..Limit::default()
            };
            assert_eq!(limit.shown(expression, &mut values).unwrap(), expected);
        }
    }
}
