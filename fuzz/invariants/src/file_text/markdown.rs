//! Markdown as HTML.

use pages::charset;
use pages::limits::MARKDOWN_BYTES;
use pages::markdown::{bound, write};

use super::repeated::{in_time, repeated};

/// Elements with an end.
const ELEMENTS: [&str; 22] = [
    "blockquote",
    "ul",
    "ol",
    "li",
    "p",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "pre",
    "code",
    "table",
    "thead",
    "tbody",
    "tr",
    "th",
    "td",
    "a",
    "em",
    "strong",
    "del",
];

/// Takes a number and, on the lines after it, a text that is repeated so often, up to the
/// longest document. The HTML has no tag, no attribute and no scheme but those that are known.
/// Each element ends within the one that it began in. All other text is escaped. It is no
/// longer than its bound, and takes no more time than a multiple of the worst document.
pub fn markdown(bytes: &[u8]) {
    let Some(document) = repeated(bytes, MARKDOWN_BYTES) else {
        return;
    };
    let text = charset::decode(&document);
    let page = in_time(|| {
        let mut page = String::new();
        write(&text, &mut page);
        page
    });
    assert!(page.len() <= bound(text.len()), "{} bytes", page.len());
    check(&page);
}

fn check(page: &str) {
    let mut open = Vec::new();
    let mut rest = page;
    while let Some((text, after)) = rest.split_once('<') {
        check_text(text);
        let (tag, after) = after.split_once('>').expect("a tag has an end");
        match tag.strip_prefix('/') {
            Some(name) => assert_eq!(open.pop(), Some(name), "{tag}"),
            None => {
                let (name, attributes) = tag.split_once(' ').unwrap_or((tag, ""));
                check_attributes(name, attributes);
                if ELEMENTS.contains(&name) {
                    assert!(!(name == "a" && open.contains(&"a")), "{tag}");
                    open.push(name);
                } else {
                    assert!(matches!(name, "br" | "hr" | "img"), "{tag}");
                }
            }
        }
        rest = after;
    }
    check_text(rest);
    assert!(open.is_empty(), "{open:?}");
}

fn check_text(text: &str) {
    assert!(!text.contains(['<', '>', '"', '\'']), "{text}");
    let is_text = |letter: char| !letter.is_control() || matches!(letter, '\n' | '\t');
    assert!(text.chars().all(is_text), "{text:?}");
    for reference in text.split('&').skip(1) {
        let (name, _) = reference.split_once(';').expect("a reference has an end");
        assert!(
            matches!(name, "amp" | "lt" | "gt" | "quot" | "#39"),
            "{name}"
        );
    }
}

/// Checks the attributes of an element, which are written as `name="value"`.
fn check_attributes(element: &str, attributes: &str) {
    let mut rest = attributes;
    while !rest.is_empty() {
        let (name, after) = rest.split_once("=\"").expect("an attribute has a value");
        let (value, after) = after.split_once('"').expect("a value has an end");
        check_text(value);
        match (element, name) {
            ("a", "href") | ("img", "src") => check_address(value),
            ("a" | "img", "title") | ("img", "alt") => {}
            ("img", "loading") => assert_eq!(value, "lazy"),
            ("pre", "tabindex") => assert_eq!(value, "0"),
            ("ol", "start") => assert!(value.bytes().all(|byte| byte.is_ascii_digit()), "{value}"),
            ("th", "scope") => assert_eq!(value, "col"),
            ("th" | "td", "class") => assert!(matches!(value, "center" | "right"), "{value}"),
            _ => panic!("{element} has {name}"),
        }
        rest = match after.strip_prefix(' ') {
            Some(rest) => rest,
            None => after,
        };
        assert!(rest.is_empty() || after.starts_with(' '), "{attributes}");
    }
}

/// A browser takes what is before the first `:` for a scheme, unless a `/`, `?` or `#` comes
/// before it. It ignores tabs and line feeds anywhere, and spaces and controls in front.
fn check_address(address: &str) {
    assert!(
        address.bytes().all(|byte| byte.is_ascii_graphic()),
        "{address:?}"
    );
    let end = address.find(['/', '?', '#']).unwrap_or(address.len());
    if let Some((scheme, _)) = address[..end].split_once(':') {
        let scheme = scheme.to_lowercase();
        assert!(matches!(&*scheme, "http" | "https" | "mailto"), "{address}");
    }
}
