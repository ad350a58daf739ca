//! The two parts of a file's name.

/// Returns a name without its extension. A name that only begins with a dot has none.
#[must_use]
pub fn stem(name: &str) -> &str {
    match name.rsplit_once('.') {
        Some((stem, _)) if !stem.is_empty() => stem,
        _ => name,
    }
}

/// Returns the text after the last dot of a name, or nothing.
#[must_use]
pub fn extension(name: &str) -> &str {
    name.rsplit_once('.').map_or("", |(_, extension)| extension)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_of_names() {
        for (name, first, last) in [
            ("film.mkv", "film", "mkv"),
            ("a.tar.gz", "a.tar", "gz"),
            (".hidden", ".hidden", "hidden"),
            ("plain", "plain", ""),
            ("end.", "end", ""),
            ("", "", ""),
        ] {
            assert_eq!((stem(name), extension(name)), (first, last), "{name}");
        }
    }
}
