//! A table for a terminal and for Markdown. The first columns contain names and are
//! aligned left. The others contain figures and are aligned right.

pub(crate) struct Table {
    /// Number of columns with names.
    names: usize,
    header: Vec<String>,
    rows: Vec<Vec<String>>,
}

impl Table {
    pub(crate) fn new<T: Into<String>>(names: usize, header: impl IntoIterator<Item = T>) -> Self {
        Self {
            names,
            header: header.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    pub(crate) fn row(&mut self, cells: Vec<String>) {
        self.rows.push(cells);
    }

    /// Returns lines of aligned cells, two spaces apart.
    pub(crate) fn text(&self) -> String {
        self.lines()
            .map(|cells| format!("  {}\n", self.pad(cells).join("  ").trim_end()))
            .collect()
    }

    pub(crate) fn markdown(&self) -> String {
        let line = |cells: &[String]| format!("| {} |\n", self.pad(cells).join(" | "));
        let rule = |(column, width): (usize, usize)| match column {
            name if name < self.names => "-".repeat(width),
            _ => format!("{}:", "-".repeat(width.saturating_sub(1))),
        };
        let rules: Vec<_> = self.widths().into_iter().enumerate().map(rule).collect();
        let rules = format!("| {} |\n", rules.join(" | "));
        [line(&self.header), rules]
            .into_iter()
            .chain(self.rows.iter().map(|r| line(r)))
            .collect()
    }

    fn lines(&self) -> impl Iterator<Item = &Vec<String>> {
        std::iter::once(&self.header).chain(&self.rows)
    }

    fn widths(&self) -> Vec<usize> {
        let widest = |column: usize| {
            let cells = self.lines().filter_map(|cells| cells.get(column));
            cells
                .map(|cell| cell.chars().count())
                .max()
                .unwrap_or(0)
                .max(3)
        };
        (0..self.header.len()).map(widest).collect()
    }

    /// Returns a line of cells padded to the width of their columns. Missing cells are
    /// empty.
    fn pad(&self, cells: &[String]) -> Vec<String> {
        let cells = cells
            .iter()
            .map(String::as_str)
            .chain(std::iter::repeat(""));
        let pad = |((column, width), cell): ((usize, usize), &str)| match column {
            name if name < self.names => format!("{cell:width$}"),
            _ => format!("{cell:>width$}"),
        };
        self.widths()
            .into_iter()
            .enumerate()
            .zip(cells)
            .map(pad)
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn table() -> Table {
        let mut table = Table::new(1, ["", "CPU", "p99"]);
        table.row(vec!["porthole".into(), "17.1 µs".into(), "9 ms".into()]);
        table.row(vec!["nginx".into(), "failed".into()]);
        table
    }

    #[test]
    fn text() {
        let expected = "                CPU   p99
  porthole  17.1 µs  9 ms
  nginx      failed
";
        assert_eq!(table().text(), expected);
    }

    #[test]
    fn markdown() {
        let expected = "|          |     CPU |  p99 |
| -------- | ------: | ---: |
| porthole | 17.1 µs | 9 ms |
| nginx    |  failed |      |
";
        assert_eq!(table().markdown(), expected);
    }
}
