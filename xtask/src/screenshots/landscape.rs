//! Landscapes that ffmpeg draws: a sky, a sun or a moon, and four ranges of hills before
//! one another.

use std::{path::Path, process::Command};

use anyhow::{Context, Result, ensure};

/// A color: red, green, blue.
type Color = [u8; 3];

/// Colors of a time of the day.
struct Light {
    zenith: Color,
    horizon: Color,
    sun: Color,
    far: Color,
    near: Color,
}

const LIGHTS: [Light; 6] = [
    // Evening.
    Light {
        zenith: [52, 58, 112],
        horizon: [250, 176, 110],
        sun: [255, 236, 196],
        far: [176, 118, 132],
        near: [38, 32, 62],
    },
    // Morning mist.
    Light {
        zenith: [150, 190, 206],
        horizon: [240, 238, 224],
        sun: [255, 252, 236],
        far: [178, 200, 204],
        near: [44, 74, 86],
    },
    // Night.
    Light {
        zenith: [10, 16, 38],
        horizon: [52, 84, 122],
        sun: [232, 238, 244],
        far: [38, 62, 96],
        near: [8, 14, 26],
    },
    // Noon.
    Light {
        zenith: [66, 142, 196],
        horizon: [206, 232, 236],
        sun: [255, 255, 246],
        far: [122, 170, 176],
        near: [30, 92, 74],
    },
    // Desert.
    Light {
        zenith: [224, 154, 106],
        horizon: [250, 222, 178],
        sun: [255, 246, 226],
        far: [218, 152, 110],
        near: [112, 52, 36],
    },
    // Before sunrise.
    Light {
        zenith: [70, 44, 96],
        horizon: [236, 150, 168],
        sun: [255, 214, 200],
        far: [150, 92, 138],
        near: [44, 24, 60],
    },
];

/// Ranges of hills.
const RANGES: u32 = 4;

/// A landscape. Each number is another one.
#[derive(Clone, Copy)]
pub(super) struct Landscape<'t> {
    pub(super) number: u32,
    pub(super) width: u32,
    pub(super) height: u32,
    /// Words across the sky; may be empty.
    pub(super) title: &'t str,
}

impl Landscape<'_> {
    /// Draws it into a file, whose name says the format.
    pub(super) fn draw(&self, file: &Path, has_fonts: bool) -> Result<()> {
        let Self {
            width,
            height,
            title,
            ..
        } = self;
        let mut filter = format!("color=s={width}x{height},format=gbrp,{}", self.filter());
        if has_fonts && !title.is_empty() {
            let size = width / 10;
            filter += &format!(
                ",drawtext=font=Serif:text='{title}':fontsize={size}:fontcolor=white:\
                 line_spacing=8:shadowcolor=black@0.4:shadowx=1:shadowy=2:\
                 x=(w-text_w)/2:y=h*0.1"
            );
        }
        let mut command = ffmpeg();
        command
            .args(["-f", "lavfi", "-i", &filter, "-frames:v", "1", "-q:v", "4"])
            .arg(file);
        finish(command).with_context(|| format!("cannot draw {}", file.display()))
    }

    /// Returns the filter that gives each pixel its color.
    fn filter(&self) -> String {
        let light = LIGHTS
            .get(self.number as usize % LIGHTS.len())
            .unwrap_or(&LIGHTS[0]);
        let plane = |at: usize| {
            let of = |color: &Color| f64::from(color.get(at).copied().unwrap_or(0));
            self.plane(
                of(&light.zenith),
                of(&light.horizon),
                of(&light.sun),
                of(&light.far),
                of(&light.near),
            )
        };
        format!("geq=r='{}':g='{}':b='{}'", plane(0), plane(1), plane(2))
    }

    /// Returns the value of a pixel in one of the three planes. A range hides those that
    /// are further away.
    fn plane(&self, zenith: f64, horizon: f64, sun: f64, far: f64, near: f64) -> String {
        let mut random = fastrand::Rng::with_seed(u64::from(self.number) + 1);
        let (x, y) = (0.2 + 0.6 * random.f64(), 0.3 + 0.2 * random.f64());
        let distance = format!("hypot(X-W*{x:.3},Y-H*{y:.3})/W");
        let sky = format!("lerp({zenith},{horizon},min(1,Y/H*1.5))");
        let glow = format!("lerp({sky},{sun},0.7*exp(-{distance}*9))");
        let mut pixel = format!("if(lt({distance},0.055),{sun},{glow})");
        for range in 0..RANGES {
            let nearness = f64::from(range) / f64::from(RANGES - 1);
            let color = far + (near - far) * nearness;
            let height = 0.5 + 0.13 * f64::from(range);
            let mut wave = |share: f64, turns: f64| {
                let turns = turns * (0.7 + 0.6 * random.f64());
                let start = random.f64() * 6.3;
                format!("{share}*sin(X/W*{turns:.3}+{start:.3})")
            };
            let line = [wave(0.05, 5.0), wave(0.025, 13.0), wave(0.007, 41.0)].join("+");
            pixel = format!("if(gt(Y/H,{height:.3}+{line}),{color:.0},{pixel})");
        }
        pixel
    }
}

/// Whether ffmpeg has a font for titles.
pub(super) fn has_fonts() -> bool {
    let mut command = ffmpeg();
    let source = "color=s=32x32,drawtext=font=Serif:text=a";
    command.args([
        "-f",
        "lavfi",
        "-i",
        source,
        "-frames:v",
        "1",
        "-f",
        "null",
        "-",
    ]);
    finish(command).is_ok()
}

/// Makes a film of so many seconds from a picture, with silence.
pub(super) fn film(picture: &Path, seconds: u32, file: &Path) -> Result<()> {
    let mut command = ffmpeg();
    command
        .args(["-loop", "1", "-framerate", "1", "-i"])
        .arg(picture)
        .args([
            "-f",
            "lavfi",
            "-i",
            "anullsrc=r=8000:cl=mono",
            "-t",
            &seconds.to_string(),
        ])
        .args([
            "-c:v",
            "libx264",
            "-preset",
            "ultrafast",
            "-pix_fmt",
            "yuv420p",
            "-g",
            "60",
        ])
        .args(["-c:a", "aac", "-b:a", "8k", "-movflags", "+faststart"])
        .arg(file);
    finish(command).with_context(|| format!("cannot make {}", file.display()))
}

fn ffmpeg() -> Command {
    let mut command = Command::new("ffmpeg");
    command.args(["-v", "error", "-nostdin", "-y"]);
    command
}

fn finish(mut command: Command) -> Result<()> {
    let output = command.output().context("cannot run ffmpeg")?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "ffmpeg: {words}");
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_number_is_another_landscape_and_always_the_same() {
        let filter = |number| {
            let landscape = Landscape {
                number,
                width: 4,
                height: 3,
                title: "",
            };
            landscape.filter()
        };
        assert_eq!(filter(7), filter(7));
        assert_ne!(filter(7), filter(7 + LIGHTS.len() as u32));
        assert_eq!(
            filter(7).matches('(').count(),
            filter(7).matches(')').count()
        );
    }
}
