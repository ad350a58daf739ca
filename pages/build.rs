//! Prepares what pages load: styles, scripts and pictures get a name with a hash, so that
//! browsers can keep them for ever, and are compressed once, here.

use std::fmt::Write as _;
use std::io::{Read as _, Write as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[path = "src/fnv.rs"]
mod fnv;

use fnv::Fnv;

/// Most bytes of all files together, compressed with gzip: what a first visit costs beside
/// the page.
const BUDGET: usize = 30 * 1024;

/// A built-in file: its name in Rust, its name, its media type, and the files that it is
/// made of, in this order.
type File = (
    &'static str,
    &'static str,
    &'static str,
    &'static [&'static str],
);

/// All of them. One that names another comes after it.
const FILES: [File; 5] = [
    ("MARK", "mark.svg", "image/svg+xml", &["mark.svg"]),
    (
        "MANIFEST",
        "manifest.webmanifest",
        "application/manifest+json",
        &["manifest.webmanifest"],
    ),
    (
        "PAGE_CSS",
        "page.css",
        "text/css; charset=utf-8",
        &["page.css"],
    ),
    (
        "PAGE_JS",
        "page.js",
        "text/javascript; charset=utf-8",
        &[
            "page/core.js",
            "page/list.js",
            "page/pictures.js",
            "page/facts.js",
        ],
    ),
    (
        "PLAYER_JS",
        "player.js",
        "text/javascript; charset=utf-8",
        &[
            "player/deck.js",
            "player/film.js",
            "player/subtitles.js",
            "player/chapters.js",
            "player/album.js",
        ],
    ),
];

fn main() -> ExitCode {
    for folder in ["assets", "src", "templates", "askama.toml", "build.rs"] {
        println!("cargo::rerun-if-changed={folder}");
    }
    match write() {
        Ok(()) => ExitCode::SUCCESS,
        Err(reason) => {
            println!("cargo::error={reason}");
            ExitCode::FAILURE
        }
    }
}

fn write() -> Result<(), String> {
    let out = PathBuf::from(std::env::var_os("OUT_DIR").ok_or("OUT_DIR is not set")?);
    let (mut code, mut all) = (String::new(), 0_usize);
    let mut named: Vec<(&str, &str, String)> = Vec::new();
    for (constant, file, media_type, parts) in FILES {
        let mut content = Vec::new();
        for part in parts {
            content.extend(strip(part, &read(&Path::new("assets").join(part))?)?);
        }
        for (_, other, name) in &named {
            content = replace(&content, other, name);
        }
        let mut hash = Fnv::EMPTY;
        hash.add(&content);
        let hash = hash.value();
        let (stem, extension) = file.rsplit_once('.').ok_or("a file without an ending")?;
        let name = format!("{stem}.{hash:016x}.{extension}");
        let brotli = brotli(&content)?;
        let gzip = gzip(&content)?;
        all = all.saturating_add(gzip.len());
        for (suffix, bytes) in [("", &content), (".br", &brotli), (".gz", &gzip)] {
            let path = out.join(format!("{file}{suffix}"));
            std::fs::write(&path, bytes).map_err(|error| format!("{}: {error}", path.display()))?;
        }
        let included = |suffix: &str| {
            format!("include_bytes!(concat!(env!(\"OUT_DIR\"), \"/{file}{suffix}\"))")
        };
        let _ = write!(
            code,
            "/// `{file}`.\npub static {constant}: Asset = Asset {{ name: \"{name}\", \
             media_type: \"{media_type}\", hash: 0x{hash:x}, identity: {}, brotli: {}, gzip: {} }};\n",
            included(""),
            included(".br"),
            included(".gz"),
        );
        named.push((constant, file, name));
    }
    if all > BUDGET {
        return Err(format!(
            "styles and scripts take {all} bytes compressed, and may take {BUDGET}"
        ));
    }
    let list: String = named
        .iter()
        .map(|(name, ..)| format!("&{name}, "))
        .collect();
    let _ = write!(
        code,
        "/// All of them.\npub static ALL: [&Asset; {}] = [{list}];\n\
         /// A hash of everything that shapes a page beside the directory and the request.\n\
         pub const VERSION: u64 = 0x{:x};\n",
        named.len(),
        version()?
    );
    let path = out.join("assets.rs");
    std::fs::write(&path, code).map_err(|error| format!("{}: {error}", path.display()))
}

/// Returns the content with the quoted name of another file replaced by the one with a hash.
fn replace(content: &[u8], name: &str, with: &str) -> Vec<u8> {
    let text = String::from_utf8_lossy(content);
    let quoted = |name: &str| format!("\"{name}\"");
    text.replace(&quoted(name), &quoted(with)).into_bytes()
}

/// Removes indentation, and lines that only hold a comment: the rest is sent as it is
/// written.
fn strip(file: &str, content: &[u8]) -> Result<Vec<u8>, String> {
    let text = std::str::from_utf8(content).map_err(|error| format!("{file}: {error}"))?;
    let (mut kept, mut in_comment) = (String::new(), false);
    for line in text.lines().map(str::trim) {
        if (file.ends_with(".css") || file.ends_with(".js"))
            && (in_comment || line.starts_with("/*"))
        {
            in_comment = !line.contains("*/");
            let after = line.rsplit_once("*/").map_or("", |(_, after)| after.trim());
            if !after.is_empty() {
                return Err(format!("{file}: code after a comment on its line: {line}"));
            }
        } else if !line.is_empty() && (!file.ends_with(".js") || !line.starts_with("//")) {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    Ok(kept.into_bytes())
}

fn brotli(content: &[u8]) -> Result<Vec<u8>, String> {
    let mut compressed = Vec::new();
    let mut encoder = brotli::CompressorReader::new(content, 4096, 11, 22);
    let read = encoder.read_to_end(&mut compressed);
    read.map_err(|error| error.to_string())?;
    Ok(compressed)
}

fn gzip(content: &[u8]) -> Result<Vec<u8>, String> {
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::best());
    let written = encoder.write_all(content).and_then(|()| encoder.finish());
    written.map_err(|error| error.to_string())
}

/// Returns the hash of all sources, templates and files of this crate.
fn version() -> Result<u64, String> {
    let mut files = Vec::new();
    for folder in ["assets", "src", "templates"] {
        collect(Path::new(folder), &mut files)?;
    }
    files.sort();
    let mut hash = Fnv::EMPTY;
    for file in files {
        hash.add(&read(&file)?);
    }
    Ok(hash.value())
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<(), String> {
    let failed = |error: std::io::Error| format!("{}: {error}", folder.display());
    for entry in std::fs::read_dir(folder).map_err(failed)? {
        let path = entry.map_err(failed)?.path();
        match path.is_dir() {
            true => collect(&path, files)?,
            false => files.push(path),
        }
    }
    Ok(())
}

fn read(path: &Path) -> Result<Vec<u8>, String> {
    std::fs::read(path).map_err(|error| format!("{}: {error}", path.display()))
}
