//! Languages by code and by name, with the names that those who speak them use.

use alloc::string::String;

/// A language, by the codes of ISO 639-1 and 639-2, and by its names.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Language {
    /// The code of two letters, which is also the tag of BCP 47.
    pub(super) code: &'static str,
    /// The codes of three letters. A language may have two of them.
    codes: [&'static str; 2],
    english: &'static str,
    /// The language's own name.
    pub(super) name: &'static str,
}

const fn language(
    code: &'static str,
    codes: [&'static str; 2],
    english: &'static str,
    name: &'static str,
) -> Language {
    Language {
        code,
        codes,
        english,
        name,
    }
}

static LANGUAGES: [Language; 46] = [
    language("ar", ["ara", ""], "Arabic", "العربية"),
    language("bg", ["bul", ""], "Bulgarian", "Български"),
    language("bn", ["ben", ""], "Bengali", "বাংলা"),
    language("ca", ["cat", ""], "Catalan", "Català"),
    language("cs", ["ces", "cze"], "Czech", "Čeština"),
    language("da", ["dan", ""], "Danish", "Dansk"),
    language("de", ["deu", "ger"], "German", "Deutsch"),
    language("el", ["ell", "gre"], "Greek", "Ελληνικά"),
    language("en", ["eng", ""], "English", "English"),
    language("es", ["spa", ""], "Spanish", "Español"),
    language("et", ["est", ""], "Estonian", "Eesti"),
    language("eu", ["eus", "baq"], "Basque", "Euskara"),
    language("fa", ["fas", "per"], "Persian", "فارسی"),
    language("fi", ["fin", ""], "Finnish", "Suomi"),
    language("fr", ["fra", "fre"], "French", "Français"),
    language("gl", ["glg", ""], "Galician", "Galego"),
    language("he", ["heb", ""], "Hebrew", "עברית"),
    language("hi", ["hin", ""], "Hindi", "हिन्दी"),
    language("hr", ["hrv", ""], "Croatian", "Hrvatski"),
    language("hu", ["hun", ""], "Hungarian", "Magyar"),
    language("id", ["ind", ""], "Indonesian", "Bahasa Indonesia"),
    language("is", ["isl", "ice"], "Icelandic", "Íslenska"),
    language("it", ["ita", ""], "Italian", "Italiano"),
    language("ja", ["jpn", ""], "Japanese", "日本語"),
    language("ko", ["kor", ""], "Korean", "한국어"),
    language("lt", ["lit", ""], "Lithuanian", "Lietuvių"),
    language("lv", ["lav", ""], "Latvian", "Latviešu"),
    language("ms", ["msa", "may"], "Malay", "Bahasa Melayu"),
    language("nb", ["nob", ""], "Bokmål", "Norsk bokmål"),
    language("nl", ["nld", "dut"], "Dutch", "Nederlands"),
    language("nn", ["nno", ""], "Nynorsk", "Norsk nynorsk"),
    language("no", ["nor", ""], "Norwegian", "Norsk"),
    language("pl", ["pol", ""], "Polish", "Polski"),
    language("pt", ["por", ""], "Portuguese", "Português"),
    language("ro", ["ron", "rum"], "Romanian", "Română"),
    language("ru", ["rus", ""], "Russian", "Русский"),
    language("sk", ["slk", "slo"], "Slovak", "Slovenčina"),
    language("sl", ["slv", ""], "Slovenian", "Slovenščina"),
    language("sr", ["srp", ""], "Serbian", "Српски"),
    language("sv", ["swe", ""], "Swedish", "Svenska"),
    language("ta", ["tam", ""], "Tamil", "தமிழ்"),
    language("th", ["tha", ""], "Thai", "ไทย"),
    language("tr", ["tur", ""], "Turkish", "Türkçe"),
    language("uk", ["ukr", ""], "Ukrainian", "Українська"),
    language("vi", ["vie", ""], "Vietnamese", "Tiếng Việt"),
    language("zh", ["zho", "chi"], "Chinese", "中文"),
];

/// Returns the language with a code or a name, whatever its letter case.
pub(super) fn find(word: &str) -> Option<&'static Language> {
    let is_code = |code: &str| !code.is_empty() && code.eq_ignore_ascii_case(word);
    LANGUAGES.iter().find(|language| {
        is_code(language.code)
            || language.codes.iter().any(|code| is_code(code))
            || language.english.eq_ignore_ascii_case(word)
            || lowercase(language.name).eq(lowercase(word))
    })
}

/// Returns the language of a tag such as `pt-BR` or `zh_Hans`, and what follows the
/// language in the form of BCP 47 (RFC 5646 §2.1.1): `BR`, `Hans`.
pub(super) fn find_tag(tag: &str) -> Option<(&'static Language, String)> {
    let (code, rest) = tag.split_once(['-', '_'])?;
    let language = find(code).filter(|_| code.len() <= 3)?;
    let mut subtags = String::with_capacity(rest.len());
    for subtag in rest.split(['-', '_']) {
        if !subtags.is_empty() {
            subtags.push('-');
        }
        let is_of = |fits: fn(&u8) -> bool| subtag.bytes().all(|byte| fits(&byte));
        match subtag.len() {
            2 if is_of(u8::is_ascii_alphabetic) => subtags.push_str(&subtag.to_ascii_uppercase()),
            3 if is_of(u8::is_ascii_digit) => subtags.push_str(subtag),
            4 if is_of(u8::is_ascii_alphabetic) => {
                let (first, rest) = subtag.split_at_checked(1)?;
                subtags.push_str(&first.to_ascii_uppercase());
                subtags.push_str(&rest.to_ascii_lowercase());
            }
            _ => return None,
        }
    }
    Some((language, subtags))
}

fn lowercase(word: &str) -> impl Iterator<Item = char> {
    word.chars().flat_map(char::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_every_code_and_name() {
        assert!(LANGUAGES.is_sorted_by(|a, b| a.code < b.code));
        for language in &LANGUAGES {
            let words = [language.code, language.english, language.name];
            for word in words.into_iter().chain(language.codes) {
                assert!(word.is_empty() || find(word) == Some(language), "{word}");
            }
        }
        for (word, code) in [
            ("ENG", "en"),
            ("ger", "de"),
            ("DEUTSCH", "de"),
            ("\u{10c}E\u{160}TINA", "cs"),
        ] {
            assert_eq!(
                find(word).map(|language| language.code),
                Some(code),
                "{word}"
            );
        }
        for word in ["", "e", "xx", "englis", "forced"] {
            assert_eq!(find(word), None, "{word}");
        }
    }

    #[test]
    fn tags_have_the_form_of_bcp_47() {
        for (tag, expected) in [
            ("pt-br", Some(("pt", "BR"))),
            ("zh_hans", Some(("zh", "Hans"))),
            ("zh-HANT-tw", Some(("zh", "Hant-TW"))),
            ("es-419", Some(("es", "419"))),
            ("en", None),
            ("en-", None),
            ("xx-US", None),
            ("english-us", None),
            ("en-forced", None),
        ] {
            let found = find_tag(tag);
            let found = found
                .as_ref()
                .map(|(language, rest)| (language.code, &**rest));
            assert_eq!(found, expected, "{tag}");
        }
    }
}
