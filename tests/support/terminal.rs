//! A pseudo-terminal: pty(7).

use std::fs::File;
use std::io::{self, Write as _};
use std::mem::MaybeUninit;
use std::os::fd::{AsRawFd, FromRawFd, OwnedFd};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::time::Instant;

use super::{Lines, TIMEOUT};

/// A terminal of 24 lines and 80 columns.
pub struct Terminal {
    side: OwnedFd,
    keyboard: File,
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
            keyboard: master.try_clone().unwrap(),
            lines: Lines::of(master),
        }
    }

    /// Returns a terminal that shows what is typed, until a program keeps it from that.
    pub fn with_keyboard() -> Self {
        let terminal = Self::new();
        change(&terminal.side, |settings| {
            settings.c_lflag |= libc::ECHO | libc::ICANON;
        });
        terminal
    }

    /// Makes it the terminal that controls a process, and its standard input.
    pub fn control(&self, command: &mut Command) {
        command.stdin(self.output());
        // SAFETY: both calls are safe between fork and exec.
        unsafe {
            command.pre_exec(|| {
                let done = libc::setsid() >= 0 && libc::ioctl(0, libc::TIOCSCTTY, 0) >= 0;
                if done {
                    Ok(())
                } else {
                    Err(io::Error::last_os_error())
                }
            })
        };
    }

    /// Types a text once the terminal does not show it any more.
    pub fn type_hidden(&self, text: &str) {
        let deadline = Instant::now() + TIMEOUT;
        let shows = || settings(&self.side).c_lflag & libc::ECHO != 0;
        while shows() {
            assert!(Instant::now() < deadline, "it shows what is typed");
            std::thread::yield_now();
        }
        (&self.keyboard).write_all(text.as_bytes()).unwrap();
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
    // SAFETY: the pointer is that of whole settings.
    change(side, |settings| unsafe { libc::cfmakeraw(settings) });
}

fn change(side: &OwnedFd, change: impl FnOnce(&mut libc::termios)) {
    let mut settings = settings(side);
    change(&mut settings);
    // SAFETY: the descriptor is open, and the pointer is that of whole settings.
    unsafe { done(libc::tcsetattr(side.as_raw_fd(), libc::TCSANOW, &settings)) };
}

fn settings(side: &OwnedFd) -> libc::termios {
    let mut settings = MaybeUninit::<libc::termios>::uninit();
    // SAFETY: the descriptor is open, and the call fills in the settings.
    unsafe {
        done(libc::tcgetattr(side.as_raw_fd(), settings.as_mut_ptr()));
        settings.assume_init()
    }
}

fn done(result: i32) -> i32 {
    assert!(result >= 0, "{}", std::io::Error::last_os_error());
    result
}
