//! An address as a QR code of half blocks: two modules, one above the other, are one
//! character.

use fast_qr::{ECL, QRBuilder};

use super::Style;

/// Light modules around the code. The standard asks for four; phones need two at most, and
/// a terminal has few lines.
const QUIET: usize = 2;

/// Returns the lines of the code, or none if the text is too long for one. Without colours
/// the ground is taken to be dark, as that of most terminals is.
pub(super) fn lines(text: &str, style: Style) -> Vec<String> {
    let Ok(code) = QRBuilder::new(text).ecl(ECL::L).build() else {
        return Vec::new();
    };
    let margin = || std::iter::repeat_n(false, QUIET);
    let width = code.size.saturating_add(QUIET).saturating_add(QUIET);
    let light = || vec![false; width];
    let rows = code.data.chunks(code.size.max(1)).take(code.size);
    let rows = rows.map(|row| {
        let dark = row.iter().map(|module| module.value());
        margin().chain(dark).chain(margin()).collect()
    });
    let rows: Vec<Vec<bool>> = std::iter::repeat_with(light)
        .take(QUIET)
        .chain(rows)
        .chain(std::iter::repeat_with(light).take(QUIET))
        .collect();
    let line = |pair: &[Vec<bool>]| {
        let upper = pair.first().into_iter().flatten();
        let lower = pair.get(1).cloned().unwrap_or_else(light);
        let blocks = upper.zip(lower);
        let blocks =
            blocks.map(|(&upper, lower)| block(upper == style.colors, lower == style.colors));
        style.black_on_white(blocks.collect::<String>())
    };
    rows.chunks(2).map(line).collect()
}

/// Returns the character of which the upper and the lower half are drawn or not. On white
/// ground the dark modules are drawn, and on dark ground the light ones.
fn block(upper: bool, lower: bool) -> char {
    match (upper, lower) {
        (true, true) => '\u{2588}',
        (true, false) => '\u{2580}',
        (false, true) => '\u{2584}',
        (false, false) => ' ',
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const URL: &str = "http://192.168.1.20:4000/";

    /// Returns which modules are dark.
    fn modules(lines: &[String], drawn_is_dark: bool) -> Vec<Vec<bool>> {
        let halves = |lower: bool| {
            move |letter: char| match (letter, lower) {
                ('\u{2588}', _) | ('\u{2580}', false) | ('\u{2584}', true) => drawn_is_dark,
                _ => !drawn_is_dark,
            }
        };
        let rows = lines.iter().flat_map(|line| {
            let text = line.trim_start_matches("\x1b[30;107m");
            let text = text.trim_end_matches("\x1b[0m");
            [false, true].map(|lower| text.chars().map(halves(lower)).collect())
        });
        rows.collect()
    }

    #[test]
    fn both_grounds_show_the_same_code() {
        let on_white = lines(URL, Style { colors: true });
        let on_dark = lines(URL, Style { colors: false });
        let modules_on_white = modules(&on_white, true);
        assert_eq!(modules_on_white, modules(&on_dark, false));
        assert!(on_white.iter().all(|line| line.starts_with("\x1b[30;107m")));
        // 25 modules of version 2, and the quiet zone.
        assert_eq!(modules_on_white[0].len(), 29);
        assert!(modules_on_white[..QUIET].iter().flatten().all(|dark| !dark));
        // The pattern in the upper left corner, after which scanners look.
        let corner = &modules_on_white[QUIET][QUIET..QUIET + 8];
        assert_eq!(corner, [true, true, true, true, true, true, true, false]);
    }

    #[test]
    fn a_text_that_no_code_holds_has_none() {
        assert!(lines(&"a".repeat(10_000), Style { colors: true }).is_empty());
    }
}
