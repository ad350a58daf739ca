//! The PROXY protocol, versions 1 and 2: what a proxy sends before the bytes of its client
//! (`proxy-protocol.txt` of HAProxy, sections 2.1 and 2.2).

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

/// Bytes with which a header of version 2 begins.
pub(crate) const SIGNATURE: [u8; 12] = *b"\r\n\r\n\0\r\nQUIT\n";

/// Bytes with which a header of version 1 begins.
const VERSION_1: &[u8] = b"PROXY ";

/// Most bytes of a header of version 1, with its CRLF.
pub(crate) const LINE_BYTES: usize = 107;

/// Bytes of a header of version 2 before its addresses.
pub(crate) const HEAD_BYTES: usize = 16;

/// The client, as a header names it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Named {
    /// Its address.
    Client(SocketAddr),
    /// The proxy speaks for itself, or for a client of another kind.
    Nobody,
}

/// Error: the bytes are no header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Malformed;

/// Whether bytes may be the start of a header of version 1.
pub(crate) fn begins_line(bytes: &[u8]) -> bool {
    bytes.starts_with(VERSION_1)
}

/// Reads a header of version 1, without its CRLF.
pub(crate) fn read_line(line: &[u8]) -> Result<Named, Malformed> {
    let line = std::str::from_utf8(line).map_err(|_| Malformed)?;
    let mut words = line.split(' ');
    let mut word = || words.next().ok_or(Malformed);
    if word()? != "PROXY" {
        return Err(Malformed);
    }
    let family = word()?;
    // "the receiver must ignore anything presented before the CRLF"
    if family == "UNKNOWN" {
        return Ok(Named::Nobody);
    }
    let client: IpAddr = word()?.parse().map_err(|_| Malformed)?;
    let server: IpAddr = word()?.parse().map_err(|_| Malformed)?;
    let (port, _) = (read_port(word()?)?, read_port(word()?)?);
    let is_of_family = match family {
        "TCP4" => client.is_ipv4() && server.is_ipv4(),
        "TCP6" => client.is_ipv6() && server.is_ipv6(),
        _ => false,
    };
    match is_of_family && words.next().is_none() {
        true => Ok(Named::Client(SocketAddr::new(client, port))),
        false => Err(Malformed),
    }
}

/// A decimal number without a sign or a leading zero.
fn read_port(text: &str) -> Result<u16, Malformed> {
    let is_plain = text == "0" || !text.starts_with(['0', '+']);
    match is_plain {
        true => text.parse().map_err(|_| Malformed),
        false => Err(Malformed),
    }
}

/// Returns the number of bytes that follow the first part of a header of version 2.
pub(crate) fn length_after(head: &[u8; HEAD_BYTES]) -> Result<usize, Malformed> {
    let [.., version_and_command, _, high, low] = *head;
    match head.starts_with(&SIGNATURE) && version_and_command >> 4 == 2 {
        true => Ok(usize::from(u16::from_be_bytes([high, low]))),
        false => Err(Malformed),
    }
}

/// Reads a header of version 2: its first part, and what [`length_after`] says follows.
pub(crate) fn read_binary(head: &[u8; HEAD_BYTES], rest: &[u8]) -> Result<Named, Malformed> {
    const LOCAL: u8 = 0;
    const PROXY: u8 = 1;
    let [.., version_and_command, family, _, _] = *head;
    match version_and_command & 0xf {
        LOCAL => return Ok(Named::Nobody),
        PROXY => {}
        _ => return Err(Malformed),
    }
    // The upper half is the family of addresses, the lower one the protocol.
    match family {
        0x11 => {
            let (address, port) = client::<4>(rest)?;
            Ok(Named::Client((Ipv4Addr::from(address), port).into()))
        }
        0x21 => {
            let (address, port) = client::<16>(rest)?;
            Ok(Named::Client((Ipv6Addr::from(address), port).into()))
        }
        // Datagrams, Unix sockets, and what is not known.
        _ => Ok(Named::Nobody),
    }
}

/// Returns the client's address and port: the addresses of both ends come first.
fn client<const N: usize>(rest: &[u8]) -> Result<([u8; N], u16), Malformed> {
    let (address, rest) = rest.split_first_chunk::<N>().ok_or(Malformed)?;
    let (_, rest) = rest.split_first_chunk::<N>().ok_or(Malformed)?;
    let (port, rest) = rest.split_first_chunk::<2>().ok_or(Malformed)?;
    rest.first_chunk::<2>().ok_or(Malformed)?;
    Ok((*address, u16::from_be_bytes(*port)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn named(text: &str) -> Result<Named, Malformed> {
        Ok(Named::Client(text.parse().unwrap()))
    }

    #[test]
    fn lines() {
        let cases = [
            (
                "PROXY TCP4 192.0.2.1 10.0.0.1 4711 80",
                named("192.0.2.1:4711"),
            ),
            (
                "PROXY TCP6 2001:db8::1 ::1 4711 80",
                named("[2001:db8::1]:4711"),
            ),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 0 0", named("192.0.2.1:0")),
            ("PROXY UNKNOWN", Ok(Named::Nobody)),
            ("PROXY UNKNOWN ffff::1 what ever", Ok(Named::Nobody)),
            ("PROXY", Err(Malformed)),
            ("PROXY ", Err(Malformed)),
            ("PROXY TCP4", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 4711", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 ", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 4711 80 1", Err(Malformed)),
            ("PROXY  TCP4 192.0.2.1 10.0.0.1 4711 80", Err(Malformed)),
            ("PROXY TCP4 2001:db8::1 ::1 4711 80", Err(Malformed)),
            ("PROXY TCP6 192.0.2.1 10.0.0.1 4711 80", Err(Malformed)),
            ("PROXY TCP4 192.0.2.256 10.0.0.1 4711 80", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 65536 80", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 +1 80", Err(Malformed)),
            ("PROXY TCP4 192.0.2.1 10.0.0.1 01 80", Err(Malformed)),
            ("PROXY UDP4 192.0.2.1 10.0.0.1 1 80", Err(Malformed)),
            ("proxy TCP4 192.0.2.1 10.0.0.1 1 80", Err(Malformed)),
        ];
        for (line, expected) in cases {
            assert_eq!(read_line(line.as_bytes()), expected, "{line}");
        }
    }

    /// Returns a header of version 2.
    fn header(version_and_command: u8, family: u8, rest: &[u8]) -> ([u8; HEAD_BYTES], Vec<u8>) {
        let mut head = [0; HEAD_BYTES];
        head[..12].copy_from_slice(&SIGNATURE);
        head[12] = version_and_command;
        head[13] = family;
        head[14..].copy_from_slice(&u16::try_from(rest.len()).unwrap().to_be_bytes());
        (head, rest.to_vec())
    }

    #[test]
    fn binary_headers() {
        let v4 = [192, 0, 2, 1, 10, 0, 0, 1, 0x12, 0x67, 0, 80];
        let with_more = [&v4[..], &[0x04, 0, 1, 0]].concat();
        let v6: Vec<u8> = [
            &Ipv6Addr::new(0x2001, 0xdb8, 0, 0, 0, 0, 0, 1).octets()[..],
            &Ipv6Addr::LOCALHOST.octets(),
            &[0x12, 0x67, 0, 80],
        ]
        .concat();
        let cases = [
            (header(0x21, 0x11, &v4), named("192.0.2.1:4711")),
            (header(0x21, 0x11, &with_more), named("192.0.2.1:4711")),
            (header(0x21, 0x21, &v6), named("[2001:db8::1]:4711")),
            (header(0x20, 0x00, b""), Ok(Named::Nobody)),
            (header(0x20, 0x11, &v4), Ok(Named::Nobody)),
            (header(0x21, 0x00, b""), Ok(Named::Nobody)),
            (header(0x21, 0x12, &v4), Ok(Named::Nobody)),
            (header(0x21, 0x31, &[0; 216]), Ok(Named::Nobody)),
            (header(0x21, 0x11, &v4[..11]), Err(Malformed)),
            (header(0x21, 0x21, &v4), Err(Malformed)),
            (header(0x22, 0x11, &v4), Err(Malformed)),
        ];
        for ((head, rest), expected) in cases {
            assert_eq!(length_after(&head), Ok(rest.len()));
            assert_eq!(read_binary(&head, &rest), expected, "{head:?}");
        }
        let (mut head, _) = header(0x11, 0x11, &v4);
        assert_eq!(length_after(&head), Err(Malformed), "another version");
        head[12] = 0x21;
        head[0] = b' ';
        assert_eq!(length_after(&head), Err(Malformed), "no signature");
    }

    proptest! {
        #[test]
        fn a_line_that_is_read_is_the_line_of_its_address(
            client in any::<IpAddr>(), port in any::<u16>()
        ) {
            let (family, server) = match client {
                IpAddr::V4(_) => ("TCP4", "10.0.0.1"),
                IpAddr::V6(_) => ("TCP6", "::1"),
            };
            let line = format!("PROXY {family} {client} {server} {port} 80");
            prop_assert!(line.len() <= LINE_BYTES.saturating_sub(2));
            prop_assert!(begins_line(line.as_bytes()));
            let expected = Ok(Named::Client(SocketAddr::new(client, port)));
            prop_assert_eq!(read_line(line.as_bytes()), expected);
        }

        #[test]
        fn no_bytes_are_misread(head in any::<[u8; 16]>(), rest in any::<Vec<u8>>()) {
            let _ = read_line(&rest);
            let _ = length_after(&head);
            let _ = read_binary(&head, &rest);
        }
    }
}
