//! Text that the host prints, beside the same in the component's log.

use libtest_mimic::Trial;

use crate::support::trials;

pub fn trials() -> Vec<Trial> {
    trials![host_and_component_have_one_list_of_deceptive_characters]
}

/// The host does not depend on the crate that has the list.
fn host_and_component_have_one_list_of_deceptive_characters() {
    use h1::syntax::deceptive::{is_deceptive, is_joiner};
    let mut count = 0;
    for letter in (0x80..=u32::from(char::MAX)).filter_map(char::from_u32) {
        let shown = porthole::printable(letter);
        let expected = letter.is_control() || is_deceptive(letter) || is_joiner(letter);
        assert_eq!(shown != letter.to_string(), expected, "{letter:?}");
        count += usize::from(expected);
    }
    assert!(count > 100, "{count}");
}
