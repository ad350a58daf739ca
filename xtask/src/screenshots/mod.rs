//! `cargo xtask screenshots`: takes the pictures of `docs/screenshots/` anew. It draws a
//! folder, serves it with the built program, and looks at it with a headless Chromium. Names,
//! sizes and times of the files are the same each time.

mod base64;
mod browser;
mod folder;
mod landscape;

use std::{
    fs,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use anyhow::{Context, Result, ensure};

use crate::bench::clients::link::Door;
use crate::bench::running::{Running, free_address};
use crate::build;
use browser::Browser;

/// Largest picture. People load them with the README.
const PICTURE_BYTES: usize = 60 * 1024;
/// Most bytes of all pictures together.
const ALL_BYTES: usize = 400 * 1024;
/// Qualities of WebP, from the best. The first that fits is taken.
const QUALITIES: [u8; 5] = [85, 75, 65, 50, 35];

const OUT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/screenshots");

/// A picture of a page.
struct Shot {
    name: &'static str,
    address: &'static str,
    screen: Screen,
    is_dark: bool,
    /// The action before the picture is taken: a promise in JavaScript.
    before: &'static str,
}

/// Screens, in CSS pixels.
#[derive(Clone, Copy)]
pub(crate) struct Screen {
    width: u32,
    height: u32,
    /// Device pixels of a CSS pixel.
    scale: u32,
    is_phone: bool,
}

const WIDE: Screen = Screen {
    width: 1200,
    height: 750,
    scale: 1,
    is_phone: false,
};
/// For a player whose bar takes one line.
const THEATRE: Screen = Screen {
    width: 1440,
    height: 860,
    ..WIDE
};
/// For a list with the README below it.
const TALL: Screen = Screen {
    height: 1080,
    ..WIDE
};
const PHONE: Screen = Screen {
    width: 390,
    height: 720,
    scale: 2,
    is_phone: true,
};

const NOTHING: &str = "null";
/// Shows a moment of the film with subtitles and with the bar, which rests otherwise.
const FILM: &str = "new Promise(done => {
    const film = document.querySelector('#v');
    for (const track of film.textTracks) track.mode = track.language === 'en' ? 'showing' : 'disabled';
    film.addEventListener('seeked', () => setTimeout(done, 500), { once: true });
    film.currentTime = 754;
})";

/// In the order in which they are taken: those after the player show where it stopped.
const SHOTS: [Shot; 9] = [
    shot("list", "/", TALL, false, NOTHING),
    shot("dark", "/Films/?as=list&sort=-size", WIDE, true, NOTHING),
    shot("films", "/Films/", WIDE, true, NOTHING),
    shot("photos", "/Photos/", WIDE, false, NOTHING),
    shot(
        "player",
        "/Films/?open=Against%20the%20Tide%20(2019).mp4",
        THEATRE,
        false,
        FILM,
    ),
    shot(
        "album",
        "/Music/Night%20Ferry%20-%20Slack%20Water/",
        WIDE,
        false,
        NOTHING,
    ),
    shot("text", "/Projects/?open=tide.rs", WIDE, true, NOTHING),
    shot(
        "missing",
        "/Films/Against%20the%20Tied.mp4",
        WIDE,
        false,
        NOTHING,
    ),
    shot("phone", "/Films/", PHONE, false, NOTHING),
];

const fn shot(
    name: &'static str,
    address: &'static str,
    screen: Screen,
    is_dark: bool,
    before: &'static str,
) -> Shot {
    Shot {
        name,
        address,
        screen,
        is_dark,
        before,
    }
}

#[derive(clap::Args)]
pub(crate) struct Options {
    /// Take only these pictures
    #[arg(value_name = "NAME", value_parser = SHOTS.map(|shot| shot.name))]
    names: Vec<String>,

    /// Use this program instead of building it
    #[arg(long, value_name = "FILE")]
    program: Option<PathBuf>,

    /// The directory for the pictures [default: docs/screenshots]
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(crate) fn run(options: &Options) -> Result<()> {
    let program = match &options.program {
        Some(program) => program.clone(),
        None => build::porthole()?,
    };
    // Beside `release`, the directory of this program.
    let state = std::env::current_exe()?
        .with_file_name("")
        .join("../screenshots");
    let root = state.join("folder");
    folder::make(&root)?;
    let server = serve(&program, &root)?;
    let mut browser = Browser::start(&state.join("profile"))?;
    let out = options.out.as_deref().unwrap_or(Path::new(OUT));
    fs::create_dir_all(out)?;
    let is_chosen = |shot: &&Shot| {
        options.names.is_empty() || options.names.iter().any(|name| name == shot.name)
    };
    let mut bytes = 0;
    for shot in SHOTS.iter().filter(is_chosen) {
        let address = format!("http://{}{}", server.door.address, shot.address);
        let picture = take(&mut browser, shot, &address).with_context(|| shot.name)?;
        let file = out.join(shot.name).with_extension("webp");
        fs::write(&file, &picture).with_context(|| format!("cannot write {}", file.display()))?;
        println!("{} KiB  {}", picture.len().div_ceil(1024), shot.name);
        bytes += picture.len();
    }
    ensure!(
        bytes <= ALL_BYTES,
        "all pictures together have {bytes} bytes"
    );
    Ok(())
}

fn serve(program: &Path, root: &Path) -> Result<Running> {
    let address = free_address()?;
    let mut command = Command::new(program);
    command
        .arg(root)
        .args([
            "--port",
            &address.port().to_string(),
            "--bind",
            "127.0.0.1",
            "--quiet",
        ])
        .stdin(Stdio::null())
        .stdout(Stdio::null());
    Running::start(command, Door::plain(address), "/")
}

fn take(browser: &mut Browser, shot: &Shot, address: &str) -> Result<Vec<u8>> {
    browser.show(address, shot.screen, shot.is_dark)?;
    browser.wait_for(shot.before)?;
    for quality in QUALITIES {
        let picture = browser.picture(quality)?;
        if picture.len() <= PICTURE_BYTES {
            return Ok(picture);
        }
    }
    anyhow::bail!("the picture has more than {PICTURE_BYTES} bytes")
}
