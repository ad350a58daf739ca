//! `--unix-mode` and `--unix-owner`: who may connect to a Unix socket.

use anyhow::bail;

/// Reads a mode as chmod(1) has it.
pub(crate) fn mode(text: &str) -> Result<u32, String> {
    let is_octal = text.bytes().all(|byte| matches!(byte, b'0'..=b'7'));
    let mode = u32::from_str_radix(text, 8).ok();
    mode.filter(|&mode| is_octal && mode <= 0o777)
        .ok_or_else(|| "three octal digits are needed, such as 660".to_owned())
}

/// A user, a group or both, by names or numbers.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Owner {
    user: Option<String>,
    group: Option<String>,
}

/// Reads `USER`, `USER:GROUP` or `:GROUP`.
pub(crate) fn owner(text: &str) -> Result<Owner, String> {
    let (user, group) = text.split_once(':').unwrap_or((text, ""));
    let part = |name: &str| (!name.is_empty()).then(|| name.to_owned());
    let (user, group) = (part(user), part(group));
    match (&user, &group) {
        (None, None) => Err("USER, USER:GROUP or :GROUP is needed".to_owned()),
        _ => Ok(Owner { user, group }),
    }
}

/// Numbers of a user and a group.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Numbers {
    pub(crate) user: Option<u32>,
    pub(crate) group: Option<u32>,
}

impl Owner {
    /// Looks up the names.
    ///
    /// # Errors
    /// When there is no such user or group.
    pub(crate) fn numbers(&self) -> anyhow::Result<Numbers> {
        let number = |name: &Option<String>, what, find: fn(&str) -> Option<u32>| {
            let Some(name) = name else {
                return Ok(None);
            };
            match name.parse().ok().or_else(|| find(name)) {
                Some(number) => Ok(Some(number)),
                None => bail!("there is no {what} {name} (--unix-owner)"),
            }
        };
        Ok(Numbers {
            user: number(&self.user, "user", user_number)?,
            group: number(&self.group, "group", group_number)?,
        })
    }
}

/// Bytes for an entry of the system's list of users or groups. The longest are groups with
/// thousands of members.
const ENTRY_BYTES: usize = 1 << 20;

fn user_number(name: &str) -> Option<u32> {
    let name = std::ffi::CString::new(name).ok()?;
    let (mut room, mut found) = (vec![0; ENTRY_BYTES], std::ptr::null_mut());
    // SAFETY: all zeros are a value of this structure of numbers and pointers.
    let mut entry: libc::passwd = unsafe { std::mem::zeroed() };
    // SAFETY: the name ends with a zero, and the call writes to what it is given, within the
    // length of `room`.
    unsafe {
        libc::getpwnam_r(
            name.as_ptr(),
            &raw mut entry,
            room.as_mut_ptr(),
            room.len(),
            &raw mut found,
        )
    };
    (!found.is_null()).then_some(entry.pw_uid)
}

fn group_number(name: &str) -> Option<u32> {
    let name = std::ffi::CString::new(name).ok()?;
    let (mut room, mut found) = (vec![0; ENTRY_BYTES], std::ptr::null_mut());
    // SAFETY: as above.
    let mut entry: libc::group = unsafe { std::mem::zeroed() };
    // SAFETY: as above.
    unsafe {
        libc::getgrnam_r(
            name.as_ptr(),
            &raw mut entry,
            room.as_mut_ptr(),
            room.len(),
            &raw mut found,
        )
    };
    (!found.is_null()).then_some(entry.gr_gid)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn modes_and_owners() {
        let modes = [
            ("660", Some(0o660)),
            ("0600", Some(0o600)),
            ("7", Some(7)),
            ("1777", None),
        ];
        let wrong = ["", "+66", "rw", "888", "0x1"].map(|text| (text, None));
        for (text, expected) in modes.into_iter().chain(wrong) {
            assert_eq!(mode(text).ok(), expected, "{text}");
        }
        let numbers = |text: &str| {
            let found = owner(text).unwrap().numbers();
            found
                .map(|found| (found.user, found.group))
                .map_err(|error| error.to_string())
        };
        assert_eq!(numbers("root"), Ok((Some(0), None)));
        assert_eq!(numbers("root:7"), Ok((Some(0), Some(7))));
        assert_eq!(numbers(":7"), Ok((None, Some(7))));
        assert_eq!(numbers("7:"), Ok((Some(7), None)));
        let error = numbers("no-such-user-here").unwrap_err();
        assert_eq!(error, "there is no user no-such-user-here (--unix-owner)");
        assert!(
            numbers(":no-such-group-here")
                .unwrap_err()
                .contains("group")
        );
        assert!(owner("").is_err() && owner(":").is_err());
    }
}
