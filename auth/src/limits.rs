//! Every bound of passwords, rules and links, in one place.
//!
//! `cargo xtask limits` makes `docs/limits.md` from these comments and their lists.

/// Longest file of users. All of it is in memory, for every worker.
///
/// - unit: bytes
/// - at it: the file is refused
/// - held by: `auth::users::files_that_are_refused`
pub const USERS_FILE_BYTES: usize = 256 * 1024;

/// Most users in a file. An organisation with more has a directory service, and a proxy that
/// asks it.
///
/// - unit: users
/// - at it: the file is refused
/// - held by: `auth::users::files_that_are_refused`
pub const USERS: usize = 1_000;

/// Longest line of a file of users. A name and the longest hash take half of it.
///
/// - unit: bytes
/// - at it: the file is refused, with the number of the line
/// - held by: `auth::users::files_that_are_refused`
pub const USER_LINE_BYTES: usize = 512;

/// Longest name of a user. Mail addresses in use are shorter.
///
/// - unit: bytes
/// - at it: the file is refused, with the number of the line
/// - held by: `auth::users::files_that_are_refused`
pub const USER_NAME_BYTES: usize = 128;

/// Longest password that is tried or hashed. Password managers make up to 128 characters.
///
/// - unit: bytes
/// - at it: the password belongs to no hash, and none is made from it
/// - held by: `auth::verify::passwords_have_a_bound`
pub const PASSWORD_BYTES: usize = 512;

/// Highest cost of a bcrypt hash, as a power of two. Verifying it takes a second.
///
/// - unit: (power of two)
/// - at it: the file of users is refused, with the number of the line
/// - held by: `auth::users::hash::hashes_that_are_refused`
pub const BCRYPT_COST: u32 = 14;

/// Most memory of an argon2id hash. Verifying takes as much.
///
/// - unit: KiB
/// - at it: the file of users is refused, with the number of the line
/// - held by: `auth::users::hash::hashes_that_are_refused`
pub const ARGON2_MEMORY_KIB: u32 = 64 * 1024;

/// Most passes of an argon2id hash over its memory. Ten over the most memory take a second.
///
/// - unit: passes
/// - at it: the file of users is refused, with the number of the line
/// - held by: `auth::users::hash::hashes_that_are_refused`
pub const ARGON2_PASSES: u32 = 10;

/// Most lanes of an argon2id hash. They are computed one after the other.
///
/// - unit: lanes
/// - at it: the file of users is refused, with the number of the line
/// - held by: `auth::users::hash::hashes_that_are_refused`
pub const ARGON2_LANES: u32 = 8;

/// Longest salt, and longest digest, of an argon2id hash. Programs make 16 and 32 bytes.
///
/// - unit: bytes
/// - at it: the file of users is refused, with the number of the line
/// - held by: `auth::users::hash::hashes_that_are_refused`
pub const ARGON2_FIELD_BYTES: usize = 64;

/// Most rules for folders. Each folder is compared with those of a request.
///
/// - unit: rules
/// - at it: the start fails
/// - held by: `auth::rules::rules_that_are_refused`
pub const RULES: usize = 64;

/// Longest path of a rule or a link.
///
/// - unit: bytes
/// - at it: the rule is refused, or no link is made
/// - held by: `auth::path::paths_that_are_refused`
pub const PATH_BYTES: usize = 2 * 1024;

/// Most names in the path of a link. The token counts them in one byte.
///
/// - unit: names
/// - at it: no link is made
/// - held by: `auth::link::links_that_are_not_made`
pub const LINK_NAMES: usize = 255;

/// Fewest bytes of a key for links, so that nobody can guess it (RFC 2104 §3).
///
/// - unit: bytes
/// - at it: the key is refused
/// - held by: `auth::link::key::keys_that_are_refused`
pub const KEY_MIN_BYTES: usize = 32;

/// Most bytes of a key for links. A larger file is not a key.
///
/// - unit: bytes
/// - at it: the key is refused
/// - held by: `auth::link::key::keys_that_are_refused`
pub const KEY_MAX_BYTES: usize = 4 * 1024;

/// Fewest different bytes of a key for links. Of 32 random bytes, about 30 are different, and of
/// 64 random hexadecimal digits about 16. A file of zeros or of one word has fewer.
///
/// - unit: bytes
/// - at it: the key is refused
/// - held by: `auth::link::key::keys_that_are_refused`
pub const KEY_DIFFERENT_BYTES: usize = 8;

/// Most links that are followed to find the folders that a path really goes through. Linux
/// follows as many.
///
/// - unit: links
/// - at it: nobody sees what is at the path
/// - held by: `auth::walk::walks_have_an_end`
pub const WALK_LINKS: usize = 40;

/// Most names of a path and of all links in it. Each is a question to the file system.
///
/// - unit: names
/// - at it: nobody sees what is at the path
/// - held by: `auth::walk::walks_have_an_end`
pub const WALK_NAMES: usize = 1_000;
