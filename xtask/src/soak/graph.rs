//! Memory and descriptors over time as a picture (SVG): two panels over one axis.

use std::fmt::Write;

use super::samples::Sample;

/// Sizes in pixels.
const WIDTH: f64 = 860.0;
const PANEL: f64 = 200.0;
const LEFT: f64 = 60.0;
const TOP: f64 = 40.0;
const GAP: f64 = 50.0;
const HEIGHT: f64 = TOP + 2.0 * PANEL + GAP + 40.0;

/// Minutes after which the figures count.
const WARM_UP: f64 = 10.0;

struct Panel {
    title: &'static str,
    top: f64,
    colour: &'static str,
    figure: fn(&Sample) -> f64,
}

const PANELS: [Panel; 2] = [
    Panel {
        title: "resident memory, MiB",
        top: TOP,
        colour: "#1f6feb",
        figure: |sample| sample.mebibytes,
    },
    Panel {
        title: "open descriptors",
        top: TOP + PANEL + GAP,
        colour: "#bc4c00",
        figure: |sample| sample.descriptors,
    },
];

pub(crate) fn draw(samples: &[Sample]) -> String {
    let last = samples.last().map_or(0.0, |sample| sample.minutes);
    // An axis needs a length greater than 0.
    let minutes = last.max(0.1);
    let panels: String = PANELS.map(|panel| panel.draw(samples, minutes)).concat();
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 {} {HEIGHT}\" \
         font-family=\"sans-serif\" font-size=\"13\">\n\
         <rect width=\"100%\" height=\"100%\" fill=\"#fff\"/>\n{panels}</svg>\n",
        LEFT + WIDTH + 20.0
    )
}

impl Panel {
    fn draw(&self, samples: &[Sample], minutes: f64) -> String {
        let highest = samples.iter().map(self.figure).fold(1.0, f64::max);
        let step = step(highest, 5.0);
        let full = (highest / step).ceil() * step;
        let across = |minute: f64| LEFT + minute / minutes * WIDTH;
        let down = |value: f64| self.top + PANEL - value / full * PANEL;
        let point = |sample: &Sample| {
            let (x, y) = (across(sample.minutes), down((self.figure)(sample)));
            format!("{x:.1},{y:.1}")
        };
        let points: Vec<_> = samples.iter().map(point).collect();
        let Self {
            title, top, colour, ..
        } = self;
        // Writing to a string cannot fail.
        let mut out = String::new();
        if minutes > WARM_UP {
            let width = across(WARM_UP) - LEFT;
            let _ = writeln!(
                out,
                "<rect x=\"{LEFT}\" y=\"{top}\" width=\"{width:.1}\" height=\"{PANEL}\" fill=\"#eee\"/>"
            );
        }
        let _ = writeln!(out, "<text x=\"{LEFT}\" y=\"{}\">{title}</text>", top - 8.0);
        for tick in ticks(full, step) {
            let (x, y) = (LEFT - 8.0, down(tick));
            let _ = writeln!(
                out,
                "<path d=\"M{LEFT} {y:.1}h{WIDTH}\" stroke=\"#ccc\"/>\
                 <text x=\"{x}\" y=\"{:.1}\" text-anchor=\"end\">{tick}</text>",
                y + 4.0
            );
        }
        for minute in ticks(minutes, step_of_minutes(minutes)) {
            let (x, y) = (across(minute), top + PANEL + 18.0);
            let _ = writeln!(
                out,
                "<text x=\"{x:.1}\" y=\"{y}\" text-anchor=\"middle\">{minute} min</text>"
            );
        }
        let _ = writeln!(
            out,
            "<polyline points=\"{}\" fill=\"none\" stroke=\"{colour}\" stroke-width=\"1.5\"/>",
            points.join(" ")
        );
        out
    }
}

fn step_of_minutes(minutes: f64) -> f64 {
    step(minutes, 6.0)
}

/// Returns the largest of 1, 2, 5, 10, … (and their tenths) of which at least `parts`
/// fit.
fn step(length: f64, parts: f64) -> f64 {
    let rough = length / parts;
    let power = 10_f64.powf(rough.log10().floor());
    let fits = |step: &&f64| **step * power <= rough;
    let factor = [5.0, 2.0].iter().find(fits).copied().unwrap_or(1.0);
    factor * power
}

fn ticks(end: f64, step: f64) -> impl Iterator<Item = f64> {
    // Without rounding, 0.30000000000000004 would be written.
    let count = (end / step + 1e-9).floor() as u32;
    (0..=count).map(move |tick| (f64::from(tick) * step * 1e6).round() / 1e6)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn steps() {
        for (length, expected) in [
            (60.0, 10.0),
            (59.9, 5.0),
            (10.0, 1.0),
            (0.1, 0.01),
            (240.0, 20.0),
        ] {
            assert_eq!(step_of_minutes(length), expected, "{length}");
        }
        let three: Vec<_> = ticks(0.31, 0.1).collect();
        assert_eq!(three, [0.0, 0.1, 0.2, 0.3]);
    }

    #[test]
    fn a_picture() {
        let sample = |minutes, mebibytes| Sample {
            minutes,
            mebibytes,
            descriptors: 10.0,
        };
        let picture = draw(&[sample(0.0, 0.0), sample(30.0, 100.0), sample(60.0, 50.0)]);
        // From the lower left corner half-way to the top, then half-way down.
        assert!(
            picture.contains("points=\"60.0,240.0 490.0,40.0 920.0,140.0\""),
            "{picture}"
        );
        for part in [">60 min<", ">100<", "fill=\"#eee\"", "open descriptors"] {
            assert!(picture.contains(part), "{part}");
        }
        assert!(draw(&[]).ends_with("</svg>\n"));
    }
}
