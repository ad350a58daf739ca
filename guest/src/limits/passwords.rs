//! Bounds of passwords, of rules for folders, and of links that expire.

/// Time that a wrong password costs its client. Half a minute is nothing to who has mistyped it,
/// and a guesser has 2,880 attempts a day.
///
/// - unit: seconds
/// - at it: see `FAILURES`
/// - held by: `guest::passwords::too_many_wrong_passwords_lock_a_client_out`
pub const FAILURE_SECONDS: u64 = 30;

/// Most wrong passwords of one client that have not cost it their time yet. A person has
/// forgotten it by then, and a browser opens six connections at once.
///
/// - unit: passwords
/// - at it: the response is 429, with the time to wait, and nothing is compared
/// - held by: `guest::passwords::too_many_wrong_passwords_lock_a_client_out`
pub const FAILURES: u64 = 10;

/// Time after which a client may try again because too many passwords were being compared.
///
/// - unit: seconds
/// - at it: `Retry-After` of a 503 says it
/// - held by: `guest::passwords::a_busy_host_is_nobodys_failure`
pub const BUSY_SECONDS: u32 = 2;

/// Most passwords that are recognised without computing their hash. They take 64 KiB.
///
/// - unit: passwords
/// - at it: the least recently used one is computed again
/// - held by: `guest::passwords::known::passwords_that_are_not_used_are_forgotten`
pub const KNOWN_PASSWORDS: usize = 1_000;

/// Most folders of which the rules about them are remembered for a second.
///
/// - unit: folders
/// - at it: the file system is asked about each further one
/// - held by: `access::rules::many_folders_have_the_same_rules`
pub const RULED_FOLDERS: usize = 1_024;

/// Time for which the addresses of a playlist open a closed folder, at least. A film and a night
/// are over by then.
///
/// - unit: seconds
/// - at it: the player gets 403
/// - held by: `access::links::playlists_of_closed_folders_carry_links`
pub const PLAYLIST_SECONDS: u64 = 24 * 60 * 60;

/// Step in which such times are rounded up, so that the same playlist is made for many.
///
/// - unit: seconds
/// - at it: the playlist has other addresses
/// - held by: `access::links::playlists_of_closed_folders_carry_links`
pub const PLAYLIST_STEP_SECONDS: u64 = 60 * 60;
