//! A pseudo-terminal: pty(7).

use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::process::Stdio;

use super::Lines;

/// A terminal of 24 lines and 80 columns, on which no one types.
pub struct Terminal {
    side: OwnedFd,
    /// The bytes that it shows.
    pub lines: Lines,
}

impl Terminal {
    pub fn new() -> Self {
        // A process that another test starts at the same time inherits neither side, which
        // `openpty` does not guarantee.
        let mut options = File::options();
        let master = options.read(true).write(true).open("/dev/ptmx").unwrap();
        let flags = libc::O_RDWR | libc::O_NOCTTY | libc::O_CLOEXEC;
        let (unlock, size) = (
            0,
            libc::winsize {
                ws_row: 24,
                ws_col: 80,
                ws_xpixel: 0,
                ws_ypixel: 0,
            },
        );
        // SAFETY: the descriptor is open, and the pointers are valid for the calls.
        let side = unsafe {
            done(libc::ioctl(master.as_raw_fd(), libc::TIOCSPTLCK, &unlock));
            done(libc::ioctl(master.as_raw_fd(), libc::TIOCSWINSZ, &size));
            done(libc::ioctl(master.as_raw_fd(), libc::TIOCGPTPEER, flags))
        };
        // SAFETY: the descriptor was just opened, and nothing else owns it.
        let side = unsafe { OwnedFd::from_raw_fd(side) };
        add_no_carriage_returns(&side);
        Self {
            side,
            lines: Lines::of(master),
        }
    }

    /// Waits until no process holds it any more, and returns all lines.
    pub fn shown(self) -> Vec<String> {
        drop(self.side);
        self.lines.to_end()
    }

    /// Returns the terminal as an output of a process.
    pub fn output(&self) -> Stdio {
        self.side.try_clone().unwrap().into()
    }
}

fn add_no_carriage_returns(side: &OwnedFd) {
    let mut settings = MaybeUninit::<libc::termios>::uninit();
    // SAFETY: the descriptor is open, and the first call fills in the settings.
    unsafe {
        done(libc::tcgetattr(side.as_raw_fd(), settings.as_mut_ptr()));
        libc::cfmakeraw(settings.as_mut_ptr());
        done(libc::tcsetattr(
            side.as_raw_fd(),
            libc::TCSANOW,
            settings.as_ptr(),
        ));
    }
}

fn done(result: i32) -> i32 {
    assert!(result >= 0, "{}", std::io::Error::last_os_error());
    result
}
