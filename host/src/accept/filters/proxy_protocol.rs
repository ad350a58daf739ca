//! The filter that reads the header of a proxy.

use std::io;

use tokio::io::{AsyncRead, AsyncReadExt as _};

use crate::limits::PROXY_HEADER_BYTES;
use crate::net::proxy_protocol::{
    HEAD_BYTES, LINE_BYTES, Malformed, Named, SIGNATURE, begins_line, length_after, read_binary,
    read_line,
};

/// Reads a header, and no byte that follows it.
///
/// # Errors
/// When the stream begins with something else, or ends.
pub(super) async fn read(stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Named> {
    let mut head = [0; HEAD_BYTES];
    let (start, rest) = head.split_at_mut(SIGNATURE.len());
    stream.read_exact(start).await?;
    if begins_line(start) {
        return line(start, stream).await;
    }
    stream.read_exact(rest).await?;
    let length = length_after(&head).map_err(malformed)?;
    if length > PROXY_HEADER_BYTES {
        return Err(malformed(Malformed));
    }
    let mut rest = vec![0; length];
    stream.read_exact(&mut rest).await?;
    read_binary(&head, &rest).map_err(malformed)
}

/// Reads the rest of a line. Its length is not known, so it is read byte by byte.
async fn line(start: &[u8], stream: &mut (impl AsyncRead + Unpin)) -> io::Result<Named> {
    let mut line = Vec::with_capacity(LINE_BYTES);
    line.extend_from_slice(start);
    while !line.ends_with(b"\r\n") {
        if line.len() >= LINE_BYTES {
            return Err(malformed(Malformed));
        }
        line.push(stream.read_u8().await?);
    }
    line.truncate(line.len().saturating_sub(2));
    read_line(&line).map_err(malformed)
}

fn malformed(_: Malformed) -> io::Error {
    io::ErrorKind::InvalidData.into()
}

#[cfg(test)]
mod tests {
    use std::net::SocketAddr;

    use super::*;

    #[tokio::test]
    async fn a_header_is_read_and_nothing_after_it() {
        let binary = [
            &SIGNATURE[..],
            &[0x21, 0x11, 0, 12],
            &[192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0, 80],
        ]
        .concat();
        let named: SocketAddr = "192.0.2.1:4711".parse().unwrap();
        let cases = [
            (
                b"PROXY TCP4 192.0.2.1 10.0.0.1 4711 80\r\n".to_vec(),
                Named::Client(named),
            ),
            (b"PROXY UNKNOWN\r\n".to_vec(), Named::Nobody),
            (binary, Named::Client(named)),
        ];
        for (header, expected) in cases {
            let bytes = [&header, &b"abc"[..]].concat();
            let mut stream = &bytes[..];
            assert_eq!(read(&mut stream).await.unwrap(), expected);
            assert_eq!(stream, b"abc");
        }
    }

    #[tokio::test]
    async fn bytes_other_than_a_header_are_refused() {
        let long = [&SIGNATURE[..], &[0x21, 0x11, 0xff, 0xff], &[0; 70_000]].concat();
        let unending = [b"PROXY UNKNOWN ", &[b'x'; 200][..]].concat();
        let cases: [&[u8]; 7] = [
            b"",
            b"PROXY",
            b"PROXY TCP4 1.2.3.4",
            b"some other bytes of a client\r\n",
            b"PROXY TCP4 a b c d\r\nabc",
            &long,
            &unending,
        ];
        for mut bytes in cases {
            assert!(read(&mut bytes).await.is_err(), "{bytes:?}");
        }
    }
}
