//! Content of files. Each eight bytes encode their version and their offset, so that a
//! byte of another version or another offset is detected.

use crate::random::mix;

fn word(version: u64, index: u64) -> u64 {
    mix(version.wrapping_mul(0xd6e8_feb8_6659_fd93) ^ index)
}

/// Writes the bytes of a version from an offset on.
pub fn fill(version: u64, offset: u64, buffer: &mut [u8]) {
    let mut at = offset;
    let mut rest = buffer;
    while !rest.is_empty() {
        let bytes = word(version, at / 8).to_le_bytes();
        let from = (at % 8) as usize;
        let count = (8 - from).min(rest.len());
        let (now, later) = rest.split_at_mut(count);
        now.copy_from_slice(&bytes[from..from + count]);
        at += count as u64;
        rest = later;
    }
}

/// Counts the leading bytes that are those of a version at an offset.
pub fn matching(version: u64, offset: u64, bytes: &[u8]) -> usize {
    let (mut at, mut done) = (offset, 0);
    while done < bytes.len() {
        let expected = word(version, at / 8).to_le_bytes();
        let from = (at % 8) as usize;
        let count = (8 - from).min(bytes.len() - done);
        if bytes[done..done + count] != expected[from..from + count] {
            let same = |index: &usize| bytes[done + index] == expected[from + index];
            return done + (0..count).take_while(same).count();
        }
        done += count;
        at += count as u64;
    }
    done
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bytes_tell_version_and_offset() {
        let mut bytes = [0; 100];
        fill(7, 13, &mut bytes);
        assert_eq!(matching(7, 13, &bytes), 100);
        for (version, offset) in [(8, 13), (7, 12), (7, 14), (7, 21)] {
            assert!(matching(version, offset, &bytes) < 4, "{version} {offset}");
        }
        // A part of the bytes is of another version.
        fill(8, 13 + 60, &mut bytes[60..]);
        assert!((60..64).contains(&matching(7, 13, &bytes)));
    }
}
