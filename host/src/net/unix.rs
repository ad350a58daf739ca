//! Listeners of Unix sockets.

use std::ffi::CString;
use std::fs::{self, Metadata};
use std::io;
use std::net::{Ipv6Addr, SocketAddr, TcpStream};
use std::os::fd::OwnedFd;
use std::os::unix::ffi::OsStrExt as _;
use std::os::unix::fs::{FileTypeExt as _, MetadataExt as _, lchown};
use std::os::unix::net::{SocketAddr as UnixAddr, UnixListener, UnixStream};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU32, Ordering};

use socket2::{Domain, SockAddr, Socket, Type};

use super::folder_lock::FolderLock;
use crate::limits;
use crate::place::Place;

/// Mode and owner of a Unix socket: whoever may write to its file may connect.
///
/// ```
/// # fn main() -> Result<(), porthole::Error> {
/// # let folder = std::env::temp_dir().join(format!("porthole-{}", std::process::id()));
/// # std::fs::create_dir_all(&folder).unwrap();
/// # let path = folder.join("media.sock");
/// let options = porthole::UnixOptions {
///     mode: Some(0o660),
///     ..porthole::UnixOptions::default()
/// };
/// let listeners = porthole::Listeners::bind_unix(path, &options)?;
/// # drop(listeners);
/// # std::fs::remove_dir(folder).unwrap();
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct UnixOptions {
    /// Mode of the file. Default: what the process's umask leaves of 0777.
    pub mode: Option<u32>,
    /// Number of the user who owns the file. Default: the user of the process.
    pub owner: Option<u32>,
    /// Number of the group that owns the file. Default: that of a new file.
    pub group: Option<u32>,
}

/// A bound Unix socket.
#[derive(Debug)]
pub(crate) struct Listener {
    /// `None` if another process has made it, which may need it later. It goes before the
    /// listener.
    pub(crate) file: Option<SocketFile>,
    pub(crate) listener: UnixListener,
    /// Address that stands for it.
    pub(super) address: SocketAddr,
    path: PathBuf,
}

impl Listener {
    /// Makes the socket's file and listens. A file that another server has left behind is
    /// replaced, and one on which a server listens is not, however many start at once.
    pub(super) fn bind(path: &Path, options: &UnixOptions) -> io::Result<Self> {
        let length = path.as_os_str().len();
        if UnixAddr::from_pathname(path).is_err() {
            let words = format!("{length} bytes are too many for the path of a socket");
            return Err(io::Error::new(io::ErrorKind::InvalidInput, words));
        }
        // Until it listens, it looks like one that was left behind.
        let _lock = FolderLock::beside(path);
        make_way(path)?;
        let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
        socket.bind(&SockAddr::unix(path)?)?;
        // From here on, an error removes the file.
        let file = SocketFile::at(path)?;
        // Nobody can connect before the socket listens, whatever the mode was until then.
        if options.owner.is_some() || options.group.is_some() {
            lchown(path, options.owner, options.group).map_err(|error| said("owner", &error))?;
        }
        if let Some(mode) = options.mode {
            set_mode(path, mode).map_err(|error| said("mode", &error))?;
        }
        socket.listen(limits::BACKLOG)?;
        Ok(Self {
            listener: OwnedFd::from(socket).into(),
            address: next_address(),
            path: path.to_owned(),
            file: Some(file),
        })
    }

    /// Takes over a socket that another process has bound, at a path or at a name of the
    /// abstract namespace.
    pub(super) fn inherited(listener: UnixListener) -> io::Result<Self> {
        let path = shown(&listener.local_addr()?);
        Ok(Self {
            listener,
            address: next_address(),
            path,
            file: None,
        })
    }

    pub(super) fn place(&self) -> Place {
        Place::Unix {
            address: self.address,
            path: self.path.clone(),
        }
    }
}

fn said(what: &str, error: &io::Error) -> io::Error {
    io::Error::new(error.kind(), format!("its {what} cannot be set: {error}"))
}

/// Returns the path of a socket, or its name in the abstract namespace after an `@`.
fn shown(address: &UnixAddr) -> PathBuf {
    #[cfg(any(target_os = "android", target_os = "linux"))]
    if let Some(name) = std::os::linux::net::SocketAddrExt::as_abstract_name(address) {
        return format!("@{}", String::from_utf8_lossy(name)).into();
    }
    address
        .as_pathname()
        .map(Path::to_owned)
        .unwrap_or_default()
}

/// Returns an address for the component that no other listener of this process has, unless
/// it has made tens of thousands. The addresses are those for discarding (RFC 6666): nothing
/// is reached at them.
fn next_address() -> SocketAddr {
    static MADE: AtomicU32 = AtomicU32::new(0);
    let number = MADE.fetch_add(1, Ordering::Relaxed);
    let number = number.checked_rem(u32::from(u16::MAX)).unwrap_or_default();
    let number = u16::try_from(number).unwrap_or_default().saturating_add(1);
    SocketAddr::new(Ipv6Addr::new(0x100, 0, 0, 0, 0, 0, 0, number).into(), 80)
}

/// Removes a socket on which nobody listens any more.
fn make_way(path: &Path) -> io::Result<()> {
    let metadata = match fs::symlink_metadata(path) {
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
        metadata => metadata?,
    };
    if !metadata.file_type().is_socket() {
        let words = "there is a file that is no socket";
        return Err(io::Error::new(io::ErrorKind::AlreadyExists, words));
    }
    // A full queue must not hold up the question.
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    match socket.connect(&SockAddr::unix(path)?) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => fs::remove_file(path),
        Err(error) if error.kind() != io::ErrorKind::WouldBlock => {
            let words =
                format!("there is a socket, and it does not say whether it is used: {error}");
            Err(io::Error::new(io::ErrorKind::AlreadyExists, words))
        }
        Ok(()) | Err(_) => {
            let words = "another server listens there";
            Err(io::Error::new(io::ErrorKind::AddrInUse, words))
        }
    }
}

/// Sets the mode of a file, and of nothing that a link in its place leads to.
fn set_mode(path: &Path, mode: u32) -> io::Result<()> {
    let path = CString::new(path.as_os_str().as_bytes())?;
    let mode = libc::mode_t::try_from(mode).map_err(io::Error::other)?;
    // SAFETY: the call reads a string that ends with a zero.
    let set = unsafe {
        libc::fchmodat(
            libc::AT_FDCWD,
            path.as_ptr(),
            mode,
            libc::AT_SYMLINK_NOFOLLOW,
        )
    };
    match set {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// The file of a socket that this process has made. Dropping it removes the file, if that is
/// still the same one and the process may do so: a confined process may not.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    identity: Identity,
}

/// File system, number and time of a file. A file system soon gives the number of a file that
/// was removed to another one.
type Identity = (u64, u64, i64, i64);

impl SocketFile {
    fn at(path: &Path) -> io::Result<Self> {
        let metadata = fs::symlink_metadata(path)?;
        Ok(Self {
            path: path.to_owned(),
            identity: identity(&metadata),
        })
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let now = fs::symlink_metadata(&self.path);
        if now.is_ok_and(|now| identity(&now) == self.identity) {
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn identity(metadata: &Metadata) -> Identity {
    (
        metadata.dev(),
        metadata.ino(),
        metadata.mtime(),
        metadata.mtime_nsec(),
    )
}

/// Returns a connection as the stream that TCP has: reading, writing, shutting down and
/// waiting are the same calls for both kinds.
pub(crate) fn as_socket(stream: UnixStream) -> TcpStream {
    OwnedFd::from(stream).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_listener_has_an_address_of_its_own() {
        let [one, other] = [next_address(), next_address()];
        assert_ne!(one, other);
        let text = one.to_string();
        assert!(
            text.starts_with("[100::") && text.ends_with("]:80"),
            "{text}"
        );
    }
}
