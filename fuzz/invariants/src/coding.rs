//! Content negotiation (RFC 9110 §12.5.3).

use h1::limits::{FIELD_LINES, HEAD_BYTES};
use h1::representation::coding::{Coding, preferences};

use crate::text::with_fields;

/// Leaves space in a head for a hundred field names.
const LONGEST: usize = HEAD_BYTES / 2;

/// Checks the lines of `Accept-Encoding`. No coding is offered twice, or to a client that
/// names neither it nor `*`. Letter case, empty members and the division of a list into
/// lines make no difference.
pub fn coding(bytes: &[u8]) {
    let lines: Vec<_> = bytes.split(|byte| *byte == b'\n').collect();
    let Some(found) = preferred(&lines).filter(|_| bytes.len() <= LONGEST) else {
        return;
    };
    for (place, coding) in found.iter().enumerate() {
        assert!(!found[..place].contains(coding));
        assert!(names(bytes, *coding), "{coding:?} was not asked for");
    }
    let upper = bytes.to_ascii_uppercase();
    let upper: Vec<_> = upper.split(|byte| *byte == b'\n').collect();
    assert_eq!(preferred(&upper).as_ref(), Some(&found));

    // A quoted string may contain a comma.
    if !bytes.contains(&b'"') {
        let spread: Vec<_> = bytes.split(|byte| matches!(byte, b',' | b'\n')).collect();
        if spread.len() <= FIELD_LINES {
            assert_eq!(preferred(&spread).as_ref(), Some(&found));
        }
        assert_eq!(preferred(&[&lines.join(&b", ,"[..])]), Some(found));
    }
}

/// Returns `None` where the lines are not valid fields.
fn preferred(values: &[&[u8]]) -> Option<Vec<Coding>> {
    let name = b"Accept-Encoding:";
    let lines: Vec<_> = values.iter().map(|value| [name, *value].concat()).collect();
    let mut found = None;
    with_fields(lines.iter().map(Vec::as_slice), |fields| {
        found = Some(preferences(fields).collect());
    });
    found
}

fn names(bytes: &[u8], coding: Coding) -> bool {
    let lower = bytes.to_ascii_lowercase();
    let text = String::from_utf8_lossy(&lower);
    text.contains(coding.token()) || text.contains('*')
}
