//! Bytes of files that the host sends, as oddly as it can be asked to.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use core::future::{Future as _, poll_fn};
use core::pin::pin;
use core::task::Poll;

use wit_bindgen::rt::async_support::StreamWriter;

use crate::bindings::porthole::server::sendfile::{Refusal, send_range};
use crate::bindings::wasi::filesystem::types::{
    Descriptor, DescriptorFlags as Flags, OpenFlags as Open,
};
use crate::bindings::wasi::sockets::types::{IpAddressFamily, TcpSocket};
use crate::exhaust::{inside, root};
use crate::paths;
use crate::report::Report;

/// Length of the file `inside`.
const LENGTH: u64 = 6;

/// Orders that [`obey`] knows.
pub const NAMES: &str = "ranges without end\nranges between writes\nrange behind the end\n";

/// Asks for what must be refused. Both streams of `connection` have been taken already.
pub async fn misuse(report: &mut Report, root: &Descriptor, connection: &TcpSocket) {
    let Ok(file) = paths::open(root, "inside", Open::empty(), Flags::READ).await else {
        return;
    };
    let unread = paths::open(root, "inside", Open::empty(), Flags::empty()).await;
    let Ok(unbound) = TcpSocket::create(IpAddressFamily::Ipv4) else {
        return;
    };
    let unread = unread.as_ref().unwrap_or(&file);
    let attempts = [
        (
            "send a range without a connection",
            &unbound,
            &file,
            0,
            LENGTH,
        ),
        ("send a range of a folder", connection, root, 0, LENGTH),
        ("send nothing of a file", connection, &file, 0, 0),
        ("send a range behind the end", connection, &file, LENGTH, 1),
        (
            "send a range at the greatest offset",
            connection,
            &file,
            u64::MAX,
            u64::MAX,
        ),
        (
            "send a range at a negative offset",
            connection,
            &file,
            1 << 63,
            LENGTH,
        ),
        (
            "send a range around the end of numbers",
            connection,
            &file,
            u64::MAX - 2,
            LENGTH,
        ),
        ("send 16 EiB", connection, unread, 1 << 40, u64::MAX),
    ];
    for (attempt, to, from, offset, length) in attempts {
        let outcome = send_range(to, b"never sent", from, offset, length);
        let outcome = outcome.map_or_else(|refusal| refusal.name(), |_| "allowed");
        report.found(attempt, outcome);
    }
}

/// Carries out an order on a connection. Returns what came of it.
pub async fn obey(order: &str, socket: &TcpSocket, writer: StreamWriter<u8>) -> Option<String> {
    let file = inside().await.ok()?;
    Some(match order {
        "ranges without end" => endless(socket, &file),
        "ranges between writes" => between(socket, &file, writer).await,
        "range behind the end" => {
            drop(writer);
            match send_range(socket, b"never sent", &file, 0, LENGTH) {
                Ok(sent) => format!("{} bytes", sent.bytes),
                Err(refusal) => refusal.name().to_string(),
            }
        }
        _ => "no such order".to_string(),
    })
}

/// Sends what is left of the file after `bytes` of it, over and over again. Returns how many
/// there are by then.
fn send_rest(socket: &TcpSocket, file: &Descriptor, bytes: u64) -> Result<u64, Refusal> {
    let offset = bytes.wrapping_rem(LENGTH);
    let sent = send_range(socket, b"", file, offset, LENGTH.wrapping_sub(offset))?;
    Ok(bytes.wrapping_add(sent.bytes))
}

/// Sends the same file again and again, also when there is no room.
fn endless(socket: &TcpSocket, file: &Descriptor) -> String {
    let mut bytes = 0;
    for _ in 0..1_000_000 {
        match send_rest(socket, file, bytes) {
            Ok(sent) => bytes = sent,
            Err(refusal) => return refusal.name().to_string(),
        }
    }
    format!("{bytes} bytes")
}

/// Sends a file while the stream of the connection is being written.
async fn between(socket: &TcpSocket, file: &Descriptor, mut writer: StreamWriter<u8>) -> String {
    let mut writing = pin!(writer.write_all(vec![b'w'; 4 << 20]));
    let mut bytes = 0;
    poll_fn(|cx| {
        bytes = send_rest(socket, file, bytes).unwrap_or(bytes);
        match writing.as_mut().poll(cx) {
            Poll::Ready(_) => Poll::Ready(()),
            Poll::Pending => Poll::Pending,
        }
    })
    .await;
    format!("{bytes} bytes")
}

/// Sends a file that is not the component's, by a number that the host never returned.
pub fn forged() {
    let Some(root) = root() else { return };
    let Ok(socket) = TcpSocket::create(IpAddressFamily::Ipv4) else {
        return;
    };
    // SAFETY: none is claimed. The test is what the host does with this handle.
    let file = unsafe { Descriptor::from_handle(999_999) };
    let _ = core::hint::black_box(send_range(&socket, b"", &file, 0, LENGTH));
    drop(root);
}
