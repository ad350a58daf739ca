//! Styles, scripts and pictures that pages load. `build.rs` prepares them from `assets/`.
//!
//! Their names have a hash of their content, so another version has another address, and
//! browsers keep each for ever.

use h1::representation::coding::Coding;

/// The reserved directory of the root that holds them.
pub const PREFIX: &str = ".porthole";

/// Rules for programs that fetch whole sites, for a root that has no file of this name.
pub const ROBOTS: &str = "User-agent: *\nDisallow: /.porthole/\n";

/// A built-in file.
#[derive(Debug)]
pub struct Asset {
    /// Its name in the reserved directory.
    pub name: &'static str,
    /// Its media type.
    pub media_type: &'static str,
    /// A hash of its content.
    pub hash: u64,
    /// Its content.
    pub identity: &'static [u8],
    brotli: &'static [u8],
    gzip: &'static [u8],
}

impl Asset {
    /// Returns the file with this name.
    pub fn named(name: &str) -> Option<&'static Self> {
        let mut all = ALL.iter().copied();
        all.find(|asset| asset.name == name)
    }

    /// Returns its content in a coding, if it is there in that coding.
    pub fn encoded(&self, coding: Coding) -> Option<&'static [u8]> {
        match coding {
            Coding::Brotli => Some(self.brotli),
            Coding::Gzip => Some(self.gzip),
            Coding::Zstd => None,
        }
    }
}

include!(concat!(env!("OUT_DIR"), "/assets.rs"));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_has_a_name_of_its_content() {
        for asset in ALL {
            assert_eq!(
                Asset::named(asset.name).map(|found| found.hash),
                Some(asset.hash)
            );
            assert!(asset.name.contains(&alloc::format!("{:016x}", asset.hash)));
            for coding in [Coding::Brotli, Coding::Gzip] {
                assert!(asset.encoded(coding).unwrap().len() < asset.identity.len());
            }
        }
        assert!(Asset::named("page.css").is_none());
    }
}
