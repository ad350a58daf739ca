//! The folder on the pictures. Only what one can see is real: pictures, one film, texts. The
//! other files are holes of the right size.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
    time::{Duration, SystemTime},
};

use anyhow::{Context, Result};

use super::landscape::{self, Landscape};

/// Films, with their titles as on the posters and their sizes in MiB.
const FILMS: [(&str, &str, u64); 8] = [
    (FILM, "Against\nthe Tide", FILM_MIB),
    ("A Winter Signal (2014).mkv", "A Winter\nSignal", 1_893),
    ("Cartographers (2018).mp4", "Cartographers", 2_207),
    ("Harbour Lights (1957).mkv", "Harbour\nLights", 4_301),
    ("Meridian (2023).mp4", "Meridian", 3_470),
    (
        "Night Ferry to Ostend (1968).mkv",
        "Night Ferry\nto Ostend",
        1_204,
    ),
    ("Saltwater (2021).webm", "Saltwater", 986),
    ("The Lamp Room (2011).mkv", "The\nLamp Room", 2_712),
];

/// The film that plays.
const FILM: &str = "Against the Tide (2019).mp4";
const FILM_SECONDS: u32 = 5_640;
const FILM_MIB: u64 = 1_548;

/// Tracks, with their sizes in MiB.
const TRACKS: [(&str, u64); 9] = [
    ("01 Casting Off.flac", 24),
    ("02 Slack Water.flac", 31),
    ("03 Lights of the Other Side.flac", 28),
    ("04 Engine Room.flac", 19),
    ("05 Two Short, One Long.flac", 22),
    ("06 Fog Signal.flac", 35),
    ("07 Duty Free.flac", 17),
    ("08 The Vending Machine at Three.flac", 26),
    ("09 Breakfast in Ostend.flac", 30),
];

const PHOTOS: u32 = 15;

/// Files in the root, with their sizes in KiB.
const OTHERS: [(&str, u64); 5] = [
    ("charts.zip", 48_213),
    ("Crossing, from the bridge.mp4", 712_004),
    ("Fog signal.flac", 35_912),
    ("tide tables 2026.pdf", 1_204),
    ("waypoints.gpx", 88),
];

const README: &str = "\
# The boat's shelf

Everything from the **winter crossings**, and the films for rainy harbours. It is *read-only*:
[photos](Photos/) may be downloaded in full size.

| what | where |
| --- | --- |
| films | `Films/`, with subtitles |
| music | `Music/` |
";

const SUBTITLES: &str = "\
1
00:12:30,000 --> 00:12:40,000
That light has not been lit
for thirty years.
";

const SOURCE: &str = r#"//! The height of the tide, by the harmonics of a harbour.

use std::f64::consts::TAU;

/// One harmonic: a wave with a period of its own.
#[derive(Clone, Copy, Debug)]
pub struct Harmonic {
    /// Half the height between its low and its high water, in metres.
    pub amplitude: f64,
    /// Hours from one high water to the next.
    pub period: f64,
    /// Hours after midnight of the first high water.
    pub phase: f64,
}

/// The moon twice a day, the sun twice a day, the moon once a day.
pub const OSTEND: [Harmonic; 3] = [
    Harmonic { amplitude: 1.79, period: 12.42, phase: 0.6 },
    Harmonic { amplitude: 0.53, period: 12.00, phase: 2.1 },
    Harmonic { amplitude: 0.08, period: 25.82, phase: 6.4 },
];

/// Returns the height of the water above its mean, in metres.
pub fn height(harmonics: &[Harmonic], hours: f64) -> f64 {
    let wave = |it: &Harmonic| it.amplitude * (TAU * (hours - it.phase) / it.period).cos();
    harmonics.iter().map(wave).sum()
}

fn main() {
    for hour in 0..24 {
        // A line for each hour, with a bar as long as the water is high.
        let height = height(&OSTEND, f64::from(hour));
        let bar = "~".repeat(((height + 3.0) * 8.0) as usize);
        println!("{hour:02}:00  {height:+.2} m  {bar}");
    }
}
"#;

/// Makes the folder anew.
pub(super) fn make(root: &Path) -> Result<()> {
    if root.exists() {
        fs::remove_dir_all(root)?;
    }
    let mut folder = Folder {
        root: root.into(),
        has_fonts: landscape::has_fonts(),
        made: 0,
    };
    folder.films()?;
    folder.music()?;
    folder.photos()?;
    folder.text("Projects/tide.rs", SOURCE)?;
    folder.text("README.md", README)?;
    for (name, kib) in OTHERS {
        folder.hole(name, kib << 10)?;
    }
    folder.date_directories()
}

struct Folder {
    root: PathBuf,
    has_fonts: bool,
    /// Files that were made, which tells the time of the next.
    made: u32,
}

impl Folder {
    fn films(&mut self) -> Result<()> {
        for ((name, title, mib), number) in FILMS.into_iter().zip(0..) {
            let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
            self.picture(
                &format!("Films/{stem}-poster.jpg"),
                number,
                (400, 600),
                title,
            )?;
            if name != FILM {
                self.hole(&format!("Films/{name}"), mib << 20)?;
            }
        }
        let still = self.root.with_file_name("still.png");
        let landscape = Landscape {
            number: 0,
            width: 1280,
            height: 720,
            title: "",
        };
        landscape.draw(&still, self.has_fonts)?;
        let film = self.path(&format!("Films/{FILM}"))?;
        landscape::film(&still, FILM_SECONDS, &film)?;
        pad(&film, FILM_MIB << 20)?;
        self.date(&film)?;
        let stem = FILM.trim_end_matches(".mp4");
        for language in ["en", "fr", "nl"] {
            self.text(&format!("Films/{stem}.{language}.srt"), SUBTITLES)?;
        }
        Ok(())
    }

    fn music(&mut self) -> Result<()> {
        let album = "Music/Night Ferry - Slack Water";
        self.picture(&format!("{album}/cover.jpg"), 8, (600, 600), "Slack Water")?;
        for (name, mib) in TRACKS {
            // Not a round number, as sizes are.
            self.hole(&format!("{album}/{name}"), (mib << 20) + 613_000)?;
        }
        Ok(())
    }

    fn photos(&mut self) -> Result<()> {
        for number in 0..PHOTOS {
            let size = match number % 4 {
                1 => (420, 560),
                3 => (900, 420),
                _ => (720, 480),
            };
            let name = format!("Photos/Crossing {:02}.jpg", number + 1);
            self.picture(&name, number + 20, size, "")?;
        }
        Ok(())
    }

    fn picture(&mut self, name: &str, number: u32, size: (u32, u32), title: &str) -> Result<()> {
        let file = self.path(name)?;
        let (width, height) = size;
        let landscape = Landscape {
            number,
            width,
            height,
            title,
        };
        landscape.draw(&file, self.has_fonts)?;
        self.date(&file)
    }

    fn text(&mut self, name: &str, text: &str) -> Result<()> {
        let file = self.path(name)?;
        fs::write(&file, text)?;
        self.date(&file)
    }

    /// Makes a file of a size that takes no space.
    fn hole(&mut self, name: &str, bytes: u64) -> Result<()> {
        let file = self.path(name)?;
        File::create(&file)?.set_len(bytes)?;
        self.date(&file)
    }

    /// Returns the path of a file whose directory exists.
    fn path(&self, name: &str) -> Result<PathBuf> {
        let path = self.root.join(name);
        let directory = path.parent().context("a directory")?;
        fs::create_dir_all(directory)?;
        Ok(path)
    }

    /// Gives a file a time of its own, the same at each run.
    fn date(&mut self, file: &Path) -> Result<()> {
        /// 2026-01-02 09:14 UTC.
        const START: Duration = Duration::from_secs(1_767_345_240);
        const STEP: Duration = Duration::from_secs(5 * 86_400 + 3 * 3_600 + 1_020);
        let time = SystemTime::UNIX_EPOCH + START + STEP * self.made;
        self.made += 1;
        Ok(File::open(file)?.set_modified(time)?)
    }

    fn date_directories(&mut self) -> Result<()> {
        for name in [
            "Films",
            "Music/Night Ferry - Slack Water",
            "Music",
            "Photos",
            "Projects",
            "",
        ] {
            self.date(&self.root.join(name))?;
        }
        Ok(())
    }
}

/// Makes a film as large as films are, by a box without content at its end (ISO 14496-12
/// §8.1.2). It is a hole.
fn pad(film: &Path, bytes: u64) -> Result<()> {
    let mut file = File::options().append(true).open(film)?;
    let size = bytes.saturating_sub(file.metadata()?.len());
    // A size of 1 says that the true one follows the name.
    file.write_all(&[&1_u32.to_be_bytes()[..], b"free", &size.to_be_bytes()].concat())?;
    Ok(file.set_len(bytes)?)
}
