//! Names of codecs (RFC 9559 §27, and the list of codecs of Matroska).

use alloc::string::String;

use crate::film::codec;

/// Names a codec as browsers are asked for it, by its name in Matroska and its settings. A
/// name that nobody asks for is told in small letters.
pub(super) fn name(id: &str, settings: &[u8]) -> Option<String> {
    let by_settings = match id {
        "V_MPEG4/ISO/AVC" => codec::avc("avc1", settings),
        "V_MPEGH/ISO/HEVC" => codec::hevc("hvc1", settings),
        "V_AV1" => codec::av1(settings),
        "A_AAC" => codec::aac(settings),
        _ => None,
    };
    let plain = match id {
        "V_MPEG4/ISO/AVC" => "avc1",
        "V_MPEGH/ISO/HEVC" => "hvc1",
        "V_AV1" => "av01",
        "V_VP8" => "vp8",
        "V_VP9" => "vp9",
        "A_OPUS" => "opus",
        "A_VORBIS" => "vorbis",
        "A_FLAC" => "flac",
        "A_AC3" => "ac-3",
        "A_EAC3" => "ec-3",
        "A_MPEG/L3" => "mp3",
        "S_TEXT/UTF8" => "srt",
        "S_TEXT/ASS" | "S_ASS" => "ass",
        "S_TEXT/SSA" | "S_SSA" => "ssa",
        "S_TEXT/WEBVTT" | "D_WEBVTT/SUBTITLES" => "webvtt",
        "S_HDMV/PGS" => "pgs",
        "S_VOBSUB" => "vobsub",
        // The settings of old programs are in the name, as in `A_AAC/MPEG4/LC`.
        id if id.starts_with("A_AAC") => "mp4a.40.2",
        id => return by_settings.or_else(|| other(id)),
    };
    by_settings.or_else(|| Some(plain.into()))
}

fn other(id: &str) -> Option<String> {
    let (_, name) = id.split_once('_')?;
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-_/.".contains(&byte);
    name.bytes()
        .all(is_plain)
        .then(|| name.to_ascii_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codecs_have_names_of_browsers() {
        for (id, settings, expected) in [
            (
                "V_MPEG4/ISO/AVC",
                &[1, 0x64, 0, 0x28][..],
                Some("avc1.640028"),
            ),
            ("V_MPEG4/ISO/AVC", &[], Some("avc1")),
            ("V_VP9", &[], Some("vp9")),
            ("A_AAC", &[0x12, 0x10], Some("mp4a.40.2")),
            ("A_AAC/MPEG4/LC", &[], Some("mp4a.40.2")),
            ("S_TEXT/UTF8", &[], Some("srt")),
            ("A_DTS", &[], Some("dts")),
            ("V_MS/VFW/FOURCC", &[], Some("ms/vfw/fourcc")),
            ("V_\"x", &[], None),
            ("", &[], None),
        ] {
            assert_eq!(name(id, settings).as_deref(), expected, "{id}");
        }
    }
}
