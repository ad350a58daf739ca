//! A block of `ustar` (POSIX.1-2001, "ustar Interchange Format").

/// Bytes of a block.
pub(crate) const BLOCK: usize = 512;

/// Bytes of the field `name`. A name that fills it has no NUL behind it.
pub(super) const NAME_BYTES: usize = 100;

/// Where each field begins.
const NAME: usize = 0;
const MODE: usize = 100;
const UID: usize = 108;
const GID: usize = 116;
const SIZE: usize = 124;
const MTIME: usize = 136;
const CHECKSUM: usize = 148;
const TYPE: usize = 156;
const MAGIC: usize = 257;
const DEVICE_MAJOR: usize = 329;
const DEVICE_MINOR: usize = 337;

/// Digits of the fields with short and with long numbers. A NUL follows them.
const SHORT: usize = 7;
const LONG: usize = 11;

/// Digits of the checksum, behind which there are a NUL and a space.
const CHECKSUM_DIGITS: usize = 6;

/// The fields `magic` and `version`.
const USTAR: &[u8] = b"ustar\x0000";

/// A block about an entry.
pub(super) struct Block([u8; BLOCK]);

impl Block {
    /// Returns a block for an entry of this type, which belongs to user and group 0, and has
    /// neither a size nor a time.
    pub fn new(type_: u8, mode: u64) -> Self {
        let mut block = Self([0; BLOCK]);
        for (at, number) in [
            (MODE, mode),
            (UID, 0),
            (GID, 0),
            (DEVICE_MAJOR, 0),
            (DEVICE_MINOR, 0),
        ] {
            block.put_octal(at, SHORT, number);
        }
        block.put_octal(SIZE, LONG, 0);
        block.put_octal(MTIME, LONG, 0);
        block.put(TYPE, [type_]);
        block.put(MAGIC, USTAR.iter().copied());
        block
    }

    /// Sets the name, of which the caller has cut what does not fit.
    pub fn set_name(&mut self, name: impl IntoIterator<Item = u8>) {
        self.put(NAME, name);
    }

    /// Sets the size in bytes, unless it has too many digits. Then it stays 0.
    pub fn set_size(&mut self, size: u64) -> bool {
        self.put_octal(SIZE, LONG, size)
    }

    /// Sets the time of the last modification in seconds since 1970, as with the size.
    pub fn set_modified(&mut self, seconds: u64) -> bool {
        self.put_octal(MTIME, LONG, seconds)
    }

    /// Returns the bytes, with their checksum: the sum of all of them, with spaces in place of
    /// the checksum.
    pub fn finish(mut self) -> [u8; BLOCK] {
        self.put(CHECKSUM, [b' '; CHECKSUM_DIGITS + 2]);
        let sum = self.0.iter().copied().map(u64::from).sum();
        self.put_octal(CHECKSUM, CHECKSUM_DIGITS, sum);
        self.put(CHECKSUM.saturating_add(CHECKSUM_DIGITS), [0]);
        self.0
    }

    /// Writes a number in octal digits, unless it has more than that.
    fn put_octal(&mut self, at: usize, digits: usize, number: u64) -> bool {
        let mut left = number;
        let places = self.0.iter_mut().skip(at).take(digits);
        let needed = u64::BITS.saturating_sub(number.leading_zeros()).div_ceil(3);
        if needed as usize > digits {
            return false;
        }
        for place in places.rev() {
            let digit = u8::try_from(left % 8).unwrap_or(0);
            *place = b'0'.saturating_add(digit);
            left /= 8;
        }
        true
    }

    fn put(&mut self, at: usize, bytes: impl IntoIterator<Item = u8>) {
        for (place, byte) in self.0.iter_mut().skip(at).zip(bytes) {
            *place = byte;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_have_as_many_digits_as_their_field() {
        let mut block = Block::new(b'0', 0o644);
        assert!(block.set_size(0o77_777_777_777) && block.set_modified(0o12_345));
        assert!(!block.set_size(0o100_000_000_000));
        let bytes = block.finish();
        assert_eq!(&bytes[100..108], b"0000644\0");
        assert_eq!(&bytes[124..136], b"77777777777\0");
        assert_eq!(&bytes[136..148], b"00000012345\0");
        assert_eq!(&bytes[257..265], b"ustar\x0000");
    }

    #[test]
    fn the_checksum_is_the_sum_with_spaces_in_its_place() {
        let mut block = Block::new(b'5', 0o755);
        block.set_name(*b"a/");
        let mut bytes = block.finish();
        let checksum = bytes[148..156].to_vec();
        bytes[148..156].fill(b' ');
        let sum: u32 = bytes.iter().map(|byte| u32::from(*byte)).sum();
        assert_eq!(checksum, alloc::format!("{sum:06o}\0 ").into_bytes());
    }
}
