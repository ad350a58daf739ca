//! Facts of a file by ffprobe.

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Facts of a file by ffprobe.
pub struct Probed(Value);

impl Probed {
    pub fn of(path: &Path) -> Self {
        let mut ffprobe = Command::new("ffprobe");
        ffprobe.args([
            "-v",
            "error",
            "-of",
            "json",
            "-show_format",
            "-show_streams",
            "-show_chapters",
        ]);
        let output = ffprobe.arg(path).output().unwrap();
        assert!(output.status.success(), "{output:?}");
        Self(serde_json::from_slice(&output.stdout).unwrap())
    }

    pub fn seconds(&self) -> Option<f64> {
        number(&self.0["format"]["duration"])
    }

    /// Returns a tag of the file, or of its first stream, where Ogg has them.
    pub fn tag(&self, name: &str) -> Option<String> {
        let of = |holder: &Value| {
            let tags = holder["tags"].as_object()?;
            let found = tags.iter().find(|(key, _)| key.eq_ignore_ascii_case(name));
            found.map(|(_, value)| value.as_str().unwrap().to_owned())
        };
        of(&self.0["format"]).or_else(|| of(&self.0["streams"][0]))
    }

    /// Returns the start and the title of each chapter.
    pub fn chapters(&self) -> Vec<(f64, String)> {
        let chapters = self.0["chapters"].as_array().unwrap().iter();
        let chapter = |it: &Value| {
            let title = it["tags"]["title"].as_str().unwrap_or_default();
            (number(&it["start_time"]).unwrap(), title.to_owned())
        };
        chapters.map(chapter).collect()
    }

    /// Returns the films, sounds and subtitles. A cover is no film.
    pub fn streams(&self) -> Vec<&Value> {
        let is_track = |it: &&Value| {
            ["video", "audio", "subtitle"].contains(&it["codec_type"].as_str().unwrap())
                && it["disposition"]["attached_pic"] != 1
        };
        self.0["streams"]
            .as_array()
            .unwrap()
            .iter()
            .filter(is_track)
            .collect()
    }
}

fn number(value: &Value) -> Option<f64> {
    value.as_str()?.parse().ok()
}
