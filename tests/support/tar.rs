//! Archives that a response has.

/// Returns the paths in an archive, in their order, as far as they are short and of ASCII.
pub fn paths_in(tar: &[u8]) -> Vec<String> {
    let blocks = tar
        .chunks(512)
        .filter(|block| block[257..].starts_with(b"ustar"));
    let path = |block: &[u8]| {
        let end = block.iter().position(|byte| *byte == 0).unwrap();
        String::from_utf8(block[..end].to_vec()).unwrap()
    };
    blocks.map(path).collect()
}
